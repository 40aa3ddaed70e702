/* test_sweep_sources.c - harness/plan/: what comes from elsewhere than the sweep file: random
 * draws, used files, CSV. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "made_sweep.h"
#include "scratch.h"

/* ---- random ---- */

static struct sweep *read_random(int count, int seed, const char *more)
{
	struct str text = { 0 };
	str_addf(&text,
		"base: {dataset: mnist, recipe: two}\nrandom:\n  count: %d\n  seed: %d\n  axes:\n"
		"    dual.lr: {log: [1e-4, 1e-1]}\n    dual.epochs: {uniform: [5, 30]}\n    "
		"augment.zoom: {uniform: [0, 0.5]}\n%s",
		count, seed, more);
	struct sweep *s = read_text(text.s);
	str_free(&text);
	return s;
}

static void random_configurations_are_in_range_and_different(void **state)
{
	(void)state;
	struct sweep *s = read_random(200, 1, "");
	assert_int_equal(s->trial_count, 200);
	assert_int_equal(s->merged, 0);
	int small = 0, low = 0;
	for (size_t i = 0; i < 200; i++) {
		const struct phase_config *p = &s->trials[i].phases[0];
		assert_true(p->optimizer.lr >= 1e-4 && p->optimizer.lr <= 1e-1);
		assert_in_range(p->epochs, 5, 30);
		small += p->optimizer.lr < 3.1623e-3; /* the middle of the logarithms */
		low += p->epochs <= 17;
	}
	assert_in_range(small, 70, 130);
	assert_in_range(low, 70, 130);
	sweep_free(s);
}

static void more_random_configurations_only_add_to_the_list(void **state)
{
	(void)state;
	struct sweep *few = read_random(10, 1, ""), *many = read_random(50, 1, ""),
		     *other = read_random(10, 2, "");
	for (size_t i = 0; i < 10; i++) {
		assert_string_equal(few->trials[i].identity, many->trials[i].identity);
		assert_string_not_equal(few->trials[i].identity, other->trials[i].identity);
	}
	sweep_free(few);
	sweep_free(many);
	sweep_free(other);
}

static void another_random_axis_changes_nothing_of_the_others(void **state)
{
	(void)state;
	struct sweep *three = read_random(10, 1, ""),
		     *four = read_random(10, 1, "    batch_size: {log: [8, 64]}\n");
	for (size_t i = 0; i < 10; i++) {
		assert_true(three->trials[i].phases[0].optimizer.lr
			== four->trials[i].phases[0].optimizer.lr);
		assert_in_range(four->trials[i].batch_size, 8, 64);
	}
	sweep_free(three);
	sweep_free(four);
}

/* Fixed values: a machine on which these differ would run another study. */
static void draws_are_the_same_on_every_machine(void **state)
{
	(void)state;
	struct sweep *s = read_random(3, 1, "");
	static const char *const lr[] = { "0.0262", "0.00119", "0.000116" };
	for (size_t i = 0; i < 3; i++)
		assert_label(&s->trials[i], "dual.lr", lr[i]);
	sweep_free(s);
}

static void a_small_space_is_drawn_until_it_is_empty(void **state)
{
	(void)state;
	static const char text[] = "base: {dataset: mnist, recipe: one}\nrandom: {count: %d, axes: "
				   "{batch_size: [1, 2, 3], test_limit: {uniform: [1, 4]}}}\n";
	struct str whole = { 0 };
	str_addf(&whole, text, 12);
	struct sweep *s = read_text(whole.s);
	assert_int_equal(s->trial_count, 12);
	sweep_free(s);
	str_clear(&whole);
	str_addf(&whole, text, 13);
	refused(whole.s, "random: only 12 different configurations were found, 13 are asked for");
	str_free(&whole);
}

static void random_is_checked(void **state)
{
	(void)state;
	static const char plan[] = "base: {dataset: mnist, recipe: two}\nrandom: ";
	static const struct {
		const char *rest, *expected;
	} cases[] = {
		{ "{axes: {dual.lr: [1]}}",
			"random: count: a whole number from 1 to 10000 is needed" },
		{ "{count: 2, axes: {dual.lr: {log: [0, 1]}}}", "lr = 0: out of range" },
		{ "{count: 2, axes: {augment.zoom: {log: [0, 0.5]}}}",
			"log: the lower and the higher bound are needed here" },
		{ "{count: 2, axes: {dual.lr: {uniform: [2, 1]}}}",
			"uniform: the lower and the higher bound are needed here" },
		{ "{count: 2, axes: {dual.lr: {normal: [0, 1]}}}",
			"needs a list of values, {uniform: [low, high]} or {log: [low, high]}" },
		{ "{count: 2, axes: {dual.keep: {uniform: [0, 1]}}}",
			"'dual.keep' is not a number: give a list of values" },
		{ "{count: 2, axes: {dual.lrr: [1]}}", "unknown parameter 'dual.lrr'" },
		{ "{count: 2, seed: -1, axes: {dual.lr: [1]}}", "random: seed: a whole number" },
		{ "{count: 2, cuont: 2, axes: {dual.lr: [1]}}",
			"unknown key 'cuont' in random (did you mean 'count'?)" },
		{ "{count: 2}", "random: axes: a map of at most 32 parameters is needed" },
		{ "[]", "random: a map with count, seed and axes is needed here" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str text = { 0 };
		str_addf(&text, "%s%s\n", plan, cases[i].rest);
		refused(text.s, cases[i].expected);
		str_free(&text);
	}
}

/* ---- files ---- */

static void used_files_are_found_beside_read_once_and_may_not_go_in_circles(void **state)
{
	(void)state;
	char folder[SCRATCH_MAX];
	assert_int_equal(scratch_make(folder), 0);
	static const char plan[] = "base: {dataset: mnist, recipe: r}\n";
	struct str text = { 0 };
	write_scratch(
		folder, "lib/r.yaml", "retrial: 1\nrecipes: {r: [{phase: single, epochs: 1}]}\n");
	write_scratch(folder, "lib/a.yaml", "retrial: 1\nuse: r.yaml\n");
	write_scratch(folder, "lib/b.yaml",
		"retrial: 1\nuse: [r.yaml, a.yaml]\naugments: {x: {zoom: 0.1}}\n");
	write_scratch(folder, "lib/c.yaml", "retrial: 1\nuse: d.yaml\n");
	write_scratch(folder, "lib/d.yaml", "retrial: 1\nuse: c.yaml\n");
	write_scratch(folder, "lib/bad.yaml",
		"retrial: 1\naxes: {dataset: [mnist]}\nrecipes: {q: [{phase: single, epochs: "
		"0}]}\n");
	str_addf(&text, "retrial: 1\nuse: [lib/a.yaml, lib/b.yaml, lib/r.yaml]\n%s", plan);
	write_scratch(folder, "good.yaml", text.s);
	read_scratch(folder, "good.yaml", NULL, 1);
	str_clear(&text);
	str_addf(&text, "retrial: 1\nuse: lib/c.yaml\n%s", plan);
	write_scratch(folder, "circle.yaml", text.s);
	read_scratch(folder, "circle.yaml", "files may not use each other in a circle", 0);
	str_clear(&text);
	str_addf(&text, "retrial: 1\nuse: [lib/r.yaml, lib/bad.yaml]\n%s", plan);
	write_scratch(folder, "bad.yaml", text.s);
	read_scratch(folder, "bad.yaml",
		"lib/bad.yaml:2:1: error: unknown key 'axes' in a library file", 0);
	read_scratch(folder, "bad.yaml", "lib/bad.yaml:3:39: error: epochs = 0: out of range", 0);
	str_clear(&text);
	str_addf(&text,
		"retrial: 1\nuse: lib/r.yaml\nrecipes: {r: [{phase: single, epochs: 2}]}\n%s",
		plan);
	write_scratch(folder, "again.yaml", text.s);
	read_scratch(folder, "again.yaml", "a recipe 'r' is already defined at", 0);
	write_scratch(folder, "none.yaml", "retrial: 1\nuse: lib/none.yaml\n");
	read_scratch(folder, "none.yaml", "none.yaml:2:6: error: use: ", 0);
	scratch_remove(folder);
	str_free(&text);
}

static void a_list_of_trials_is_read_from_csv(void **state)
{
	(void)state;
	char folder[SCRATCH_MAX];
	assert_int_equal(scratch_make(folder), 0);
	write_scratch(folder, "good.csv",
		"dataset,dual.lr,unify.freeze,seed,trial\r\n\"mnist\",1e-2,conv1+wide,1,"
		"abc\r\n\r\ncifar10,,none,1,\"a,\"\"b\"\r\n"
		"mnist,0.01,conv1+wide,2,def");
	write_scratch(folder, "sweep.yaml", "");
	struct err e = { 0 };
	struct sweep *s;
	struct str path = { 0 }, text = { 0 };
	str_addf(&path, "%s/sweep.yaml", folder);
	str_addf(&text, "%sbase: {recipe: two, dataset: synthetic}\ntrials: good.csv\n", made_head);
	if (sweep_parse(path.s, text.s, text.length, NULL, &e, &s))
		fail_msg("%s", e.text);
	assert_int_equal(s->trial_count, 2);
	assert_string_equal(s->trials[0].dataset, "mnist");
	assert_true(s->trials[0].phases[0].optimizer.lr == 0.01);
	assert_int_equal(s->trials[0].phases[1].freeze_count, 2);
	assert_string_equal(s->trials[1].dataset, "cifar10");
	assert_null(label_value(&s->trials[1], "dual.lr"));
	assert_int_equal(s->trials[1].phases[1].freeze_count, 0);
	sweep_free(s);
	static const struct {
		const char *csv, *expected;
	} cases[] = {
		{ "dataset,dual.lr\nmnist,fast\n", "bad.csv:2:7: error: lr = fast: not a number" },
		{ "dataset,dual.lrr\nmnist,1\n",
			"bad.csv:1:9: error: unknown parameter 'dual.lrr' (did you mean "
			"'dual.lr'?)" },
		{ "dataset,dataset\nmnist,mnist\n",
			"bad.csv:1:9: error: column 'dataset' is there twice" },
		{ "dataset,dual.lr\nmnist\n",
			"bad.csv:2:1: error: this line has fewer fields than the first one, which "
			"has 2" },
		{ "dataset\nmnist,1\n",
			"bad.csv:2:7: error: this line has more fields than the first one, which "
			"has 1" },
		{ "dataset,foo\nmnist\n",
			"bad.csv:2:1: error: this line has fewer fields than the first one, which "
			"has 2" },
		{ "dataset,dual.lr\nmnist\nmnist,1,2\nmnist,fast\n",
			"bad.csv:4:7: error: lr = fast: not a number" },
		{ "dataset\n\"mnist\n",
			"bad.csv:2:1: error: a quoted field has to end with a quote" },
		{ "dataset\n\"mnist\"x\n",
			"bad.csv:2:1: error: a quoted field has to end with a quote" },
		{ "dataset\n", "bad.csv has no trials" },
		{ "dataset\nm\xFFnist\n", "bad.csv:2:2: error: byte 0xff is not valid UTF-8" },
	};
	str_clear(&text);
	str_addf(&text, "%sbase: {recipe: two}\ntrials: bad.csv\n", made_head);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_scratch(folder, "bad.csv", cases[i].csv);
		if (sweep_parse(path.s, text.s, text.length, NULL, &e, &s) == 0)
			fail_msg("accepted: %s", cases[i].csv);
		if (!strstr(e.text, cases[i].expected))
			fail_msg("expected \"%s\" in:\n%s", cases[i].expected, e.text);
	}
	str_free(&path);
	str_free(&text);
	scratch_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_configurations_are_in_range_and_different),
		cmocka_unit_test(more_random_configurations_only_add_to_the_list),
		cmocka_unit_test(another_random_axis_changes_nothing_of_the_others),
		cmocka_unit_test(draws_are_the_same_on_every_machine),
		cmocka_unit_test(a_small_space_is_drawn_until_it_is_empty),
		cmocka_unit_test(random_is_checked),
		cmocka_unit_test(used_files_are_found_beside_read_once_and_may_not_go_in_circles),
		cmocka_unit_test(a_list_of_trials_is_read_from_csv),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
