/* test_tables.c - rows, cells, comparisons and footnotes of a table, and every format it is written
 * in. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <jansson.h>

#include "harness/report/table_print.h"
#include "made_study.h"

static const struct table_context context = { .command = "retrial table made.yaml main" };

static struct table_spec spec_of(const char *outer, const char *inner)
{
	struct table_spec spec = { .row_count = inner ? 2 : 1, .metric_count = 1 };

	made_copy(spec.id, sizeof(spec.id), "main");
	made_copy(spec.title, sizeof(spec.title), "Accuracy of 50 % & more");
	made_copy(spec.rows[0], sizeof(spec.rows[0]), outer);
	if (inner)
		made_copy(spec.rows[1], sizeof(spec.rows[1]), inner);
	made_copy(spec.metrics[0], sizeof(spec.metrics[0]), "test_accuracy");
	return spec;
}

static struct table *make(const struct made_study *m, const struct table_spec *spec)
{
	struct err e = { 0 };
	struct table *t = NULL;

	if (tables_make(&m->study, spec, &e, &t))
		fail_msg("%s", e.text);
	return t;
}

static void expect_error(
	const struct made_study *m, const struct table_spec *spec, const char *text)
{
	struct err e = { 0 };
	struct table *t = NULL;

	assert_int_equal(tables_make(&m->study, spec, &e, &t), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_string_equal(e.text, text);
}

static char *print(const struct table *t, enum table_format format)
{
	struct err e = { 0 };
	struct str out = { 0 };

	table_print_begin(&out, format);
	if (table_print(&out, t, format, &context, &e))
		fail_msg("%s", e.text);
	table_print_end(&out, format);
	return str_take(&out);
}

/* The plan is seed-major and has the recipes outside, the data sets inside; the table wants it the
 * other way round. */
static void two_by_two(struct made_study *m, int seeds)
{
	static const struct {
		const char *dataset, *recipe;
		double base;
	} rows[] = {
		{ "mnist", "single", 0.985 },
		{ "cifar10", "single", 0.63 },
		{ "mnist", "paper", 0.99 },
		{ "cifar10", "paper", 0.65 },
	};
	made_init(m);
	for (int seed = 1; seed <= seeds; seed++)
		for (size_t i = 0; i < 4; i++)
			made_trial(m, rows[i].dataset, rows[i].recipe, (uint64_t)seed,
				rows[i].base + 0.001 * (seed % 3));
}

static void rows_follow_the_row_labels_in_the_order_of_the_plan(void **state)
{
	(void)state;
	struct made_study m;
	two_by_two(&m, 3);
	const struct table_spec spec = spec_of("dataset", "recipe");
	struct table *t = make(&m, &spec);

	assert_int_equal(t->row_count, 4);
	static const char *const want[][2] = { { "mnist", "single" }, { "mnist", "paper" },
		{ "cifar10", "single" }, { "cifar10", "paper" } };
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(t->rows[i].labels[0], want[i][0]);
		assert_string_equal(t->rows[i].labels[1], want[i][1]);
		assert_int_equal(t->rows[i].planned, 3);
		assert_int_equal(t->rows[i].cells[0].n, 3);
	}
	assert_float_equal(t->rows[1].cells[0].mean, 0.991, 1e-12);
	assert_float_equal(t->rows[1].cells[0].sd, 0.001, 1e-12);
	tables_free(t);
}

static void a_row_that_mixes_configurations_is_an_error_that_names_the_label(void **state)
{
	(void)state;
	struct made_study m;
	two_by_two(&m, 1);
	struct table_spec spec = spec_of("recipe", NULL);

	expect_error(&m, &spec,
		"table main: a row would mix configurations (dataset is mnist and cifar10): add "
		"'dataset' to its rows or to its 'where'");
	made_where(&spec.where, "dataset", "mnist");
	struct table *t = make(&m, &spec);
	assert_int_equal(t->row_count, 2);
	tables_free(t);
}

static void wrong_names_are_errors_with_suggestions(void **state)
{
	(void)state;
	struct made_study m;
	two_by_two(&m, 1);
	struct table_spec spec = spec_of("datset", "recipe");

	expect_error(
		&m, &spec, "table main: no trial has a label 'datset' (did you mean 'dataset'?)");
	spec = spec_of("dataset", "recipe");
	made_copy(spec.metrics[0], sizeof(spec.metrics[0]), "parms");
	expect_error(&m, &spec, "table main: unknown metric 'parms' (did you mean 'params'?)");
	spec = spec_of("dataset", "recipe");
	made_where(&spec.baseline, "augment", "none");
	expect_error(&m, &spec,
		"table main: the baseline's label 'augment' is not one of the table's rows");
	spec = spec_of("dataset", "recipe");
	made_where(&spec.baseline, "recipe", "ensemble");
	expect_error(&m, &spec, "table main: no row is the baseline");
}

static void differences_are_paired_by_seed_within_the_data_set(void **state)
{
	(void)state;
	struct made_study m;
	made_init(&m);
	/* Seed 3 has no baseline, seed 4 no paper: only 1 and 2 are pairs, in whatever order they
	 * were run. */
	made_trial(&m, "mnist", "single", 1, 0.970);
	made_trial(&m, "mnist", "single", 2, 0.980);
	made_trial(&m, "mnist", "single", 4, 0.500);
	made_trial(&m, "mnist", "paper", 3, 0.100);
	made_trial(&m, "mnist", "paper", 2, 0.992);
	made_trial(&m, "mnist", "paper", 1, 0.980);
	struct table_spec spec = spec_of("dataset", "recipe");
	made_where(&spec.baseline, "recipe", "single");
	struct table *t = make(&m, &spec);
	const struct comparison *c = &t->rows[1].cells[0].against;

	assert_true(t->rows[0].baseline);
	assert_false(t->rows[0].cells[0].against.made);
	assert_int_equal(c->pairs, 2);
	assert_float_equal(c->difference, 0.011, 1e-12);
	assert_true(isnan(c->p));
	assert_int_equal(t->comparisons, 0);
	tables_free(t);
}

static void all_comparisons_of_the_table_are_one_family(void **state)
{
	(void)state;
	struct made_study m;
	made_init(&m);
	for (uint64_t seed = 1; seed <= 7; seed++) {
		const double jitter = 0.0001 * (double)(seed * seed % 5);
		made_trial(&m, "mnist", "single", seed, 0.98);
		made_trial(
			&m, "mnist", "paper", seed, 0.98 + 0.01 + jitter); /* all 7 up: p = 2/128 */
		made_trial(&m, "mnist", "scratch", seed, 0.98 - 0.02 - jitter); /* all 7 down */
		made_trial(&m, "mnist", "same", seed,
			0.98
				+ (seed % 2 ? 0.001
					    : -0.001)); /* 4 up, 3 down: as near as can be: p = 1 */
	}
	struct table_spec spec = spec_of("recipe", NULL);
	made_where(&spec.baseline, "recipe", "single");
	struct table *t = make(&m, &spec);

	assert_int_equal(t->comparisons, 3);
	assert_float_equal(t->rows[1].cells[0].against.p, 2.0 / 128, 1e-15);
	/* 4 of the 128 patterns: its own two, and the two in which `same` is as extreme as can be.
	 */
	assert_float_equal(t->rows[1].cells[0].against.p_adjusted, 4.0 / 128, 1e-15);
	assert_float_equal(t->rows[2].cells[0].against.p_adjusted, 4.0 / 128, 1e-15);
	assert_float_equal(t->rows[3].cells[0].against.p, 1, 1e-15);
	assert_float_equal(t->rows[3].cells[0].against.p_adjusted, 1, 1e-15);
	/* An interval excludes 0 exactly when its p is below 0.05. */
	const struct interval better = t->rows[1].cells[0].against.interval,
			      same = t->rows[3].cells[0].against.interval;
	assert_true(interval_exists(better) && (better.low > 0 || better.high < 0));
	assert_true(interval_exists(same) && same.low <= 0 && same.high >= 0);
	char *text = print(t, TABLE_MARKDOWN);
	assert_non_null(strstr(text, "family of 3 comparisons"));
	assert_non_null(strstr(text, "The 95 % interval of Δ is that of the corrected test"));
	free(text);
	tables_free(t);
}

static void the_best_row_is_marked_only_where_it_is_not_tied(void **state)
{
	(void)state;
	struct made_study m;
	made_init(&m);
	for (uint64_t seed = 1; seed <= 8; seed++) {
		const double jitter = 0.0001 * (double)(seed * seed % 5);
		made_trial(&m, "mnist", "single", seed, 0.980 + jitter);
		made_trial(&m, "mnist", "paper", seed, 0.990 + 2 * jitter);
		made_trial(&m, "mnist", "scratch", seed, 0.985 - jitter);
		made_trial(&m, "cifar10", "single", seed, 0.60 + jitter);
		made_trial(&m, "cifar10", "paper", seed,
			0.60 + (seed % 2 ? 0.01 : -0.008)); /* higher on average, and not always */
	}
	const struct table_spec spec = spec_of("dataset", "recipe");
	struct table *t = make(&m, &spec);
	for (size_t i = 0; i < t->row_count; i++)
		assert_int_equal(t->rows[i].cells[0].best, i == 1);
	char *text = print(t, TABLE_TEXT), *md = print(t, TABLE_MARKDOWN),
	     *latex = print(t, TABLE_LATEX);
	assert_non_null(strstr(text, " * 99."));
	assert_non_null(strstr(md, "| **99."));
	assert_non_null(strstr(latex, "& \\textbf{99."));
	free(text);
	free(md);
	free(latex);
	tables_free(t);

	two_by_two(&m, 5); /* five pairs cannot reach 0.05 */
	t = make(&m, &spec);
	for (size_t i = 0; i < t->row_count; i++)
		assert_false(t->rows[i].cells[0].best);
	tables_free(t);
}

static void macros_have_names_of_letters_and_never_the_same_twice(void **state)
{
	(void)state;
	struct made_study m;
	made_init(&m);
	made_trial(&m, "cifar10", "50 % more", 1, 0.5);
	made_trial(&m, "cifar10", "50 % more", 2, 0.6);
	const struct table_spec spec = spec_of("dataset", "recipe");
	struct table *t = make(&m, &spec);
	char *text = print(t, TABLE_MACROS);
	assert_string_equal(text,
		"% made, dataset = cifar10, recipe = 50 % more: 2 of 2 trials\n"
		"\\newcommand{\\mainCifarOneZeroFiveZeroMoreTestAccuracyMean}{55.00}\n"
		"\\newcommand{\\mainCifarOneZeroFiveZeroMoreTestAccuracySd}{7.07}\n"
		"\\newcommand{\\mainCifarOneZeroFiveZeroMoreTestAccuracyN}{2}\n");
	free(text);
	tables_free(t);

	struct err e = { 0 };
	struct str out = { 0 };
	made_trial(&m, "cifar-10", "50 % more", 1, 0.5);
	t = make(&m, &spec);
	assert_int_equal(table_print(&out, t, TABLE_MACROS, &context, &e), -1);
	assert_string_equal(e.text,
		"table main: two rows have the same name as a LaTeX macro "
		"(\\mainCifarOneZeroFiveZeroMore): rename a label");
	str_free(&out);
	tables_free(t);
}

static void a_property_of_the_network_has_no_spread_and_no_test(void **state)
{
	(void)state;
	struct made_study m;
	two_by_two(&m, 7);
	struct table_spec spec = spec_of("dataset", "recipe");
	made_copy(spec.metrics[spec.metric_count++], sizeof(spec.metrics[0]), "params");
	made_where(&spec.baseline, "recipe", "single");
	struct table *t = make(&m, &spec);

	assert_true(tables_has_comparison(t, 0));
	assert_false(tables_has_comparison(t, 1));
	assert_int_equal(t->comparisons, 2);
	tables_free(t);
}

/* The made study's constant, read as a time: what another run would not give again. */
static void times_are_compared_but_are_no_members_of_the_family(void **state)
{
	(void)state;
	struct made_study m;
	two_by_two(&m, 7);
	made_copy(m.metrics[1], sizeof(m.metrics[1]), "seconds");
	for (size_t i = 0; i < m.study.count; i++)
		m.values[m.samples[i].first_value + 1] = (double)(10 + i * i % 7);
	struct table_spec spec = spec_of("dataset", "recipe");
	made_copy(spec.metrics[spec.metric_count++], sizeof(spec.metrics[0]), "seconds");
	made_where(&spec.baseline, "recipe", "single");
	struct table *t = make(&m, &spec);

	assert_true(tables_has_comparison(t, 1));
	assert_int_equal(t->comparisons, 2);
	const struct comparison *c = &t->rows[1].cells[1].against;
	assert_true(c->made && !c->tested && isnan(c->p) && isnan(c->p_adjusted));
	char *text = print(t, TABLE_MARKDOWN);
	assert_non_null(strstr(text,
		"Counts, times and memory are not tested; their intervals are not corrected."));
	assert_non_null(strstr(text, "within the family of 2 comparisons"));
	free(text);
	tables_free(t);

	spec.metric_count = 1;
	made_copy(spec.metrics[0], sizeof(spec.metrics[0]), "seconds");
	t = make(&m, &spec);
	text = print(t, TABLE_MARKDOWN);
	assert_int_equal(t->comparisons, 0);
	assert_null(strstr(text, "| p |"));
	assert_null(strstr(text, "sign-flip"));
	free(text);
	tables_free(t);
}

/* The project's own notes compute +- 0.20, 0.61 and 0.93 points for 10,000 images at 99, 89 and 65
 * % (sqrt(p (1 - p) / n) 1.96, rounded). */
static void test_images_are_a_second_spread_that_seeds_do_not_narrow(void **state)
{
	(void)state;
	static const struct {
		double accuracy;
		const char *half;
	} rows[] = { { 0.99, " ± 0.20 " }, { 0.89, " ± 0.61 " }, { 0.65, " ± 0.93 " } };
	for (size_t i = 0; i < 3; i++)
		for (uint64_t seeds = 1; seeds <= 12; seeds += 11) {
			struct made_study m;
			made_init(&m);
			for (uint64_t seed = 1; seed <= seeds; seed++) {
				const struct sample *s =
					made_trial(&m, "mnist", "single", seed, rows[i].accuracy);
				m.values[s->first_value + 2] = 10000;
			}
			const struct table_spec spec = spec_of("dataset", "recipe");
			struct table *t = make(&m, &spec);
			char *text = print(t, TABLE_TEXT), *csv = print(t, TABLE_CSV),
			     *macros = print(t, TABLE_MACROS);
			assert_non_null(strstr(text, " ± images\n"));
			char *row = strstr(text, "mnist   single");
			*strchr(row, '\n') = ' ';
			assert_non_null(strstr(row, rows[i].half));
			assert_non_null(strstr(text, "on 10000 test\nimages"));
			assert_non_null(strstr(csv, ",10000,0."));
			assert_non_null(strstr(macros, "AccuracyImages}{0."));
			free(text);
			free(csv);
			free(macros);
			tables_free(t);
		}
}

static void test_images_of_different_numbers_or_none_are_no_spread(void **state)
{
	(void)state;
	struct made_study m;
	made_init(&m);
	made_trial(&m, "mnist", "single", 1, 0.5);
	const struct table_spec spec = spec_of("dataset", "recipe");
	struct table *t = make(&m, &spec);
	assert_false(tables_has_images(t, 0));
	tables_free(t);
	m.values[m.samples[0].first_value + 2] = 10000;
	m.values[made_trial(&m, "mnist", "single", 2, 0.5)->first_value + 2] = 9000;
	t = make(&m, &spec);
	assert_false(tables_has_images(t, 0));
	tables_free(t);
}

static void bca_intervals_are_shown_from_ten_seeds_on(void **state)
{
	(void)state;
	for (int seeds = 9; seeds <= 10; seeds++) {
		struct made_study m;
		made_init(&m);
		for (int seed = 1; seed <= seeds; seed++)
			made_trial(&m, "mnist", "single", (uint64_t)seed,
				0.98 + 0.0001 * (seed * seed % 7));
		const struct table_spec spec = spec_of("dataset", "recipe");
		const struct table_context with = { .command = context.command, .intervals = true };
		struct table *t = make(&m, &spec);
		struct err e = { 0 };
		struct str out = { 0 };
		assert_int_equal(table_print(&out, t, TABLE_TEXT, &with, &e), 0);
		assert_int_equal(strstr(out.s, "95 % BCa interval") != NULL, seeds == 10);
		assert_non_null(strstr(out.s, "95 % t interval"));
		str_free(&out);
		tables_free(t);
	}
}

/* Equal digests under two tables: the same networks on the same data. */
static void digests_of_data_and_weights_stand_under_the_table(void **state)
{
	(void)state;
	char *under[3];
	for (int run = 0; run < 3; run++) {
		struct made_study m;
		made_init(&m);
		struct sample *s = made_trial(&m, "mnist", "single", 1, 0.5);
		made_copy(s->identity, sizeof(s->identity),
			"1111111111111111111111111111111111111111111111111111111111111111");
		made_copy(s->data_digest, sizeof(s->data_digest),
			"abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789");
		made_copy(s->weights_digest, sizeof(s->weights_digest),
			run < 2 ? "2222222222222222222222222222222222222222222222222222222222222222"
				: "322222222222222222222222222222222222222222222222222222222222222"
				  "2");
		const struct table_spec spec = spec_of("dataset", "recipe");
		struct table *t = make(&m, &spec);
		under[run] = print(t, TABLE_MARKDOWN);
		assert_non_null(strstr(under[run], "Data digests: mnist abcdef012345."));
		assert_non_null(strstr(under[run], "Weights of the 1 trials: digest "));
		tables_free(t);
	}
	assert_string_equal(under[0], under[1]);
	assert_string_not_equal(under[0], under[2]);
	for (int run = 0; run < 3; run++)
		free(under[run]);
}

/* ---- written ---- */

/* Two seeds of mnist done and one diverged, a variant of the data, a data set that is missing, a
 * claim. */
static void incomplete(struct made_study *m, struct claim *c)
{
	made_init(m);
	for (uint64_t seed = 1; seed <= 3; seed++)
		made_trial(m, "mnist", "single", seed, 0.9850 + 0.0010 * (double)seed);
	made_trial(m, "mnist", "paper", 1, 0.9891);
	made_copy(made_trial(m, "mnist", "paper", 2, 0.9899)->data_variant, 32, "canonical");
	made_without(m, "mnist", "paper", 3, SAMPLE_DIVERGED,
		"phase unify, epoch 3: loss is not finite");
	for (uint64_t seed = 1; seed <= 3; seed++)
		made_copy(made_trial(m, "cifar10", "single", seed, 0.63)->data_variant, 32,
			"20-stand-ins");
	for (uint64_t seed = 1; seed <= 3; seed++)
		made_without(
			m, "cifar10", "paper", seed, SAMPLE_SKIPPED, "data set cifar10: not found");
	*c = (struct claim){ .paper = 0.99, .rounds_to = 2 };
	made_copy(c->id, sizeof(c->id), "C1");
	made_copy(c->metric, sizeof(c->metric), "test_accuracy");
	made_where(&c->where, "dataset", "mnist");
	made_where(&c->where, "recipe", "paper");
	m->sweep.claims = c;
	m->sweep.claim_count = 1;
}

static void text_says_what_is_missing_and_why(void **state)
{
	(void)state;
	struct made_study m;
	struct claim c;
	incomplete(&m, &c);
	struct table_spec spec = spec_of("dataset", "recipe");
	made_where(&spec.baseline, "recipe", "single");
	struct table *t = make(&m, &spec);
	char *text = print(t, TABLE_TEXT);

	assert_string_equal(text,
		"Accuracy of 50 % & more\n"
		"\n"
		"dataset recipe     n test accuracy (%)   Δ (pp)           p paper verdict\n"
		"mnist   single     3      98.70 ± 0.10 baseline\n"
		"mnist   paper  2 [a]      98.95 ± 0.06    +0.30 n/a (n = 2)  99 % inconclusive\n"
		"cifar10 single 3 [b]      63.00 ± 0.00 baseline\n"
		"cifar10 paper  0 [c]           skipped\n"
		"\n"
		"[a] 2 of 3 planned trials have a result: 1 diverged (phase unify, epoch 3: loss "
		"is not finite).\n"
		"[b] Data set: the known variant '20-stand-ins', not the canonical files.\n"
		"[c] 0 of 3 planned trials have a result: 3 not run (data set cifar10: not "
		"found).\n"
		"± is the sample standard deviation over seeds; n is the number of seeds, each one "
		"trained network.\n"
		"Accuracies are those of the last phase of a recipe, the mean over its folds and "
		"outputs.\n"
		"Δ is the mean difference to single over the seeds that both have (accuracies in "
		"percentage points,\n"
		"pp). p is the exact sign-flip test; n/a: with fewer than 6 pairs it cannot reach "
		"0.05.\n"
		"The verdict: reproduced if the 95 % interval of our mean (over seeds and, of test "
		"accuracies, test\n"
		"images) lies inside the margin around the paper's figure, not reproduced if it "
		"lies "
		"outside, else\n"
		"inconclusive.\n"
		"Sweep made (file digest 0123456789ab). Core version 1.\n"
		"Command: retrial table made.yaml main\n");
	free(text);
	tables_free(t);
}

static void special_characters_are_escaped_in_markdown_and_latex(void **state)
{
	(void)state;
	struct made_study m;
	made_init(&m);
	made_trial(&m, "a_b|c", "<script>", 1, 0.5);
	made_trial(&m, "a_b|c", "<script>", 2, 0.6);
	const struct table_spec spec = spec_of("dataset", "recipe");
	struct table *t = make(&m, &spec);
	char *md = print(t, TABLE_MARKDOWN), *latex = print(t, TABLE_LATEX);

	assert_non_null(strstr(md, "| a\\_b\\|c | \\<script\\> | 2 | 55.00 ± 7.07 |\n"));
	assert_non_null(strstr(latex, "a\\_b|c & $<$script$>$ & 2 & 55.00 $\\pm$ 7.07 \\\\\n"));
	assert_non_null(strstr(latex, "\\caption{Accuracy of 50 \\% \\& more}\n"));
	assert_non_null(strstr(latex, "\\toprule"));
	free(md);
	free(latex);
	tables_free(t);
}

static void csv_has_a_line_for_every_cell_and_as_many_fields_in_each(void **state)
{
	(void)state;
	struct made_study m;
	struct claim c;
	incomplete(&m, &c);
	struct table_spec spec = spec_of("dataset", "recipe");
	made_copy(spec.metrics[spec.metric_count++], sizeof(spec.metrics[0]), "params");
	made_where(&spec.baseline, "recipe", "single");
	struct table *t = make(&m, &spec);
	char *csv = print(t, TABLE_CSV);
	size_t lines = 0, commas = 0, heading = 0;

	for (const char *p = csv; *p; p++) {
		if (*p == '"')
			for (p++; *p != '"'; p++)
				;
		commas += *p == ',';
		if (*p != '\n')
			continue;
		if (!lines++)
			heading = commas;
		assert_int_equal(commas, heading);
		commas = 0;
	}
	assert_int_equal(lines, 1 + 4 * 2);
	assert_non_null(strstr(csv,
		"\nmain,dataset=mnist;recipe=single,test_accuracy,3,3,0,0,0,0.987,0.001,0.987,0."
		"986,0.988,"));
	free(csv);
	tables_free(t);
}

static void json_parses_and_has_every_seed_exactly(void **state)
{
	(void)state;
	struct made_study m;
	made_init(&m);
	made_trial(&m, "mnist", "single", 1, 0.1 + 0.2);
	made_trial(&m, "mnist", "single", 18446744073709551615u, 1.0 / 3);
	const struct table_spec spec = spec_of("dataset", "recipe");
	struct table *t = make(&m, &spec);
	char *text = print(t, TABLE_JSON);
	json_t *all = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *values, *mean;

	assert_non_null(all);
	assert_int_equal(json_unpack(all, "[{s:[{s:{s:{s:o,s:o}}}]}]", "rows", "metrics",
				 "test_accuracy", "values", &values, "mean", &mean),
		0);
	assert_true(json_real_value(json_object_get(values, "1")) == 0.1 + 0.2);
	assert_true(json_real_value(json_object_get(values, "18446744073709551615")) == 1.0 / 3);
	assert_true(json_real_value(mean) == 0.316666666667);
	json_decref(all);
	free(text);
	tables_free(t);
}

static void a_study_that_was_never_run_makes_a_table_that_says_so(void **state)
{
	(void)state;
	struct made_study m;
	made_init(&m);
	made_without(&m, "mnist", "single", 1, SAMPLE_MISSING, "");
	m.study.frozen = false;
	const struct table_spec spec = spec_of("dataset", "recipe");
	struct table *t = make(&m, &spec);
	char *text = print(t, TABLE_TEXT);

	assert_non_null(strstr(text, "mnist   single 0 [a]           not run\n"));
	assert_non_null(strstr(text, "[a] 0 of 1 planned trials have a result: 1 not finished.\n"));
	assert_non_null(strstr(text, "no plan of this name is in the database"));
	free(text);
	tables_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_follow_the_row_labels_in_the_order_of_the_plan),
		cmocka_unit_test(a_row_that_mixes_configurations_is_an_error_that_names_the_label),
		cmocka_unit_test(wrong_names_are_errors_with_suggestions),
		cmocka_unit_test(differences_are_paired_by_seed_within_the_data_set),
		cmocka_unit_test(all_comparisons_of_the_table_are_one_family),
		cmocka_unit_test(times_are_compared_but_are_no_members_of_the_family),
		cmocka_unit_test(the_best_row_is_marked_only_where_it_is_not_tied),
		cmocka_unit_test(macros_have_names_of_letters_and_never_the_same_twice),
		cmocka_unit_test(a_property_of_the_network_has_no_spread_and_no_test),
		cmocka_unit_test(test_images_are_a_second_spread_that_seeds_do_not_narrow),
		cmocka_unit_test(test_images_of_different_numbers_or_none_are_no_spread),
		cmocka_unit_test(bca_intervals_are_shown_from_ten_seeds_on),
		cmocka_unit_test(digests_of_data_and_weights_stand_under_the_table),
		cmocka_unit_test(text_says_what_is_missing_and_why),
		cmocka_unit_test(special_characters_are_escaped_in_markdown_and_latex),
		cmocka_unit_test(csv_has_a_line_for_every_cell_and_as_many_fields_in_each),
		cmocka_unit_test(json_parses_and_has_every_seed_exactly),
		cmocka_unit_test(a_study_that_was_never_run_makes_a_table_that_says_so),
	};
	return cmocka_run_group_tests_name("tables", tests, NULL, NULL);
}
