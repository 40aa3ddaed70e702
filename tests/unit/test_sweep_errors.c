/* test_sweep_errors.c - harness/plan/sweep.h: what is said about wrong sweep files; claims, tables
 * and figures. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "made_sweep.h"

/* ---- errors ---- */

static void all_errors_are_found_in_one_go(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct sweep *s;
	struct str messages = { 0 };
	const struct sweep_options o = { .messages = &messages };
	static const char text[] =
		"retrial: 1\n"
		"seds: 3\n"
		"base: {dataset: mnist, recipe: r, batch_size: 0, trainlimit: 3}\n"
		"recipes:\n"
		"  r:\n"
		"    - {phase: dual, epochs: 3, optimizer: {nadm: {lr: 1}}}\n";
	assert_int_equal(sweep_parse("bad.yaml", text, strlen(text), &o, &e, &s), -1);
	static const char *const expected[] = {
		"bad.yaml:2:1:", "bad.yaml:3:47:", "bad.yaml:3:50:", "bad.yaml:6:44:"
	};
	const char *at = messages.s;
	for (size_t i = 0; i < 4; i++) {
		at = strstr(at, expected[i]);
		if (!at)
			fail_msg("no %s in its place in:\n%s", expected[i], messages.s);
	}
	int errors = 0;
	for (at = messages.s; (at = strstr(at, ": error: ")) != NULL; at++)
		errors++;
	assert_int_equal(errors, 4);
	assert_string_equal(messages.s, e.text);
	str_free(&messages);
}

/* The node that is one too many may be a key. */
static void a_file_of_too_many_keys_is_refused(void **state)
{
	(void)state;
	struct str text = { 0 };
	struct err e = { 0 };
	struct sweep *s;
	const struct sweep_options o = { .seeds = 0 };
	for (int odd = 0; odd < 2; odd++) {
		str_clear(&text);
		str_add(&text, odd ? "x: [1]\n" : "");
		for (int i = 0; i < 500010; i++)
			str_addf(&text, "k%d: 1\n", i);
		assert_int_equal(sweep_parse("large.yaml", text.s, text.length, &o, &e, &s), -1);
		assert_non_null(strstr(e.text, "too many keys and values in one file"));
	}
	str_free(&text);
}

static void the_yaml_that_is_not_supported_is_named(void **state)
{
	(void)state;
	refused("base: &a {dataset: mnist}\n",
		"test.yaml:6:7: error: anchors (&) are not supported");
	refused("base: {dataset: *a}\n", "test.yaml:6:17: error: aliases (*) are not supported");
	refused("base: {dataset: !!str mnist}\n",
		"test.yaml:6:17: error: tags (!) are not supported");
	refused("---\nretrial: 1\n", "several documents in one file");
	refused("base: {? [a]: 3}\n", "a key must be a name");
	refused("base: {dataset: mnist, dataset: mnist}\n",
		"test.yaml:6:24: error: 'dataset' is given twice, first in line 6");
	refused("base: {dataset: mnist\n", "error: bad YAML: ");
	refused("base:\n  dataset: mnist\n recipe: one\n",
		"lines of one block begin in the same column");
	refused("base:\n\tdataset: mnist\n", "indent with spaces, not tabs");
}

static void bytes_that_are_no_text_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t length;
		const char *expected;
	} texts[] = {
		{ "retrial: 1\nname: a\0b\n", 21, "bad.yaml:2:8: error: a NUL byte" },
		{ "retrial: 1\nname: a\xFF\n", 20,
			"bad.yaml:2:8: error: byte 0xff is not valid UTF-8" },
		{ "retrial: 1\nname: \xC0\x80\n", 20,
			"bad.yaml:2:7: error: byte 0xc0 is not valid UTF-8" },
		{ "retrial: 1\nname: \xED\xA0\x80\n", 21, "is not valid UTF-8" },
		{ "retrial: 1\nname: \xE2\x82", 19, "is not valid UTF-8" },
		{ "retrial: 1\nname: \"a\\0b\"\n", 24, "a NUL character in a value" },
		{ "", 0, "the file is empty" },
		{ "\n# nothing\n", 11, "the file is empty" },
		{ "- a\n", 4, "a sweep file is a map" },
		{ "3", 1, "a sweep file is a map" },
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct err e = { 0 };
		struct sweep *s;
		assert_int_equal(
			sweep_parse("bad.yaml", texts[i].bytes, texts[i].length, NULL, &e, &s), -1);
		assert_int_equal(e.kind, ERR_USAGE);
		if (!strstr(e.text, texts[i].expected))
			fail_msg("expected \"%s\" in: %s", texts[i].expected, e.text);
	}
}

static void nesting_is_limited(void **state)
{
	(void)state;
	struct str deep = { 0 };
	str_add(&deep, "base: ");
	for (int i = 0; i < 100000; i++)
		str_add(&deep, "[");
	refused(deep.s, "nested too deeply (at most 64)");
	str_free(&deep);
}

static void a_very_long_line_is_shown_around_the_caret(void **state)
{
	(void)state;
	struct str text = { 0 };
	str_add(&text, "base: {dataset: mnist, recipe: one, train_limit: ");
	for (int i = 0; i < 100000; i++)
		str_add(&text, "9");
	str_add(&text, "}\n");
	struct err e = { 0 };
	struct sweep *s;
	struct str whole = { 0 };
	str_addf(&whole, "%s%s", made_head, text.s);
	assert_int_equal(sweep_parse("long.yaml", whole.s, whole.length, NULL, &e, &s), -1);
	assert_true(strlen(e.text) < 1000);
	assert_non_null(strstr(e.text, "^"));
	str_free(&text);
	str_free(&whole);
}

static void wrong_values_say_what_would_be_right(void **state)
{
	(void)state;
	refused("base: {dataset: mnist, recipe: two, dual.lr: 0.1x}\n",
		"lr = 0.1x: not a number (lr: learning rate, above 0, at most 10, default 0.001)");
	refused("base: {dataset: mnist, recipe: two, dual.lr: [1]}\n",
		"lr = a list: one value is needed here");
	refused("base: {dataset: mnist, recipe: two, dual.lr: }\n", "lr = : a value is missing");
	refused("base: {dataset: mnist, recipe: two, dual.keep: bst}\n",
		"keep = bst: unknown (did you mean 'best'?)");
	refused("base: {dataset: mnist, recipe: two, dual.inputs: [original]}\n",
		"two values are needed here");
	refused("base: {dataset: mnist, recipe: tow}\n",
		"unknown recipe 'tow' (did you mean 'two'?)");
	refused("base: {dataset: mnist, recipe: one, augment: stong}\n",
		"unknown set of transforms 'stong' (did you mean 'strong'?)");
	refused("base: {dataset: mnist, recipe: one, bach_size: 3}\n",
		"unknown parameter 'bach_size' (did you mean 'batch_size'?)");
	refused("base: {dataset: mnist, recipe: one, lr: 3}\n",
		"'lr' is a parameter of phases: say of which (dual.lr, unify.lr, single.lr)");
	refused("base: {dataset: mnist, recipe: one, name: x}\n",
		"'name' cannot change from trial to trial: write another recipe");
	refused("base: {dataset: mnist, recipe: one, single.phase: dual}\n",
		"'single.phase' cannot change from trial to trial: write another recipe");
	refused("base: {dataset: mnist, recipe: one}\n"
		"random: {count: 3, axes: {single.lr: {log: [1, 1e-3]}}}\n",
		"are needed here, such as [1e-4, 1e-1] (both above 0)");
	refused("base: {dataset: mnist, recipe: one, folds: 3}\n",
		"'folds' is a parameter of phases: say of which (kfold.folds)");
	refused("base: {dataset: mnist, recipe: one, zoom: 3}\n",
		"'zoom' is an amount of augment: write augment.zoom");
	refused("base: {dataset: mnist, recipe: one, seed: 3}\n",
		"seeds are replicates, not an axis");
	refused("base: {dataset: mnist, recipe: one}\nbatch_size: 3\n",
		"'batch_size' is a parameter of trials: put it into base: or axes:");
	refused("base: {recipe: one}\n", "'dataset' is not set");
	refused("base: {dataset: mnist}\n", "'recipe' is not set");
	refused("base: {dataset: mnist, recipe: one}\naxes: {batch_size: [32, 3.2e1]}\n",
		"batch_size = 32 is already in this list");
	refused("base: {dataset: mnist, recipe: one}\nseeds: [1, 2, 1]\n",
		"seeds: 1 is given twice");
	refused("base: {dataset: mnist, recipe: one}\nexclude: [{dataset: mnist}]\n",
		"the plan is empty");
}

static void a_phase_that_the_recipe_lacks_is_named_with_those_it_has(void **state)
{
	(void)state;
	refused("base: {dataset: mnist}\naxes: {recipe: [one, two], dual.lr: [0.1]}\n",
		"dual.lr: recipe 'one' has no phase 'dual' (it has single); use when: {recipe: "
		"...} on the axis, or exclude:");
	refused("base: {dataset: mnist, recipe: one}\naxes: {one.lr: [0.1]}\n",
		"one.lr: 'one' is the recipe: say which of its phases is meant, such as single.lr "
		"(it has single)");
}

static void a_parameter_of_another_kind_is_named(void **state)
{
	(void)state;
	refused("base: {dataset: mnist, recipe: two, dual.momentum: 0.5}\n",
		"'momentum' does not belong to the optimizer nadam (only to: sgd, rmsprop)");
	refused("base: {dataset: mnist, recipe: two, dual.folds: 5}\n",
		"'folds' does not belong to a phase of the kind dual (only to: kfold)");
}

/* A recipe of these phases is refused with this message. */
static void recipe_refused(const char *phases, const char *expected)
{
	struct err e = { 0 };
	struct sweep *s;
	struct str text = { 0 };
	str_addf(&text, "retrial: 1\nbase: {dataset: mnist, recipe: r}\nrecipes:\n  r: %s\n",
		phases);
	if (sweep_parse("r.yaml", text.s, text.length, NULL, &e, &s) == 0)
		fail_msg("accepted: %s", phases);
	if (!strstr(e.text, expected))
		fail_msg("expected \"%s\" in:\n%s", expected, e.text);
	str_free(&text);
}

static void phases_in_an_impossible_order_are_both_named(void **state)
{
	(void)state;
	recipe_refused("[{phase: unify, heads: [copy, copy], epochs: 1}]",
		"phase 1 (unify) at the beginning: it joins the two submodels of a dual phase");
	recipe_refused("[{phase: scratch, epochs: 1}, {phase: unify, name: join, heads: [copy, "
		       "copy], epochs: 1}]",
		"phase 2 'join' (unify) after phase 1 (scratch): it joins the two submodels");
	recipe_refused("[{phase: unfreeze, epochs: 1}]",
		"phase 1 (unfreeze) at the beginning: it trains the network of the phase before");
	recipe_refused("[{phase: kfold, folds: 3, epochs: 1}]", "phase 1 (kfold) at the beginning");
	recipe_refused("[{phase: dual, epochs: 1}, {phase: unfreeze, epochs: 1}]",
		"a dual phase leaves two submodels");
	recipe_refused("[{phase: single, epochs: 1}, {phase: kfold, folds: 3, epochs: 1}, {phase: "
		       "unfreeze, epochs: 1}]",
		"phase 3 (unfreeze) after phase 2 (kfold): k-fold leaves one network per fold, so "
		"it "
		"must come last");
	recipe_refused("[{phase: single, epochs: 1}, {phase: scratch, epochs: 1}]",
		"it begins from random weights");
}

static void frozen_layers_have_to_exist_and_leave_something(void **state)
{
	(void)state;
	recipe_refused("[{phase: scratch, epochs: 1, freeze: [conv3]}]",
		"no layer 'conv3' (did you mean 'conv1'?)");
	recipe_refused("[{phase: single, epochs: 1, freeze: [classifier]}]",
		"no layer 'classifier' (its network has stem1/conv1, stem1/conv2, stem1/dense)");
	recipe_refused("[{phase: scratch, epochs: 1, freeze: [stem1, stem2, dense, classifier]}]",
		"every layer is frozen");
}

static void wrong_keys_of_a_phase_say_where_they_belong(void **state)
{
	(void)state;
	recipe_refused("[{phase: single, epochs: 1, lr: 3}]",
		"'lr' belongs inside the optimizer: {nadam: {lr: ...}}");
	recipe_refused("[{phase: single, epochs: 1, momentum: 0}]",
		"'momentum' belongs inside the optimizer: {sgd: {momentum: ...}}");
	recipe_refused("[{phase: single, epochs: 1, patience: 3}]",
		"'patience' belongs inside stop: {patience: ...}");
	recipe_refused("[{phase: single, epoch: 1}]",
		"unknown key 'epoch' in a phase (did you mean 'epochs'?)");
	recipe_refused("[{phase: single}]", "'epochs' is missing in this single phase");
	recipe_refused("[{epochs: 1}]", "'phase' is missing: which kind is it");
	recipe_refused("[{phase: dal, epochs: 1}]", "phase = dal: unknown (did you mean 'dual'?)");
	recipe_refused(
		"[{phase: trian, epochs: 1}]", "phase = trian: unknown (did you mean 'train'?)");
	recipe_refused("[{phase: single, epochs: 1}, {phase: kfold, folds: 2, epochs: 1, chain: "
		       "true, start: same}]",
		"chain and start say the same thing");
	recipe_refused("[{phase: single, name: a.b, epochs: 1}]", "no dots in the name of a phase");
	recipe_refused("[{phase: single, epochs: 1, optimizer: {adan: {lr: 1}}}]",
		"unknown optimizer 'adan' (did you mean 'adam'?)");
	recipe_refused("[]", "a recipe is a list of phases, not an empty list");
	recipe_refused("{phase: single}", "a recipe is a list of phases, not a map");
}

static void known_data_sets_can_be_demanded(void **state)
{
	(void)state;
	static const char *const names[] = { "mnist", "fashion-mnist" };
	const struct sweep_options o = { .datasets = names, .dataset_count = 2 };
	refused_with("base: {dataset: fashion-mnst, recipe: one}\n", &o,
		"unknown data set 'fashion-mnst' (did you mean 'fashion-mnist'?)");
}

/* ---- claims, tables, figures ---- */

static void claims_tables_and_figures_are_read(void **state)
{
	(void)state;
	struct sweep *s = read_text(
		"base: {recipe: two}\naxes: {dataset: [mnist, cifar10], dual.lr: [0.1, 0.2]}\n"
		"claims:\n"
		"  - {id: C1, title: accuracy, where: {dataset: mnist, dual.lr: 1e-1}, metric: "
		"test_accuracy, paper: 0.99, rounds_to: 2}\n"
		"  - {id: C2, metric: params, paper: 2e4, compare: at_most}\n"
		"  - {id: C3, metric: training_bytes, phase: unify, paper: 0.17, rounds_to: 2, "
		"unit: MB}\n"
		"  - {id: C4, metric: epochs, where: {dataset: mnist, dual.lr: 0.1}, than: "
		"{dual.lr: 2e-1}, compare: lower}\n"
		"tables:\n"
		"  - {id: t, title: A table, rows: [dataset, dual.lr], metrics: [test_accuracy, "
		"params], baseline: {dual.lr: 0.2}}\n"
		"figures:\n"
		"  - {id: f, kind: curves, where: {dataset: mnist}, series: dual.lr, metric: "
		"val_accuracy}\n");
	assert_int_equal(s->claim_count, 4);
	assert_string_equal(s->claims[0].id, "C1");
	assert_int_equal(s->claims[0].where.count, 2);
	assert_string_equal(s->claims[0].where.is[1].value, "0.1");
	assert_int_equal(s->claims[0].rounds_to, 2);
	assert_true(s->claims[0].scale == 1);
	assert_int_equal(s->claims[1].rounds_to, -1);
	assert_int_equal(s->claims[1].compare, -1);
	assert_true(s->claims[1].paper == 20000);
	assert_true(s->claims[2].scale == 1.0 / 1048576);
	assert_string_equal(s->claims[2].phase, "unify");
	assert_int_equal(s->claims[2].than.count, 0);
	assert_int_equal(s->claims[3].than.count, 1);
	assert_string_equal(s->claims[3].than.is[0].value, "0.2");
	assert_int_equal(s->claims[3].compare, -1);
	assert_int_equal(s->tables[0].row_count, 2);
	assert_int_equal(s->tables[0].metric_count, 2);
	assert_string_equal(s->tables[0].baseline.is[0].value, "0.2");
	assert_string_equal(s->figures[0].kind, "curves");
	assert_string_equal(s->figures[0].series, "dual.lr");
	sweep_free(s);
}

static int no_metric(const struct sweep *sweep, const char *name, struct err *e)
{
	(void)sweep;
	return strcmp(name, "params") == 0 ? 0 : err_set(e, ERR_USAGE, "no metric %s here", name);
}

static int no_figure(const char *kind, struct err *e)
{
	return strcmp(kind, "bars") == 0 ? 0 : err_set(e, ERR_USAGE, "no figure %s here", kind);
}

static void metrics_kinds_and_phases_are_checked_before_anything_is_run(void **state)
{
	(void)state;
	static const struct sweep_options o = { .metric = no_metric, .figure = no_figure };
	static const char wrong[] = "base: {dataset: mnist, recipe: two}\n"
				    "tables: [{id: t, rows: [recip], metrics: [params, acc]}]\n"
				    "claims: [{id: c, metric: acc2, paper: 1, phase: unfy}]\n"
				    "figures: [{id: f, kind: pie, metric: acc3, phase: finetune}, "
				    "{id: g, kind: bars, phase: dual, series: recip}]\n";
	static const char *const expected[] = { "no metric acc here", "no metric acc2 here",
		"no trial has a phase 'unfy' (did you mean 'unify'?)", "no figure pie here",
		"no metric acc3 here", "no trial has a phase 'finetune'",
		"no trial has a label 'recip'" };
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		refused_with(wrong, &o, expected[i]);
}

static void labels_that_no_trial_has_are_errors(void **state)
{
	(void)state;
	static const char plan[] = "base: {recipe: two}\naxes: {dataset: [mnist, cifar10]}\n";
	static const struct {
		const char *rest, *expected;
	} cases[] = {
		{ "claims: [{id: C1, where: {dataset: mnst}, metric: params, paper: 1}]\n",
			"no trial has dataset = mnst (did you mean 'mnist'?)" },
		{ "claims: [{id: C1, where: {dataste: mnist}, metric: params, paper: 1}]\n",
			"no trial has a label 'dataste' (did you mean 'dataset'?)" },
		{ "tables: [{id: t, rows: [dataset, recpe], metrics: [params]}]\n",
			"no trial has a label 'recpe' (did you mean 'recipe'?)" },
		{ "figures: [{id: f, kind: curves, series: recipee}]\n",
			"no trial has a label 'recipee' (did you mean 'recipe'?)" },
		{ "claims: [{id: C1, metric: params, paper: 1}, {id: C1, metric: params, paper: "
		  "1}]\n",
			"id 'C1' is given twice in claims" },
		{ "claims: [{id: C1, metric: params}]\n", "'paper' is missing in this claim" },
		{ "claims: [{id: C1, metric: params, papr: 3}]\n",
			"unknown key 'papr' in a claim (did you mean 'paper'?)" },
		{ "claims: [{id: C1, metric: params, paper: 3, compare: less}]\n",
			"compare = less: unknown (one of equal, at_most, at_least; higher, lower "
			"and equivalent need 'than')" },
		{ "claims: [{id: C1, metric: params, paper: 3, compare: higher}]\n",
			"compare = higher: unknown (one of equal, at_most, at_least; higher, lower "
			"and equivalent need 'than')" },
		{ "claims: [{id: C1, metric: params, than: {dataset: mnist}, compare: at_most}]\n",
			"compare = at_most: unknown (one of higher, lower, equivalent: this claim "
			"has "
			"'than')" },
		{ "claims: [{id: C1, metric: params, than: {dataset: mnist}}]\n",
			"'compare' is missing in this claim with 'than': higher, lower or "
			"equivalent" },
		{ "claims: [{id: C1, metric: params, than: {dataset: mnist}, compare: lower, "
		  "paper: 3}]\n",
			"paper: a claim has 'than' or a number, not both" },
		{ "claims: [{id: C1, metric: params, than: {dataset: mnst}, compare: lower}]\n",
			"no trial has dataset = mnst (did you mean 'mnist'?)" },
		{ "claims: [{id: C1, metric: params, than: {}, compare: lower}]\n",
			"than: a map such as {recipe: scratch} is needed here" },
		{ "tables: [{id: t, metrics: [params]}]\n", "'rows' is missing in this table" },
		{ "tables: [{id: t, rows: [batch_size], metrics: [params]}]\n",
			"no trial has a label 'batch_size': all have the same value; an axis with "
			"one value makes it a label (axes: {batch_size: [VALUE]})" },
		{ "claims: [{id: C1, metric: test_accuracy, paper: 89, rounds_to: 0}]\n",
			"paper = 89: test_accuracy is a fraction, at most 1: write 0.89, or add "
			"unit: percent" },
		{ "claims: [{id: C1, metric: test_accuracy, paper: 89, unit: ms}]\n",
			"unit = ms: test_accuracy is not counted in ms" },
		{ "claims: [{id: C1, metric: params, paper: 89, unit: percent}]\n",
			"unit = percent: params is not counted in percent" },
		{ "claims: [{id: C1, metric: seconds, paper: 89, unit: KB}]\n",
			"unit = KB: seconds is not counted in KB" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str text = { 0 };
		str_addf(&text, "%s%s", plan, cases[i].rest);
		refused(text.s, cases[i].expected);
		str_free(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_errors_are_found_in_one_go),
		cmocka_unit_test(a_file_of_too_many_keys_is_refused),
		cmocka_unit_test(the_yaml_that_is_not_supported_is_named),
		cmocka_unit_test(bytes_that_are_no_text_are_refused),
		cmocka_unit_test(nesting_is_limited),
		cmocka_unit_test(a_very_long_line_is_shown_around_the_caret),
		cmocka_unit_test(wrong_values_say_what_would_be_right),
		cmocka_unit_test(a_phase_that_the_recipe_lacks_is_named_with_those_it_has),
		cmocka_unit_test(a_parameter_of_another_kind_is_named),
		cmocka_unit_test(phases_in_an_impossible_order_are_both_named),
		cmocka_unit_test(frozen_layers_have_to_exist_and_leave_something),
		cmocka_unit_test(wrong_keys_of_a_phase_say_where_they_belong),
		cmocka_unit_test(known_data_sets_can_be_demanded),
		cmocka_unit_test(claims_tables_and_figures_are_read),
		cmocka_unit_test(metrics_kinds_and_phases_are_checked_before_anything_is_run),
		cmocka_unit_test(labels_that_no_trial_has_are_errors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
