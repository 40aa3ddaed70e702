/* lanes.h - the hardware vector of one kernel variant: W of the core's 16 lanes, and the few
 * operations that are not C operators.
 *
 * Each variant (plain.c, neon.c, avx2.c, avx512.c) defines W and includes this once. A kernel walks
 * over the 16 lanes in 16 / W steps, so every lane sees the same operations in the same order for
 * any W. + - * / and comparisons use the compilers' vector extension and are never contracted
 * (-ffp-contract=off); a fused multiply-add is always spelled fma_. */
#ifndef NN_KERNELS_LANES_H
#define NN_KERNELS_LANES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 64")
#endif

enum { LANES = 16 };

typedef float vf __attribute__((vector_size(4 * W)));
typedef int32_t vi __attribute__((vector_size(4 * W)));
typedef float vf_memory __attribute__((vector_size(4 * W), may_alias, aligned(4 * W)));
typedef float vf_unaligned __attribute__((vector_size(4 * W), may_alias, aligned(4)));
typedef int32_t vi_memory __attribute__((vector_size(4 * W), may_alias, aligned(4 * W)));

INLINE vf load(const float *p)
{
	return *(const vf_memory *)p;
}
INLINE void store(float *p, vf a)
{
	*(vf_memory *)p = a;
}
INLINE vf load_any(const float *p)
{
	return *(const vf_unaligned *)p;
}
INLINE void store_any(float *p, vf a)
{
	*(vf_unaligned *)p = a;
}
INLINE vi load_int(const int32_t *p)
{
	return *(const vi_memory *)p;
}
INLINE void store_int(int32_t *p, vi a)
{
	*(vi_memory *)p = a;
}

/* x - 0, not x + 0: keeps the sign of a zero */
INLINE vf all(float x)
{
	return x - (vf){ 0 };
}
INLINE vi all_int(int32_t x)
{
	return x - (vi){ 0 };
}

/* Per lane: mask ? a : b. A mask is all bits or none, as comparisons give it. */
INLINE vf select_(vi mask, vf a, vf b)
{
	return (vf)((mask & (vi)a) | (~mask & (vi)b));
}
INLINE vi select_int(vi mask, vi a, vi b)
{
	return (mask & a) | (~mask & b);
}
INLINE vf keep_where(vi mask, vf a)
{
	return (vf)(mask & (vi)a);
}

#if W == 16
#include <immintrin.h>
INLINE vf fma_(vf a, vf b, vf c)
{
	return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}
INLINE vf max_(vf a, vf b)
{
	return (vf)_mm512_max_ps((__m512)a, (__m512)b);
}
INLINE vf min_(vf a, vf b)
{
	return (vf)_mm512_min_ps((__m512)a, (__m512)b);
}
INLINE vf sqrt_(vf a)
{
	return (vf)_mm512_sqrt_ps((__m512)a);
}
INLINE vi truncate_(vf a)
{
	return (vi)_mm512_cvttps_epi32((__m512)a);
}
INLINE vf from_int(vi a)
{
	return (vf)_mm512_cvtepi32_ps((__m512i)a);
}
INLINE vf load_bytes(const uint8_t *p)
{
	return (vf)_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)p)));
}
#elif W == 8
#include <immintrin.h>
INLINE vf fma_(vf a, vf b, vf c)
{
	return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}
INLINE vf max_(vf a, vf b)
{
	return (vf)_mm256_max_ps((__m256)a, (__m256)b);
}
INLINE vf min_(vf a, vf b)
{
	return (vf)_mm256_min_ps((__m256)a, (__m256)b);
}
INLINE vf sqrt_(vf a)
{
	return (vf)_mm256_sqrt_ps((__m256)a);
}
INLINE vi truncate_(vf a)
{
	return (vi)_mm256_cvttps_epi32((__m256)a);
}
INLINE vf from_int(vi a)
{
	return (vf)_mm256_cvtepi32_ps((__m256i)a);
}
INLINE vf load_bytes(const uint8_t *p)
{
	return (vf)_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p)));
}
#elif defined LANES_NEON
#include <arm_neon.h>
INLINE vf fma_(vf a, vf b, vf c)
{
	return (vf)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}
INLINE vf max_(vf a, vf b)
{
	return select_(a > b, a, b);
}
INLINE vf min_(vf a, vf b)
{
	return select_(a < b, a, b);
}
INLINE vf sqrt_(vf a)
{
	return (vf)vsqrtq_f32((float32x4_t)a);
}
INLINE vi truncate_(vf a)
{
	return (vi)vcvtq_s32_f32((float32x4_t)a);
}
INLINE vf from_int(vi a)
{
	return (vf)vcvtq_f32_s32((int32x4_t)a);
}
#else
INLINE vf fma_(vf a, vf b, vf c)
{
	vf r;
	for (int i = 0; i < W; i++)
		r[i] = __builtin_fmaf(a[i], b[i], c[i]);
	return r;
}
/* a > b ? a : b, as x86's max defines it: if either is NaN the result is b. min_ likewise. */
INLINE vf max_(vf a, vf b)
{
	return select_(a > b, a, b);
}
INLINE vf min_(vf a, vf b)
{
	return select_(a < b, a, b);
}
INLINE vf sqrt_(vf a)
{
	vf r;
	for (int i = 0; i < W; i++)
		r[i] = __builtin_sqrtf(a[i]);
	return r;
}
INLINE vi truncate_(vf a)
{
	vi r;
	for (int i = 0; i < W; i++)
		r[i] = (int32_t)a[i];
	return r;
}
INLINE vf from_int(vi a)
{
	vf r;
	for (int i = 0; i < W; i++)
		r[i] = (float)a[i];
	return r;
}
#endif
#if W == 4
INLINE vf load_bytes(const uint8_t *p)
{
	return (vf){ p[0], p[1], p[2], p[3] };
}
#endif

/* A large map is no longer in the caches when it is read. So it is written past them (a streaming
 * store): an ordinary store would first read each cache line from memory. This helps if a vector is
 * a whole cache line, from so many floats on. */
enum { FAR_FLOATS = 1 << 19 };

INLINE bool is_far(size_t floats)
{
	return W == 16 && floats >= FAR_FLOATS;
}

INLINE void store_to(float *p, vf v, bool far)
{
#if W == 16
	if (far) {
		_mm512_stream_ps(p, (__m512)v);
		return;
	}
#endif
	(void)far;
	store(p, v);
}

/* After the last store_to of a map, before another thread may read it. */
INLINE void finish_far(bool far)
{
#if W == 16
	if (far)
		_mm_sfence();
#endif
	(void)far;
}

/* max(a, 0); a NaN stays a NaN, so that a diverged training is detected. */
INLINE vf relu(vf a)
{
	return max_((vf){ 0 }, a);
}

/* Transpose a W x W tile: r[i][j] <-> r[j][i]. */
#define SHUFFLE __builtin_shufflevector
INLINE void transpose(vf r[W])
{
#if W == 16
	UNROLL for (int i = 0; i < 16; i++) if (!(i & 8))
	{
		vf a = r[i], b = r[i + 8];
		r[i] = SHUFFLE(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
		r[i + 8] =
			SHUFFLE(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
	}
	UNROLL for (int i = 0; i < 16; i++) if (!(i & 4))
	{
		vf a = r[i], b = r[i + 4];
		r[i] = SHUFFLE(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
		r[i + 4] =
			SHUFFLE(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
	}
	UNROLL for (int i = 0; i < 16; i++) if (!(i & 2))
	{
		vf a = r[i], b = r[i + 2];
		r[i] = SHUFFLE(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
		r[i + 2] =
			SHUFFLE(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
	}
	UNROLL for (int i = 0; i < 16; i++) if (!(i & 1))
	{
		vf a = r[i], b = r[i + 1];
		r[i] = SHUFFLE(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
		r[i + 1] = SHUFFLE(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
	}
#elif W == 8
	UNROLL for (int i = 0; i < 8; i++) if (!(i & 4))
	{
		vf a = r[i], b = r[i + 4];
		r[i] = SHUFFLE(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
		r[i + 4] = SHUFFLE(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
	}
	UNROLL for (int i = 0; i < 8; i++) if (!(i & 2))
	{
		vf a = r[i], b = r[i + 2];
		r[i] = SHUFFLE(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
		r[i + 2] = SHUFFLE(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
	}
	UNROLL for (int i = 0; i < 8; i++) if (!(i & 1))
	{
		vf a = r[i], b = r[i + 1];
		r[i] = SHUFFLE(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
		r[i + 1] = SHUFFLE(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
	}
#else
	vf a = SHUFFLE(r[0], r[1], 0, 4, 1, 5), b = SHUFFLE(r[2], r[3], 0, 4, 1, 5);
	vf c = SHUFFLE(r[0], r[1], 2, 6, 3, 7), d = SHUFFLE(r[2], r[3], 2, 6, 3, 7);
	r[0] = SHUFFLE(a, b, 0, 1, 4, 5);
	r[1] = SHUFFLE(a, b, 2, 3, 6, 7);
	r[2] = SHUFFLE(c, d, 0, 1, 4, 5);
	r[3] = SHUFFLE(c, d, 2, 3, 6, 7);
#endif
}

#endif
