/* test_dropout.c - dropout layers. The masks are read off the gradients of a small network: an
 * image of one white pixel gives every unit the value 1, black images around it give 0, so the
 * gradient of a weight behind the dropout says whether its unit was kept. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/check.h"
#include "tests/oracle/paper_nets.h"

enum { UNITS_MAX = 400, POSITIONS_MAX = 96 };

/* Which masks: everything that they may depend on. */
struct key {
	const char *layer;
	int units;
	double rate;
	uint64_t seed;
	uint16_t phase;
	uint32_t epoch;
};

static void build_reader(struct nn_net *net, const struct key *k)
{
	int at = nn_dense(net, "ones", nn_input(net, "in", (struct nn_shape){ 1, 1, 1 }), k->units,
		false, NN_HE_NORMAL);
	at = nn_dropout(net, k->layer, at, k->rate);
	nn_output(net, "out", nn_dense(net, "back", at, 2, false, NN_HE_NORMAL));
	assert_true(nn_net_ok(net));
}

/* kept[unit] for the image at `position` of the epoch's order. */
static void read_mask(const struct key *k, uint32_t position, int variant, unsigned char *kept)
{
	struct nn_net net = { 0 };
	build_reader(&net, k);
	struct nn_trainer_options options = { .kernels = nn_kernels_at(variant),
		.batch_size = POSITIONS_MAX,
		.threads = 1,
		.optimizer = { .kind = NN_SGD, .lr = 1 } };
	struct nn_trainer *t = nn_trainer_new(&net, &options);
	assert_non_null(t);
	for (int u = 0; u < k->units; u++)
		nn_trainer_params(t)[net.tensors[0].offset + (size_t)u] = 1;
	const uint8_t pixels[2] = { 0, 255 }, labels[2] = { 0, 0 };
	const struct nn_images images = {
		.pixels = pixels, .labels = labels, .shape = { 1, 1, 1 }, .count = 2
	};
	uint32_t order[POSITIONS_MAX] = { 0 };
	order[position] = 1;
	const struct nn_epoch e = { .images = &images,
		.order = order,
		.count = position + 1,
		.seed = k->seed,
		.phase = k->phase,
		.epoch = k->epoch };
	struct nn_score score;
	const float *g = nn_gradients(t, &e, true, &score) + net.tensors[2].offset;
	double scale = -.5 / (position + 1) / (1 - k->rate); /* both classes have probability 1/2 */
	for (int u = 0; u < k->units; u++) {
		kept[u] = g[u] != 0;
		if (kept[u] && !(fabs(g[u] / scale - 1) < 1e-6))
			fail_msg("%s: unit %d at position %u is multiplied by %g, expected %g",
				k->layer, u, position, g[u] / scale / (1 - k->rate),
				1 / (1 - k->rate));
	}
	nn_trainer_free(t);
}

static void the_rate_is_the_share_dropped(void **state)
{
	(void)state;
	static const double rates[] = { .1, .25, .5, .9 };
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		const struct key k = {
			.layer = "head/dropout", .units = UNITS_MAX, .rate = rates[i], .seed = 5
		};
		unsigned dropped = 0, by_lane[4] = { 0 };
		for (uint32_t position = 0; position < 40; position++) {
			unsigned char kept[UNITS_MAX];
			read_mask(&k, position, 0, kept);
			for (int u = 0; u < UNITS_MAX; u++) {
				dropped += !kept[u];
				by_lane[u % 4] += !kept[u]; /* four units share one random block */
			}
		}
		double n = 40 * UNITS_MAX, sd = sqrt(n * rates[i] * (1 - rates[i]));
		if (fabs(dropped - n * rates[i]) > 4 * sd)
			fail_msg("rate %g: %u of %g dropped", rates[i], dropped, n);
		for (int j = 0; j < 4; j++)
			if (fabs(by_lane[j] - n / 4 * rates[i]) > 4 * sd / 2)
				fail_msg("rate %g: %u of %g dropped among the units 4 n + %d",
					rates[i], by_lane[j], n / 4, j);
	}
}

static void rate_zero_keeps_everything(void **state)
{
	(void)state;
	const struct key k = { .layer = "drop", .units = UNITS_MAX, .rate = 0, .seed = 6 };
	unsigned char kept[UNITS_MAX];
	read_mask(&k, 3, 0, kept);
	for (int u = 0; u < UNITS_MAX; u++)
		assert_true(kept[u]);
}

/* Independent masks of rate 1/2 agree on half of the units; 4 sd are 40 of 400. */
static void seed_phase_epoch_position_and_layer_each_give_another_mask(void **state)
{
	(void)state;
	const struct key k = { .layer = "head/dropout",
		.units = UNITS_MAX,
		.rate = .5,
		.seed = 7,
		.phase = 1,
		.epoch = 2 };
	struct key others[] = { k, k, k, k, k, k };
	others[0].seed = 8;
	others[1].phase = 2;
	others[2].phase = 1 + 256;
	others[3].epoch = 3;
	others[4].layer = "head/dropout2";
	unsigned char first[UNITS_MAX], other[UNITS_MAX];
	read_mask(&k, 4, 0, first);
	for (size_t i = 0; i < 6; i++) {
		read_mask(&others[i], i == 5 ? 5 : 4, 0, other);
		int same = 0;
		for (int u = 0; u < UNITS_MAX; u++)
			same += first[u] == other[u];
		if (abs(same - UNITS_MAX / 2) > 40)
			fail_msg("change %zu: %d of %d units are as before", i, same, UNITS_MAX);
	}
	for (int lag = 1; lag <= 16; lag++) { /* nor do units repeat each other */
		int same = 0;
		for (int u = 0; u + lag < UNITS_MAX; u++)
			same += first[u] == first[u + lag];
		assert_true(abs(same - (UNITS_MAX - lag) / 2) <= 40);
	}
}

static void every_variant_has_the_same_masks(void **state)
{
	(void)state;
	const struct key k = { .layer = "d", .units = 21, .rate = .3, .seed = 9 };
	for (uint32_t position = 0; position < 40; position += 3) {
		unsigned char first[21], other[21];
		read_mask(&k, position, 0, first);
		for (int i = 1; nn_kernels_at(i); i++) {
			read_mask(&k, position, i, other);
			assert_memory_equal(first, other, sizeof(first));
		}
	}
}

/* Two black images of different labels give a gradient of 0, so the first step changes nothing and
 * the second reads the mask at position 2 or 3 of the epoch, not of the batch. */
static void positions_count_through_the_batches_of_an_epoch(void **state)
{
	(void)state;
	const struct key k = {
		.layer = "d", .units = UNITS_MAX, .rate = .5, .seed = 10, .epoch = 1
	};
	for (uint32_t position = 2; position < 4; position++) {
		struct nn_net net = { 0 };
		build_reader(&net, &k);
		struct nn_trainer_options options = {
			.batch_size = 2, .threads = 1, .optimizer = { .kind = NN_SGD, .lr = 1 }
		};
		struct nn_trainer *t = nn_trainer_new(&net, &options);
		assert_non_null(t);
		for (int u = 0; u < k.units; u++)
			nn_trainer_params(t)[net.tensors[0].offset + (size_t)u] = 1;
		const uint8_t pixels[3] = { 0, 0, 255 }, labels[3] = { 0, 1, 0 };
		const struct nn_images images = {
			.pixels = pixels, .labels = labels, .shape = { 1, 1, 1 }, .count = 3
		};
		uint32_t order[4] = { 0, 1, 0, 0 };
		order[position] = 2;
		const struct nn_epoch e = { .images = &images,
			.order = order,
			.count = 4,
			.seed = k.seed,
			.epoch = k.epoch };
		struct nn_score score;
		assert_int_equal(nn_train_epoch(t, &e, &score), -1);
		unsigned char kept[UNITS_MAX];
		read_mask(&k, position, 0, kept);
		for (int u = 0; u < k.units; u++)
			assert_int_equal(
				nn_trainer_params(t)[net.tensors[2].offset + (size_t)u] != 0,
				kept[u]);
		nn_trainer_free(t);
	}
}

static unsigned char *masks_of(const struct check *c, const struct nn_layer *l)
{
	const struct key k = { .layer = l->name,
		.units = (int)nn_shape_size(l->shape),
		.rate = l->rate,
		.seed = c->seed,
		.phase = c->phase,
		.epoch = c->epoch };
	unsigned char *masks = calloc(c->count, (size_t)k.units);
	assert_non_null(masks);
	for (uint32_t position = 0; position < c->count; position++)
		read_mask(&k, position, 0, masks + position * (size_t)k.units);
	return masks;
}

/* The masks found above, given to the oracle: also in the middle of a convolutional network, and
 * for two layers of different rates. */
static void training_with_dropout_agrees_with_the_oracle(void **state)
{
	(void)state;
	for (int form = 0; form < 3; form++) {
		struct nn_net net = { 0 };
		if (form == 0) {
			paper_unified(&net, (struct nn_shape){ 1, 12, 13 }, 10);
		} else {
			int at = nn_input(&net, "in", (struct nn_shape){ 2, 7, 8 });
			at = nn_dropout(&net, "drop0", at, .2);
			at = nn_conv(&net, "conv", at, 3, 3, 3, NN_VALID, true, NN_HE_NORMAL);
			at = nn_dropout(&net, "drop1", at, .25);
			at = nn_maxpool(&net, "pool", at, 2);
			at = nn_dropout(&net, "drop2", at, .75);
			at = nn_dropout(&net, "drop3", at, .1);
			nn_output(&net, "out", nn_dense(&net, "back", at, 3, false, NN_HE_NORMAL));
		}
		const char *const names[] = { "unified", "33 images", "one image" };
		const uint32_t counts[] = { 35, 33, 1 };
		struct check c = { .what = names[form],
			.net = &net,
			.seed = 20 + (uint64_t)form,
			.count = counts[form],
			.phase = 2,
			.epoch = 5,
			.threads = true };
		for (int i = 0; i < net.layer_count; i++)
			if (net.layers[i].kind == NN_DROPOUT)
				c.masks[i] = masks_of(&c, &net.layers[i]);
		check_network(&c);
		for (int i = 0; i < net.layer_count; i++)
			free((void *)(uintptr_t)c.masks[i]);
	}
}

static void evaluation_has_no_dropout(void **state)
{
	(void)state;
	struct nn_net with = { 0 }, without = { 0 };
	paper_unified(&with, (struct nn_shape){ 1, 12, 12 }, 10);
	struct nn_layer *drop = NULL;
	paper_unified(&without, (struct nn_shape){ 1, 12, 12 }, 10);
	for (int i = 0; i < without.layer_count; i++)
		if (without.layers[i].kind == NN_DROPOUT)
			drop = &without.layers[i];
	assert_non_null(drop);
	drop->rate = 0;
	struct check_images images =
		check_images_new(1, (struct nn_shape){ 1, 12, 12 }, 20, 10, false);
	uint32_t order[20];
	const struct check c = { .net = &with, .seed = 2, .count = 20 };
	const struct nn_epoch e = check_epoch(&c, &images, order);
	float logits[2][200];
	double loss[2];
	const struct nn_net *nets[] = { &with, &without };
	for (int k = 0; k < 2; k++) {
		struct nn_trainer_options options = {
			.batch_size = 32, .threads = 1, .optimizer = { .kind = NN_SGD, .lr = 1 }
		};
		struct nn_trainer *t = nn_trainer_new(nets[k], &options);
		assert_non_null(t);
		check_params(3, nets[k], false, nn_trainer_params(t));
		nn_logits(t, &images.images, order, 20, 0, logits[k]);
		struct nn_score score;
		nn_gradients(t, &e, false, &score);
		loss[k] = score.loss_sum[0];
		nn_trainer_free(t);
	}
	assert_memory_equal(logits[0], logits[1], sizeof(logits[0]));
	assert_true(loss[0] == loss[1]);
	check_images_free(&images);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rate_is_the_share_dropped),
		cmocka_unit_test(rate_zero_keeps_everything),
		cmocka_unit_test(seed_phase_epoch_position_and_layer_each_give_another_mask),
		cmocka_unit_test(every_variant_has_the_same_masks),
		cmocka_unit_test(positions_count_through_the_batches_of_an_epoch),
		cmocka_unit_test(training_with_dropout_agrees_with_the_oracle),
		cmocka_unit_test(evaluation_has_no_dropout),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
