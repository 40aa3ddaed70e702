/* oracle.c - layers forward and backward in plain loops (oracle.h). Optimizers, maps and the rest
 * are in formulas.c. */
#include "oracle.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double *doubles(size_t count)
{
	double *p = calloc(count ? count : 1, sizeof(*p));
	if (!p) {
		fputs("oracle: out of memory\n", stderr);
		abort();
	}
	return p;
}

static size_t size_of(struct nn_shape s)
{
	return (size_t)s.channels * (size_t)s.height * (size_t)s.width;
}

/* Place of (channel, y, x) in a map. */
static size_t at(struct nn_shape s, int channel, int y, int x)
{
	return ((size_t)channel * (size_t)s.height + (size_t)y) * (size_t)s.width + (size_t)x;
}

struct oracle *oracle_new(const struct nn_net *net, const float *params)
{
	struct oracle *o = calloc(1, sizeof(*o));
	if (!o)
		abort();
	o->net = net;
	struct oracle_side *sides[] = { &o->value, &o->mass };
	for (int k = 0; k < 2; k++) {
		sides[k]->params = doubles(net->parameter_count);
		sides[k]->gradients = doubles(net->parameter_count);
		for (int i = 0; i < net->layer_count; i++) {
			sides[k]->out[i] = doubles(size_of(net->layers[i].shape));
			sides[k]->before[i] = doubles(size_of(net->layers[i].shape));
			sides[k]->slope[i] = doubles(size_of(net->layers[i].shape));
		}
	}
	for (size_t i = 0; i < net->parameter_count; i++) {
		o->value.params[i] = params[i];
		o->mass.params[i] = fabs(params[i]);
	}
	return o;
}

void oracle_free(struct oracle *o)
{
	if (!o)
		return;
	struct oracle_side *sides[] = { &o->value, &o->mass };
	for (int k = 0; k < 2; k++) {
		free(sides[k]->params);
		free(sides[k]->gradients);
		for (int i = 0; i < o->net->layer_count; i++) {
			free(sides[k]->out[i]);
			free(sides[k]->before[i]);
			free(sides[k]->slope[i]);
		}
	}
	free(o);
}

/* Could fp32 find a difference of this mass on the other side of 0? */
static bool in_doubt(const struct oracle *o, double difference, double mass)
{
	return !o->exact && fabs(difference) <= ORACLE_UNIT * mass;
}

/* ---- convolution and dense: forward and backward of one side ---- */

static void conv_forward(const struct nn_layer *l, struct nn_shape from, const double *in,
	const double *w, const double *b, double *out)
{
	int above = l->padding == NN_SAME ? (l->kernel_height - 1) / 2 : 0;
	int left = l->padding == NN_SAME ? (l->kernel_width - 1) / 2 : 0;
	for (int f = 0; f < l->shape.channels; f++)
		for (int y = 0; y < l->shape.height; y++)
			for (int x = 0; x < l->shape.width; x++) {
				double sum = b[f];
				for (int c = 0; c < from.channels; c++)
					for (int ky = 0; ky < l->kernel_height; ky++)
						for (int kx = 0; kx < l->kernel_width; kx++) {
							int in_y = y + ky - above,
							    in_x = x + kx - left;
							if (in_y < 0 || in_y >= from.height
								|| in_x < 0 || in_x >= from.width)
								continue; /* a zero outside */
							struct nn_shape k = { from.channels,
								l->kernel_height, l->kernel_width };
							sum += w[(size_t)f * size_of(k)
								       + at(k, c, ky, kx)]
								* in[at(from, c, in_y, in_x)];
						}
				out[at(l->shape, f, y, x)] = sum;
			}
}

static void conv_backward(const struct nn_layer *l, struct nn_shape from, const double *in,
	const double *w, const double *slope, double *slope_in, double *gradient_w,
	double *gradient_b)
{
	int above = l->padding == NN_SAME ? (l->kernel_height - 1) / 2 : 0;
	int left = l->padding == NN_SAME ? (l->kernel_width - 1) / 2 : 0;
	for (int f = 0; f < l->shape.channels; f++)
		for (int y = 0; y < l->shape.height; y++)
			for (int x = 0; x < l->shape.width; x++) {
				double d = slope[at(l->shape, f, y, x)];
				gradient_b[f] += d;
				for (int c = 0; c < from.channels && d != 0; c++)
					for (int ky = 0; ky < l->kernel_height; ky++)
						for (int kx = 0; kx < l->kernel_width; kx++) {
							int in_y = y + ky - above,
							    in_x = x + kx - left;
							if (in_y < 0 || in_y >= from.height
								|| in_x < 0 || in_x >= from.width)
								continue;
							struct nn_shape k = { from.channels,
								l->kernel_height, l->kernel_width };
							size_t weight = (size_t)f * size_of(k)
								+ at(k, c, ky, kx);
							gradient_w[weight] +=
								d * in[at(from, c, in_y, in_x)];
							slope_in[at(from, c, in_y, in_x)] +=
								d * w[weight];
						}
			}
}

static void dense_forward(size_t inputs, size_t units, const double *in, const double *w,
	const double *b, double *out)
{
	for (size_t u = 0; u < units; u++) {
		out[u] = b[u];
		for (size_t i = 0; i < inputs; i++)
			out[u] += w[u * inputs + i] * in[i];
	}
}

static void dense_backward(size_t inputs, size_t units, const double *in, const double *w,
	const double *slope, double *slope_in, double *gradient_w, double *gradient_b)
{
	for (size_t u = 0; u < units; u++) {
		gradient_b[u] += slope[u];
		for (size_t i = 0; i < inputs; i++) {
			gradient_w[u * inputs + i] += slope[u] * in[i];
			slope_in[i] += slope[u] * w[u * inputs + i];
		}
	}
}

static void linear_forward(const struct oracle *o, struct oracle_side *s, int number)
{
	const struct nn_layer *l = &o->net->layers[number];
	struct nn_shape from = o->net->layers[l->inputs[0]].shape;
	const double *w = s->params + o->net->tensors[l->kernel_tensor].offset;
	const double *b = s->params + o->net->tensors[l->bias_tensor].offset;
	if (l->kind == NN_CONV)
		conv_forward(l, from, s->out[l->inputs[0]], w, b, s->before[number]);
	else
		dense_forward(size_of(from), size_of(l->shape), s->out[l->inputs[0]], w, b,
			s->before[number]);
}

/* slope: with respect to the layer's output before its ReLU. */
static void linear_backward(
	const struct oracle *o, struct oracle_side *s, int number, const double *slope)
{
	const struct nn_layer *l = &o->net->layers[number];
	struct nn_shape from = o->net->layers[l->inputs[0]].shape;
	size_t w = o->net->tensors[l->kernel_tensor].offset,
	       b = o->net->tensors[l->bias_tensor].offset;
	const double *in = s->out[l->inputs[0]];
	double *slope_in = s->slope[l->inputs[0]];
	if (l->kind == NN_CONV)
		conv_backward(l, from, in, s->params + w, slope, slope_in, s->gradients + w,
			s->gradients + b);
	else
		dense_backward(size_of(from), size_of(l->shape), in, s->params + w, slope, slope_in,
			s->gradients + w, s->gradients + b);
}

/* ---- ReLU: derivative 1 above 0, 0 at and below, as in Keras ---- */

static void relu_forward(struct oracle *o, size_t count, const double *in, const double *in_mass,
	double *out, double *out_mass)
{
	for (size_t i = 0; i < count; i++) {
		out[i] = in[i] > 0 ? in[i] : 0;
		out_mass[i] = in[i] > 0 || in_doubt(o, in[i], in_mass[i]) ? in_mass[i] : 0;
	}
}

/* Adds to slope_in and its mass. */
static void relu_backward(struct oracle *o, size_t count, const double *in, const double *in_mass,
	const double *slope, const double *slope_mass, double *slope_in, double *slope_in_mass)
{
	for (size_t i = 0; i < count; i++) {
		if (in[i] > 0) {
			slope_in[i] += slope[i];
			slope_in_mass[i] += slope_mass[i];
		}
		if (in_doubt(o, in[i], in_mass[i]))
			slope_in_mass[i] += fabs(slope[i]) / ORACLE_UNIT;
	}
}

/* ---- pooling: the first of equal maxima, in reading order, gets the slope ---- */

static void window_maximum(
	const struct oracle *o, int number, int channel, int y, int x, size_t *winner)
{
	const struct nn_layer *l = &o->net->layers[number];
	struct nn_shape from = o->net->layers[l->inputs[0]].shape;
	const double *in = o->value.out[l->inputs[0]];
	*winner = at(from, channel, y * l->kernel_height, x * l->kernel_width);
	for (int ky = 0; ky < l->kernel_height; ky++)
		for (int kx = 0; kx < l->kernel_width; kx++) {
			size_t i = at(
				from, channel, y * l->kernel_height + ky, x * l->kernel_width + kx);
			if (in[i] > in[*winner])
				*winner = i;
		}
}

static void pool_forward(struct oracle *o, int number)
{
	const struct nn_layer *l = &o->net->layers[number];
	for (int c = 0; c < l->shape.channels; c++)
		for (int y = 0; y < l->shape.height; y++)
			for (int x = 0; x < l->shape.width; x++) {
				size_t winner;
				window_maximum(o, number, c, y, x, &winner);
				o->value.out[number][at(l->shape, c, y, x)] =
					o->value.out[l->inputs[0]][winner];
				o->mass.out[number][at(l->shape, c, y, x)] =
					o->mass.out[l->inputs[0]][winner];
			}
}

static void pool_backward(struct oracle *o, int number)
{
	const struct nn_layer *l = &o->net->layers[number];
	struct nn_shape from = o->net->layers[l->inputs[0]].shape;
	const double *in = o->value.out[l->inputs[0]], *in_mass = o->mass.out[l->inputs[0]];
	for (int c = 0; c < l->shape.channels; c++)
		for (int y = 0; y < l->shape.height; y++)
			for (int x = 0; x < l->shape.width; x++) {
				size_t winner, place = at(l->shape, c, y, x);
				window_maximum(o, number, c, y, x, &winner);
				o->value.slope[l->inputs[0]][winner] +=
					o->value.slope[number][place];
				o->mass.slope[l->inputs[0]][winner] += o->mass.slope[number][place];
				double moved = fabs(o->value.slope[number][place]) / ORACLE_UNIT;
				bool doubt = false;
				for (int k = 0; k < l->kernel_height * l->kernel_width; k++) {
					size_t i = at(from, c,
						y * l->kernel_height + k / l->kernel_width,
						x * l->kernel_width + k % l->kernel_width);
					if (i == winner
						|| !in_doubt(o, in[winner] - in[i],
							in_mass[winner] + in_mass[i]))
						continue;
					o->mass.slope[l->inputs[0]][i] += moved;
					doubt = true;
				}
				if (doubt)
					o->mass.slope[l->inputs[0]][winner] += moved;
			}
}

/* ---- softmax cross-entropy ---- */

static void output_forward(struct oracle *o, int number, int k)
{
	const struct nn_layer *l = &o->net->layers[number];
	size_t classes = size_of(o->net->layers[l->inputs[0]].shape);
	const double *z = o->value.out[l->inputs[0]], *z_mass = o->mass.out[l->inputs[0]];
	double top = z[0], sum = 0, mean_mass = 0;
	for (size_t j = 1; j < classes; j++)
		if (z[j] > top)
			top = z[j];
	for (size_t j = 0; j < classes; j++)
		sum += exp(z[j] - top);
	for (size_t j = 0; j < classes; j++) {
		o->value.out[number][j] = exp(z[j] - top) / sum;
		mean_mass += o->value.out[number][j] * z_mass[j];
	}
	for (size_t j = 0; j < classes; j++)
		o->mass.out[number][j] = o->value.out[number][j] * (1 + z_mass[j] + mean_mass);
	o->loss[k] = log(sum) - (z[o->label] - top);
	o->loss_mass[k] = 1 + fabs(o->loss[k]) + z_mass[o->label] + mean_mass;
}

static void output_backward(struct oracle *o, int number, double weight)
{
	int from = o->net->layers[number].inputs[0];
	size_t classes = size_of(o->net->layers[from].shape);
	for (size_t j = 0; j < classes; j++) {
		double truth = j == (size_t)o->label ? 1 : 0;
		o->value.slope[from][j] += (o->value.out[number][j] - truth) * weight;
		o->mass.slope[from][j] += (o->mass.out[number][j] + truth) * fabs(weight);
	}
}

/* ---- the network ---- */

static void layer_forward(struct oracle *o, int number)
{
	const struct nn_layer *l = &o->net->layers[number];
	size_t count = size_of(l->shape);
	struct oracle_side *sides[] = { &o->value, &o->mass };
	switch (l->kind) {
	case NN_CONV:
	case NN_DENSE:
		for (int k = 0; k < 2; k++)
			linear_forward(o, sides[k], number);
		if (l->relu)
			relu_forward(o, count, o->value.before[number], o->mass.before[number],
				o->value.out[number], o->mass.out[number]);
		else
			for (int k = 0; k < 2; k++)
				memcpy(sides[k]->out[number], sides[k]->before[number],
					count * sizeof(double));
		break;
	case NN_RELU:
		relu_forward(o, count, o->value.out[l->inputs[0]], o->mass.out[l->inputs[0]],
			o->value.out[number], o->mass.out[number]);
		break;
	case NN_MAXPOOL: pool_forward(o, number); break;
	case NN_DROPOUT:
		for (int k = 0; k < 2; k++)
			for (size_t i = 0; i < count; i++) {
				double x = sides[k]->out[l->inputs[0]][i];
				sides[k]->out[number][i] = !o->masks[number] ? x
					: o->masks[number][i]                ? x / (1 - l->rate)
									     : 0;
			}
		break;
	case NN_CONCAT:
		for (int k = 0; k < 2; k++) {
			double *to = sides[k]->out[number];
			for (int j = 0; j < l->input_count; j++) {
				size_t part = size_of(o->net->layers[l->inputs[j]].shape);
				memcpy(to, sides[k]->out[l->inputs[j]], part * sizeof(double));
				to += part;
			}
		}
		break;
	case NN_INPUT:
	case NN_OUTPUT: break; /* oracle_forward does these */
	default: break;        /* wide.c has the others */
	}
}

static void layer_backward(struct oracle *o, int number)
{
	const struct nn_layer *l = &o->net->layers[number];
	size_t count = size_of(l->shape);
	struct oracle_side *sides[] = { &o->value, &o->mass };
	switch (l->kind) {
	case NN_CONV:
	case NN_DENSE: {
		double *slope[2] = { doubles(count), doubles(count) };
		if (l->relu)
			relu_backward(o, count, o->value.before[number], o->mass.before[number],
				o->value.slope[number], o->mass.slope[number], slope[0], slope[1]);
		else
			for (int k = 0; k < 2; k++)
				memcpy(slope[k], sides[k]->slope[number], count * sizeof(double));
		for (int k = 0; k < 2; k++) {
			linear_backward(o, sides[k], number, slope[k]);
			free(slope[k]);
		}
		break;
	}
	case NN_RELU:
		relu_backward(o, count, o->value.out[l->inputs[0]], o->mass.out[l->inputs[0]],
			o->value.slope[number], o->mass.slope[number], o->value.slope[l->inputs[0]],
			o->mass.slope[l->inputs[0]]);
		break;
	case NN_MAXPOOL: pool_backward(o, number); break;
	case NN_DROPOUT:
		for (int k = 0; k < 2; k++)
			for (size_t i = 0; i < count; i++) {
				double d = sides[k]->slope[number][i];
				sides[k]->slope[l->inputs[0]][i] += !o->masks[number] ? d
					: o->masks[number][i] ? d / (1 - l->rate)
							      : 0;
			}
		break;
	case NN_CONCAT:
		for (int k = 0; k < 2; k++) {
			const double *from = sides[k]->slope[number];
			for (int j = 0; j < l->input_count; j++) {
				size_t part = size_of(o->net->layers[l->inputs[j]].shape);
				for (size_t i = 0; i < part; i++)
					sides[k]->slope[l->inputs[j]][i] += from[i];
				from += part;
			}
		}
		break;
	case NN_INPUT:
	case NN_OUTPUT: break;
	default: break; /* wide.c has the others */
	}
}

void oracle_forward(struct oracle *o, const double *const images[], int label)
{
	o->label = label;
	for (int k = 0; k < o->net->input_count; k++) {
		int number = o->net->inputs[k];
		for (size_t i = 0; i < size_of(o->net->layers[number].shape); i++) {
			o->value.out[number][i] = images[k][i];
			o->mass.out[number][i] = fabs(images[k][i]);
		}
	}
	for (int i = 0; i < o->net->layer_count; i++)
		layer_forward(o, i);
	for (int k = 0; k < o->net->output_count; k++)
		output_forward(o, o->net->outputs[k], k);
}

void oracle_backward(struct oracle *o, double weight)
{
	struct oracle_side *sides[] = { &o->value, &o->mass };
	for (int k = 0; k < 2; k++)
		for (int i = 0; i < o->net->layer_count; i++)
			memset(sides[k]->slope[i], 0,
				size_of(o->net->layers[i].shape) * sizeof(double));
	for (int k = 0; k < o->net->output_count; k++)
		output_backward(o, o->net->outputs[k], weight);
	for (int i = o->net->layer_count - 1; i >= 0; i--)
		layer_backward(o, i);
}

const double *oracle_logits(const struct oracle *o, int k)
{
	return o->value.out[o->net->layers[o->net->outputs[k]].inputs[0]];
}

const double *oracle_logits_mass(const struct oracle *o, int k)
{
	return o->mass.out[o->net->layers[o->net->outputs[k]].inputs[0]];
}
