/* channel_maps.c - see channel_maps.h. */
#include "channel_maps.h"

#include <string.h>

void nn_channel_gate(float *out, const float *in, const float *by, size_t wide, size_t positions)
{
	for (size_t k = 0; k < positions; k++, out += wide, in += wide)
		for (size_t c = 0; c < wide; c++)
			out[c] = in[c] * by[c];
}

void nn_channel_select(float *out, const float *in, const struct nn_net *net,
	const struct nn_layer *layer, size_t wide, size_t in_wide, size_t positions)
{
	for (int c = 0; c < layer->shape.channels; c++) {
		const int from = nn_channel_source(net, layer, c);
		for (size_t k = 0; k < positions; k++)
			out[k * wide + (size_t)c] = from < 0 ? 0 : in[k * in_wide + (size_t)from];
	}
}

/* The part of a window inside the map: rows and columns of the map, ends excluded. */
struct part {
	int top, bottom, left, right;
};

static struct part part_at(const struct nn_window *s, int y, int x)
{
	const int row = y * s->stride - s->pad_top, column = x * s->stride_width - s->pad_left,
		  bottom = row + s->window_height, right = column + s->window_width;
	return (struct part){ row < 0 ? 0 : row, bottom > s->in_height ? s->in_height : bottom,
		column < 0 ? 0 : column, right > s->in_width ? s->in_width : right };
}

static void add_all(float *restrict sum, const float *restrict in, size_t count)
{
	for (size_t c = 0; c < count; c++)
		sum[c] += in[c];
}

/* As max_ in lanes.h: a NaN that comes after a number is not seen. */
static void keep_largest(float *restrict best, const float *restrict in, size_t count)
{
	for (size_t c = 0; c < count; c++)
		best[c] = in[c] > best[c] ? in[c] : best[c];
}

void nn_channel_window(
	float *out, const float *in, const struct nn_window *s, size_t wide, bool mean)
{
	for (int y = 0; y < s->out_height; y++)
		for (int x = 0; x < s->out_width; x++, out += wide) {
			const struct part p = part_at(s, y, x);
			if (mean)
				memset(out, 0, wide * sizeof(*out));
			else
				memcpy(out, in + (size_t)(p.top * s->in_width + p.left) * wide,
					wide * sizeof(*out));
			for (int row = p.top; row < p.bottom; row++)
				for (int column = p.left; column < p.right; column++)
					(mean ? add_all : keep_largest)(out,
						in + (size_t)(row * s->in_width + column) * wide,
						wide);
			const float share = 1.0f / (float)((p.bottom - p.top) * (p.right - p.left));
			for (size_t c = 0; c < wide && mean; c++)
				out[c] *= share;
		}
}
