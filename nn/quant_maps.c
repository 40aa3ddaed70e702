/* quant_maps.c - see quant_maps.h. */
#include "quant_maps.h"

static int32_t zero_of(const struct nn_quant *q, int l)
{
	return *q->layers[l].zero_point;
}

/* ---- tables ---- */

bool nn_quant_has_table(const struct nn_layer *l)
{
	return nn_is_activation(l->kind) && l->kind != NN_RELU && l->kind != NN_RELU6;
}

size_t nn_quant_table_size(const struct nn_quant *q, int l)
{
	const struct nn_layer *layer = &q->net->layers[l];
	if (layer->kind == NN_NORMALIZE)
		return 256 * q->net->tensors[layer->mean_tensor].count;
	return nn_quant_has_table(layer) ? 256 : 0;
}

/* The number of a real value; of none, that of 0. */
static uint8_t number_of(const struct nn_quant *q, int l, double real)
{
	const double x = real / (double)*q->layers[l].scale + zero_of(q, l) + 0.5;
	return x >= 255 ? 255 : x >= 1 ? (uint8_t)x : x == x ? 0 : (uint8_t)zero_of(q, l);
}

static double real_of(const struct nn_quant *q, int l, int number)
{
	return (double)*q->layers[l].scale * (number - zero_of(q, l));
}

static void make_normal(const struct nn_quant *q, int l, uint8_t *table)
{
	const struct nn_layer *layer = &q->net->layers[l];
	const struct nn_quant_layer *n = &q->layers[l];
	for (size_t k = 0; k < q->net->tensors[layer->mean_tensor].count; k++)
		for (int i = 0; i < 256; i++)
			*table++ = number_of(q, l,
				(real_of(q, layer->inputs[0], i) - (double)n->mean[k])
					* (double)n->factor[k]);
}

void nn_quant_make_table(
	const struct nn_quant *q, int l, const struct nn_kernels *kernels, uint8_t *table)
{
	const struct nn_layer *layer = &q->net->layers[l];
	float in[256] __attribute__((aligned(64))), out[256] __attribute__((aligned(64)));
	if (layer->kind == NN_NORMALIZE) {
		make_normal(q, l, table);
		return;
	}
	for (int i = 0; i < 256; i++)
		in[i] = (float)real_of(q, layer->inputs[0], i);
	if (layer->kind == NN_SILU)
		kernels->silu_forward(out, in, 16);
	else
		kernels->activate(out, in, 16, layer->kind, (float)layer->slope);
	for (int i = 0; i < 256; i++)
		table[i] = number_of(q, l, (double)out[i]);
}

static void run_table(
	const struct nn_quant_map *out, const struct nn_quant_map *in, const uint8_t *table)
{
	for (size_t i = 0; i < out->size; i++)
		out->at[i] = table[in->at[i]];
}

/* A table for each channel, or for each number. */
static void run_normalize(const struct nn_quant *q, int l, const struct nn_quant_map *out,
	const struct nn_quant_map *in, const uint8_t *table)
{
	const bool by_pixel =
		q->net->tensors[q->net->layers[l].mean_tensor].count != (size_t)out->channels;
	const int positions = out->height * out->width;
	for (int c = 0; c < out->channels; c++)
		for (int p = 0; p < positions; p++) {
			const size_t which = (size_t)(by_pixel ? c * positions + p : c);
			const int y = p / out->width, x = p % out->width;
			*nn_quant_at(out, c, y, x) = table[256 * which + *nn_quant_at(in, c, y, x)];
		}
}

/* ---- several inputs ---- */

static void run_concat(const struct nn_quant *q, int l, const struct nn_quant_map *maps)
{
	const struct nn_layer *layer = &q->net->layers[l];
	const struct nn_quant_map *out = &maps[l];
	for (int i = 0, channel = 0; i < layer->input_count;
		channel += maps[layer->inputs[i++]].channels) {
		const struct nn_quant_map *in = &maps[layer->inputs[i]];
		const int32_t from = zero_of(q, layer->inputs[i]), to = zero_of(q, l);
		for (int c = 0; c < in->channels; c++)
			for (int p = 0; p < out->height * out->width; p++) {
				const int y = p / out->width, x = p % out->width;
				*nn_quant_at(out, channel + c, y, x) = nn_quant_clamped(to
					+ nn_quant_scaled(*nn_quant_at(in, c, y, x) - from,
						q->layers[l].factors[i]));
			}
	}
}

static void run_add(const struct nn_quant *q, int l, const struct nn_quant_map *maps)
{
	const struct nn_layer *layer = &q->net->layers[l];
	const struct nn_quant_map *out = &maps[l];
	const struct nn_quant_factor *f = q->layers[l].factors;
	for (size_t i = 0; i < out->size; i++) {
		int64_t sum = (int64_t)1 << (f->shift - 1);
		for (int k = 0; k < layer->input_count; k++)
			sum += (int64_t)f[k].multiplier
				* (maps[layer->inputs[k]].at[i] - zero_of(q, layer->inputs[k]));
		out->at[i] = nn_quant_clamped(zero_of(q, l) + (int32_t)(sum >> f->shift));
	}
}

static void run_multiply(const struct nn_quant *q, int l, const struct nn_quant_map *maps)
{
	const struct nn_layer *layer = &q->net->layers[l];
	const struct nn_quant_map *out = &maps[l], *in = &maps[layer->inputs[0]],
				  *by = &maps[layer->inputs[1]];
	const bool gate = by->height == 1 && by->width == 1;
	for (int c = 0; c < out->channels; c++)
		for (int p = 0; p < out->height * out->width; p++) {
			const int y = p / out->width, x = p % out->width;
			const int32_t product =
				(*nn_quant_at(in, c, y, x) - zero_of(q, layer->inputs[0]))
				* (*nn_quant_at(by, c, gate ? 0 : y, gate ? 0 : x)
					- zero_of(q, layer->inputs[1]));
			*nn_quant_at(out, c, y, x) = nn_quant_clamped(
				zero_of(q, l) + nn_quant_scaled(product, *q->layers[l].factors));
		}
}

/* ---- one input, whose scale is kept ---- */

static void run_relu(const struct nn_quant *q, int l, const struct nn_quant_map *maps)
{
	const struct nn_layer *layer = &q->net->layers[l];
	const struct nn_quant_map *in = &maps[layer->inputs[0]], *out = &maps[l];
	const uint8_t low = (uint8_t)zero_of(q, l),
		      high = layer->kind == NN_RELU6 ? number_of(q, l, 6) : 255;
	for (size_t i = 0; i < out->size; i++)
		out->at[i] = in->at[i] < low ? low : in->at[i] > high ? high : in->at[i];
}

/* What lies outside does not count. */
static uint8_t pooled(
	const struct nn_layer *layer, const struct nn_quant_map *in, int c, int row, int column)
{
	uint32_t best = 0, sum = 0, count = 0;
	for (int ky = 0; ky < layer->kernel_height; ky++)
		for (int kx = 0; kx < layer->kernel_width; kx++) {
			const int y = row + ky, x = column + kx;
			if (y < 0 || y >= in->height || x < 0 || x >= in->width)
				continue;
			const uint8_t next = *nn_quant_at(in, c, y, x);
			best = next > best ? next : best;
			sum += next;
			count++;
		}
	return (uint8_t)(layer->kind == NN_MAXPOOL ? best : (2 * sum + count) / (2 * count));
}

static void run_pool(
	const struct nn_layer *layer, const struct nn_quant_map *out, const struct nn_quant_map *in)
{
	const int down = layer->stride ? layer->stride : layer->kernel_height,
		  across = layer->stride ? layer->stride_width : layer->kernel_width,
		  top = layer->stride ? nn_window_padding(layer, 0, in->height) / 2 : 0,
		  left = layer->stride ? nn_window_padding(layer, 1, in->width) / 2 : 0;
	for (int c = 0; c < out->channels; c++)
		for (int y = 0; y < out->height; y++)
			for (int x = 0; x < out->width; x++)
				*nn_quant_at(out, c, y, x) =
					pooled(layer, in, c, y * down - top, x * across - left);
}

static void run_channels(const struct nn_quant *q, int l, const struct nn_quant_map *maps)
{
	const struct nn_layer *layer = &q->net->layers[l];
	const struct nn_quant_map *in = &maps[layer->inputs[0]], *out = &maps[l];
	for (int c = 0; c < out->channels; c++) {
		const int from = nn_channel_source(q->net, layer, c);
		for (int p = 0; p < out->height * out->width; p++) {
			const int y = p / out->width, x = p % out->width;
			*nn_quant_at(out, c, y, x) =
				from < 0 ? (uint8_t)zero_of(q, l) : *nn_quant_at(in, from, y, x);
		}
	}
}

void nn_quant_run_map(
	const struct nn_quant *q, int l, const struct nn_quant_map *maps, const uint8_t *table)
{
	const struct nn_layer *layer = &q->net->layers[l];
	const struct nn_quant_map *in = &maps[layer->inputs[0]], *out = &maps[l];
	switch (layer->kind) {
	case NN_MAXPOOL:
	case NN_AVGPOOL: run_pool(layer, out, in); break;
	case NN_RELU:
	case NN_RELU6: run_relu(q, l, maps); break;
	case NN_CONCAT: run_concat(q, l, maps); break;
	case NN_ADD: run_add(q, l, maps); break;
	case NN_MULTIPLY: run_multiply(q, l, maps); break;
	case NN_SHUFFLE:
	case NN_PAD: run_channels(q, l, maps); break;
	case NN_NORMALIZE: run_normalize(q, l, out, in, table); break;
	case NN_DROPOUT: break; /* it is its input's map */
	default: run_table(out, in, table); break;
	}
}
