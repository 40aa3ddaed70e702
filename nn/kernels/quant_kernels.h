/* quant_kernels.h - one image in 8 bits (quant.h): lanes run over the positions of a map, or over
 * the outputs of a dense layer. */
#ifndef NN_KERNELS_QUANT_KERNELS_H
#define NN_KERNELS_QUANT_KERNELS_H

#include "kernels.h"
#include "tile.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte of a word is the lowest");

typedef uint64_t vl __attribute__((vector_size(4 * W)));
typedef int32_t vi_unaligned __attribute__((vector_size(4 * W), may_alias, aligned(1)));
typedef int32_t word_unaligned __attribute__((may_alias, aligned(1)));

INLINE vi load_words(const void *p)
{
	return *(const vi_unaligned *)p;
}
INLINE void store_words(void *p, vi a)
{
	*(vi_unaligned *)p = a;
}
INLINE vi max_int(vi a, vi b)
{
	return select_int(a > b, a, b);
}

/* sum + the four products of the unsigned bytes of x with the signed bytes of w in the same
 * position, lane by lane. Without such an instruction: the even and the odd bytes are widened to 16
 * bits, and products of pairs are added. Nothing saturates. */
#if W == 16 && defined __AVX512VNNI__
INLINE vi dot(vi sum, vi x, vi w)
{
	return (vi)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)x, (__m512i)w);
}
#elif W == 16
INLINE vi dot(vi sum, vi x, vi w)
{
	const __m512i even = _mm512_and_si512((__m512i)x, _mm512_set1_epi32(0x00ff00ff)),
		      odd = _mm512_srli_epi16((__m512i)x, 8);
	const __m512i even_w = _mm512_srai_epi16(_mm512_slli_epi16((__m512i)w, 8), 8),
		      odd_w = _mm512_srai_epi16((__m512i)w, 8);
	return sum + (vi)_mm512_madd_epi16(even, even_w) + (vi)_mm512_madd_epi16(odd, odd_w);
}
#elif W == 8
INLINE vi dot(vi sum, vi x, vi w)
{
	const __m256i even = _mm256_and_si256((__m256i)x, _mm256_set1_epi32(0x00ff00ff)),
		      odd = _mm256_srli_epi16((__m256i)x, 8);
	const __m256i even_w = _mm256_srai_epi16(_mm256_slli_epi16((__m256i)w, 8), 8),
		      odd_w = _mm256_srai_epi16((__m256i)w, 8);
	return sum + (vi)_mm256_madd_epi16(even, even_w) + (vi)_mm256_madd_epi16(odd, odd_w);
}
#else
INLINE vi dot(vi sum, vi x, vi w)
{
	UNROLL for (int byte = 0; byte < 4; byte++) sum +=
		(x >> (8 * byte) & 255) * (w << (24 - 8 * byte) >> 24);
	return sum;
}
#endif

/* Two output channels, one in the first half of the lanes, one in the second. */
struct quant_pair {
	vl multiplier, half, shift; /* half: 2^(shift - 1) */
};

INLINE struct quant_pair quant_pair(const struct nn_quant_conv_pool *s, int channel)
{
	uint64_t multiplier[W / 2], half[W / 2], shift[W / 2];
	for (int l = 0; l < W / 2; l++) {
		const int c = channel + l / (W / 4);
		multiplier[l] = (uint64_t)s->multipliers[c];
		half[l] = (uint64_t)1 << (s->shifts[c] - 1);
		shift[l] = (uint64_t)s->shifts[c];
	}
	struct quant_pair p;
	memcpy(&p.multiplier, multiplier, sizeof(p.multiplier));
	memcpy(&p.half, half, sizeof(p.half));
	memcpy(&p.shift, shift, sizeof(p.shift));
	return p;
}

/* The products of the low halves of the 64-bit lanes. */
INLINE vl products(vl a, vl b)
{
#if W == 16
	return (vl)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif W == 8
	return (vl)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#else
	return (a & 0xffffffff) * b;
#endif
}

/* min(255, (max(0, sum) * multiplier + 2^(shift - 1)) >> shift): at most 62 bits. */
INLINE vi requantised(vi sum, struct quant_pair p)
{
	const vl sums = (vl)max_int(sum, (vi){ 0 });
	const vl even = (products(sums, p.multiplier) + p.half) >> p.shift,
		 odd = (products(sums >> 32, p.multiplier) + p.half) >> p.shift;
	const vi r = (vi)(even | odd << 32);
	return select_int(r > 255, all_int(255), r);
}

/* The larger of every two neighbouring lanes: of a in the first half, of b in the second. */
INLINE vi larger_of_pairs(vi a, vi b)
{
#if W == 16
	return max_int(SHUFFLE(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30),
		SHUFFLE(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31));
#elif W == 8
	return max_int(
		SHUFFLE(a, b, 0, 2, 4, 6, 8, 10, 12, 14), SHUFFLE(a, b, 1, 3, 5, 7, 9, 11, 13, 15));
#else
	return max_int(SHUFFLE(a, b, 0, 2, 4, 6), SHUFFLE(a, b, 1, 3, 5, 7));
#endif
}

/* The second half of the lanes, moved to the first. */
INLINE vi second_half(vi a)
{
#if W == 16
	return SHUFFLE(a, a, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
#elif W == 8
	return SHUFFLE(a, a, 4, 5, 6, 7, 4, 5, 6, 7);
#else
	return SHUFFLE(a, a, 2, 3, 2, 3);
#endif
}

/* Rows of pool windows in a tile. The sums of four output channels and two rows of the input for
 * each row of windows stay in registers. */
enum { QUANT_ROWS = REGISTERS == 32 && W == 16 ? 2 : 1 };

/* `rows` rows of W / 2 pool windows side by side, four output channels, starting at `in`. The
 * second half of the lanes is not used. */
INLINE void quant_windows(vi quads[QUANT_ROWS], const uint8_t *in, const int32_t *w,
	const struct nn_quant_conv_pool *s, int channel, const struct quant_pair p[2],
	const int rows)
{
	vi a[2 * QUANT_ROWS][4];
	UNROLL for (int r = 0; r < 2 * rows; r++) UNROLL for (int o = 0; o < 4; o++) a[r][o] =
		all_int(s->biases[channel + o]);
	for (int t = 0; t < s->taps; t++, w += 4) {
		vi x[2 * QUANT_ROWS];
		UNROLL for (int r = 0; r < 2 * rows; r++) x[r] =
			load_words(in + s->offsets[t] + (size_t)r * s->in_row);
		UNROLL for (int o = 0; o < 4; o++)
		{
			const vi f = all_int(w[o]);
			UNROLL for (int r = 0; r < 2 * rows; r++) a[r][o] = dot(a[r][o], x[r], f);
		}
	}
	UNROLL for (int r = 0; r < rows; r++)
	{
		const vi *up = a[2 * r], *down = a[2 * r + 1];
		const vi first = requantised(
			larger_of_pairs(max_int(up[0], down[0]), max_int(up[1], down[1])), p[0]);
		const vi second = requantised(
			larger_of_pairs(max_int(up[2], down[2]), max_int(up[3], down[3])), p[1]);
		quads[r] =
			first | second_half(first) << 8 | second << 16 | second_half(second) << 24;
	}
}

/* Store the first `count` of W / 2 quads. Rows are stored one after the other: what is written past
 * a row's end is overwritten by the next row. */
INLINE void store_quads(uint8_t *p, vi quads, size_t count)
{
#if W == 16
	_mm512_mask_storeu_epi32(
		p, (__mmask16)(count < W / 2 ? (1u << count) - 1 : 0xff), (__m512i)quads);
#else
	(void)count;
	store_words(p, quads);
#endif
}

INLINE void quant_row(uint8_t *out, const uint8_t *in, const int32_t *w,
	const struct nn_quant_conv_pool *s, int channel, const struct quant_pair p[2],
	const int rows)
{
	for (size_t x = 0; x < (size_t)s->pool_width; x += W / 2) {
		vi quads[QUANT_ROWS];
		quant_windows(quads, in + 8 * x, w, s, channel, p, rows);
		UNROLL for (int r = 0; r < rows; r++) store_quads(
			out + (size_t)r * s->out_row + 4 * x, quads[r], (size_t)s->pool_width - x);
	}
}

static void quant_conv_pool(uint8_t *out, const uint8_t *in, const struct nn_quant_conv_pool *s)
{
	for (int channel = 0; channel < s->out_channels; channel += 4) {
		const int32_t *w = s->weights + (size_t)channel * (size_t)s->taps;
		const struct quant_pair pairs[2] = { quant_pair(s, channel),
			quant_pair(s, channel + 2) };
		uint8_t *plane = out + (size_t)(channel / 4) * s->out_plane;
		int y = 0;
		for (; y + QUANT_ROWS <= s->pool_height; y += QUANT_ROWS)
			quant_row(plane + (size_t)y * s->out_row, in + 2 * (size_t)y * s->in_row, w,
				s, channel, pairs, QUANT_ROWS);
		for (; y < s->pool_height; y++)
			quant_row(plane + (size_t)y * s->out_row, in + 2 * (size_t)y * s->in_row, w,
				s, channel, pairs, 1);
	}
}

/* Four independent sums for every output, so that no addition waits for the one before it. */
static void quant_dense(int32_t *sums, const uint8_t *in, const struct nn_quant_dense *s)
{
	const word_unaligned *x = (const word_unaligned *)in;
	for (size_t o = 0; o < (size_t)s->outputs; o += W) {
		vi a[4] = { load_words(s->biases + o), { 0 }, { 0 }, { 0 } };
		const int32_t *w = s->weights + o;
		int q = 0;
		for (; q + 4 <= s->quads; q += 4)
			UNROLL for (int k = 0; k < 4; k++, w += s->stride) a[k] =
				dot(a[k], all_int(x[q + k]), load_words(w));
		for (; q < s->quads; q++, w += s->stride)
			a[0] = dot(a[0], all_int(x[q]), load_words(w));
		store_words(sums + o, a[0] + a[1] + (a[2] + a[3]));
	}
}

enum { QUANT_OUTPUTS = 4 };

INLINE void quant_row_tile(int32_t *sums, const int32_t *in, const int8_t *weights,
	const int32_t *biases, const struct nn_quant_rows *s, const int count)
{
	for (size_t x = 0; x < s->positions; x += W) {
		vi a[QUANT_OUTPUTS];
		UNROLL for (int o = 0; o < count; o++) a[o] = all_int(biases[o]);
		for (int t = 0; t < s->taps; t++) {
			const vi v = load_int(in + (size_t)t * s->positions + x);
			UNROLL for (int o = 0; o < count; o++) a[o] +=
				v * all_int(weights[o * s->taps + t]);
		}
		UNROLL for (int o = 0; o < count; o++)
			store_int(sums + (size_t)o * s->positions + x, a[o]);
	}
}

static void quant_rows(int32_t *sums, const int32_t *in, const int8_t *weights,
	const int32_t *biases, const struct nn_quant_rows *s)
{
	int o = 0;
	for (; o + QUANT_OUTPUTS <= s->outputs; o += QUANT_OUTPUTS)
		quant_row_tile(sums + (size_t)o * s->positions, in, weights + o * s->taps,
			biases + o, s, QUANT_OUTPUTS);
	for (; o < s->outputs; o++)
		quant_row_tile(sums + (size_t)o * s->positions, in, weights + o * s->taps,
			biases + o, s, 1);
}

#endif
