/* test_shards.c - harness/run/shards.h: parts are disjoint, cover the plan, keep shared phases
 * together, and depend on nothing but the plan. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "harness/plan/identity.h"
#include "harness/run/networks.h"
#include "harness/run/shards.h"

static const char text[] =
	"retrial: 1\nname: shards\nseeds: 7\nbase: {dataset: synthetic}\n"
	"axes:\n  recipe: [one, two, folds, alone]\n  batch_size: [8, 16]\nrecipes:\n"
	"  one: [{phase: dual, epochs: 2}, {phase: unify, heads: [copy, copy], epochs: 1}]\n"
	"  two: [{phase: dual, epochs: 2}, {phase: unify, heads: [copy, random], epochs: 9}]\n"
	"  folds: [{phase: single, epochs: 3}, {phase: kfold, folds: 5, epochs: 3}]\n"
	"  alone: [{phase: single, epochs: 1}]\n";

static struct sweep *read_sweep(void)
{
	struct err e = { 0 };
	struct sweep *s;
	const struct sweep_options options = { .fits = networks_fit };
	if (sweep_parse("shards.yaml", text, strlen(text), &options, &e, &s))
		fail_msg("%s", e.text);
	return s;
}

static size_t *cut(const struct sweep *s, const bool *wanted, size_t count, size_t *used)
{
	struct err e = { 0 };
	size_t *shard = calloc(s->trial_count, sizeof(*shard));
	assert_non_null(shard);
	assert_int_equal(shards_cut(s, wanted, NULL, count, &e, shard, used), 0);
	return shard;
}

static void parts_cover_the_plan_and_share_nothing(void **state)
{
	(void)state;
	struct sweep *s = read_sweep();
	for (size_t count = 1; count < 60; count++) {
		size_t used, seen[60] = { 0 };
		size_t *shard = cut(s, NULL, count, &used), *again = cut(s, NULL, count, &used);
		for (size_t i = 0; i < s->trial_count; i++) {
			assert_true(shard[i] < used);
			assert_int_equal(shard[i], again[i]);
			seen[shard[i]]++;
		}
		for (size_t k = 0; k < used; k++)
			assert_true(seen[k] > 0);
		assert_true(
			used == (count < 42 ? count : 42)); /* 7 seeds, 2 sizes, 3 first phases */
		free(shard);
		free(again);
	}
	sweep_free(s);
}

static void trials_with_the_same_first_phase_stay_together(void **state)
{
	(void)state;
	struct sweep *s = read_sweep();
	size_t used, *shard = cut(s, NULL, 5, &used);
	for (size_t i = 0; i < s->trial_count; i++)
		for (size_t k = 0; k < i; k++) {
			char a[DIGEST_TEXT], b[DIGEST_TEXT];
			trial_beginning(&s->trials[i], 1, a);
			trial_beginning(&s->trials[k], 1, b);
			if (strcmp(a, b) == 0)
				assert_int_equal(shard[i], shard[k]);
		}
	free(shard);
	sweep_free(s);
}

static void what_is_not_wanted_is_in_no_part(void **state)
{
	(void)state;
	struct sweep *s = read_sweep();
	bool wanted[200] = { false };
	size_t used;
	wanted[3] = wanted[10] = true;
	size_t *shard = cut(s, wanted, 9, &used);
	assert_true(used >= 1 && used <= 2);
	for (size_t i = 0; i < s->trial_count; i++)
		assert_int_equal(shard[i] < used, wanted[i]);
	struct sweep_part part;
	struct err e = { 0 };
	assert_int_equal(sweep_part_make(s, wanted, &e, &part), 0);
	assert_int_equal(part.sweep.trial_count, 2);
	assert_int_equal(part.positions[1], 10);
	assert_string_equal(part.sweep.trials[1].identity, s->trials[10].identity);
	sweep_part_free(&part);
	free(shard);
	sweep_free(s);
}

/* No part has more than the mean and the largest group: 8 parts of these trials. */
static void work_is_spread(void **state)
{
	(void)state;
	struct sweep *s = read_sweep();
	struct err e = { 0 };
	double *work = calloc(s->trial_count, sizeof(*work)), sum[8] = { 0 }, total = 0;
	size_t *shard = calloc(s->trial_count, sizeof(*shard)), used;
	assert_true(work && shard);
	for (size_t i = 0; i < s->trial_count; i++)
		total += work[i] = 1 + (double)(i % 13);
	assert_int_equal(shards_cut(s, NULL, work, 8, &e, shard, &used), 0);
	for (size_t i = 0; i < s->trial_count; i++)
		sum[shard[i]] += work[i];
	for (size_t k = 0; k < 8; k++) {
		assert_true(sum[k] <= total / 8 + 26); /* two trials a group */
		assert_true(k == 0 || sum[k] <= sum[k - 1]);
	}
	free(work);
	free(shard);
	sweep_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_cover_the_plan_and_share_nothing),
		cmocka_unit_test(trials_with_the_same_first_phase_stay_together),
		cmocka_unit_test(what_is_not_wanted_is_in_no_part),
		cmocka_unit_test(work_is_spread),
	};
	return cmocka_run_group_tests_name("shards", tests, NULL, NULL);
}
