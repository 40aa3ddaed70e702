/* rounding.c - see rounding.h. */
#include "rounding.h"

#include <string.h>

enum { LANES = 16 };

void nn_ranges_widen(struct nn_ranges *r, int layer, const float *map, size_t vectors, int lanes)
{
	for (size_t i = 0; i < vectors; i++)
		for (int lane = 0; lane < lanes; lane++) {
			const float x = map[i * LANES + (size_t)lane];
			r->low[layer] = x < r->low[layer] ? x : r->low[layer];
			r->high[layer] = x > r->high[layer] ? x : r->high[layer];
		}
}

/* The nearest whole number, ties to even, of |x| < 2^22. */
static float nearest(float x)
{
	volatile float shifted = x + 12582912.0f; /* no compiler may put both steps together */
	return shifted - 12582912.0f;
}

void nn_ranges_round(
	const struct nn_ranges *r, const struct nn_kernels *k, int layer, float *map, size_t size)
{
	const float steps = (float)((1 << r->bits) - 1),
		    step = (r->high[layer] - r->low[layer]) / steps;
	if (!(step > 0) || !__builtin_isfinite(step))
		return;
	const float zero = nearest(-r->low[layer] / step);
	k->round_map(map, size / LANES, step, -zero, steps - zero);
}

static void round_channel(float *to, const float *from, size_t count, float levels)
{
	float largest = 0;
	for (size_t i = 0; i < count; i++) {
		const float size = from[i] < 0 ? -from[i] : from[i];
		largest = size > largest ? size : largest;
	}
	const float scale = largest / levels;
	for (size_t i = 0; i < count && scale > 0 && __builtin_isfinite(scale); i++) {
		const float q = nearest(from[i] / scale);
		to[i] = (q > levels ? levels : q < -levels ? -levels : q) * scale;
	}
}

void nn_round_weights(const struct nn_net *net, const float *params, int bits, float *to)
{
	memcpy(to, params, net->parameter_count * sizeof(*to));
	for (int l = 0; l < net->layer_count; l++) {
		const struct nn_layer *layer = &net->layers[l];
		if (layer->kind != NN_CONV && layer->kind != NN_DEPTHWISE
			&& layer->kind != NN_DENSE)
			continue;
		const struct nn_tensor *t = &net->tensors[layer->kernel_tensor];
		const size_t channels = (size_t)layer->shape.channels, each = t->count / channels;
		for (size_t c = 0; c < channels; c++)
			round_channel(to + t->offset + c * each, params + t->offset + c * each,
				each, (float)((1 << (bits - 1)) - 1));
	}
}
