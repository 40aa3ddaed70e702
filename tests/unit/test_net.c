/* test_net.c - nn/net.h: parameter counts and shapes of the paper's networks, what the builder
 * refuses and how it says so, names. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "nn/nn.h"
#include "tests/oracle/paper_nets.h"

static const struct nn_shape digits = { 1, 28, 28 }, colours = { 3, 32, 32 };

static void the_papers_networks_have_the_papers_parameters(void **state)
{
	(void)state;
	static const struct {
		void (*build)(struct nn_net *, struct nn_shape, int);
		size_t digits, colours;
	} known[] = {
		{ paper_submodel, 6930, 9310 },
		{ paper_dual, 13860, 18620 },
		{ paper_unified, 14862, 19622 },
	};
	for (int k = 0; k < 3; k++) {
		struct nn_net net = { 0 };
		known[k].build(&net, digits, 10);
		assert_true(nn_net_ok(&net));
		assert_int_equal(net.parameter_count, known[k].digits);
		struct nn_net other = { 0 };
		known[k].build(&other, colours, 10);
		assert_true(nn_net_ok(&other));
		assert_int_equal(other.parameter_count, known[k].colours);
	}
}

static size_t tensor_count_of(const struct nn_net *net, const char *name)
{
	const struct nn_tensor *t = nn_net_tensor(net, name);
	assert_non_null(t);
	return t->count;
}

static void each_tensor_has_the_size_in_the_papers_table(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	paper_unified(&net, colours, 10);
	assert_int_equal(tensor_count_of(&net, "stem1/conv1/kernel"), 270);
	assert_int_equal(tensor_count_of(&net, "stem1/conv1/bias"), 10);
	assert_int_equal(tensor_count_of(&net, "stem2/conv2/kernel"), 1800);
	assert_int_equal(tensor_count_of(&net, "stem2/conv2/bias"), 20);
	assert_int_equal(tensor_count_of(&net, "stem2/wide/kernel")
			+ tensor_count_of(&net, "stem2/wide/bias"),
		7210);
	assert_int_equal(tensor_count_of(&net, "classifier/dense/kernel")
			+ tensor_count_of(&net, "classifier/dense/bias"),
		672);
	assert_int_equal(tensor_count_of(&net, "classifier/logits/kernel")
			+ tensor_count_of(&net, "classifier/logits/bias"),
		330);
	assert_null(nn_net_tensor(&net, "classifier/logits"));
	assert_null(nn_net_tensor(&net, "stem1/conv1/kerne"));
	assert_null(nn_net_tensor(&net, ""));
}

static void tensors_follow_each_other_without_gaps(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	paper_unified(&net, digits, 10);
	size_t offset = 0;
	for (int i = 0; i < net.tensor_count; i++) {
		const struct nn_tensor *t = &net.tensors[i];
		assert_int_equal(t->offset, offset);
		assert_int_equal(t->bias, i % 2 == 1);
		const struct nn_layer *l = &net.layers[t->layer];
		assert_int_equal(t->bias ? l->bias_tensor : l->kernel_tensor, i);
		assert_memory_equal(t->name, l->name, strlen(l->name));
		assert_string_equal(t->name + strlen(l->name), t->bias ? "/bias" : "/kernel");
		offset += t->count;
	}
	assert_int_equal(net.parameter_count, offset);
	for (int i = 0; i < net.layer_count; i++)
		if (net.layers[i].kind != NN_CONV && net.layers[i].kind != NN_DENSE) {
			assert_int_equal(net.layers[i].kernel_tensor, -1);
			assert_int_equal(net.layers[i].bias_tensor, -1);
		}
}

static void check_shape(const struct nn_net *net, int layer, int channels, int height, int width)
{
	assert_true(layer >= 0);
	struct nn_shape s = net->layers[layer].shape;
	if (s.channels != channels || s.height != height || s.width != width)
		fail_msg("%s is %d x %d x %d, expected %d x %d x %d", net->layers[layer].name,
			s.channels, s.height, s.width, channels, height, width);
}

static void every_kind_of_layer_has_the_right_shape(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	int in = nn_input(&net, "in", (struct nn_shape){ 3, 13, 16 });
	check_shape(&net, in, 3, 13, 16);
	int valid = nn_conv(&net, "valid", in, 5, 2, 5, NN_VALID, true, NN_HE_NORMAL);
	check_shape(&net, valid, 5, 12, 12);
	check_shape(
		&net, nn_conv(&net, "same", in, 6, 2, 5, NN_SAME, false, NN_HE_NORMAL), 6, 13, 16);
	check_shape(&net, nn_conv(&net, "whole", in, 7, 13, 16, NN_VALID, false, NN_HE_NORMAL), 7,
		1, 1);
	check_shape(&net, nn_relu(&net, "relu", in), 3, 13, 16);
	int pool = nn_maxpool(&net, "pool", valid, 5);
	check_shape(&net, pool, 5, 2, 2);
	int drop = nn_dropout(&net, "drop", pool, .25);
	check_shape(&net, drop, 5, 2, 2);
	assert_true(net.layers[drop].rate == .25);
	int parts[4] = { pool, drop, pool, drop };
	int concat = nn_concat(&net, "concat", parts, 4);
	check_shape(&net, concat, 20, 2, 2);
	int dense = nn_dense(&net, "dense", concat, 9, false, NN_GLOROT_UNIFORM);
	check_shape(&net, dense, 9, 1, 1);
	assert_int_equal(tensor_count_of(&net, "dense/kernel"), 720);
	int output = nn_output(&net, "out", dense);
	assert_int_equal(output, net.layer_count - 1);
	assert_true(nn_net_ok(&net));
	assert_string_equal(net.error, "");
	assert_int_equal(net.input_count, 1);
	assert_int_equal(net.inputs[0], in);
	assert_int_equal(net.outputs[0], output);
	assert_int_equal(nn_shape_size((struct nn_shape){ 3, 13, 16 }), 624);
}

static void fans_are_as_keras_counts_them(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	paper_unified(&net, digits, 10);
	const struct nn_tensor *conv = nn_net_tensor(&net, "stem1/conv2/kernel"),
			       *wide = nn_net_tensor(&net, "stem2/wide/kernel"),
			       *dense = nn_net_tensor(&net, "classifier/dense/kernel");
	assert_int_equal(conv->fan_in, 90);
	assert_int_equal(conv->fan_out, 180);
	assert_int_equal(conv->init, NN_HE_NORMAL);
	assert_int_equal(wide->fan_in, 500);
	assert_int_equal(wide->fan_out, 250);
	assert_int_equal(wide->init, NN_GLOROT_UNIFORM);
	assert_int_equal(dense->fan_in, 20);
	assert_int_equal(dense->fan_out, 32);
}

/* The message names the layer and has all these numbers. */
static void check_refused(
	struct nn_net *net, int result, const char *name, const int *numbers, int count)
{
	assert_int_equal(result, -1);
	assert_false(nn_net_ok(net));
	if (!strstr(net->error, name))
		fail_msg("'%s' does not name '%s'", net->error, name);
	for (int i = 0; i < count; i++) {
		char number[20];
		snprintf(number, sizeof(number), "%d", numbers[i]);
		if (!strstr(net->error, number))
			fail_msg("'%s' does not say %d", net->error, numbers[i]);
	}
}

static void shapes_that_do_not_fit_are_refused_with_layer_and_both_shapes(void **state)
{
	(void)state;
	const struct nn_shape shape = { 5, 11, 13 };
	struct nn_net high = { 0 };
	int result = nn_conv(&high, "stem9/tall", nn_input(&high, "in", shape), 4, 17, 3, NN_VALID,
		false, NN_HE_NORMAL);
	check_refused(&high, result, "stem9/tall", (const int[]){ 11, 13, 17, 3 }, 4);

	struct nn_net wide = { 0 };
	result = nn_conv(&wide, "stem9/wide", nn_input(&wide, "in", shape), 4, 3, 19, NN_VALID,
		false, NN_HE_NORMAL);
	check_refused(&wide, result, "stem9/wide", (const int[]){ 11, 13, 3, 19 }, 4);

	struct nn_net pool = { 0 };
	result = nn_maxpool(&pool, "bigpool", nn_input(&pool, "in", shape), 12);
	check_refused(&pool, result, "bigpool", (const int[]){ 11, 13, 12 }, 3);

	struct nn_net concat = { 0 };
	int parts[2] = { nn_input(&concat, "in", shape), 0 };
	parts[1] = nn_conv(&concat, "small", parts[0], 21, 2, 4, NN_VALID, false, NN_HE_NORMAL);
	result = nn_concat(&concat, "joined", parts, 2);
	check_refused(&concat, result, "joined", (const int[]){ 11, 13, 21, 10 }, 4);
}

static void a_same_convolution_may_have_a_kernel_larger_than_the_map(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	check_shape(&net,
		nn_conv(&net, "same", nn_input(&net, "in", (struct nn_shape){ 1, 2, 1 }), 3, 5, 5,
			NN_SAME, false, NN_HE_NORMAL),
		3, 2, 1);
}

static void after_an_error_every_call_fails_and_the_first_message_stays(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	int in = nn_input(&net, "in", (struct nn_shape){ 1, 4, 4 });
	int bad = nn_maxpool(&net, "culprit", in, 5);
	assert_int_equal(bad, -1);
	char message[sizeof(net.error)];
	memcpy(message, net.error, sizeof(message));
	assert_int_equal(nn_input(&net, "in2", (struct nn_shape){ 1, 4, 4 }), -1);
	assert_int_equal(nn_conv(&net, "a", in, 1, 1, 1, NN_VALID, false, NN_HE_NORMAL), -1);
	assert_int_equal(nn_conv(&net, "b", bad, 1, 1, 1, NN_VALID, false, NN_HE_NORMAL), -1);
	assert_int_equal(nn_dense(&net, "c", bad, 1, false, NN_HE_NORMAL), -1);
	assert_int_equal(nn_relu(&net, "d", bad), -1);
	assert_int_equal(nn_maxpool(&net, "e", bad, 1), -1);
	assert_int_equal(nn_dropout(&net, "f", bad, .5), -1);
	assert_int_equal(nn_concat(&net, "g", &bad, 1), -1);
	assert_int_equal(nn_output(&net, "h", bad), -1);
	assert_string_equal(net.error, message);
	assert_false(nn_net_ok(&net));
}

static void limits_are_errors_not_overruns(void **state)
{
	(void)state;
	struct nn_net deep = { 0 };
	int last = nn_input(&deep, "in", (struct nn_shape){ 1, 2, 2 });
	for (int i = 1; i < NN_LAYERS_MAX; i++) {
		last = nn_relu(&deep, "relu", last);
		assert_int_equal(last, i);
	}
	assert_int_equal(nn_relu(&deep, "toomuch", last), -1);
	assert_non_null(strstr(deep.error, "toomuch"));

	char name[NN_NAME_MAX + 1];
	memset(name, 'n', NN_NAME_MAX);
	name[NN_NAME_MAX] = 0;
	struct nn_net longname = { 0 };
	assert_int_equal(nn_input(&longname, name, (struct nn_shape){ 1, 2, 2 }), -1);
	struct nn_net fits = { 0 };
	assert_int_equal(
		nn_conv(&fits, name + 1, nn_input(&fits, "in", (struct nn_shape){ 1, 2, 2 }), 1, 1,
			1, NN_VALID, false, NN_HE_NORMAL),
		1);
	assert_string_equal(fits.tensors[0].name + NN_NAME_MAX - 1, "/kernel");

	struct nn_net broad = { 0 };
	for (int i = 0; i < NN_OUTPUTS_MAX; i++)
		assert_int_equal(
			nn_output(&broad, "out",
				nn_dense(&broad, "d",
					nn_input(&broad, "in", (struct nn_shape){ 1, 2, 2 }), 2,
					false, NN_HE_NORMAL)),
			3 * i + 2);
	assert_true(nn_net_ok(&broad));
	assert_int_equal(nn_output(&broad, "fifth", 1), -1);

	struct nn_net inputs = { 0 };
	for (int i = 0; i < NN_OUTPUTS_MAX; i++)
		assert_int_equal(nn_input(&inputs, "in", (struct nn_shape){ 1, 2, 2 }), i);
	assert_int_equal(nn_input(&inputs, "fifth", (struct nn_shape){ 1, 2, 2 }), -1);

	struct nn_net concat = { 0 };
	int five[5] = { nn_input(&concat, "in", (struct nn_shape){ 1, 2, 2 }) };
	assert_int_equal(nn_concat(&concat, "five", five, 5), -1);
	assert_non_null(strstr(concat.error, "five"));

	struct nn_net many = { 0 };
	const int one = nn_input(&many, "in", (struct nn_shape){ 1, 2, 2 }),
		  wide = nn_pad_channels(&many, "wide", one, 65535);
	assert_int_equal(nn_concat(&many, "joined", (int[]){ wide, one }, 2), 2);
	assert_int_equal(nn_concat(&many, "more", (int[]){ 2, one }, 2), -1);
	assert_string_equal(many.error, "more: more than 65536 channels");
}

static void a_network_needs_an_input_and_an_output(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	assert_false(nn_net_ok(&net));
	int dense = nn_dense(&net, "dense", nn_input(&net, "in", (struct nn_shape){ 1, 2, 2 }), 3,
		false, NN_HE_NORMAL);
	assert_false(nn_net_ok(&net));
	struct nn_net whole = { 0 };
	dense = nn_dense(&whole, "dense", nn_input(&whole, "in", (struct nn_shape){ 1, 2, 2 }), 3,
		false, NN_HE_NORMAL);
	nn_output(&whole, "out", dense);
	assert_true(nn_net_ok(&whole));
}

static void a_pattern_names_a_path_or_neighbouring_components_of_it(void **state)
{
	(void)state;
	static const struct {
		const char *name, *pattern;
		bool matches;
	} cases[] = {
		{ "stem1/conv1", "stem1/conv1", true },
		{ "stem1/conv1", "conv1", true },
		{ "stem1/conv1", "stem1", true },
		{ "stem1/conv1", "stem2", false },
		{ "stem1/conv1", "conv", false },
		{ "stem1/conv1", "onv1", false },
		{ "stem1/conv1", "stem", false },
		{ "stem1/conv1", "tem1", false },
		{ "stem1/conv1", "stem1/conv", false },
		{ "stem1/conv1", "stem1/conv1/kernel", false },
		{ "stem1/conv10", "conv1", false },
		{ "stem11/conv10", "stem1", false },
		{ "stem1/conv1", "", false },
		{ "a/b/c", "b", true },
		{ "a/b/c", "c", true },
		{ "a/b/c", "a/b/c", true },
		{ "a/b/c", "a/b", true },
		{ "a/b/c", "b/c", true },
		{ "a/b/c", "a/c", false },
		{ "a/b/c", "/b", false },
		{ "a/b/c", "b/", false },
		{ "a/bb/c", "a/b", false },
		{ "a/b/b/c", "b/c", true }, /* the first b is not followed by c */
		{ "conv1/conv10", "conv10", true },
		{ "conv10/conv1", "conv1", true },
		{ "dense", "dense", true },
		{ "dense", "dense2", false },
		{ "dense", "dens", false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nn_layer l = { .kind = NN_RELU };
		snprintf(l.name, sizeof(l.name), "%s", cases[i].name);
		if (nn_layer_matches(&l, cases[i].pattern) != cases[i].matches)
			fail_msg("does '%s' name '%s'? Expected %s", cases[i].pattern,
				cases[i].name, cases[i].matches ? "yes" : "no");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_papers_networks_have_the_papers_parameters),
		cmocka_unit_test(each_tensor_has_the_size_in_the_papers_table),
		cmocka_unit_test(tensors_follow_each_other_without_gaps),
		cmocka_unit_test(every_kind_of_layer_has_the_right_shape),
		cmocka_unit_test(fans_are_as_keras_counts_them),
		cmocka_unit_test(shapes_that_do_not_fit_are_refused_with_layer_and_both_shapes),
		cmocka_unit_test(a_same_convolution_may_have_a_kernel_larger_than_the_map),
		cmocka_unit_test(after_an_error_every_call_fails_and_the_first_message_stays),
		cmocka_unit_test(limits_are_errors_not_overruns),
		cmocka_unit_test(a_network_needs_an_input_and_an_output),
		cmocka_unit_test(a_pattern_names_a_path_or_neighbouring_components_of_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
