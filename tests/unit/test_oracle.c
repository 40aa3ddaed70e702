/* test_oracle.c - the oracle itself: its gradients against central differences, its maps and
 * formulas against cases done by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/check.h"
#include "tests/oracle/paper_nets.h"

static double total_loss(struct oracle *o, const double *const images[], int label)
{
	oracle_forward(o, images, label);
	double sum = 0;
	for (int k = 0; k < o->net->output_count; k++)
		sum += o->loss[k];
	return sum;
}

/* Central differences with h = 1e-5 err by h^2 and by 2^-53 / h, both about 1e-10 of values near 1.
 */
static void check_slopes(struct nn_net *net, uint64_t seed, bool dropout)
{
	assert_true(nn_net_ok(net));
	float *params = calloc(net->parameter_count, sizeof(*params));
	assert_non_null(params);
	check_params(seed, net, false, params);
	struct oracle *o = oracle_new(net, params);
	free(params);
	double *images[NN_OUTPUTS_MAX];
	for (int k = 0; k < net->input_count; k++) {
		size_t size = nn_shape_size(net->layers[net->inputs[k]].shape);
		images[k] = calloc(size, sizeof(double));
		assert_non_null(images[k]);
		for (size_t i = 0; i < size; i++)
			images[k][i] = check_uniform(&seed, 0, 1);
	}
	unsigned char mask[4096];
	for (size_t i = 0; i < sizeof(mask); i++)
		mask[i] = (unsigned char)check_below(&seed, 2);
	for (int i = 0; i < net->layer_count && dropout; i++)
		if (net->layers[i].kind == NN_DROPOUT)
			o->masks[i] = mask;
	const double *const *in = (const double *const *)images;
	oracle_forward(o, in, 1);
	oracle_backward(o, 1);
	size_t stride = 1 + net->parameter_count / 1500; /* enough of a large network */
	for (size_t i = 0; i < net->parameter_count; i += stride) {
		double at = o->value.params[i], h = 1e-5;
		o->value.params[i] = at + h;
		double above = total_loss(o, in, 1);
		o->value.params[i] = at - h;
		double below = total_loss(o, in, 1);
		o->value.params[i] = at;
		double slope = (above - below) / (2 * h);
		if (!(fabs(slope - o->value.gradients[i]) < 2e-8))
			fail_msg("parameter %zu: central difference %.12g, backward %.12g", i,
				slope, o->value.gradients[i]);
	}
	for (int k = 0; k < net->input_count; k++)
		free(images[k]);
	oracle_free(o);
}

static void gradients_of_a_convolution_chain_are_slopes(void **state)
{
	(void)state;
	static const enum nn_padding paddings[] = { NN_VALID, NN_SAME };
	for (int k = 0; k < 8; k++) {
		struct nn_net net = { 0 };
		int at = nn_input(&net, "in", (struct nn_shape){ 2, 9, 8 });
		at = nn_conv(&net, "a", at, 3, 1 + k % 4, 1 + k / 2, paddings[k % 2], true,
			NN_HE_NORMAL);
		at = nn_conv(&net, "b", at, 4, 3, 2, paddings[1 - k % 2], false, NN_HE_NORMAL);
		at = nn_relu(&net, "relu", at);
		at = nn_maxpool(&net, "pool", at, 2);
		at = nn_dense(&net, "dense", at, 5, true, NN_HE_NORMAL);
		at = nn_dense(&net, "logits", at, 3, false, NN_HE_NORMAL);
		nn_output(&net, "out", at);
		check_slopes(&net, 100 + (uint64_t)k, false);
	}
}

static void gradients_of_branches_are_slopes(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	int first = nn_input(&net, "in1", (struct nn_shape){ 2, 6, 6 }),
	    second = nn_input(&net, "in2", (struct nn_shape){ 2, 6, 6 });
	int parts[3] = { nn_conv(&net, "a", first, 3, 3, 3, NN_VALID, true, NN_HE_NORMAL), 0, 0 };
	parts[1] = nn_conv(&net, "b", second, 2, 3, 3, NN_VALID, false, NN_HE_NORMAL);
	parts[2] = parts[0]; /* twice in the same concatenation */
	int joined = nn_concat(&net, "joined", parts, 3);
	int pooled = nn_maxpool(&net, "pool", joined, 2);
	int dropped = nn_dropout(&net, "drop", pooled, .25);
	nn_output(&net, "out1", nn_dense(&net, "d1", dropped, 4, false, NN_HE_NORMAL));
	nn_output(&net, "out2", nn_dense(&net, "d2", joined, 3, false, NN_HE_NORMAL));
	check_slopes(&net, 200, false);
	check_slopes(&net, 201, true);
}

static void gradients_of_a_small_unified_network_are_slopes(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	paper_unified(&net, (struct nn_shape){ 1, 10, 11 }, 4);
	check_slopes(&net, 300, true);
}

/* The case that a well-known library gets wrong at its border: a 3x3 kernel of ones over a 4x4 map
 * of ones. */
static void a_padded_convolution_of_ones_counts_its_neighbours(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	int at = nn_conv(&net, "conv", nn_input(&net, "in", (struct nn_shape){ 1, 4, 4 }), 1, 3, 3,
		NN_SAME, false, NN_HE_NORMAL);
	nn_output(&net, "out", nn_dense(&net, "d", at, 2, false, NN_HE_NORMAL));
	float params[1 + 9 + 32 + 2] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 0 };
	struct oracle *o = oracle_new(&net, params);
	double ones[16];
	for (int i = 0; i < 16; i++)
		ones[i] = 1;
	oracle_forward(o, (const double *const[]){ ones }, 0);
	static const double want[16] = { 4, 6, 6, 4, 6, 9, 9, 6, 6, 9, 9, 6, 4, 6, 6, 4 };
	for (int i = 0; i < 16; i++)
		assert_true(o->value.out[at][i] == want[i]);
	oracle_free(o);
}

static void an_even_same_kernel_has_its_extra_row_after(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	int at = nn_conv(&net, "conv", nn_input(&net, "in", (struct nn_shape){ 1, 1, 3 }), 1, 1, 2,
		NN_SAME, false, NN_HE_NORMAL);
	nn_output(&net, "out", nn_dense(&net, "d", at, 2, false, NN_HE_NORMAL));
	float params[2 + 1 + 6 + 2] = { 1, 10, 0 };
	struct oracle *o = oracle_new(&net, params);
	oracle_forward(o, (const double *const[]){ (const double[]){ 1, 2, 3 } }, 0);
	assert_true(
		o->value.out[at][0] == 21 && o->value.out[at][1] == 32 && o->value.out[at][2] == 3);
	oracle_free(o);
}

static void maps_turn_zoom_and_shift_the_right_way(void **state)
{
	(void)state;
	static const uint8_t image[9] = { 0, 51, 102, 153, 204, 255, 0, 51, 102 };
	const struct nn_shape shape = { 1, 3, 3 };
	double map[6], out[9];
	oracle_warp_map(0, 1, 1, 0, 0, shape, map);
	oracle_warp(map, 0, image, shape, out);
	for (int i = 0; i < 9; i++)
		assert_true(fabs(out[i] - image[i] / 255.0) < 1e-12);
	oracle_warp_map(
		0, 1, 1, 1, 0, shape, map); /* one to the right: the first column is mirrored in */
	oracle_warp(map, 0, image, shape, out);
	assert_true(fabs(out[0]) < 1e-12 && fabs(out[1]) < 1e-12 && fabs(out[2] - .2) < 1e-12);
	oracle_warp_map(.5, 1, 1, 0, 0, shape, map); /* half a turn */
	oracle_warp(map, 0, image, shape, out);
	for (int i = 0; i < 9; i++)
		assert_true(fabs(out[i] - image[8 - i] / 255.0) < 1e-9);
	oracle_warp_map(0, 2, 1, 0, 0, shape, map); /* zoom out in x: left and right come from one
						       pixel outside, which mirrors the border */
	oracle_warp(map, 0, image, shape, out);
	assert_true(fabs(out[0]) < 1e-12 && fabs(out[1] - .2) < 1e-12 && fabs(out[2] - .4) < 1e-12);
	oracle_warp_map(0, 1, 1, 0, 0, shape, map);
	oracle_warp(map, .5, image, shape, out);
	assert_true(fabs(out[0] - .5) < 1e-12 && out[5] == 1);
	oracle_warp(map, -.5, image, shape, out);
	assert_true(out[0] == 0 && fabs(out[5] - .5) < 1e-12);
}

static void the_truncated_normal_ends_at_two_sd(void **state)
{
	(void)state;
	double limit = 2 * sqrt(2.0 / 90) / .87962566103423978;
	assert_true(oracle_he_normal_cdf(-limit - 1e-9, 90) == 0);
	assert_true(oracle_he_normal_cdf(limit + 1e-9, 90) == 1);
	assert_true(fabs(oracle_he_normal_cdf(0, 90) - .5) < 1e-15);
	assert_true(fabs(oracle_glorot_limit(500, 250) - .08944271909999159) < 1e-16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gradients_of_a_convolution_chain_are_slopes),
		cmocka_unit_test(gradients_of_branches_are_slopes),
		cmocka_unit_test(gradients_of_a_small_unified_network_are_slopes),
		cmocka_unit_test(a_padded_convolution_of_ones_counts_its_neighbours),
		cmocka_unit_test(an_even_same_kernel_has_its_extra_row_after),
		cmocka_unit_test(maps_turn_zoom_and_shift_the_right_way),
		cmocka_unit_test(the_truncated_normal_ends_at_two_sd),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
