/* test_sweep.c - harness/plan/sweep.h: what a sweep file expands to. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "made_sweep.h"

/* ---- expansion ---- */

static void axes_are_multiplied_and_the_last_varies_fastest(void **state)
{
	(void)state;
	struct sweep *s = read_text("base: {recipe: one}\naxes: {dataset: [mnist, cifar10], "
				    "batch_size: [16, 32, 64]}\n");
	static const int sizes[] = { 16, 32, 64, 16, 32, 64 };
	assert_int_equal(s->trial_count, 6);
	for (size_t i = 0; i < 6; i++) {
		assert_string_equal(s->trials[i].dataset, i < 3 ? "mnist" : "cifar10");
		assert_int_equal(s->trials[i].batch_size, sizes[i]);
	}
	assert_label(&s->trials[2], "batch_size", "64");
	sweep_free(s);
}

static void seeds_are_replicates_in_seed_major_order(void **state)
{
	(void)state;
	struct sweep *s = read_text(
		"seeds: [7, 3]\nbase: {recipe: one}\naxes: {dataset: [mnist, cifar10]}\n");
	assert_int_equal(s->seed_count, 2);
	assert_int_equal(s->trial_count, 4);
	assert_int_equal(s->trials[0].seed, 7);
	assert_int_equal(s->trials[1].seed, 7);
	assert_int_equal(s->trials[2].seed, 3);
	assert_string_equal(s->trials[2].dataset, "mnist");
	assert_string_equal(s->trials[3].dataset, "cifar10");
	sweep_free(s);
}

static void more_seeds_keep_the_trials_that_were_there(void **state)
{
	(void)state;
	static const char text[] =
		"seeds: 2\nbase: {recipe: one}\naxes: {dataset: [mnist, cifar10]}\n";
	const struct sweep_options five = { .seeds = 5 };
	struct sweep *few = read_text(text), *many = read_with(text, &five);
	assert_int_equal(few->trial_count, 4);
	assert_int_equal(many->trial_count, 10);
	assert_int_equal(many->seed_count, 5);
	for (size_t i = 0; i < few->trial_count; i++)
		assert_string_equal(few->trials[i].identity, many->trials[i].identity);
	sweep_free(few);
	sweep_free(many);
}

static void dataset_recipe_and_augment_are_always_labels(void **state)
{
	(void)state;
	struct sweep *s = read_text("base: {dataset: mnist, recipe: one, batch_size: 8}\n");
	assert_int_equal(s->trials[0].label_count, 3);
	assert_label(&s->trials[0], "dataset", "mnist");
	assert_label(&s->trials[0], "recipe", "one");
	assert_label(&s->trials[0], "augment", "none");
	sweep_free(s);
}

static void labels_are_canonical_numbers(void **state)
{
	(void)state;
	struct sweep *s = read_text(
		"base: {dataset: mnist, recipe: two}\naxes: {dual.lr: [1.0e-3, 20e-4]}\n");
	assert_label(&s->trials[0], "dual.lr", "0.001");
	assert_label(&s->trials[1], "dual.lr", "0.002");
	sweep_free(s);
}

static void a_path_reaches_into_optimizer_and_stop_of_a_phase(void **state)
{
	(void)state;
	struct sweep *s = read_text("base: {dataset: mnist, recipe: two, dual.patience: 4, "
				    "dual.stop.min_delta: 0.5, unify.optimizer: sgd, "
				    "unify.momentum: 0.25, unify.freeze: [wide, dense]}\n");
	const struct phase_config *p = s->trials[0].phases;
	assert_int_equal(s->trials[0].phase_count, 2);
	assert_int_equal(p[0].stop.patience, 4);
	assert_true(p[0].stop.min_delta == 0.5);
	assert_int_equal(p[0].optimizer.kind, OPTIMIZER_NADAM);
	assert_int_equal(p[1].optimizer.kind, OPTIMIZER_SGD);
	assert_true(p[1].optimizer.momentum == 0.25);
	assert_int_equal(p[1].freeze_count, 2);
	assert_string_equal(p[1].freeze[1], "dense");
	sweep_free(s);
}

static void a_path_means_all_phases_of_a_name_and_otherwise_of_a_kind(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct sweep *s;
	static const char text[] =
		"retrial: 1\n"
		"recipes: {r: [{phase: scratch, epochs: 1}, {phase: unfreeze, name: first, epochs: "
		"2}, {phase: unfreeze, name: last, epochs: 3}]}\n"
		"base: {dataset: mnist, recipe: r, unfreeze.epochs: 9, last.lr: 0.5}\n";
	if (sweep_parse("test.yaml", text, strlen(text), NULL, &e, &s))
		fail_msg("%s", e.text);
	const struct phase_config *p = s->trials[0].phases;
	assert_int_equal(p[0].epochs, 1);
	assert_int_equal(p[1].epochs, 9);
	assert_int_equal(p[2].epochs, 9);
	assert_true(p[1].optimizer.lr == 0.001);
	assert_true(p[2].optimizer.lr == 0.5);
	sweep_free(s);
}

static void unused_recipes_are_checked_too(void **state)
{
	(void)state;
	refused("base: {dataset: mnist, recipe: one}\naugments: {unused: {zoom: 2}}\n",
		"'augments' is given twice");
	struct err e = { 0 };
	struct sweep *s;
	static const char text[] = "retrial: 1\nbase: {dataset: mnist, recipe: r}\n"
				   "recipes: {r: [{phase: single, epochs: 1}], unused: [{phase: "
				   "single, epochs: 0}]}\n";
	assert_int_equal(sweep_parse("test.yaml", text, strlen(text), NULL, &e, &s), -1);
	assert_non_null(strstr(e.text, "test.yaml:3:77: error: epochs = 0: out of range"));
}

static void an_amount_changes_the_named_set(void **state)
{
	(void)state;
	struct sweep *s = read_text("base: {dataset: mnist, recipe: two, augment: strong}\naxes: "
				    "{augment.zoom: [0, 0.25]}\n");
	assert_true(s->trials[0].augment.rotation == 0.5);
	assert_true(s->trials[0].augment.zoom == 0);
	assert_true(s->trials[1].augment.zoom == 0.25);
	sweep_free(s);
}

static void axes_replace_base_and_equal_phases_are_shared(void **state)
{
	(void)state;
	struct sweep *s = read_text("seeds: 3\nbase: {recipe: two, batch_size: 8, dual.lr: 0.5}\n"
				    "axes: {batch_size: [16, 64], dataset: [mnist, cifar10]}\n");
	assert_int_equal(s->trial_count, 12);
	assert_int_equal(s->trials[0].batch_size, 16);
	for (size_t i = 0; i < s->trial_count; i++)
		assert_ptr_equal(s->trials[i].phases, s->trials[0].phases);
	sweep_free(s);
}

static void a_zip_pairs_values(void **state)
{
	(void)state;
	struct sweep *s = read_text("base: {recipe: one}\nzip: {dataset: [mnist, cifar10], "
				    "batch_size: [16, 64]}\naxes: {test_limit: [1, 2]}\n");
	assert_int_equal(s->trial_count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(s->trials[i].batch_size,
			strcmp(s->trials[i].dataset, "mnist") == 0 ? 16 : 64);
	sweep_free(s);
}

static void a_zip_of_unequal_lengths_is_an_error_at_its_key(void **state)
{
	(void)state;
	refused("base: {recipe: one}\nzip:\n  dataset: [mnist, cifar10]\n  batch_size: [16, 64, "
		"128]\n",
		"test.yaml:9:3: error: zip: 'batch_size' has 3 values but 'dataset' (line 8) has "
		"2\n    batch_size: [16, 64, 128]\n    ^");
}

static void an_axis_with_a_condition_is_absent_where_it_does_not_hold(void **state)
{
	(void)state;
	struct sweep *s = read_text("base: {dataset: mnist}\n"
				    "axes:\n"
				    "  recipe: [one, two]\n"
				    "  dual.lr: {values: [0.1, 0.2, 0.3], when: {recipe: two}}\n");
	assert_int_equal(s->trial_count, 4);
	assert_null(label_value(&s->trials[0], "dual.lr"));
	assert_label(&s->trials[1], "dual.lr", "0.1");
	sweep_free(s);
}

static void a_condition_may_only_ask_for_what_is_decided(void **state)
{
	(void)state;
	refused("base: {dataset: mnist}\naxes:\n  dual.lr: {values: [0.1], when: {recipe: two}}\n  "
		"recipe: [one, two]\n",
		"when: 'recipe' is decided later: put its axis above this one");
}

static void rules_remove_combinations_and_count_them(void **state)
{
	(void)state;
	struct sweep *s = read_text(
		"axes: {dataset: [mnist, cifar10], recipe: [one, two], batch_size: [8, 16]}\n"
		"exclude:\n"
		"  - {dataset: cifar10, recipe: one}\n"
		"  - {recipe: [one, two], batch_size: 1.6e1, dataset: mnist}\n"
		"  - {validation: 10000, test_limit: 5}\n");
	assert_int_equal(s->combinations, 8);
	assert_int_equal(s->rule_count, 3);
	assert_int_equal(s->rules[0].removed, 2);
	assert_int_equal(s->rules[1].removed, 2);
	assert_int_equal(s->rules[2].removed, 0);
	assert_string_equal(s->rules[1].text, "recipe=one|two, batch_size=16, dataset=mnist");
	assert_int_equal(s->trial_count, 4);
	sweep_free(s);
}

static void a_rule_that_matches_nothing_is_useless(void **state)
{
	(void)state;
	static const char text[] =
		"base: {recipe: one}\naxes: {dataset: [mnist, cifar10]}\n"
		"exclude:\n"
		"  - {dataset: mnist}\n"
		"  - {recipe: one, dataset: mnist}\n" /* an earlier one removes it */
		"  - {recipe: two}\n";
	static const char *const set[] = { "recipe=one" };
	const struct sweep_options options = { .set = set, .set_count = 1 };
	struct sweep *s = read_text(text);
	assert_int_equal(s->rules[1].removed, 0);
	assert_false(s->rules[0].useless);
	assert_false(s->rules[1].useless);
	assert_true(s->rules[2].useless);
	assert_int_equal(s->rules[2].line, 11);
	sweep_free(s);
	s = read_with(text, &options);
	assert_false(s->rules[2].useless);
	sweep_free(s);
}

static void a_value_all_of_whose_trials_are_merged_is_warned_about(void **state)
{
	(void)state;
	static const char *const set[] = { "batch_size=8" };
	const struct sweep_options options = { .set = set, .set_count = 1 };
	static const char text[] = "base: {dataset: mnist}\n"
				   "axes:\n"
				   "  batch_size: [8, 16]\n"
				   "  augment: [strong, none]\n" /* no phase uses it */
				   "  recipe: [one]\n";
	struct sweep *s = read_text(text);
	assert_int_equal(s->trial_count, 2);
	assert_int_equal(s->warning_count, 1);
	assert_int_equal(s->warnings[0].line, 9);
	assert_string_equal(s->warnings[0].path, "test.yaml");
	assert_string_equal(s->warnings[0].text,
		"augment = none has no trial of its own: its trials equal those of augment = "
		"strong, so no table shows it");
	sweep_free(s);
	s = read_with(text, &options);
	assert_int_equal(s->warning_count, 0);
	sweep_free(s);
	s = read_text("axes: {dataset: [mnist], augment: [strong, none], recipe: [one, two]}\n");
	assert_int_equal(s->merged, 1); /* the other recipe has a trial of both */
	assert_int_equal(s->warning_count, 0);
	sweep_free(s);
	s = read_text("base: {recipe: one}\n"
		      "blocks:\n"
		      "  - {base: {dataset: mnist}}\n"
		      "  - {base: {dataset: mnist}, axes: {batch_size: [32, 64]}}\n");
	assert_int_equal(s->warning_count, 1);
	assert_string_equal(s->warnings[0].text,
		"batch_size = 32 has no trial of its own: its trials equal those of an earlier "
		"block without batch_size, so no table shows it");
	sweep_free(s);
	s = read_text("base: {dataset: mnist, augment: none}\n"
		      "blocks:\n"
		      "  - {axes: {recipe: [one, two]}}\n"
		      "  - {axes: {recipe: [two]}, base: {batch_size: 32}}\n");
	assert_int_equal(s->merged, 1);
	assert_int_equal(s->warning_count, 0);
	sweep_free(s);
}

static void rules_see_what_only_the_recipe_says(void **state)
{
	(void)state;
	struct sweep *s = read_text("base: {dataset: mnist}\naxes: {recipe: [one, two]}\nexclude: "
				    "[{unify.epochs: 3}]\n");
	assert_int_equal(s->trial_count, 1);
	assert_label(&s->trials[0], "recipe", "one");
	sweep_free(s);
}

static void blocks_are_united_and_duplicates_merged(void **state)
{
	(void)state;
	struct sweep *s = read_text("base: {recipe: one}\n"
				    "blocks:\n"
				    "  - {axes: {dataset: [mnist, cifar10]}}\n"
				    "  - {axes: {dataset: [mnist], batch_size: [32, 64]}}\n"
				    "  - {base: {dataset: synthetic, recipe: two}}\n");
	assert_int_equal(s->combinations, 5);
	assert_int_equal(s->merged, 1);
	assert_int_equal(s->trial_count, 4);
	assert_label(&s->trials[3], "recipe", "two");
	sweep_free(s);
}

static void a_block_takes_over_the_axes_of_the_file(void **state)
{
	(void)state;
	struct sweep *s = read_text("axes: {dataset: [mnist, cifar10]}\n"
				    "blocks: [{base: {recipe: one}}, {base: {recipe: two}, axes: "
				    "{dataset: [synthetic]}}]\n");
	assert_int_equal(s->trial_count, 3);
	assert_string_equal(s->trials[2].dataset, "synthetic");
	sweep_free(s);
}

static void listed_trials_are_rows(void **state)
{
	(void)state;
	struct sweep *s = read_text("base: {recipe: one}\ntrials: [{dataset: mnist, batch_size: "
				    "4}, {dataset: cifar10}]\n");
	assert_int_equal(s->trial_count, 2);
	assert_int_equal(s->trials[0].batch_size, 4);
	assert_int_equal(s->trials[1].batch_size, 32);
	sweep_free(s);
}

static void an_ablation_is_the_base_and_one_change_each(void **state)
{
	(void)state;
	struct sweep *s = read_text("base: {dataset: mnist, recipe: two, augment: strong}\n"
				    "ablate: {no-zoom: {augment.zoom: 0}, slow: {dual.lr: 1e-4, "
				    "dual.epochs: 9}, single: {recipe: one}}\n");
	assert_int_equal(s->trial_count, 4);
	assert_label(&s->trials[0], "ablation", "base");
	assert_label(&s->trials[1], "ablation", "no-zoom");
	assert_true(s->trials[1].augment.zoom == 0 && s->trials[1].augment.rotation == 0.5);
	assert_int_equal(s->trials[2].phases[0].epochs, 9);
	assert_label(&s->trials[3], "recipe", "one");
	sweep_free(s);
}

static void an_ablation_makes_its_table(void **state)
{
	(void)state;
	struct sweep *s = read_text("title: T\nbase: {recipe: two, augment: strong}\naxes: "
				    "{dataset: [mnist, cifar10], batch_size: [8, 16]}\n"
				    "ablate: {no-zoom: {augment.zoom: 0}}\n"
				    "tables: [{id: other, rows: [dataset], metrics: [params]}]\n");
	assert_int_equal(s->table_count, 2);
	const struct table_spec *t = &s->tables[1];
	assert_string_equal(t->id, "ablation");
	assert_int_equal(t->row_count, 3);
	assert_string_equal(t->rows[0], "dataset");
	assert_string_equal(t->rows[1], "batch_size");
	assert_string_equal(t->rows[2], "ablation");
	assert_string_equal(t->metrics[0], "test_accuracy");
	assert_int_equal(t->baseline.count, 1);
	assert_string_equal(t->baseline.is[0].name, "ablation");
	assert_string_equal(t->baseline.is[0].value, "base");
	sweep_free(s);
	s = read_text("base: {dataset: mnist, recipe: two}\nablate: {slow: {dual.lr: 1e-4}}\n"
		      "tables: [{id: ablation, rows: [ablation], metrics: [params], baseline: "
		      "{ablation: base}}]\n"
		      "claims: [{id: C, where: {ablation: slow}, metric: params, paper: 3}]\n");
	assert_int_equal(s->table_count, 1);
	assert_int_equal(s->tables[0].row_count, 1);
	sweep_free(s);
}

static void rules_can_name_a_change(void **state)
{
	(void)state;
	struct sweep *s = read_text("base: {recipe: two}\naxes: {dataset: [mnist, cifar10]}\n"
				    "ablate: {a: {dual.lr: 1e-4}, b: {dual.lr: 1e-2}}\nexclude: "
				    "[{ablation: b, dataset: mnist}]\n");
	assert_int_equal(s->trial_count, 5);
	assert_int_equal(s->rules[0].removed, 1);
	sweep_free(s);
}

static void changes_are_checked(void **state)
{
	(void)state;
	refused("base: {dataset: mnist, recipe: two}\nablate: {base: {dual.lr: 1}}\n",
		"'base' cannot be the name of a change");
	refused("base: {dataset: mnist, recipe: two}\nablate: {x y: {dual.lr: 1}}\n",
		"'x y' cannot be the name of a change");
	refused("base: {dataset: mnist, recipe: two}\nablate: {a: {batch_size: 8}, b: {batch_size: "
		"32}}\n",
		"change 'b' makes no trial of its own");
	refused("base: {dataset: mnist, recipe: two}\nablate: {a: {batch_size: 8}, b: {batch_size: "
		"8}}\n",
		"change 'b' makes no trial of its own");
	refused("base: {dataset: mnist, recipe: two}\nablate: [a]\n",
		"ablate: a map of changes is needed here");
	refused("base: {dataset: mnist, recipe: two, ablation: a}\nablate: {a: {dual.lr: 1}}\n",
		"unknown parameter 'ablation'");
}

static void overrides_win_over_everything_and_are_labels(void **state)
{
	(void)state;
	static const char *const set[] = { "dataset=synthetic", "dual.lr=5e-2", "batch_size=4" };
	const struct sweep_options o = { .set = set, .set_count = 3 };
	struct sweep *s =
		read_with("base: {recipe: two, batch_size: 8}\naxes: {dataset: [mnist, cifar10], "
			  "dual.lr: [0.1, 0.2]}\n"
			  "claims: [{id: C1, where: {dataset: mnist}, metric: params, paper: 3}]\n",
			&o);
	assert_int_equal(s->trial_count, 1);
	assert_int_equal(s->merged, 3);
	assert_string_equal(s->trials[0].dataset, "synthetic");
	assert_label(&s->trials[0], "dataset", "synthetic");
	assert_label(&s->trials[0], "dual.lr", "0.05");
	assert_label(&s->trials[0], "batch_size", "4");
	sweep_free(s);
}

static void a_wrong_override_is_shown_like_a_file(void **state)
{
	(void)state;
	static const char *const set[] = { "batch_size=many" };
	const struct sweep_options o = { .set = set, .set_count = 1 };
	refused_with("base: {dataset: mnist, recipe: one}\n", &o,
		"--set:1:13: error: batch_size = many: not a whole number");
}

static void the_axes_of_the_plan_are_counted(void **state)
{
	(void)state;
	struct sweep *s = read_text("seeds: 2\nbase: {recipe: one}\naxes: {dataset: [mnist, "
				    "cifar10], batch_size: [1, 2, 3]}\n");
	assert_int_equal(s->axis_count, 4);
	assert_string_equal(s->axes[0].name, "dataset");
	assert_int_equal(s->axes[0].value_count, 2);
	assert_string_equal(s->axes[0].values[1].text, "cifar10");
	assert_int_equal(s->axes[0].values[1].trials, 6);
	sweep_free(s);
}

static void too_large_a_plan_is_an_error_not_a_long_wait(void **state)
{
	(void)state;
	const struct sweep_options few = { .most_trials = 10 };
	refused_with("base: {dataset: mnist, recipe: one}\naxes: {batch_size: [1, 2, 3, 4], "
		     "test_limit: [1, 2, 3]}\n",
		&few, "too many combinations");
	refused_with("seeds: 6\nbase: {dataset: mnist, recipe: one}\naxes: {batch_size: [1, 2]}\n",
		&few, "too many trials: 2 configurations for 6 seeds (at most 10)");
	struct str text = { 0 };
	str_add(&text, "base: {dataset: mnist, recipe: one}\naxes:\n");
	static const char *const names[] = { "batch_size", "test_limit", "train_limit",
		"validation" };
	for (int a = 0; a < 4; a++) {
		str_addf(&text, "  %s: [1", names[a]);
		for (int i = 2; i <= 4000; i++)
			str_addf(&text, ", %d", i);
		str_add(&text, "]\n");
	}
	str_add(&text, "exclude: [{dataset: mnist}]\n");
	refused(text.s, "too many combinations");
	str_free(&text);
}

static void json_is_accepted(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct sweep *s;
	static const char text[] = "{\n\t\"retrial\": 1,\n\t\"base\": {\"dataset\": \"mnist\", "
				   "\"recipe\": \"r\", \"batch_size\": 16},\n"
				   "\t\"recipes\": {\"r\": [{\"phase\": \"single\", \"epochs\": 3, "
				   "\"both\": true}]}\n}\n";
	if (sweep_parse("a.json", text, strlen(text), NULL, &e, &s))
		fail_msg("%s", e.text);
	assert_int_equal(s->trials[0].batch_size, 16);
	assert_string_equal(s->name, "a");
	sweep_free(s);
}

static void the_shipped_experiments_are_good(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		size_t trials;
	} files[] = { { "experiments/paper.yaml", 150 }, { "experiments/demo.yaml", 12 },
		{ "experiments/smoke.yaml", 16 }, { "experiments/ablation-method.yaml", 240 },
		{ "experiments/ablation-unfreeze.yaml", 110 },
		{ "experiments/ablation-augment.yaml", 130 },
		{ "experiments/ablation-head.yaml", 130 },
		{ "experiments/convergence.yaml", 100 } };
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct err e = { 0 };
		struct sweep *s;
		if (sweep_read(files[i].path, NULL, &e, &s))
			fail_msg("%s", e.text);
		assert_int_equal(s->trial_count, files[i].trials);
		sweep_free(s);
	}
}

static void a_file_that_cannot_be_read_is_the_machines_failure(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct sweep *s;
	assert_int_equal(sweep_read("no/such/file.yaml", NULL, &e, &s), -1);
	assert_int_equal(e.kind, ERR_ENVIRONMENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(axes_are_multiplied_and_the_last_varies_fastest),
		cmocka_unit_test(seeds_are_replicates_in_seed_major_order),
		cmocka_unit_test(more_seeds_keep_the_trials_that_were_there),
		cmocka_unit_test(dataset_recipe_and_augment_are_always_labels),
		cmocka_unit_test(labels_are_canonical_numbers),
		cmocka_unit_test(a_path_reaches_into_optimizer_and_stop_of_a_phase),
		cmocka_unit_test(a_path_means_all_phases_of_a_name_and_otherwise_of_a_kind),
		cmocka_unit_test(unused_recipes_are_checked_too),
		cmocka_unit_test(an_amount_changes_the_named_set),
		cmocka_unit_test(axes_replace_base_and_equal_phases_are_shared),
		cmocka_unit_test(a_zip_pairs_values),
		cmocka_unit_test(a_zip_of_unequal_lengths_is_an_error_at_its_key),
		cmocka_unit_test(an_axis_with_a_condition_is_absent_where_it_does_not_hold),
		cmocka_unit_test(a_condition_may_only_ask_for_what_is_decided),
		cmocka_unit_test(rules_remove_combinations_and_count_them),
		cmocka_unit_test(a_rule_that_matches_nothing_is_useless),
		cmocka_unit_test(a_value_all_of_whose_trials_are_merged_is_warned_about),
		cmocka_unit_test(rules_see_what_only_the_recipe_says),
		cmocka_unit_test(blocks_are_united_and_duplicates_merged),
		cmocka_unit_test(a_block_takes_over_the_axes_of_the_file),
		cmocka_unit_test(listed_trials_are_rows),
		cmocka_unit_test(an_ablation_is_the_base_and_one_change_each),
		cmocka_unit_test(an_ablation_makes_its_table),
		cmocka_unit_test(rules_can_name_a_change),
		cmocka_unit_test(changes_are_checked),
		cmocka_unit_test(overrides_win_over_everything_and_are_labels),
		cmocka_unit_test(a_wrong_override_is_shown_like_a_file),
		cmocka_unit_test(the_axes_of_the_plan_are_counted),
		cmocka_unit_test(too_large_a_plan_is_an_error_not_a_long_wait),
		cmocka_unit_test(json_is_accepted),
		cmocka_unit_test(the_shipped_experiments_are_good),
		cmocka_unit_test(a_file_that_cannot_be_read_is_the_machines_failure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
