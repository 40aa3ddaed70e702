/* bench_layers.c - each kind of layer by itself, on a block of 16 images: `make bench`, or
 *
 *   build/bench-layers [VARIANT]
 *
 * Of every pass: the fraction of the fused multiply-add peak, and of the bandwidth at which memcpy
 * moves as many bytes as the pass reads and writes (above 100 %: it is read from a nearer cache
 * than memcpy's). One core in CPU time, the best of some rounds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "nn/kernels/kernels.h"
#include "nn/nn.h"
#include "peak.h"

enum { LANES = 16, ROUNDS = 7, MAP = 144 * 32 * 32 * LANES, WEIGHTS = 1 << 20 };

static const struct nn_kernels *k;
static float *in, *out, *back, *weights, *gradient, *scratch, *bias;
static int32_t *argmax;

struct layer {
	const char *name;
	enum { CONV, DEPTHWISE, DENSE, NORMALIZE, ADD, RELU, MAXPOOL, AVERAGE } kind;
	int in_channels, size, out_channels, kernel, stride, padding, out_size;
};

static const struct layer layers[] = {
	{ "conv 3x3, 3 to 16, 32x32", CONV, 3, 32, 16, 3, 1, 1, 32 },
	{ "conv 3x3, 16 to 16, 32x32", CONV, 16, 32, 16, 3, 1, 1, 32 },
	{ "conv 3x3, 64 to 64, 8x8", CONV, 64, 8, 64, 3, 1, 1, 8 },
	{ "conv 3x3 by 2, 16 to 32, 32x32", CONV, 16, 32, 32, 3, 2, 0, 16 },
	{ "conv 5x5, 6 to 16, 14x14", CONV, 6, 14, 16, 5, 1, 0, 10 },
	{ "conv 1x1, 64 to 64, 16x16", CONV, 64, 16, 64, 1, 1, 0, 16 },
	{ "conv 1x1, 24 to 144, 32x32", CONV, 24, 32, 144, 1, 1, 0, 32 },
	{ "depthwise 3x3, 64, 16x16", DEPTHWISE, 64, 16, 64, 3, 1, 1, 16 },
	{ "depthwise 3x3 by 2, 64, 16x16", DEPTHWISE, 64, 16, 64, 3, 2, 0, 8 },
	{ "dense, 784 to 300", DENSE, 784, 1, 300, 1, 1, 0, 1 },
	{ "batchnorm and ReLU, 16, 32x32", NORMALIZE, 16, 32, 16, 1, 1, 0, 32 },
	{ "add and ReLU, 16, 32x32", ADD, 16, 32, 16, 1, 1, 0, 32 },
	{ "ReLU, 16, 32x32", RELU, 16, 32, 16, 1, 1, 0, 32 },
	{ "maxpool 2x2, 32, 16x16", MAXPOOL, 32, 16, 32, 2, 2, 0, 8 },
	{ "avgpool 8x8, 64, 8x8", AVERAGE, 64, 8, 64, 8, 8, 0, 1 },
};

enum pass { FORWARD, INPUT, PARAMETERS };

static double cpu_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static struct nn_conv conv_of(const struct layer *l)
{
	return (struct nn_conv){ .in_channels = l->in_channels,
		.out_channels = l->out_channels,
		.kernel_height = l->kernel,
		.kernel_width = l->kernel,
		.stride = l->stride,
		.pad_top = l->padding,
		.pad_left = l->padding,
		.in_height = l->size,
		.in_width = l->size,
		.out_height = l->out_size,
		.out_width = l->out_size,
		.in_row = (size_t)l->size * LANES,
		.in_plane = (size_t)(l->size * l->size) * LANES };
}

static void run_conv(const struct layer *l, enum pass p)
{
	const struct nn_conv s = conv_of(l);
	const bool deep = l->kind == DEPTHWISE;
	if (p == FORWARD)
		(deep ? k->depthwise_forward : k->conv_forward)(
			out, in, weights, bias, &s, scratch);
	else if (p == INPUT)
		(deep ? k->depthwise_backward_input : k->conv_backward_input)(
			back, out, weights, &s, scratch);
	else
		(deep ? k->depthwise_backward_weights : k->conv_backward_weights)(
			gradient, NULL, in, out, &s, scratch);
}

static void run_other(const struct layer *l, enum pass p)
{
	const size_t positions = (size_t)(l->size * l->size),
		     vectors = (size_t)l->in_channels * positions;
	const size_t row = (size_t)l->size * LANES, plane = positions * LANES;
	const struct nn_pool_shape pool = { l->in_channels, l->kernel, l->out_size, l->out_size,
		row, plane };
	const struct nn_average average = { l->in_channels, l->kernel, l->kernel, l->out_size,
		l->out_size, row, plane };
	switch (l->kind) {
	case DENSE:
		if (p == FORWARD)
			k->dense_forward(
				out, in, weights, bias, l->in_channels, l->out_channels, true);
		else if (p == INPUT)
			k->dense_backward_input(
				back, out, weights, l->in_channels, l->out_channels);
		else
			k->dense_backward_weights(gradient, bias + 512, in, out, l->in_channels,
				l->out_channels, false, scratch);
		break;
	case NORMALIZE:
		if (p == FORWARD) {
			k->normalize_statistics(bias + 512, bias + 640, in, l->in_channels,
				positions, LANES, scratch);
			k->normalize_forward(out, in, bias, bias + 128, bias + 256, l->in_channels,
				positions, NN_RECTIFIED);
		} else {
			const struct nn_normalized s = { l->in_channels, LANES, positions,
				NN_RECTIFIED, bias, bias + 128, bias + 256, bias + 384,
				bias + 384 };
			k->normalize_slopes(bias + 512, bias + 640, back, in, NULL, &s, scratch);
			k->normalize_backward(gradient, back, in, NULL, &s);
		}
		break;
	case ADD: k->sum_two(out, in, back, vectors, NN_RECTIFIED); break;
	case RELU:
		if (p == FORWARD)
			k->relu_forward(out, in, vectors);
		else
			k->relu_backward(back, gradient, out, vectors);
		break;
	case MAXPOOL:
		if (p == FORWARD)
			k->pool_forward(out, argmax, in, &pool);
		else
			k->pool_backward(back, out, argmax, &pool);
		break;
	default:
		if (p == FORWARD)
			k->average_forward(out, in, &average);
		else
			k->average_backward(back, out, &average);
	}
}

static void run(const struct layer *l, enum pass p)
{
	if (l->kind == CONV || l->kind == DEPTHWISE)
		run_conv(l, p);
	else
		run_other(l, p);
}

/* Multiply-accumulates of a pass, and floats that it reads and writes. */
static double macs_of(const struct layer *l)
{
	const double taps =
		(double)l->kernel * l->kernel * l->out_channels * l->out_size * l->out_size * LANES;
	return l->kind == CONV || l->kind == DENSE ? taps * l->in_channels
						   : (l->kind == DEPTHWISE ? taps : 0);
}

static double floats_of(const struct layer *l, enum pass p)
{
	const double read = (double)l->in_channels * l->size * l->size * LANES,
		     written = (double)l->out_channels * l->out_size * l->out_size * LANES;
	if (l->kind == NORMALIZE) /* the input three times; the input and the gradient twice */
		return p == FORWARD ? 4 * read : 5 * read;
	if (l->kind == ADD || (l->kind == RELU && p != FORWARD))
		return 3 * read;
	return read + (l->kind == MAXPOOL ? 2 * written : written);
}

static double best_seconds(const struct layer *l, enum pass p)
{
	double best = 0;
	for (int r = 0; r < ROUNDS; r++) {
		int calls = 0;
		const double start = cpu_seconds();
		double passed;
		do {
			run(l, p);
			calls++;
		} while ((passed = cpu_seconds() - start) < 5e-3);
		if (r == 1 || (r > 1 && passed / calls < best))
			best = passed / calls;
	}
	return best;
}

static double memcpy_seconds(size_t bytes)
{
	double best = 0;
	for (int r = 0; r < ROUNDS; r++) {
		int calls = 0;
		const double start = cpu_seconds();
		double passed;
		do {
			memcpy(back, in, bytes);
			__asm__ volatile("" : : "r"(back) : "memory");
			calls++;
		} while ((passed = cpu_seconds() - start) < 2e-3);
		if (r == 1 || (r > 1 && passed / calls < best))
			best = passed / calls;
	}
	return best;
}

static void print_pass(const struct layer *l, enum pass p, const char *name)
{
	const double peak = peak_gflops(k->name), seconds = best_seconds(l, p),
		     bytes = 4 * floats_of(l, p), moved = memcpy_seconds((size_t)(bytes / 2));
	const double after = peak_gflops(k->name);
	printf("%-7s %-31s %-10s %8.1f us", k->name, l->name, name, 1e6 * seconds);
	if (macs_of(l) > 0)
		printf("  %5.1f %% of the peak",
			100 * 2e-9 * macs_of(l) / seconds / (after > peak ? after : peak));
	else
		printf("  %18s", "");
	printf("  %6.1f GB/s, %5.1f %% of memcpy's\n", 1e-9 * bytes / seconds,
		100 * moved / seconds);
	fflush(stdout);
}

static void *floats(size_t count)
{
	float *p = aligned_alloc(64, count * sizeof(*p));
	if (!p)
		exit(3);
	for (size_t i = 0; i < count; i++)
		p[i] = (float)(i % 17) * 0.01f - 0.05f;
	return p;
}

static void bench_variant(void)
{
	for (size_t i = 0; i < sizeof(layers) / sizeof(*layers); i++) {
		const struct layer *l = &layers[i];
		memset(argmax, 0, MAP * sizeof(*argmax));
		print_pass(l, FORWARD, "forward");
		if (l->kind != ADD)
			print_pass(l, INPUT, "backward");
		if (macs_of(l) > 0)
			print_pass(l, PARAMETERS, "weights");
	}
}

int main(int argc, char **argv)
{
	in = floats(MAP);
	out = floats(MAP);
	back = floats(MAP);
	gradient = floats(MAP);
	weights = floats(WEIGHTS);
	scratch = floats(4 * WEIGHTS);
	bias = floats(1024);
	argmax = floats(MAP);
	for (int i = 0; (k = nn_kernels_at(i)); i++)
		if (argc == 2 ? strcmp(argv[1], k->name) == 0 : strcmp(k->name, "plain") != 0)
			bench_variant();
	return 0;
}
