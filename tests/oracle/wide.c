/* wide.c - see wide.h. */
#include "wide.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct wide_number num;

/* How much more than the bound: sums may be taken in another order, and second-order terms are left
 * out. */
enum { SLACK = 4 };

static const double unit = 5.9604644775390625e-8;

bool wide_close(double got, struct wide_number want)
{
	return fabs(got - want.value) <= SLACK * unit * want.error + 1e-37;
}

static num make(double value, double error)
{
	return (num){ value, error };
}

static num plus(num a, num b)
{
	double v = a.value + b.value;
	return make(v, a.error + b.error + fabs(v));
}

static num minus(num a, num b)
{
	return plus(a, make(-b.value, b.error));
}

static num times(num a, num b)
{
	double v = a.value * b.value;
	return make(v, fabs(a.value) * b.error + fabs(b.value) * a.error + fabs(v));
}

static num scaled(num a, double factor)
{
	return times(a, make(factor, fabs(factor)));
}

static void *zeros(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);
	if (!p) {
		fputs("wide: out of memory\n", stderr);
		abort();
	}
	return p;
}

static size_t size_of(struct nn_shape s)
{
	return (size_t)s.channels * (size_t)s.height * (size_t)s.width;
}

struct wide *wide_new(const struct nn_net *net, uint32_t count)
{
	struct wide *w = zeros(1, sizeof(*w));
	w->net = net;
	w->count = count;
	w->params = zeros(net->parameter_count, sizeof(num));
	w->gradients = zeros(net->parameter_count, sizeof(num));
	w->images = zeros(count * size_of(net->layers[net->inputs[0]].shape), sizeof(num));
	for (int l = 0; l < net->layer_count; l++) {
		w->out[l] = zeros(count * size_of(net->layers[l].shape), sizeof(num));
		w->slope[l] = zeros(count * size_of(net->layers[l].shape), sizeof(num));
		w->batch_mean[l] = zeros((size_t)net->layers[l].shape.channels, sizeof(num));
		w->batch_variance[l] = zeros((size_t)net->layers[l].shape.channels, sizeof(num));
	}
	return w;
}

void wide_free(struct wide *w)
{
	for (int l = 0; l < w->net->layer_count; l++) {
		free(w->out[l]);
		free(w->slope[l]);
		free(w->batch_mean[l]);
		free(w->batch_variance[l]);
	}
	free(w->teacher);
	free(w->params);
	free(w->gradients);
	free(w->images);
	free(w);
}

static const struct nn_layer *layer_of(const struct wide *w, int l)
{
	return &w->net->layers[l];
}

/* Element (channel, y, x) of image i of layer l. */
static size_t at(const struct wide *w, int l, uint32_t i, int channel, int y, int x)
{
	struct nn_shape s = layer_of(w, l)->shape;
	return (((size_t)i * (size_t)s.channels + (size_t)channel) * (size_t)s.height + (size_t)y)
		* (size_t)s.width
		+ (size_t)x;
}

static num *param(const struct wide *w, int tensor, size_t i)
{
	return &w->params[w->net->tensors[tensor].offset + i];
}

static num *gradient(const struct wide *w, int tensor, size_t i)
{
	return &w->gradients[w->net->tensors[tensor].offset + i];
}

/* ---- what is linear: a list of all (output, input, weight) triples of a layer, walked forward or
 * backward ---- */

typedef void visit(struct wide *w, int l, size_t out, size_t in, size_t weight);

static int padding_before(int size, int kernel, int stride)
{
	int outputs = (size + stride - 1) / stride, all = (outputs - 1) * stride + kernel - size;
	return all > 0 ? all / 2 : 0;
}

static void visit_window(struct wide *w, int l, uint32_t i, int f, int y, int x, visit *v)
{
	const struct nn_layer *c = layer_of(w, l);
	int from = c->inputs[0];
	struct nn_shape in = layer_of(w, from)->shape;
	bool same = c->padding == NN_SAME, deep = c->kind == NN_CONV;
	const int high = (c->kernel_height - 1) * c->dilation + 1,
		  wide = (c->kernel_width - 1) * c->dilation_width + 1;
	int above = same ? padding_before(in.height, high, c->stride) : 0,
	    left = same ? padding_before(in.width, wide, c->stride_width) : 0;
	const int groups = deep && c->groups ? c->groups : 1, each = in.channels / groups,
		  first = f / (c->shape.channels / groups) * each;
	for (int k = deep ? first : f; k < (deep ? first + each : f + 1); k++)
		for (int ky = 0; ky < c->kernel_height; ky++)
			for (int kx = 0; kx < c->kernel_width; kx++) {
				int in_y = y * c->stride + ky * c->dilation - above,
				    in_x = x * c->stride_width + kx * c->dilation_width - left;
				if (in_y < 0 || in_y >= in.height || in_x < 0 || in_x >= in.width)
					continue;
				int filter = deep ? f * each + k - first : f;
				v(w, l, at(w, l, i, f, y, x), at(w, from, i, k, in_y, in_x),
					(size_t)((filter * c->kernel_height + ky) * c->kernel_width
						+ kx));
			}
}

static void visit_all(struct wide *w, int l, visit *v)
{
	const struct nn_layer *c = layer_of(w, l);
	size_t inputs = size_of(layer_of(w, c->inputs[0])->shape);
	for (uint32_t i = 0; i < w->count; i++)
		for (int f = 0; f < c->shape.channels; f++)
			for (int y = 0; y < c->shape.height; y++)
				for (int x = 0; x < c->shape.width; x++) {
					if (c->kind != NN_DENSE)
						visit_window(w, l, i, f, y, x, v);
					for (size_t k = 0; c->kind == NN_DENSE && k < inputs; k++)
						v(w, l, at(w, l, i, f, 0, 0), i * inputs + k,
							(size_t)f * inputs + k);
				}
}

static void add_product(struct wide *w, int l, size_t out, size_t in, size_t weight)
{
	const struct nn_layer *c = layer_of(w, l);
	num *to = &w->out[l][out];
	*to = plus(*to, times(w->out[c->inputs[0]][in], *param(w, c->kernel_tensor, weight)));
}

static void add_slopes(struct wide *w, int l, size_t out, size_t in, size_t weight)
{
	const struct nn_layer *c = layer_of(w, l);
	num d = w->slope[l][out], *back = &w->slope[c->inputs[0]][in],
	    *of_weight = gradient(w, c->kernel_tensor, weight);
	*back = plus(*back, times(d, *param(w, c->kernel_tensor, weight)));
	*of_weight = plus(*of_weight, times(d, w->out[c->inputs[0]][in]));
}

static int channel_of(const struct wide *w, int l, size_t element)
{
	struct nn_shape s = layer_of(w, l)->shape;
	return (int)(element / ((size_t)s.height * (size_t)s.width) % (size_t)s.channels);
}

/* ---- activations: value and derivative; a number that fp32 may see on the other side of a kink
 * has a derivative in doubt ---- */

static bool in_doubt(num x, double kink)
{
	return fabs(x.value - kink) <= SLACK * unit * x.error;
}

static double normal(double x)
{
	return erfc(-x / sqrt(2)) / 2;
}

static double bell(double x)
{
	return exp(-x * x / 2) / sqrt(2 * acos(-1));
}

/* Errors: of the argument through the derivative, and what the core's header allows of its own. */
static num smooth(enum nn_kind kind, num x, double slope)
{
	const double v = x.value, s = 1 / (1 + exp(-v)), h = fmin(fmax(v + 3, 0), 6) / 6;
	switch (kind) {
	case NN_TANH: return make(tanh(v), (1 - tanh(v) * tanh(v)) * x.error + 7 * fabs(tanh(v)));
	case NN_SIGMOID: return make(s, s * (1 - s) * x.error + 7 * s);
	case NN_LEAKY_RELU:
		return v > 0 ? x : make(slope * v, slope * x.error + 2 * fabs(slope * v));
	case NN_GELU:
		return make(v * normal(v),
			fabs(normal(v) + v * bell(v)) * x.error + 6 * fabs(v)
				+ fabs(v * normal(v)));
	case NN_HARD_SWISH:
		return make(v * h, (h + fabs(v) / 6) * x.error + 8 * fabs(v) * (h + .1));
	default: return make(h, x.error / 6 + 8 * (h + .1));
	}
}

static num smooth_slope(enum nn_kind kind, num x, double slope)
{
	const double v = x.value, s = 1 / (1 + exp(-v)), t = tanh(v), inside = v > -3 && v < 3;
	switch (kind) {
	case NN_TANH: return make(1 - t * t, 2 * fabs(t) * x.error + 20);
	case NN_SIGMOID: return make(s * (1 - s), s * (1 - s) * x.error + 20 * s);
	case NN_LEAKY_RELU: return make(v > 0 ? 1 : slope, 1 + (in_doubt(x, 0) ? 1 / unit : 0));
	case NN_GELU: return make(normal(v) + v * bell(v), 2 * x.error + 20 * (1 + fabs(v)));
	case NN_HARD_SWISH:
		return make(inside ? v / 3 + .5 : v >= 3,
			x.error + 4 + (in_doubt(x, 3) || in_doubt(x, -3) ? 1 / unit : 0));
	default: return make(inside / 6, 1 + (in_doubt(x, 3) || in_doubt(x, -3) ? 1 / unit : 0));
	}
}

static num activate(enum nn_kind kind, num x, double slope)
{
	if (kind == NN_RELU)
		return x.value > 0 ? x : make(0, in_doubt(x, 0) ? x.error : 0);
	if (kind == NN_RELU6)
		return x.value > 6 ? make(6, in_doubt(x, 6) ? x.error : 0)
				   : activate(NN_RELU, x, 0);
	double s = 1 / (1 + exp(-x.value));
	if (kind == NN_SILU)
		return times(x, make(s, s * (1 - s) * x.error + 10 * s));
	return smooth(kind, x, slope);
}

static num derivative(enum nn_kind kind, num x, double slope)
{
	if (kind >= NN_TANH)
		return smooth_slope(kind, x, slope);
	if (kind == NN_SILU) {
		double s = 1 / (1 + exp(-x.value)), v = x.value;
		return make(s * (1 + v * (1 - s)),
			s * (1 - s) * fabs(2 + v * (1 - 2 * s)) * x.error + 20 * s * (1 + fabs(v)));
	}
	bool doubt = in_doubt(x, 0) || (kind == NN_RELU6 && in_doubt(x, 6));
	return make(x.value > 0 && (kind == NN_RELU || x.value < 6) ? 1 : 0, doubt ? 1 / unit : 0);
}

/* ---- pooling ---- */

/* All pools: windows side by side are those of stride `window` without padding. */
static void pool_window(
	struct wide *w, int l, size_t out, const size_t *inside, int count, bool back)
{
	const struct nn_layer *p = layer_of(w, l);
	const int from = p->inputs[0];
	size_t best = inside[0];
	num sum = { 0, 0 };
	for (int k = 0; k < count; k++) {
		sum = plus(sum, w->out[from][inside[k]]);
		if (w->out[from][inside[k]].value > w->out[from][best].value)
			best = inside[k];
		if (back && p->kind == NN_AVGPOOL)
			w->slope[from][inside[k]] = plus(
				w->slope[from][inside[k]], scaled(w->slope[l][out], 1.0 / count));
	}
	if (!back)
		w->out[l][out] =
			p->kind == NN_AVGPOOL ? scaled(sum, 1.0 / count) : w->out[from][best];
	else if (p->kind == NN_MAXPOOL) /* tests give it no near ties */
		w->slope[from][best] = plus(w->slope[from][best], w->slope[l][out]);
}

static void pool(struct wide *w, int l, bool back)
{
	const struct nn_layer *p = layer_of(w, l);
	const int from = p->inputs[0];
	const struct nn_shape in = layer_of(w, from)->shape;
	const int down = p->stride ? p->stride : p->kernel_height,
		  across = p->stride ? p->stride_width : p->kernel_width,
		  above = p->padding == NN_SAME ? padding_before(in.height, p->kernel_height, down)
						: 0,
		  left = p->padding == NN_SAME ? padding_before(in.width, p->kernel_width, across)
					       : 0;
	size_t *inside = zeros((size_t)(p->kernel_height * p->kernel_width), sizeof(*inside));
	for (uint32_t i = 0; i < w->count; i++)
		for (int c = 0; c < p->shape.channels; c++)
			for (int y = 0; y < p->shape.height; y++)
				for (int x = 0; x < p->shape.width; x++) {
					int count = 0;
					for (int k = 0; k < p->kernel_height * p->kernel_width;
						k++) {
						const int row = y * down - above
							+ k / p->kernel_width,
							  column = x * across - left
							+ k % p->kernel_width;
						if (row >= 0 && row < in.height && column >= 0
							&& column < in.width)
							inside[count++] =
								at(w, from, i, c, row, column);
					}
					pool_window(
						w, l, at(w, l, i, c, y, x), inside, count, back);
				}
	free(inside);
}

/* ---- batch normalisation ---- */

static bool uses_batch(const struct wide *w, const struct nn_layer *b)
{
	return w->training
		&& !(w->frozen && w->frozen[b->kernel_tensor] && w->frozen[b->bias_tensor]);
}

struct normal {
	num mean, inverse, number;
};

/* Call f for every element of a channel. */
#define EACH(w, l, c, element)                                                    \
	for (uint32_t i_ = 0; i_ < (w)->count; i_++)                              \
		for (size_t element = at(w, l, i_, c, 0, 0),                      \
			    end_ = element                                        \
				+ size_of(layer_of(w, l)->shape)                  \
					/ (size_t)layer_of(w, l)->shape.channels; \
			element < end_; element++)

static struct normal statistics(struct wide *w, int l, int c)
{
	const struct nn_layer *b = layer_of(w, l);
	const num *in = w->out[b->inputs[0]];
	double number = (double)w->count * b->shape.height * b->shape.width;
	num mean = { 0, 0 }, variance = { 0, 0 };
	if (uses_batch(w, b)) {
		EACH(w, l, c, k)
		mean = plus(mean, in[k]);
		mean = scaled(mean, 1 / number);
		EACH(w, l, c, k)
		variance = plus(variance, times(minus(in[k], mean), minus(in[k], mean)));
		variance = scaled(variance, 1 / number);
		w->batch_mean[l][c] = mean;
		w->batch_variance[l][c] = variance;
	} else {
		mean = *param(w, b->mean_tensor, (size_t)c);
		variance = *param(w, b->variance_tensor, (size_t)c);
	}
	double inverse = 1 / sqrt(variance.value + b->epsilon);
	return (struct normal){ mean,
		make(inverse, inverse * inverse * inverse / 2 * variance.error + 2 * inverse),
		make(number, 0) };
}

static void normalise(struct wide *w, int l)
{
	const struct nn_layer *b = layer_of(w, l);
	for (int c = 0; c < b->shape.channels; c++) {
		struct normal n = statistics(w, l, c);
		num scale = times(*param(w, b->kernel_tensor, (size_t)c), n.inverse);
		EACH(w, l, c, k)
		w->out[l][k] = plus(times(minus(w->out[b->inputs[0]][k], n.mean), scale),
			*param(w, b->bias_tensor, (size_t)c));
	}
}

static void normalise_back(struct wide *w, int l)
{
	const struct nn_layer *b = layer_of(w, l);
	const num *in = w->out[b->inputs[0]];
	for (int c = 0; c < b->shape.channels; c++) {
		struct normal n = statistics(w, l, c);
		num sum = { 0, 0 }, product = { 0, 0 },
		    scale = times(*param(w, b->kernel_tensor, (size_t)c), n.inverse);
		EACH(w, l, c, k)
		{
			sum = plus(sum, w->slope[l][k]);
			product = plus(product,
				times(w->slope[l][k], times(minus(in[k], n.mean), n.inverse)));
		}
		*gradient(w, b->bias_tensor, (size_t)c) = sum;
		*gradient(w, b->kernel_tensor, (size_t)c) = product;
		EACH(w, l, c, k)
		{
			num d = w->slope[l][k], *back = &w->slope[b->inputs[0]][k];
			if (uses_batch(w, b)) { /* d - mean(d) - xhat * mean(d * xhat) */
				num xhat = times(minus(in[k], n.mean), n.inverse);
				d = minus(minus(d, scaled(sum, 1 / n.number.value)),
					times(xhat, scaled(product, 1 / n.number.value)));
			}
			*back = plus(*back, times(d, scale));
		}
	}
}

/* ---- loss ---- */

static double target(const struct wide *w, uint32_t i, size_t k, size_t classes)
{
	bool first = w->labels[i] == k,
	     second = w->labels[(i + w->partner_distance) % w->count] == k;
	if (!w->training)
		return first;
	double mixed = first * (1 - w->partner_share) + second * w->partner_share;
	return mixed * (1 - w->label_smoothing) + w->label_smoothing / (double)classes;
}

/* Softmax at a temperature, with the error of each part. */
static void soften(const num *z, size_t classes, double temperature, num *p)
{
	double top = z[0].value, sum = 0, mean = 0;
	for (size_t k = 1; k < classes; k++)
		top = fmax(top, z[k].value);
	for (size_t k = 0; k < classes; k++)
		sum += exp((z[k].value - top) / temperature);
	for (size_t k = 0; k < classes; k++) {
		p[k].value = exp((z[k].value - top) / temperature) / sum;
		mean += p[k].value * (z[k].error + 3 * fabs(z[k].value - top)) / temperature;
	}
	for (size_t k = 0; k < classes; k++)
		p[k].error = p[k].value
			* ((z[k].error + 3 * fabs(z[k].value - top)) / temperature + mean + 12
				+ (double)classes);
}

/* Distillation of image i: its loss beside that of the labels, or its derivatives. */
static void distil(struct wide *w, uint32_t i, const num *z, size_t classes, num *loss, num *slopes)
{
	const double a = w->distill, t = w->temperature;
	num p[256], q[256], apart = { 0, 0 };
	soften(w->teacher + i * classes, classes, t, p);
	soften(z, classes, t, q);
	for (size_t k = 0; k < classes; k++) {
		const double log_ratio = log(p[k].value / q[k].value);
		apart = plus(apart,
			make(p[k].value * log_ratio,
				p[k].error * (1 + fabs(log_ratio))
					+ p[k].value / q[k].value * q[k].error));
		if (slopes)
			slopes[k] = plus(scaled(slopes[k], 1 - a),
				scaled(minus(q[k], p[k]), a * t / w->count));
	}
	*loss = plus(scaled(*loss, 1 - a), scaled(apart, a * t * t));
}

static void losses(struct wide *w, int l, int output, bool back)
{
	const double weight = layer_of(w, l)->loss_weight > 0 ? layer_of(w, l)->loss_weight : 1;
	const bool taught = w->teacher && w->training && w->distill > 0;
	int from = layer_of(w, l)->inputs[0];
	size_t classes = size_of(layer_of(w, from)->shape);
	for (uint32_t i = 0; i < w->count; i++) {
		const num *z = w->out[from] + i * classes;
		double top = z[0].value, sum = 0, mean_error = 0, of_labels = 0, label_error = 0;
		for (size_t k = 1; k < classes; k++)
			top = fmax(top, z[k].value);
		for (size_t k = 0; k < classes; k++)
			sum += exp(z[k].value - top);
		for (size_t k = 0; k < classes; k++) {
			mean_error +=
				exp(z[k].value - top) / sum * (z[k].error + fabs(z[k].value - top));
			of_labels += target(w, i, k, classes) * (z[k].value - top);
			label_error += target(w, i, k, classes)
				* (z[k].error + (double)classes * fabs(z[k].value - top));
		}
		num loss =
			make(log(sum) - of_labels, mean_error + label_error + 10 * (1 + log(sum)));
		num slopes[256];
		for (size_t k = 0; k < classes; k++) {
			double p = exp(z[k].value - top) / sum, t = target(w, i, k, classes);
			num d = make((p - t) / w->count,
				(p * (10 + (double)classes + z[k].error + mean_error) + 4 * t)
					/ w->count);
			slopes[k] = d;
		}
		if (taught)
			distil(w, i, z, classes, &loss, slopes);
		if (!back)
			w->loss[output] = plus(w->loss[output], loss);
		for (size_t k = 0; back && k < classes; k++)
			w->slope[from][i * classes + k] =
				plus(w->slope[from][i * classes + k], scaled(slopes[k], weight));
	}
}

/* ---- the network ---- */

static int output_number(const struct wide *w, int l)
{
	int k = 0;
	while (w->net->outputs[k] != l)
		k++;
	return k;
}

/* An activation of its own, or that of a convolution, whose values before it are found again from
 * what is after it: a positive value is itself, and a derivative in doubt shows as an error at 0.
 */
static void relu_in_place(struct wide *w, int l, bool back)
{
	for (size_t k = 0; layer_of(w, l)->relu && k < w->count * size_of(layer_of(w, l)->shape);
		k++)
		if (back)
			w->slope[l][k] = times(w->slope[l][k],
				w->out[l][k].value > 0 || w->out[l][k].error > 0
					? derivative(NN_RELU, w->out[l][k], 0)
					: make(0, 0));
		else
			w->out[l][k] = activate(NN_RELU, w->out[l][k], 0);
}

static void standardise(struct wide *w, int l)
{
	const struct nn_layer *n = layer_of(w, l);
	const size_t image = size_of(n->shape), constants = w->net->tensors[n->mean_tensor].count,
		     each = image / constants;
	for (size_t k = 0; k < w->count * image; k++) {
		const size_t i = k % image / each;
		w->out[l][k] = times(minus(w->out[n->inputs[0]][k], *param(w, n->mean_tensor, i)),
			*param(w, n->variance_tensor, i));
	}
}

/* Number k of a map times that of the other one, or of its channel. */
static size_t factor_of(const struct wide *w, int l, size_t k)
{
	const struct nn_layer *n = layer_of(w, l);
	const size_t size = size_of(n->shape), channels = (size_t)n->shape.channels;
	return size_of(layer_of(w, n->inputs[1])->shape) == size ? k : k / (size / channels);
}

/* Where number k of a shuffle or a padding comes from; -1: nowhere. */
static long source_of(const struct wide *w, int l, size_t k)
{
	const struct nn_layer *n = layer_of(w, l);
	const int in = layer_of(w, n->inputs[0])->shape.channels, out = n->shape.channels;
	const long plane = (long)n->shape.height * n->shape.width, c = (long)k / plane % out,
		   image = (long)k / plane / out;
	long from = c - (out - in) / 2;
	if (n->kind == NN_SHUFFLE) /* written as rows of groups, read by columns */
		from = c % n->groups * (in / n->groups) + c / n->groups;
	return from < 0 || from >= in ? -1 : (image * in + from) * plane + (long)k % plane;
}

static void forward(struct wide *w, int l)
{
	const struct nn_layer *n = layer_of(w, l);
	size_t size = w->count * size_of(n->shape);
	switch (n->kind) {
	case NN_INPUT: memcpy(w->out[l], w->images, size * sizeof(num)); break;
	case NN_CONV:
	case NN_DEPTHWISE:
	case NN_DENSE:
		for (size_t k = 0; k < size; k++)
			w->out[l][k] = n->bias_tensor < 0
				? make(0, 0)
				: *param(w, n->bias_tensor, (size_t)channel_of(w, l, k));
		visit_all(w, l, add_product);
		relu_in_place(w, l, false);
		break;
	case NN_NORMALIZE: standardise(w, l); break;
	default:
		for (size_t k = 0; k < size; k++)
			w->out[l][k] = activate(n->kind, w->out[n->inputs[0]][k], n->slope);
		break;
	case NN_MAXPOOL:
	case NN_AVGPOOL: pool(w, l, false); break;
	case NN_ADD:
		for (size_t k = 0; k < size; k++) {
			w->out[l][k] = w->out[n->inputs[0]][k];
			for (int j = 1; j < n->input_count; j++)
				w->out[l][k] = plus(w->out[l][k], w->out[n->inputs[j]][k]);
		}
		break;
	case NN_CONCAT:
		for (uint32_t i = 0; i < w->count; i++)
			for (int j = 0, first = 0; j < n->input_count;
				first += layer_of(w, n->inputs[j++])->shape.channels) {
				size_t part = size_of(layer_of(w, n->inputs[j])->shape);
				memcpy(&w->out[l][at(w, l, i, first, 0, 0)],
					&w->out[n->inputs[j]][i * part], part * sizeof(num));
			}
		break;
	case NN_BATCHNORM: normalise(w, l); break;
	case NN_MULTIPLY:
		for (size_t k = 0; k < size; k++)
			w->out[l][k] = times(
				w->out[n->inputs[0]][k], w->out[n->inputs[1]][factor_of(w, l, k)]);
		break;
	case NN_SHUFFLE:
	case NN_PAD:
		for (size_t k = 0; k < size; k++)
			w->out[l][k] = source_of(w, l, k) < 0
				? make(0, 0)
				: w->out[n->inputs[0]][source_of(w, l, k)];
		break;
	case NN_OUTPUT: losses(w, l, output_number(w, l), false); break;
	case NN_DROPOUT: fputs("wide: no dropout here\n", stderr); abort();
	}
}

static void backward(struct wide *w, int l)
{
	const struct nn_layer *n = layer_of(w, l);
	size_t size = w->count * size_of(n->shape);
	switch (n->kind) {
	case NN_CONV:
	case NN_DEPTHWISE:
	case NN_DENSE:
		relu_in_place(w, l, true);
		for (size_t k = 0; n->bias_tensor >= 0 && k < size; k++) {
			num *g = gradient(w, n->bias_tensor, (size_t)channel_of(w, l, k));
			*g = plus(*g, w->slope[l][k]);
		}
		visit_all(w, l, add_slopes);
		break;
	case NN_NORMALIZE: break; /* nothing before it is trained */
	default:
		for (size_t k = 0; k < size; k++) {
			num *back = &w->slope[n->inputs[0]][k];
			*back = plus(*back,
				times(w->slope[l][k],
					derivative(n->kind, w->out[n->inputs[0]][k], n->slope)));
		}
		break;
	case NN_MAXPOOL:
	case NN_AVGPOOL: pool(w, l, true); break;
	case NN_ADD:
		for (int j = 0; j < n->input_count; j++)
			for (size_t k = 0; k < size; k++)
				w->slope[n->inputs[j]][k] =
					plus(w->slope[n->inputs[j]][k], w->slope[l][k]);
		break;
	case NN_CONCAT:
		for (uint32_t i = 0; i < w->count; i++)
			for (int j = 0, first = 0; j < n->input_count;
				first += layer_of(w, n->inputs[j++])->shape.channels) {
				size_t part = size_of(layer_of(w, n->inputs[j])->shape);
				for (size_t k = 0; k < part; k++)
					w->slope[n->inputs[j]][i * part + k] =
						plus(w->slope[n->inputs[j]][i * part + k],
							w->slope[l][at(w, l, i, first, 0, 0) + k]);
			}
		break;
	case NN_BATCHNORM: normalise_back(w, l); break;
	case NN_MULTIPLY:
		for (size_t k = 0; k < size; k++)
			for (int j = 0; j < 2; j++) {
				const size_t own = j ? factor_of(w, l, k) : k,
					     other = j ? k : factor_of(w, l, k);
				num *to = &w->slope[n->inputs[j]][own];
				*to = plus(
					*to, times(w->slope[l][k], w->out[n->inputs[!j]][other]));
			}
		break;
	case NN_SHUFFLE:
	case NN_PAD:
		for (size_t k = 0; k < size; k++)
			if (source_of(w, l, k) >= 0) {
				num *to = &w->slope[n->inputs[0]][source_of(w, l, k)];
				*to = plus(*to, w->slope[l][k]);
			}
		break;
	case NN_OUTPUT: losses(w, l, output_number(w, l), true); break;
	case NN_INPUT:
	case NN_DROPOUT: break;
	}
}

void wide_forward(struct wide *w)
{
	memset(w->loss, 0, sizeof(w->loss));
	for (int l = 0; l < w->net->layer_count; l++)
		forward(w, l);
}

void wide_backward(struct wide *w)
{
	memset(w->gradients, 0, w->net->parameter_count * sizeof(num));
	for (int l = 0; l < w->net->layer_count; l++)
		memset(w->slope[l], 0, w->count * size_of(layer_of(w, l)->shape) * sizeof(num));
	for (int l = w->net->layer_count - 1; l >= 0; l--)
		backward(w, l);
}

void wide_adam(double *weight, double *first, double *second, double slope, int step, double lr,
	double beta1, double beta2, double epsilon, double weight_decay)
{
	*weight -= *weight * weight_decay * lr;
	double alpha = lr * sqrt(1 - pow(beta2, step)) / (1 - pow(beta1, step));
	*first += (slope - *first) * (1 - beta1);
	*second += (slope * slope - *second) * (1 - beta2);
	*weight -= *first * alpha / (sqrt(*second) + epsilon);
}
