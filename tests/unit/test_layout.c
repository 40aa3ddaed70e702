/* test_layout.c - memory of the maps of networks: what a batch of training takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <malloc.h>
#include <string.h>

#include "nn/chain.h"
#include "nn/nn.h"
#include "nn/plan.h"
#include "tests/oracle/networks.h"

static struct nn_net net;
static struct nn_plan plan, kept;

/* Megabytes that a training worker takes: maps, weights, gradients, optimizer state. */
static double megabytes(const char *name, int batch)
{
	assert_true(small_network_build(name, &net));
	const struct nn_trainer_options options = { .batch_size = batch,
		.threads = 1,
		.optimizer = { .kind = NN_SGD, .lr = 1e-3, .momentum = 0.9, .nesterov = true } };
	const struct mallinfo2 before = mallinfo2();
	struct nn_trainer *t = nn_trainer_new(&net, &options);
	const struct mallinfo2 after = mallinfo2();
	assert_non_null(t);
	nn_trainer_free(t);
	return 1e-6
		* ((double)(after.uordblks + after.hblkhd)
			- (double)(before.uordblks + before.hblkhd));
}

static void batches_of_deep_networks_stay_small(void **state)
{
	(void)state;
	const double resnet = megabytes("resnet-20", 128), densenet = megabytes("densenet-40", 64);
	print_message("MB: resnet-20 %.0f, densenet-40 %.0f\n", resnet, densenet);
	assert_true(resnet < 400);
	assert_true(densenet < 1000);
}

static void evaluation_keeps_what_is_read_again_alone(void **state)
{
	(void)state;
	bool frozen[2 * NN_LAYERS_MAX];
	memset(frozen, true, sizeof(frozen));
	for (int i = 0; small_network_at(i); i++) {
		assert_true(small_network_build(small_network_at(i)->name, &net));
		nn_plan_make(&plan, &net, NULL, NN_MAPS_SHARED);
		const size_t training = plan.memory;
		nn_plan_make(&plan, &net, frozen, NN_MAPS_SHARED);
		assert_true(plan.memory < training);
	}
}

/* Who looks at all maps has them all: no two share a place, and none is done with another. */
static void kept_maps_lie_side_by_side(void **state)
{
	(void)state;
	assert_true(small_network_build("densenet-40", &net));
	nn_plan_make(&kept, &net, NULL, NN_MAPS_KEPT);
	for (int l = 0; l < net.layer_count; l++) {
		assert_false(kept.ops[l].done);
		for (int k = 0; k < l; k++)
			assert_true(kept.ops[k].out + kept.ops[k].size <= kept.ops[l].out
				|| kept.ops[l].out + kept.ops[l].size <= kept.ops[k].out);
	}
}

/* What goes by some channels at once has no whole map. */
static void chains_take_less_memory(void **state)
{
	(void)state;
	static const char *const names[] = { "mobilenet-small", "mobilenet-v2-small",
		"mobilenet-v1-0.25" };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_true(small_network_build(names[i], &net));
		nn_plan_make(&plan, &net, NULL, NN_MAPS_SHARED);
		const size_t whole = plan.memory;
		nn_plan_chain(&plan, &net);
		assert_true(plan.memory < whole * 9 / 10);
		int strips = 0, pairs = 0;
		for (int l = 0; l < net.layer_count; l++) {
			strips += plan.ops[l].strip;
			pairs += plan.ops[l].pairs;
			assert_true(plan.ops[l].out < plan.memory);
		}
		assert_true(strips >= 8 && pairs >= 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(batches_of_deep_networks_stay_small),
		cmocka_unit_test(evaluation_keeps_what_is_read_again_alone),
		cmocka_unit_test(kept_maps_lie_side_by_side),
		cmocka_unit_test(chains_take_less_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
