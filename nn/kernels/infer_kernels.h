/* infer_kernels.h - one image by position: lanes run over the positions of a map, or over the
 * outputs of a dense layer. */
#ifndef NN_KERNELS_INFER_KERNELS_H
#define NN_KERNELS_INFER_KERNELS_H

#include "image.h"
#include "kernels.h"
#include "loss.h"
#include "tile.h"

/* Channels of the tile: one pool window of each, as in conv_pool.h. */
enum { INFER_POOL_TILE = REGISTERS == 32 ? 5 : 3, INFER_DENSE_TILE = 4 };

/* r[l] = v[index[l]] */
INLINE vf permute(vf v, vi index)
{
#if W == 16
	return (vf)_mm512_permutexvar_ps((__m512i)index, (__m512)v);
#elif W == 8
	return (vf)_mm256_permutevar8x32_ps((__m256)v, (__m256i)index);
#else
	vf r;
	for (int l = 0; l < W; l++)
		r[l] = v[index[l]];
	return r;
#endif
}

static void infer_split(float *to, size_t plane, const uint8_t *row, int groups)
{
	for (int i = 0; i < groups; i += W) {
		vi four;
		memcpy(&four, row + 4 * i, sizeof(four));
		UNROLL for (int phase = 0; phase < 4; phase++)
			store_any(to + (size_t)phase * plane + i,
				over_255(from_int(four >> (8 * phase) & 255)));
	}
}

/* Where the 4 x 4 patch of lane 0 is in the input: value (r, c) at row[r] + column[c]. */
struct infer_patch {
	size_t row[4], column[4];
};

/* One plane of `count` output channels. */
INLINE void infer_pool_tile(float *out, const float *in, const struct infer_patch *patch,
	const float *w, const float *b, const struct nn_infer_pool *s, const int count)
{
	const size_t filter = (size_t)s->in_channels * 9;
	const size_t column[4] = { patch->column[0], patch->column[1], patch->column[2],
		patch->column[3] };
	for (int k = 0; k < s->pack.vectors; k++, in += W) {
		vf a[4][INFER_POOL_TILE];
		const float *row[4], *taps[INFER_POOL_TILE];
		UNROLL for (int o = 0; o < count; o++)
		{
			a[0][o] = a[1][o] = a[2][o] = a[3][o] = all(b[o]);
			taps[o] = w + (size_t)o * filter;
		}
		UNROLL for (int r = 0; r < 4; r++) row[r] = in + patch->row[r];
		for (int i = s->in_channels; i > 0; i--) {
			UNROLL for (int t = 0; t < 9; t++)
			{
				vf f[INFER_POOL_TILE];
				LOAD_ANEW();
				UNROLL for (int o = 0; o < count; o++) f[o] = all(taps[o][t]);
				UNROLL for (int p = 0; p < 4; p++)
				{
					const int r = t / 3 + p / 2, c = t % 3 + p % 2;
					const vf x = load_any(row[r] + column[c]);
					UNROLL for (int o = 0; o < count; o++)
						add_product(&a[p][o], x, f[o]);
				}
			}
			UNROLL for (int r = 0; r < 4; r++) row[r] += s->in_channel;
			UNROLL for (int o = 0; o < count; o++) taps[o] += 9;
		}
		const vi kept = load_int(s->pack.lanes + k * W);
		UNROLL for (size_t o = 0; o < (size_t)count; o++)
		{
			vf best = max_(max_(a[3][o], a[2][o]), max_(a[1][o], a[0][o]));
			store_any(out + o * s->out_channel + s->pack.starts[k],
				permute(relu(best), kept));
		}
	}
}

/* Each tile is a function of its own, so that gcc shares out registers for it alone (conv.h). */
typedef void infer_pool_function(float *out, const float *in, const struct infer_patch *patch,
	const float *w, const float *b, const struct nn_infer_pool *s);

#define INFER_POOL(count)                                                        \
	static void infer_pool_##count(float *out, const float *in,              \
		const struct infer_patch *patch, const float *w, const float *b, \
		const struct nn_infer_pool *s)                                   \
	{                                                                        \
		infer_pool_tile(out, in, patch, w, b, s, count);                 \
	}
INFER_POOL(1)
INFER_POOL(2)
INFER_POOL(3)
#if REGISTERS == 32
INFER_POOL(4)
INFER_POOL(5)
#endif
#undef INFER_POOL

/* By channels - 1. */
static infer_pool_function *const infer_pool_of[INFER_POOL_TILE] = {
	infer_pool_1, infer_pool_2, infer_pool_3,
#if REGISTERS == 32
	infer_pool_4, infer_pool_5
#endif
};

/* Output position (y, x) of output plane (a, b) is the pool window that begins at position (phases
 * * y + 2 a, phases * x + 2 b) of the input. */
static void infer_pool(
	float *out, const float *in, const float *w, const float *b, const struct nn_infer_pool *s)
{
	const size_t phases = (size_t)s->phases, half = phases / 2,
		     filter = (size_t)s->in_channels * 9;
	for (size_t plane = 0; plane < half * half; plane++, out += s->out_plane) {
		struct infer_patch patch;
		for (size_t i = 0; i < 4; i++) {
			const size_t y = 2 * (plane / half) + i, x = 2 * (plane % half) + i;
			patch.row[i] = y % phases * phases * s->in_plane + y / phases * s->in_row;
			patch.column[i] = x % phases * s->in_plane + x / phases;
		}
		for (size_t o = 0, count; o < (size_t)s->out_channels; o += count) {
			count = tile_of((size_t)s->out_channels - o, INFER_POOL_TILE);
			infer_pool_of[count - 1](
				out + o * s->out_channel, in, &patch, w + o * filter, b + o, s);
		}
	}
}

/* `vectors` vectors of outputs, starting at out, w and b, of one layer or of two side by side. Each
 * sum is one chain of additions, so two layers take no longer than one. */
INLINE void infer_dense_tile(const struct nn_infer_dense layers[], const size_t first,
	const int count, const int vectors)
{
	const struct nn_infer_dense *s = layers;
	const size_t outputs = (size_t)s->outputs;
	vf a[2][INFER_DENSE_TILE];
	const float *w[2], *in[2];
	UNROLL for (int l = 0; l < count; l++)
	{
		w[l] = layers[l].w + first;
		in[l] = layers[l].in;
		UNROLL for (int v = 0; v < vectors; v++) a[l][v] =
			load_any(layers[l].b + first + v * W);
	}
	for (int c = 0; c < s->channels; c++)
		for (size_t i = (size_t)c * s->in_channel, end = i + (size_t)s->positions; i < end;
			i++)
			UNROLL for (int l = 0; l < count; l++)
			{
				vf x = all(in[l][i]);
				UNROLL for (int v = 0; v < vectors; v++) a[l][v] =
					fma_(x, load_any(w[l] + v * W), a[l][v]);
				w[l] += outputs;
			}
	UNROLL for (int l = 0; l < count; l++) UNROLL for (int v = 0; v < vectors; v++)
		store_any(layers[l].out + first + v * W, layers[l].relu ? relu(a[l][v]) : a[l][v]);
}

INLINE void infer_dense_count(const struct nn_infer_dense layers[], const int count)
{
	const size_t outputs = (size_t)layers->outputs;
	for (size_t o = 0; o < outputs; o += INFER_DENSE_TILE * W) {
		const size_t left = (outputs - o + W - 1) / W;
		if (left >= 4)
			infer_dense_tile(layers, o, count, 4);
		else if (left == 3)
			infer_dense_tile(layers, o, count, 3);
		else if (left == 2)
			infer_dense_tile(layers, o, count, 2);
		else
			infer_dense_tile(layers, o, count, 1);
	}
}

static void infer_dense(const struct nn_infer_dense layers[], int count)
{
	if (count == 2)
		infer_dense_count(layers, 2);
	else
		infer_dense_count(layers, 1);
}

static void infer_softmax(float *probabilities, const float *logits, int classes)
{
	float e[256 + W], largest = logits[0], sum = 0;
	for (int k = 1; k < classes; k++)
		largest = logits[k] > largest ? logits[k] : largest;
	for (int k = 0; k < classes; k += W)
		store_any(e + k, exp_negative(load_any(logits + k) - all(largest)));
	for (int k = 0; k < classes; k++)
		sum += e[k];
	const float over = 1.0f / sum;
	for (int k = 0; k < classes; k++)
		probabilities[k] = e[k] * over;
}

#endif
