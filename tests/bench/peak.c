/* peak.c - twelve independent chains of fused multiply-adds in registers, as many a cycle as the
 * core can start. */
#include "peak.h"

#include <string.h>
#include <time.h>

#define CHAINS 12
enum { STEPS = 400000 };

static double cpu_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#if defined __x86_64__
#include <immintrin.h>

static __attribute__((target("avx512f"))) double avx512(void)
{
	__m512 c[CHAINS], a = _mm512_set1_ps(0.999f), b = _mm512_set1_ps(1e-3f);
#pragma GCC unroll 12
	for (int i = 0; i < CHAINS; i++)
		c[i] = _mm512_set1_ps((float)i);
	double start = cpu_seconds();
	for (int s = 0; s < STEPS; s++)
#pragma GCC unroll 12
		for (int i = 0; i < CHAINS; i++) {
			c[i] = _mm512_fmadd_ps(c[i], a, b);
			__asm__ volatile("" : "+v"(c[i]));
		}
	return 2.0 * 16 * CHAINS * STEPS / (cpu_seconds() - start) * 1e-9;
}

static __attribute__((target("avx2,fma"))) double avx2(void)
{
	__m256 c[CHAINS], a = _mm256_set1_ps(0.999f), b = _mm256_set1_ps(1e-3f);
#pragma GCC unroll 12
	for (int i = 0; i < CHAINS; i++)
		c[i] = _mm256_set1_ps((float)i);
	double start = cpu_seconds();
	for (int s = 0; s < STEPS; s++)
#pragma GCC unroll 12
		for (int i = 0; i < CHAINS; i++) {
			c[i] = _mm256_fmadd_ps(c[i], a, b);
			__asm__ volatile("" : "+x"(c[i]));
		}
	return 2.0 * 8 * CHAINS * STEPS / (cpu_seconds() - start) * 1e-9;
}
#endif

#if defined __aarch64__
#include <arm_neon.h>

static double neon(void)
{
	float32x4_t c[CHAINS], a = vdupq_n_f32(0.999f), b = vdupq_n_f32(1e-3f);
#pragma GCC unroll 12
	for (int i = 0; i < CHAINS; i++)
		c[i] = vdupq_n_f32((float)i);
	double start = cpu_seconds();
	for (int s = 0; s < STEPS; s++)
#pragma GCC unroll 12
		for (int i = 0; i < CHAINS; i++) {
			c[i] = vfmaq_f32(b, c[i], a);
			__asm__ volatile("" : "+w"(c[i]));
		}
	return 2.0 * 4 * CHAINS * STEPS / (cpu_seconds() - start) * 1e-9;
}
#endif

/* Scalar: what a CPU does without any of this; also the answer for variants that are not built
 * here. */
static double scalar(void)
{
	float c[CHAINS];
	for (int i = 0; i < CHAINS; i++)
		c[i] = (float)i;
	double start = cpu_seconds();
	for (int s = 0; s < STEPS / 8; s++)
		for (int i = 0; i < CHAINS; i++) {
			c[i] = c[i] * 0.999f + 1e-3f;
			__asm__ volatile("" : "+m"(c[i]));
		}
	return 2.0 * CHAINS * (STEPS / 8) / (cpu_seconds() - start) * 1e-9;
}

double peak_gflops(const char *variant)
{
#if defined __x86_64__
	if (strcmp(variant, "avx512") == 0)
		return avx512();
	if (strcmp(variant, "avx2") == 0)
		return avx2();
#endif
#if defined __aarch64__
	if (strcmp(variant, "neon") == 0)
		return neon();
#endif
	(void)variant;
	return scalar();
}
