/* test_rng.c - nn/rng.h: Philox against the published known answers of Random123 (kat_vectors),
 * counters and keys as documented, shuffles. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "nn/rng.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void philox_gives_the_known_answers(void **state)
{
	(void)state;
	static const struct {
		uint32_t counter[4], key[2], out[4];
	} known[] = {
		{ { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
		{ { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff }, { 0xffffffff, 0xffffffff },
			{ 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
		{ { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 }, { 0xa4093822, 0x299f31d0 },
			{ 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
	};
	for (size_t k = 0; k < COUNT(known); k++) {
		uint32_t out[4];
		nn_philox(known[k].counter, known[k].key, out);
		for (int i = 0; i < 4; i++)
			assert_int_equal(out[i], known[k].out[i]);
	}
}

static void four_numbers_come_from_the_documented_counter_and_key(void **state)
{
	(void)state;
	const struct nn_rng rng = { .seed = 0x0123456789abcdefu,
		.stream = NN_STREAM_AUGMENT,
		.phase = 0x0102,
		.epoch = 77 };
	const uint32_t counter[4] = { 11, 22, 77, 3 + 65536 * 0x0102 },
		       key[2] = { 0x89abcdef, 0x01234567 };
	uint32_t want[4], got[4];
	nn_philox(counter, key, want);
	nn_rng_four(&rng, 11, 22, got);
	assert_memory_equal(got, want, sizeof(got));
}

static void philox_may_write_over_its_counter(void **state)
{
	(void)state;
	uint32_t block[4] = { 0, 0, 0, 0 };
	const uint32_t key[2] = { 0, 0 };
	nn_philox(block, key, block);
	assert_int_equal(block[0], 0x6627e8d5);
	assert_int_equal(block[3], 0x9b00dbd8);
}

static void unit_numbers_are_the_top_24_bits_below_one(void **state)
{
	(void)state;
	assert_true(nn_rng_unit(0) == 0);
	assert_true(nn_rng_unit(255) == 0);
	assert_true(nn_rng_unit(256) == 0x1p-24f);
	assert_true(nn_rng_unit(0x80000000u) == .5f);
	assert_true(nn_rng_unit(0xffffffffu) == 1 - 0x1p-24f);
}

static void name_hash_is_fnv_1a(void **state)
{
	(void)state;
	assert_int_equal(nn_name_hash(""), 0x811c9dc5); /* the published test vectors */
	assert_int_equal(nn_name_hash("a"), 0xe40c292c);
	assert_int_equal(nn_name_hash("foobar"), 0xbf9cf968);
}

static void fill(uint32_t *order, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		order[i] = i;
}

static void a_shuffle_is_a_permutation_of_any_length(void **state)
{
	(void)state;
	static uint32_t order[50001];
	static unsigned char seen[50001];
	static const uint32_t lengths[] = { 0, 1, 2, 3, 15, 16, 17, 1000, 50000 };
	for (size_t k = 0; k < COUNT(lengths); k++) {
		fill(order, 50001);
		memset(seen, 0, sizeof(seen));
		const struct nn_rng rng = { .seed = 5, .stream = NN_STREAM_SHUFFLE };
		nn_rng_shuffle(&rng, order, lengths[k]);
		for (uint32_t i = 0; i < lengths[k]; i++) {
			assert_in_range(order[i], 0, lengths[k] - 1);
			assert_false(seen[order[i]]);
			seen[order[i]] = 1;
		}
		assert_int_equal(order[lengths[k]], lengths[k]); /* not written past the end */
	}
}

static void a_shuffle_moves_what_was_there(void **state)
{
	(void)state;
	uint32_t places[10], values[10];
	fill(places, 10);
	for (uint32_t i = 0; i < 10; i++)
		values[i] = 1000 + 7 * i;
	const struct nn_rng rng = { .seed = 9, .stream = NN_STREAM_SHUFFLE };
	nn_rng_shuffle(&rng, places, 10);
	nn_rng_shuffle(&rng, values, 10);
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(values[i], 1000 + 7 * places[i]);
}

/* All 120 orders of five things, 12,000 times: chi-square with 119 degrees of freedom is above 188
 * once in 20,000 tries. */
static void every_order_is_equally_likely(void **state)
{
	(void)state;
	unsigned seen[5][5][5][5] = { { { { 0 } } } };
	for (uint32_t epoch = 0; epoch < 12000; epoch++) {
		uint32_t o[5];
		fill(o, 5);
		const struct nn_rng rng = {
			.seed = 1, .stream = NN_STREAM_SHUFFLE, .epoch = epoch
		};
		nn_rng_shuffle(&rng, o, 5);
		seen[o[0]][o[1]][o[2]][o[3]]++;
	}
	double chi2 = 0;
	unsigned orders = 0;
	for (const unsigned *n = &seen[0][0][0][0]; n < &seen[0][0][0][0] + 625; n++)
		if (*n) {
			chi2 += (*n - 100.0) * (*n - 100.0) / 100;
			orders++;
		}
	assert_int_equal(orders, 120);
	if (chi2 > 188 || chi2 < 65)
		fail_msg("chi-square of 120 orders is %g, expected about 119", chi2);
}

/* Where does each of 20 things go in long shuffles? 400 cells of 500: 361 degrees of freedom. */
static void every_thing_goes_everywhere(void **state)
{
	(void)state;
	static unsigned seen[20][20];
	for (uint32_t epoch = 0; epoch < 10000; epoch++) {
		uint32_t order[20];
		fill(order, 20);
		const struct nn_rng rng = {
			.seed = 2, .stream = NN_STREAM_SHUFFLE, .epoch = epoch
		};
		nn_rng_shuffle(&rng, order, 20);
		for (int i = 0; i < 20; i++)
			seen[i][order[i]]++;
	}
	double chi2 = 0;
	for (int i = 0; i < 400; i++)
		chi2 += (seen[i / 20][i % 20] - 500.0) * (seen[i / 20][i % 20] - 500.0) / 500;
	if (chi2 > 361 + 4 * 27 || chi2 < 361 - 4 * 27)
		fail_msg("chi-square of 400 places is %g, expected about 361", chi2);
}

static unsigned places_in_common(struct nn_rng a, struct nn_rng b)
{
	uint32_t first[1000], second[1000];
	fill(first, 1000);
	fill(second, 1000);
	nn_rng_shuffle(&a, first, 1000);
	nn_rng_shuffle(&b, second, 1000);
	unsigned same = 0;
	for (int i = 0; i < 1000; i++)
		same += first[i] == second[i];
	return same;
}

/* Two independent orders have one place in common on average; 10 or more once in a million tries.
 */
static void seed_stream_phase_and_epoch_each_give_another_order(void **state)
{
	(void)state;
	const struct nn_rng a = { .seed = 3, .stream = NN_STREAM_SHUFFLE, .phase = 2, .epoch = 4 };
	assert_int_equal(places_in_common(a, a), 1000);
	struct nn_rng others[] = { a, a, a, a, a, a };
	others[0].seed = 4;
	others[1].seed = 3 + (1ull << 32);
	others[2].stream = NN_STREAM_FOLDS;
	others[3].phase = 3;
	others[4].phase = 2 + 256;
	others[5].epoch = 5;
	for (size_t i = 0; i < COUNT(others); i++)
		assert_in_range(places_in_common(a, others[i]), 0, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(philox_gives_the_known_answers),
		cmocka_unit_test(philox_may_write_over_its_counter),
		cmocka_unit_test(four_numbers_come_from_the_documented_counter_and_key),
		cmocka_unit_test(unit_numbers_are_the_top_24_bits_below_one),
		cmocka_unit_test(name_hash_is_fnv_1a),
		cmocka_unit_test(a_shuffle_is_a_permutation_of_any_length),
		cmocka_unit_test(a_shuffle_moves_what_was_there),
		cmocka_unit_test(every_order_is_equally_likely),
		cmocka_unit_test(every_thing_goes_everywhere),
		cmocka_unit_test(seed_stream_phase_and_epoch_each_give_another_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
