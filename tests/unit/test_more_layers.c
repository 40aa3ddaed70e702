/* test_more_layers.c - normalised inputs, pooling with strides and padding, further activations,
 * dense layers without a bias: against tests/oracle/wide.h, the same bits from every kernel variant
 * and number of threads. And how further initialisers begin. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/check_wide.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A network that begins with a 1x1 convolution to `channels` channels, whose gradients show the
 * derivatives that are passed back. */
static int front(struct nn_net *net, int channels, int height, int width)
{
	const int in = nn_input(net, "in", (struct nn_shape){ 2, height, width });
	return nn_conv(net, "front", in, channels, 1, 1, NN_VALID, false, NN_HE_NORMAL);
}

static void back(struct nn_net *net, int from)
{
	nn_output(net, "out", nn_dense_without_bias(net, "back", from, 3, false, NN_HE_NORMAL));
}

static void check_net(const char *what, const struct nn_net *net, uint64_t seed, uint32_t count)
{
	check_wide(&(struct wide_check){
		.what = what, .net = net, .seed = seed, .count = count, .training = true });
}

static void pooling_with_every_stride_and_padding(void **state)
{
	(void)state;
	static const int windows[][2] = { { 1, 1 }, { 2, 2 }, { 3, 3 }, { 3, 2 }, { 4, 4 } };
	static const int maps[][2] = { { 4, 4 }, { 5, 7 }, { 8, 9 } };
	for (size_t k = 0; k < COUNT(windows); k++)
		for (size_t m = 0; m < COUNT(maps); m++)
			for (int stride = 1; stride <= 4; stride++)
				for (int form = 0; form < 4; form++) {
					const struct nn_pool_options o = { .height = windows[k][0],
						.width = windows[k][1],
						.stride = stride,
						.padding = form / 2 ? NN_SAME : NN_VALID };
					struct nn_net net = { 0 };
					back(&net,
						nn_pool_with(&net,
							form % 2 ? NN_AVGPOOL : NN_MAXPOOL, "pool",
							front(&net, 3, maps[m][0], maps[m][1]),
							&o));
					char what[80];
					snprintf(what, sizeof(what),
						"%s %dx%d, stride %d, %s, map %dx%d",
						form % 2 ? "mean" : "max", o.height, o.width,
						stride, form / 2 ? "same" : "valid", maps[m][0],
						maps[m][1]);
					check_net(what, &net,
						100 * k + 10 * m + (uint64_t)(stride * 1000 + form),
						m == 2 ? 18 : 2);
				}
}

/* A padded window may be larger than the map: it has the whole map at least once. */
static void pooling_with_windows_beyond_the_map(void **state)
{
	(void)state;
	static const int maps[][2] = { { 1, 1 }, { 2, 1 }, { 1, 5 }, { 2, 3 } };
	for (size_t m = 0; m < COUNT(maps); m++)
		for (int form = 0; form < 8; form++) {
			const struct nn_pool_options o = { .height = 3,
				.width = form / 4 ? 4 : 2,
				.stride = form / 2 % 2 ? 2 : 1,
				.padding = NN_SAME };
			struct nn_net net = { 0 };
			back(&net,
				nn_pool_with(&net, form % 2 ? NN_AVGPOOL : NN_MAXPOOL, "pool",
					front(&net, 3, maps[m][0], maps[m][1]), &o));
			check_net("a window beyond the map", &net, 200 + 10 * m + (uint64_t)form,
				m ? 3 : 17);
		}
}

/* Behind an input that nobody trains, of maps of which the reader wants a part. */
static void pooling_of_parts_and_of_an_input(void **state)
{
	(void)state;
	for (int form = 0; form < 4; form++) {
		const struct nn_pool_options o = { 3, 3, 2, form / 2 ? NN_SAME : NN_VALID, 0 };
		const enum nn_kind kind = form % 2 ? NN_AVGPOOL : NN_MAXPOOL;
		struct nn_net net = { 0 };
		int at = nn_pool_with(&net, kind, "first",
			nn_input(&net, "in", (struct nn_shape){ 2, 13, 12 }), &o);
		at = nn_conv(&net, "conv", at, 4, 3, 3, NN_SAME, false, NN_HE_NORMAL);
		at = nn_pool_with(&net, kind, "second", at,
			&(struct nn_pool_options){ 2, 2, 1, NN_VALID, 0 });
		back(&net, nn_maxpool(&net, "last", at, 2)); /* drops a row and a column */
		check_net("pooling of parts", &net, 300 + (uint64_t)form, 17);
	}
}

static void pooling_side_by_side_is_what_it_was(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	const int in = nn_input(&net, "in", (struct nn_shape){ 2, 8, 6 });
	static const struct nn_pool_options side[] = { { 2, 2, 0, NN_VALID, 0 },
		{ 2, 2, 2, NN_VALID, 0 }, { 2, 2, 2, NN_SAME, 0 }, { 2, 2, 0, NN_SAME, 0 } };
	for (size_t i = 0; i < COUNT(side); i++) {
		const int l = nn_pool_with(&net, NN_MAXPOOL, "pool", in, &side[i]);
		assert_true(
			l >= 0 && net.layers[l].stride == 0 && net.layers[l].padding == NN_VALID);
		assert_true(net.layers[l].shape.height == 4 && net.layers[l].shape.width == 3);
	}
}

static void every_activation(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		enum nn_kind kind;
		double slope;
	} kinds[] = { { "tanh", NN_TANH, 0 }, { "sigmoid", NN_SIGMOID, 0 },
		{ "leaky_relu", NN_LEAKY_RELU, .2 }, { "leaky_relu 0", NN_LEAKY_RELU, 0 },
		{ "gelu", NN_GELU, 0 }, { "hard_swish", NN_HARD_SWISH, 0 },
		{ "hard_sigmoid", NN_HARD_SIGMOID, 0 } };
	for (size_t k = 0; k < COUNT(kinds); k++)
		for (int form = 0; form < 3; form++) {
			struct nn_net net = { 0 };
			int at = front(&net, 4, 4, 5);
			if (form == 1) /* larger numbers */
				at = nn_batchnorm(&net, "bn", at, .9, 1e-3);
			at = nn_activation(&net, "act", at, kinds[k].kind, kinds[k].slope);
			if (form == 2) /* read twice, then pooled */
				at = nn_maxpool(&net, "pool",
					nn_concat(&net, "both", (int[]){ at, at }, 2), 2);
			back(&net, at);
			check_net(
				kinds[k].name, &net, 400 + 10 * k + (uint64_t)form, form ? 35 : 3);
		}
}

/* Over the whole range of floats: within what the header promises, monotonous ends, NaN stays one.
 */
static void activations_far_out(void **state)
{
	(void)state;
	static const float inputs[] = { 0, -0.f, 1e-30f, 1e-4f, .1f, .62f, .63f, 1, 2.9f, 3, 3.1f,
		8, 20, 90, 1e4f, 1e30f, NAN };
	float in[16], out[16] __attribute__((aligned(64)));
	for (int i = 0; nn_kernels_at(i); i++)
		for (enum nn_kind kind = NN_TANH; kind < NN_KIND_COUNT; kind++)
			for (size_t n = 0; n < 2 * COUNT(inputs); n++) {
				struct nn_net net = { 0 };
				const double x =
					n % 2 ? -(double)inputs[n / 2] : (double)inputs[n / 2];
				const int at = nn_activation(&net, "act",
					nn_input(&net, "in", (struct nn_shape){ 2, 1, 1 }), kind,
					.25);
				nn_output(&net, "out", at);
				assert_true(nn_net_ok(&net));
				struct nn_infer *f = nn_infer_new(&net, in, nn_kernels_at(i));
				in[0] = in[1] = (float)x;
				nn_infer_floats(f, in);
				out[0] = nn_infer_logits(f, 0)[0];
				nn_infer_free(f);
				const double h = fmin(fmax(x + 3, 0), 6) / 6;
				const double want = kind == NN_TANH ? tanh(x)
					: kind == NN_SIGMOID        ? 1 / (1 + exp(-x))
					: kind == NN_LEAKY_RELU     ? (x > 0 ? x : .25 * x)
					: kind == NN_GELU           ? x * erfc(-x / sqrt(2)) / 2
					: kind == NN_HARD_SWISH     ? x * h
								    : h;
				const double allowed = kind == NN_GELU  ? 3e-7 * fabs(x) + 1e-30
					: kind == NN_SIGMOID && x < -87 ? 1e-37
									: 4e-7 * fabs(want) + 1e-38;
				if (isnan(x) ? !isnan(out[0])
					     : !(fabs((double)out[0] - want) <= allowed))
					fail_msg("%s: kind %d at %g: %.9g, expected %.9g",
						nn_kernels_name(nn_kernels_at(i)), (int)kind, x,
						(double)out[0], want);
			}
}

static void inputs_normalised_by_channel_and_by_pixel(void **state)
{
	(void)state;
	for (int form = 0; form < 4; form++) {
		struct nn_net net = { 0 };
		int at = nn_normalize(&net, "normalize",
			nn_input(&net, "in", (struct nn_shape){ 2, 5, 4 }), form % 2);
		const struct nn_tensor *mean = nn_net_tensor(&net, "normalize/mean");
		assert_true(mean && mean->moving && mean->count == (form % 2 ? 40 : 2));
		assert_int_equal(nn_net_constants(&net), 2 * mean->count);
		if (form < 2)
			at = nn_conv(&net, "conv", at, 4, 3, 3, NN_VALID, true, NN_HE_NORMAL);
		back(&net, at);
		check_net("normalised inputs", &net, 500 + (uint64_t)form, 19);
	}
}

/* A step leaves the constants alone, with decay and averages too. */
static void constants_are_not_trained(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	const int in = nn_input(&net, "in", (struct nn_shape){ 2, 4, 4 });
	back(&net, nn_normalize(&net, "normalize", in, false));
	uint8_t pixels[2 * 32], labels[2] = { 0, 1 };
	for (size_t i = 0; i < sizeof(pixels); i++)
		pixels[i] = (uint8_t)(i * 4);
	const struct nn_images images = { pixels, labels, { 2, 4, 4 }, 2, NULL };
	const uint32_t order[] = { 0, 1 };
	const struct nn_epoch e = { .images = &images, .order = order, .count = 2 };
	const struct nn_trainer_options o = { .batch_size = 2,
		.threads = 1,
		.optimizer = { .kind = NN_SGD,
			.lr = .1,
			.l2 = .1,
			.weight_decay = .1,
			.average_momentum = .5 } };
	struct nn_trainer *t = nn_trainer_new(&net, &o);
	assert_non_null(t);
	float *w = nn_trainer_params(t);
	nn_init_net(&net, 1, w);
	const float constants[4] = { .5f, .25f, 2, 3 };
	memcpy(w, constants, sizeof(constants));
	const float trained = w[5];
	struct nn_score score;
	for (int step = 0; step < 5; step++)
		nn_train_epoch(t, &e, &score);
	assert_memory_equal(w, constants, sizeof(constants));
	assert_memory_equal(nn_trainer_average(t), constants, sizeof(constants));
	assert_true(w[5] != trained);
	nn_trainer_free(t);
}

static void a_batch_normalisation_may_come_last(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	int at = nn_conv(&net, "conv", front(&net, 4, 4, 4), 3, 3, 3, NN_SAME, false, NN_HE_NORMAL);
	at = nn_global_avgpool(&net, "pool", at);
	nn_output(&net, "out", nn_batchnorm(&net, "bn", at, .9, 1e-3));
	check_net("a free head", &net, 600, 21);
}

static void what_does_not_fit_is_refused_with_the_reason(void **state)
{
	(void)state;
	static const char *const reasons[] = { "does not fit", "stride of 65", "stride of -1",
		"slope", "only an input" };
	for (int form = 0; form < (int)COUNT(reasons); form++) {
		struct nn_net net = { 0 };
		const int in = front(&net, 3, 4, 5);
		const struct nn_pool_options o = { .height = form == 0 ? 5 : 2,
			.width = 2,
			.stride = form == 1 ? 65 : 0,
			.stride_width = form == 2 ? -1 : 0 };
		const int l = form < 3 ? nn_pool_with(&net, NN_MAXPOOL, "it", in, &o)
			: form == 3    ? nn_activation(&net, "it", in, NN_LEAKY_RELU, 1)
				       : nn_normalize(&net, "it", in, false);
		assert_int_equal(l, -1);
		if (strncmp(net.error, "it: ", 4) != 0 || !strstr(net.error, reasons[form]))
			fail_msg("form %d: the message is '%s'", form, net.error);
	}
}

/* ---- initialisers ---- */

enum { IN = 300, OUT = 200 };

static float *begin(enum nn_init_kind init, double amount, int in, int out)
{
	struct nn_tensor t = { .name = "dense/kernel",
		.count = (size_t)(in * out),
		.fan_in = in,
		.fan_out = out,
		.init = init,
		.amount = amount };
	float *x = malloc(t.count * sizeof(*x));
	assert_non_null(x);
	nn_init_tensor(&t, 3, x);
	return x;
}

/* Mean, standard deviation and range of 60,000 numbers; of a uniform distribution the sd is the
 * limit / sqrt(3). */
static void initialisers_have_their_spread(void **state)
{
	(void)state;
	const double sd_he = sqrt(2.0 / IN), sd_glorot = sqrt(2.0 / (IN + OUT)),
		     sd_lecun = sqrt(1.0 / IN), cut = 2 / .87962566103423978;
	const struct {
		enum nn_init_kind kind;
		double amount, sd, limit;
	} rows[] = {
		{ NN_HE_NORMAL, 0, sd_he, cut * sd_he },
		{ NN_HE_UNIFORM, 0, sd_he, sqrt(3) * sd_he },
		{ NN_GLOROT_NORMAL, 0, sd_glorot, cut * sd_glorot },
		{ NN_GLOROT_UNIFORM, 0, sd_glorot, sqrt(3) * sd_glorot },
		{ NN_LECUN_NORMAL, 0, sd_lecun, cut * sd_lecun },
		{ NN_LECUN_UNIFORM, 0, sd_lecun, sqrt(3) * sd_lecun },
		{ NN_TORCH_UNIFORM, 0, sd_lecun / sqrt(3), sd_lecun },
		{ NN_NORMAL, .02, .02, 6 * .02 },
		{ NN_UNIFORM, .1, .1 / sqrt(3), .1 },
	};
	for (size_t k = 0; k < COUNT(rows); k++) {
		float *x = begin(rows[k].kind, rows[k].amount, IN, OUT);
		double sum = 0, squares = 0, largest = 0;
		for (int i = 0; i < IN * OUT; i++) {
			sum += (double)x[i];
			squares += (double)x[i] * (double)x[i];
			largest = fmax(largest, fabs((double)x[i]));
		}
		const double sd = sqrt(squares / (IN * OUT));
		if (!(fabs(sum / (IN * OUT)) < 5 * rows[k].sd / sqrt(IN * OUT))
			|| !(fabs(sd / rows[k].sd - 1) < .01)
			|| !(largest <= rows[k].limit * (1 + 1e-6))
			|| !(largest > .6 * rows[k].limit))
			fail_msg("initialiser %d: mean %g, sd %g (%g), largest %g (%g)",
				(int)rows[k].kind, sum / (IN * OUT), sd, rows[k].sd, largest,
				rows[k].limit);
		free(x);
	}
}

static void orthogonal_rows_or_columns_are_orthonormal(void **state)
{
	(void)state;
	for (int tall = 0; tall < 2; tall++) {
		const int in = tall ? 20 : 50, out = tall ? 50 : 20, few = 20, long_ = 50;
		float *x = begin(NN_ORTHOGONAL, 1.5, in, out);
		for (int a = 0; a < few; a++)
			for (int b = 0; b <= a; b++) {
				double dot = 0;
				for (int k = 0; k < long_; k++)
					dot += tall ? (double)x[k * in + a] * (double)x[k * in + b]
						    : (double)x[a * in + k] * (double)x[b * in + k];
				if (!(fabs(dot - (a == b ? 2.25 : 0)) < 1e-5))
					fail_msg("vectors %d and %d: product %g", a, b, dot);
			}
		free(x);
	}
}

static void biases_begin_as_asked(void **state)
{
	(void)state;
	struct nn_tensor t = { .name = "conv/bias",
		.count = 100,
		.fan_in = 16,
		.fan_out = 4,
		.bias = true,
		.init = NN_HE_NORMAL };
	float x[100];
	nn_init_tensor(&t, 1, x);
	assert_true(x[0] == 0 && x[99] == 0);
	t.init = NN_CONSTANT;
	t.amount = .125;
	nn_init_tensor(&t, 1, x);
	assert_true(x[0] == .125f && x[99] == .125f);
	t.init = NN_TORCH_UNIFORM;
	nn_init_tensor(&t, 1, x);
	double largest = 0;
	for (int i = 0; i < 100; i++)
		largest = fmax(largest, fabs((double)x[i]));
	assert_true(largest <= .25 && largest > .2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pooling_with_every_stride_and_padding),
		cmocka_unit_test(pooling_with_windows_beyond_the_map),
		cmocka_unit_test(pooling_of_parts_and_of_an_input),
		cmocka_unit_test(pooling_side_by_side_is_what_it_was),
		cmocka_unit_test(every_activation),
		cmocka_unit_test(activations_far_out),
		cmocka_unit_test(inputs_normalised_by_channel_and_by_pixel),
		cmocka_unit_test(constants_are_not_trained),
		cmocka_unit_test(a_batch_normalisation_may_come_last),
		cmocka_unit_test(what_does_not_fit_is_refused_with_the_reason),
		cmocka_unit_test(initialisers_have_their_spread),
		cmocka_unit_test(orthogonal_rows_or_columns_are_orthonormal),
		cmocka_unit_test(biases_begin_as_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
