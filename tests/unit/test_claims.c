/* test_claims.c - the rule that turns a paper's figure and our values into a verdict
 * (harness/report/claims.h), case by case. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "harness/report/claims.h"
#include "harness/report/table_print.h"
#include "harness/report/tables.h"
#include "made_study.h"

static struct claim claim_of(double paper, int rounds_to, int compare)
{
	struct claim c = { .paper = paper, .rounds_to = rounds_to, .compare = compare };

	made_copy(c.id, sizeof(c.id), "C1");
	made_copy(c.metric, sizeof(c.metric), "test_accuracy");
	return c;
}

static struct claim_result judged(const struct claim *c, const double *values, size_t n, int better)
{
	const struct claim_basis basis = {
		.values = values, .n = n, .better = better, .wider = interval_none()
	};
	struct claim_result r;

	claims_judge(c, &basis, &r);
	return r;
}

static enum verdict judge(double paper, int rounds_to, int compare, const double *values, size_t n)
{
	const struct claim c = claim_of(paper, rounds_to, compare);

	return judged(&c, values, n, 1).verdict;
}

static enum verdict judge_constant(struct claim c, double value)
{
	const struct claim_basis basis = {
		.values = &value, .n = 1, .constant = true, .wider = interval_none()
	};
	struct claim_result r;

	claims_judge(&c, &basis, &r);
	return r.verdict;
}

static void a_printed_figure_is_its_rounding_interval(void **state)
{
	(void)state;
	const struct claim c = claim_of(0.89, 2, 0);
	const double x[] = { 0.89, 0.89, 0.89 };
	const struct claim_result r = judged(&c, x, 3, 1);

	assert_true(r.paper.low == 0.885);
	assert_true(r.paper.high == 0.895);
	assert_int_equal(r.verdict, VERDICT_REPRODUCED);
}

static void the_interval_holds_its_low_end_and_not_its_high_end(void **state)
{
	(void)state;
	const double low[] = { 0.885, 0.885, 0.885 }, high[] = { 0.895, 0.895, 0.895 },
		     below[] = { 0.8849, 0.8849, 0.8849 };

	assert_int_equal(judge(0.89, 2, 0, low, 3), VERDICT_REPRODUCED);
	assert_int_equal(judge(0.89, 2, 0, high, 3), VERDICT_NOT_REPRODUCED);
	assert_int_equal(judge(0.89, 2, 0, below, 3), VERDICT_NOT_REPRODUCED);
}

/* Mean 0.8990, sd 0.0010: t interval 0.8965 to 0.9015, wholly above 0.895. With sd 0.0030 it is
 * 0.8915 to 0.9065: neither inside nor outside. */
static void only_an_interval_inside_the_margin_reproduces(void **state)
{
	(void)state;
	const double tight[] = { 0.898, 0.899, 0.900 }, loose[] = { 0.896, 0.899, 0.902 },
		     inside[] = { 0.8895, 0.890, 0.8905 };

	assert_int_equal(judge(0.89, 2, 0, tight, 3), VERDICT_NOT_REPRODUCED);
	assert_int_equal(judge(0.89, 2, 0, loose, 3), VERDICT_INCONCLUSIVE);
	assert_int_equal(judge(0.89, 2, 0, inside, 3), VERDICT_REPRODUCED);
}

/* What was called reproduced by an earlier rule: overlap is no evidence. */
static void noise_is_never_reproduced(void **state)
{
	(void)state;
	const double accuracy[] = { 0.40, 0.60, 0.95 }, ms[] = { 5, 12, 21 };

	assert_int_equal(judge(0.65, 2, 0, accuracy, 3), VERDICT_INCONCLUSIVE);
	assert_int_equal(judge(13, 0, -1, ms, 3), VERDICT_INCONCLUSIVE);
}

static void a_margin_takes_the_place_of_the_rounding(void **state)
{
	(void)state;
	const double x[] = { 0.896, 0.897, 0.898 }; /* 0.8945 to 0.8995 */
	struct claim c = claim_of(0.89, 2, 0);

	assert_int_equal(judged(&c, x, 3, 1).verdict, VERDICT_INCONCLUSIVE);
	c.margin = 0.01;
	assert_int_equal(judged(&c, x, 3, 1).verdict, VERDICT_REPRODUCED);
	c.margin = 0.004;
	assert_int_equal(judged(&c, x, 3, 1).verdict, VERDICT_NOT_REPRODUCED);
}

static void what_lies_outside_says_on_which_side(void **state)
{
	(void)state;
	const double x[] = { 0.91, 0.911, 0.912 };
	const struct claim c = claim_of(0.89, 2, 0);

	assert_string_equal(judged(&c, x, 3, 1).reason, "better than the paper's figure");
	assert_string_equal(judged(&c, x, 3, -1).reason, "worse than the paper's figure");
	assert_int_equal(judged(&c, x, 3, 0).verdict, VERDICT_LARGER);
}

static void a_wider_interval_takes_the_place_of_that_over_seeds(void **state)
{
	(void)state;
	const double x[] = { 0.8895, 0.890, 0.8905 };
	const struct claim c = claim_of(0.89, 2, 0);
	const struct claim_basis basis = { .values = x,
		.n = 3,
		.better = 1,
		.wider = { 0.880, 0.900 },
		.of = OF_SEEDS_AND_IMAGES };
	struct claim_result r;

	claims_judge(&c, &basis, &r);
	assert_int_equal(r.verdict, VERDICT_INCONCLUSIVE);
	assert_int_equal(r.of, OF_SEEDS_AND_IMAGES);
}

/* The paper's own spread: Welch's interval of the difference, of sd 0.01 with n = 5 beside ours. */
static void the_papers_own_spread_widens_the_interval(void **state)
{
	(void)state;
	const double x[] = { 0.8895, 0.890, 0.8905 };
	struct claim c = claim_of(0.89, 2, 0);
	c.margin = 0.005;
	assert_int_equal(judged(&c, x, 3, 1).verdict, VERDICT_REPRODUCED);
	c.paper_sd = 0.01;
	c.paper_n = 5;
	const struct claim_result r = judged(&c, x, 3, 1);
	const struct interval welch = stats_welch_interval(x, 3, 0.89, 0.01, 5, 0.95);

	assert_int_equal(r.verdict, VERDICT_INCONCLUSIVE);
	assert_float_equal(r.ours.high - r.ours.low, welch.high - welch.low, 1e-6);
}

static void fewer_than_three_seeds_decide_nothing(void **state)
{
	(void)state;
	const double x[] = { 0.89, 0.89 };

	assert_int_equal(judge(0.89, 2, 0, x, 0), VERDICT_NO_DATA);
	assert_int_equal(judge(0.89, 2, 0, x, 1), VERDICT_INCONCLUSIVE);
	assert_int_equal(judge(0.89, 2, 0, x, 2), VERDICT_INCONCLUSIVE);
}

static void an_exact_figure_needs_equality_in_every_trial_and_no_n(void **state)
{
	(void)state;
	const double right[] = { 14862 }, wrong[] = { 14862, 14862, 14863 };

	assert_int_equal(judge(14862, -1, 0, right, 1), VERDICT_REPRODUCED);
	assert_int_equal(judge(14862, -1, 0, wrong, 3), VERDICT_NOT_REPRODUCED);
}

static void bounds_are_consistent_or_larger_or_smaller(void **state)
{
	(void)state;
	const double x[] = { 0.50, 0.51, 0.52 }, wide[] = { 0.40, 0.60, 0.95 };

	assert_int_equal(judge(0.60, 2, -1, x, 3), VERDICT_CONSISTENT);
	assert_int_equal(judge(0.40, 2, -1, x, 3), VERDICT_LARGER);
	assert_int_equal(judge(0.60, 2, -1, wide, 3), VERDICT_INCONCLUSIVE);
	assert_int_equal(judge(0.40, 2, 1, x, 3), VERDICT_CONSISTENT);
	assert_int_equal(judge(0.60, 2, 1, x, 3), VERDICT_SMALLER);
	assert_int_equal(judge(0.80, 2, 1, wide, 3), VERDICT_INCONCLUSIVE);
}

static void a_bound_that_anything_satisfies_says_so(void **state)
{
	(void)state;
	const double ms[] = { 0.011, 0.012, 0.013 };
	const struct claim c = claim_of(13, -1, -1);
	const struct claim_result r = judged(&c, ms, 3, -1);

	assert_int_equal(r.verdict, VERDICT_UNINFORMATIVE);
	assert_string_equal(
		r.reason, "the bound is 898 times away from what was measured: it says nothing");
	assert_int_equal(
		judge(0.05, 2, 1, (const double[]){ 0.9, 0.9, 0.9 }, 3), VERDICT_UNINFORMATIVE);
	assert_int_equal(judge_constant(claim_of(20000, -1, -1), 19622), VERDICT_CONSISTENT);
}

static void a_property_of_the_network_may_be_rounded_and_needs_no_n(void **state)
{
	(void)state;
	const struct claim c = claim_of(0.17, 2, 0);

	assert_int_equal(judge_constant(c, 0.1741), VERDICT_REPRODUCED);
	assert_int_equal(judge_constant(c, 0.176), VERDICT_LARGER);
	assert_int_equal(judge_constant(c, 0.16), VERDICT_SMALLER);
}

/* ---- with a study ---- */

static struct claim_result evaluate_one(struct made_study *m, struct claim *c)
{
	struct err e = { 0 };
	struct claim_result *results = NULL;

	m->sweep.claims = c;
	m->sweep.claim_count = 1;
	if (claims_evaluate(&m->study, &e, &results))
		fail_msg("%s", e.text);
	const struct claim_result r = results[0];
	free(results);
	return r;
}

static void failed_and_diverged_trials_are_counted_and_named(void **state)
{
	(void)state;
	struct made_study m;
	made_init(&m);
	for (uint64_t seed = 1; seed <= 3; seed++)
		made_trial(&m, "mnist", "paper", seed, 0.988 + 0.001 * (double)seed);
	made_without(&m, "mnist", "paper", 4, SAMPLE_DIVERGED,
		"phase unify, epoch 3: loss is not finite");
	made_without(&m, "mnist", "paper", 5, SAMPLE_FAILED, "killed");
	struct claim c = claim_of(0.99, 2, 0);
	made_where(&c.where, "dataset", "mnist");
	const struct claim_result r = evaluate_one(&m, &c);

	assert_int_equal(r.n, 3);
	assert_int_equal(r.planned, 5);
	assert_int_equal(r.verdict, VERDICT_REPRODUCED);
	struct str s = { 0 };
	claims_evidence(&s, &r);
	assert_string_equal(s.s,
		"99.00 ± 0.10 % (n = 3 of 5), 95 % interval over seeds 98.75 to 99.25; the paper: "
		"99 %, "
		"which is 98.5 to 99.5;"
		" 1 failed, 1 diverged of 5 trials");
	str_free(&s);
}

static void a_missing_data_set_is_the_reason_for_no_data(void **state)
{
	(void)state;
	struct made_study m;
	made_init(&m);
	made_without(&m, "cifar10", "paper", 1, SAMPLE_SKIPPED, "data set cifar10 not found");
	struct claim c = claim_of(0.65, 2, 0);
	made_where(&c.where, "dataset", "cifar10");
	const struct claim_result r = evaluate_one(&m, &c);

	assert_int_equal(r.verdict, VERDICT_NO_DATA);
	assert_string_equal(r.reason, "data set cifar10 not found");
}

static void a_claim_never_mixes_configurations(void **state)
{
	(void)state;
	struct made_study m;
	struct err e = { 0 };
	struct claim_result *results = NULL;
	made_init(&m);
	made_trial(&m, "mnist", "paper", 1, 0.99);
	made_trial(&m, "mnist", "single", 1, 0.98);
	struct claim c = claim_of(0.99, 2, 0);
	made_where(&c.where, "dataset", "mnist");
	m.sweep.claims = &c;
	m.sweep.claim_count = 1;

	assert_int_equal(claims_evaluate(&m.study, &e, &results), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_string_equal(e.text,
		"claim C1 covers different configurations (recipe is paper and single): name one "
		"in its 'where'");
	made_copy(c.metric, sizeof(c.metric),
		"params"); /* the same for all of them, or else not reproduced */
	c.paper = 100;
	c.rounds_to = -1;
	assert_int_equal(evaluate_one(&m, &c).verdict, VERDICT_REPRODUCED);
}

static void an_unknown_metric_is_the_users_mistake(void **state)
{
	(void)state;
	struct made_study m;
	struct err e = { 0 };
	struct claim_result *results = NULL;
	made_init(&m);
	made_trial(&m, "mnist", "paper", 1, 0.99);
	struct claim c = claim_of(0.99, 2, 0);
	made_copy(c.metric, sizeof(c.metric), "test_acuracy");
	m.sweep.claims = &c;
	m.sweep.claim_count = 1;

	assert_int_equal(claims_evaluate(&m.study, &e, &results), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_string_equal(
		e.text, "claim C1: unknown metric 'test_acuracy' (did you mean 'test_accuracy'?)");
}

static void the_papers_figure_is_written_as_printed(void **state)
{
	(void)state;
	static const struct {
		double paper;
		int rounds_to, compare;
		const char *metric, *text;
	} cases[] = {
		{ 0.89, 2, 0, "test_accuracy", "89 %" },
		{ 0.8950, 4, 0, "test_accuracy", "89.50 %" },
		{ 14862, -1, 0, "params", "14862" },
		{ 20000, -1, -1, "params", "at most 20000" },
		{ 0.5, 1, 1, "test_loss", "at least 0.5" },
		{ 59448, -1, 0, "weight_bytes", "59448 bytes" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct claim c = claim_of(cases[i].paper, cases[i].rounds_to, cases[i].compare);
		struct str s = { 0 };
		made_copy(c.metric, sizeof(c.metric), cases[i].metric);
		claims_paper_text(&s, &c);
		assert_string_equal(s.s, cases[i].text);
		str_free(&s);
	}
}

/* ---- one configuration against another ---- */

static struct claim better_than(
	const char *dataset, const char *recipe, const char *other, int compare)
{
	struct claim c = { .rounds_to = -1, .scale = 1, .compare = compare };

	made_copy(c.id, sizeof(c.id), "C8");
	made_copy(c.metric, sizeof(c.metric), "test_accuracy");
	made_where(&c.where, "dataset", dataset);
	made_where(&c.where, "recipe", recipe);
	made_where(&c.than, "recipe", other);
	return c;
}

/* n pairs of which the paper's is higher by 0.01 or 0.02; another data set where it is lower. */
static void make_pairs(struct made_study *m, uint64_t n)
{
	made_init(m);
	for (uint64_t seed = 1; seed <= n; seed++) {
		made_trial(m, "mnist", "paper", seed, 0.95 + 0.01 * (double)(seed % 2));
		made_trial(m, "mnist", "scratch", seed, 0.94);
		made_trial(m, "cifar10", "paper", seed, 0.50);
		made_trial(m, "cifar10", "scratch", seed, 0.60 + 0.01 * (double)(seed % 2));
	}
}

static void a_claim_without_a_number_is_decided_by_the_paired_exact_test(void **state)
{
	(void)state;
	struct made_study m;
	make_pairs(&m, 6);
	struct claim c = better_than("mnist", "paper", "scratch", 1);
	struct claim_result r = evaluate_one(&m, &c);

	assert_int_equal(r.n, 6);
	assert_true(r.p == 2 * ldexp(1, -6)); /* all six of one sign: the two most extreme of 2^6
						 patterns */
	assert_true(r.p_adjusted == r.p);
	assert_int_equal(r.verdict, VERDICT_REPRODUCED);
	struct str s = { 0 };
	claims_evidence(&s, &r);
	assert_string_equal(s.s,
		"+1.50 ± 0.55 pp, p = 0.031 (6 pairs), 95 % interval of the corrected sign-flip "
		"test +1.00 "
		"to +2.00; the paper: "
		"higher than scratch");
	str_free(&s);
	c.compare = -1;
	assert_int_equal(evaluate_one(&m, &c).verdict, VERDICT_NOT_REPRODUCED);
}

static void too_few_pairs_decide_nothing_and_say_how_many_would(void **state)
{
	(void)state;
	struct made_study m;
	make_pairs(&m, 5);
	struct claim c = better_than("mnist", "paper", "scratch", 1);
	struct claim_result r = evaluate_one(&m, &c);

	assert_int_equal(r.verdict, VERDICT_INCONCLUSIVE);
	assert_string_equal(
		r.reason, "too few pairs for the exact test to reach 0.05: 6 are needed");
}

/* A trial of a learning rate, with a validation accuracy. */
static void make_rate(struct made_study *m, const char *recipe, const char *label, const char *rate,
	uint64_t seed, double test, double validation)
{
	struct sample *s = made_trial(m, "mnist", recipe, seed, test);

	made_label(s, label, rate);
	m->values[s->first_value + 2] = validation;
}

/* What is best in validation is worse on the test images, so that looking there would show. */
static void each_side_is_taken_at_its_best_setting_by_validation(void **state)
{
	(void)state;
	struct made_study m;
	struct err e = { 0 };
	struct claim_result *r = NULL;
	struct table *table = NULL;
	made_init(&m);
	made_copy(m.metrics[2], sizeof(m.metrics[2]), "val_accuracy");
	for (uint64_t seed = 1; seed <= 6; seed++) {
		make_rate(&m, "paper", "one.lr", "0.1", seed, 0.99, 0.80);
		make_rate(&m, "paper", "one.lr", "0.2", seed, 0.95, 0.90);
		make_rate(&m, "paper", "one.lr", "0.3", seed, 0.97, NAN);
		make_rate(&m, "scratch", "two.lr", "0.1", seed, 0.94, 0.93);
		make_rate(&m, "scratch", "two.lr", "0.2", seed, 0.98, 0.92);
	}
	struct claim c = better_than("mnist", "paper", "scratch", 1);
	c.select = (struct selection){ { "one.lr", "two.lr" }, 2, "val_accuracy" };
	struct table_spec spec = { .row_count = 1, .metric_count = 1, .select = c.select };
	made_copy(spec.id, sizeof(spec.id), "best");
	made_copy(spec.rows[0], sizeof(spec.rows[0]), "recipe");
	made_copy(spec.metrics[0], sizeof(spec.metrics[0]), "test_accuracy");
	made_where(&spec.baseline, "recipe", "scratch");
	m.sweep.claims = &c;
	m.sweep.claim_count = 1;
	m.sweep.tables = &spec;
	m.sweep.table_count = 1;

	assert_int_equal(claims_evaluate(&m.study, &e, &r), 0);
	assert_int_equal(r->n, 6);
	assert_int_equal(r->planned, 6);
	assert_true(fabs(r->mean - 0.01) < 1e-12);
	assert_int_equal(r->verdict, VERDICT_REPRODUCED);
	assert_string_equal(r->reason,
		"one.lr = 0.2 has the best validation accuracy of 3 (12 of 18 trials); two.lr = "
		"0.1 has the best validation accuracy of 2 (12 of 12 trials)");
	assert_int_equal(tables_make(&m.study, &spec, &e, &table), 0);
	assert_true(fabs(table->rows[0].cells[0].mean - 0.95) < 1e-12);
	assert_true(fabs(table->rows[0].cells[0].against.difference - r->mean) < 1e-12);
	assert_true(table->rows[0].cells[0].against.p_adjusted == r->p_adjusted);
	assert_int_equal(table->rows[0].planned, 6);
	struct str text = { 0 };
	assert_int_equal(
		table_print(&text, table, TABLE_TEXT, &(struct table_context){ .command = "" }, &e),
		0);
	assert_non_null(strstr(text.s, "At one.lr = 0.2."));
	assert_non_null(strstr(text.s, "At two.lr = 0.1."));
	str_free(&text);
	tables_free(table);
	free(r);
}

/* Three of six baselines never come so far in 30 epochs. */
static void trials_that_never_come_so_far_take_part_in_a_comparison(void **state)
{
	(void)state;
	struct made_study m;
	struct err e = { 0 };
	struct claim_result *r = NULL;
	struct table *table = NULL;
	made_init(&m);
	made_copy(m.metrics[0], sizeof(m.metrics[0]), "epochs_to_60");
	made_copy(m.metrics[2], sizeof(m.metrics[2]), "censored epochs_to_60");
	for (uint64_t seed = 1; seed <= 6; seed++) {
		made_trial(&m, "mnist", "paper", seed, 10 + (double)seed);
		const struct sample *s = made_trial(
			&m, "mnist", "scratch", seed, seed % 2 ? NAN : 20 + (double)seed);
		m.values[s->first_value + 2] = seed % 2 ? 30 : NAN;
	}
	struct claim c = better_than("mnist", "paper", "scratch", -1);
	made_copy(c.metric, sizeof(c.metric), "epochs_to_60");
	struct table_spec spec = { .row_count = 1, .metric_count = 1 };
	made_copy(spec.id, sizeof(spec.id), "epochs");
	made_copy(spec.rows[0], sizeof(spec.rows[0]), "recipe");
	made_copy(spec.metrics[0], sizeof(spec.metrics[0]), "epochs_to_60");
	made_copy(spec.family, sizeof(spec.family), "epochs_to_60");
	made_where(&spec.baseline, "recipe", "scratch");
	m.sweep.claims = &c;
	m.sweep.claim_count = 1;
	m.sweep.tables = &spec;
	m.sweep.table_count = 1;

	assert_int_equal(claims_evaluate(&m.study, &e, &r), 0);
	assert_int_equal(r->n, 6);
	assert_true(r->mean == ((11 - 31) + (13 - 31) + (15 - 31) - 3 * 10) / 6.0);
	assert_true(r->p_adjusted == ldexp(1, -5));
	assert_int_equal(r->verdict, VERDICT_REPRODUCED);
	assert_string_equal(r->reason,
		"0 and 3 trials never came so far: they count as one epoch more than they were "
		"trained, or as no difference");
	assert_int_equal(tables_make(&m.study, &spec, &e, &table), 0);
	const struct cell *paper = &table->rows[0].cells[0], *scratch = &table->rows[1].cells[0];
	assert_int_equal(scratch->n, 3); /* the mean is of those that came so far */
	assert_true(scratch->mean == 24);
	assert_int_equal(paper->against.pairs, 6);
	assert_true(paper->against.difference == r->mean);
	assert_true(paper->against.p_adjusted == r->p_adjusted);
	tables_free(table);
	free(r);
	c.than.count = 0; /* a number of epochs, of an arm of which not all come so far */
	made_copy(c.where.is[1].value, sizeof(c.where.is[1].value), "scratch");
	c.compare = 0;
	c.paper = 24;
	c.margin = 20;
	m.sweep.table_count = 0;
	assert_string_equal(
		evaluate_one(&m, &c).reason, "3 trials never came so far and are not in the mean");
}

static void a_comparison_of_constants_is_a_fact_and_enlarges_no_family(void **state)
{
	(void)state;
	struct made_study m;
	struct err e = { 0 };
	struct claim_result *r = NULL;
	make_pairs(&m, 6);
	for (size_t i = 0; i < m.study.count; i += 2) /* the paper's network is smaller */
		m.values[m.samples[i].first_value + 1] = 90;
	struct claim claims[2] = { better_than("mnist", "paper", "scratch", 1),
		better_than("mnist", "paper", "scratch", -1) };
	made_copy(claims[1].metric, sizeof(claims[1].metric), "params");
	m.sweep.claims = claims;
	m.sweep.claim_count = 2;

	assert_int_equal(claims_evaluate(&m.study, &e, &r), 0);
	assert_true(r[0].p_adjusted == r[0].p);
	assert_int_equal(r[0].verdict, VERDICT_REPRODUCED);
	assert_int_equal(r[1].verdict, VERDICT_REPRODUCED);
	assert_true(isnan(r[1].p) && isnan(r[1].p_adjusted) && !interval_exists(r[1].ours));
	struct str s = { 0 };
	claims_evidence(&s, &r[1]);
	assert_string_equal(s.s, "-10 ± 0 (6 pairs); the paper: lower than scratch");
	str_free(&s);
	free(r);
	claims[1].compare = 1;
	assert_int_equal(claims_evaluate(&m.study, &e, &r), 0);
	assert_int_equal(r[1].verdict, VERDICT_NOT_REPRODUCED);
	free(r);
}

static void several_such_claims_are_corrected_together(void **state)
{
	(void)state;
	struct made_study m;
	struct err e = { 0 };
	struct claim_result *r = NULL;
	make_pairs(&m, 6);
	struct claim claims[3] = { better_than("mnist", "paper", "scratch", 1),
		claim_of(0.99, 2, 0), better_than("cifar10", "paper", "scratch", 1) };
	made_where(&claims[1].where, "dataset", "mnist");
	made_where(&claims[1].where, "recipe", "paper");
	m.sweep.claims = claims;
	m.sweep.claim_count = 3;

	assert_int_equal(claims_evaluate(&m.study, &e, &r), 0);
	/* Both are extreme in the same sign pattern: joint flips cost nothing, Holm's 2 would. */
	assert_true(r[0].p_adjusted == r[0].p && r[2].p_adjusted == r[2].p);
	assert_int_equal(r[0].family_tests, 2); /* the claim with a number is none */
	assert_int_equal(r[0].verdict, VERDICT_REPRODUCED);
	assert_int_equal(r[1].verdict, VERDICT_NOT_REPRODUCED);
	assert_int_equal(r[2].verdict, VERDICT_NOT_REPRODUCED);
	free(r);
}

/* mnist: seed i is -0.01 but for i = 1; cifar10: but for i = 2. Each is as extreme in its own
 * pattern as the other in another one, so each p is that of two tests. */
static void a_family_costs_what_its_tests_do_not_share(void **state)
{
	(void)state;
	struct made_study m;
	struct err e = { 0 };
	struct claim_result *r = NULL;
	made_init(&m);
	for (uint64_t seed = 1; seed <= 8; seed++) {
		made_trial(&m, "mnist", "paper", seed, 0.95 + (seed == 1 ? 0.01 : -0.01));
		made_trial(&m, "mnist", "scratch", seed, 0.95);
		made_trial(&m, "cifar10", "paper", seed, 0.50 + (seed == 2 ? 0.01 : -0.01));
		made_trial(&m, "cifar10", "scratch", seed, 0.50);
	}
	struct claim claims[2] = { better_than("mnist", "paper", "scratch", 1),
		better_than("cifar10", "paper", "scratch", -1) };
	m.sweep.claims = claims;
	m.sweep.claim_count = 2;
	assert_int_equal(claims_evaluate(&m.study, &e, &r), 0);
	const double alone = r[0].p;
	assert_true(r[0].p_adjusted > 1.5 * alone && r[0].p_adjusted <= 2 * alone);
	free(r);
	made_copy(claims[0].family, sizeof(claims[0].family), "own");
	assert_int_equal(claims_evaluate(&m.study, &e, &r), 0);
	assert_true(r[0].p_adjusted == alone && r[0].family_tests == 1);
	free(r);
}

static void a_table_and_a_claim_print_the_same_p(void **state)
{
	(void)state;
	struct made_study m;
	struct err e = { 0 };
	struct claim_result *r = NULL;
	struct table *t = NULL;
	make_pairs(&m, 8);
	made_trial(&m, "mnist", "single", 1, 0.95);
	for (uint64_t seed = 2; seed <= 8; seed++)
		made_trial(&m, "mnist", "single", seed, 0.93);
	struct table_spec spec = { .id = "t",
		.rows = { "dataset", "recipe" },
		.row_count = 2,
		.metrics = { "test_accuracy" },
		.metric_count = 1 };
	made_where(&spec.baseline, "recipe", "scratch");
	struct claim claims[2] = { better_than("mnist", "paper", "scratch", 1),
		better_than("mnist", "single", "scratch", -1) };
	m.sweep.claims = claims;
	m.sweep.claim_count = 2;
	m.sweep.tables = &spec;
	m.sweep.table_count = 1;
	assert_int_equal(claims_evaluate(&m.study, &e, &r), 0);
	assert_int_equal(tables_make(&m.study, &spec, &e, &t), 0);
	for (size_t i = 0; i < t->row_count; i++) {
		const struct comparison *c = &t->rows[i].cells[0].against;
		if (strcmp(t->rows[i].labels[0], "mnist") == 0
			&& strcmp(t->rows[i].labels[1], "paper") == 0)
			assert_true(c->p_adjusted == r[0].p_adjusted
				&& c->interval.low == r[0].ours.low
				&& c->interval.high == r[0].ours.high);
		if (strcmp(t->rows[i].labels[1], "single") == 0)
			assert_true(c->p_adjusted == r[1].p_adjusted
				&& c->interval.low == r[1].ours.low);
	}
	assert_int_equal(r[0].family_tests, 3); /* two of them are claims, too */
	assert_int_equal(t->family_tests, 3);
	tables_free(t);
	free(r);
}

static void a_difference_inside_the_margin_is_equivalent(void **state)
{
	(void)state;
	struct made_study m;
	made_init(&m);
	for (uint64_t seed = 1; seed <= 10; seed++) {
		made_trial(&m, "mnist", "paper", seed, 0.95 + 0.0005 * (seed % 2 ? 1.0 : -1.0));
		made_trial(&m, "mnist", "scratch", seed, 0.95);
	}
	struct claim c = better_than("mnist", "paper", "scratch", 1);
	assert_int_equal(evaluate_one(&m, &c).verdict, VERDICT_INCONCLUSIVE);
	c.margin = 0.002;
	assert_int_equal(evaluate_one(&m, &c).verdict, VERDICT_EQUIVALENT);
	c.compare = 0;
	assert_int_equal(evaluate_one(&m, &c).verdict, VERDICT_EQUIVALENT);
	struct str s = { 0 };
	claims_paper_text(&s, &c);
	assert_string_equal(s.s, "equivalent to scratch ± 0.20");
	str_free(&s);
	c.margin = 0.0001;
	assert_int_equal(evaluate_one(&m, &c).verdict, VERDICT_INCONCLUSIVE);
}

static void a_claim_of_equivalence_can_be_wrong(void **state)
{
	(void)state;
	struct made_study m;
	make_pairs(&m, 8);
	struct claim c = better_than("mnist", "paper", "scratch", 0);
	c.margin = 0.005; /* the differences are 0.01 and 0.02 */

	assert_int_equal(evaluate_one(&m, &c).verdict, VERDICT_NOT_REPRODUCED);
}

static void a_post_hoc_claim_is_marked(void **state)
{
	(void)state;
	struct made_study m;
	make_pairs(&m, 6);
	struct claim c = better_than("mnist", "paper", "scratch", 1);
	c.post_hoc = true;
	const struct claim_result r = evaluate_one(&m, &c);
	struct str s = { 0 };

	claims_verdict_text(&s, &r);
	assert_string_equal(s.s, "reproduced (post hoc)");
	str_free(&s);
}

static void an_arm_that_looks_broken_is_warned_of(void **state)
{
	(void)state;
	static const double bimodal[] = { 0.40, 0.41, 0.42, 0.60, 0.61, 0.62, 0.61, 0.60 };
	struct made_study m;
	make_pairs(&m, 8);
	struct claim c = better_than("mnist", "paper", "scratch", 1);
	assert_string_equal(evaluate_one(&m, &c).warning, "");
	made_init(&m);
	for (uint64_t seed = 1; seed <= 8; seed++) {
		made_trial(&m, "mnist", "paper", seed, 0.65 + 0.001 * (double)seed);
		made_trial(&m, "mnist", "scratch", seed, bimodal[seed - 1]);
	}
	assert_string_equal(evaluate_one(&m, &c).warning,
		"scratch: bimodal (3 seeds at 40.0 to 42.0 %, 5 at 60.0 to 62.0 %). scratch: an sd "
		"of "
		"10.28 pp over seeds, the other side has 0.24.");
	m.values[m.samples[1].first_value] = 0.1;
	assert_non_null(strstr(evaluate_one(&m, &c).warning,
		"scratch: collapsed for 1 of 8 seeds (10.0 %, the best has 62.0 %)."));
}

/* Ten images; both networks get the first nine right, but for one image that the first alone has.
 */
static void another_test_set_may_undo_what_seeds_decide(void **state)
{
	(void)state;
	enum { IMAGES = 40 };
	static uint8_t right[2][IMAGES];
	struct made_study m;
	made_init(&m);
	memset(right, 1, sizeof(right));
	right[1][0] = 0;
	for (uint64_t seed = 1; seed <= 8; seed++)
		for (int k = 0; k < 2; k++) {
			struct sample *s = made_trial(
				&m, "mnist", k ? "scratch" : "paper", seed, k ? 39.0 / IMAGES : 1);
			s->right = right[k];
			s->images = IMAGES;
			s->networks = 1;
		}
	struct claim c = better_than("mnist", "paper", "scratch", 1);
	const struct claim_result r = evaluate_one(&m, &c);

	assert_int_equal(r.verdict, VERDICT_REPRODUCED);
	assert_true(r.images.low <= 0 && r.images.high > 1.0 / IMAGES);
	assert_non_null(strstr(r.reason, "sure over seeds, not over test images"));

	/* A table says the same of the same comparison. */
	struct table_spec spec = { .id = "t",
		.rows = { "recipe" },
		.row_count = 1,
		.metrics = { "test_accuracy" },
		.metric_count = 1 };
	struct table *t = NULL;
	struct err e = { 0 };
	struct str text = { 0 };
	made_where(&spec.baseline, "recipe", "scratch");
	assert_int_equal(tables_make(&m.study, &spec, &e, &t), 0);
	const struct comparison *against = &t->rows[0].cells[0].against;
	assert_true(tables_unsure_over_images(against));
	assert_true(against->both95.low == r.images.low && against->both95.high == r.images.high);
	struct table_context context = { .command = "retrial table" };
	assert_int_equal(table_print(&text, t, TABLE_MARKDOWN, &context, &e), 0);
	assert_non_null(strstr(text.s, "| +2.50 \\[a\\] |"));
	assert_non_null(strstr(text.s, "Sure over seeds, not over test images"));
	assert_null(strstr(text.s, "images too"));
	str_clear(&text);
	context.intervals = true;
	assert_int_equal(table_print(&text, t, TABLE_MARKDOWN, &context, &e), 0);
	assert_non_null(strstr(text.s, "| 95 % of Δ | 95 % of Δ, images too | p |"));
	str_free(&text);
	tables_free(t);

	/* Not significant: the interval over both does not exclude 0 either, though the bootstrap
	 * over so many equal images alone would. */
	static uint8_t fewer[8][IMAGES];
	memset(fewer, 1, sizeof(fewer));
	for (size_t i = 0; i < m.study.count; i++) {
		const size_t seed = i / 2;
		if (i % 2 == 0)
			continue;
		memset(fewer[seed], 0, seed < 5 ? IMAGES / 2 : 0);
		m.samples[i].right = fewer[seed];
		m.values[m.samples[i].first_value] = seed < 5 ? 0.5 : 1;
	}
	const struct claim_result unsure = evaluate_one(&m, &c);
	assert_true(unsure.p_adjusted >= 0.05);
	assert_true(unsure.images.low <= unsure.ours.low && unsure.ours.low <= 0);
	assert_true(unsure.images.high >= unsure.ours.high && unsure.ours.high > 0);
	for (size_t i = 0; i < m.study.count; i++)
		m.samples[i].right = NULL; /* they are not the study's to free */
}

/* Without images the number of test images widens the interval: sqrt(t^2 + binomial^2). */
static void the_finite_test_set_widens_an_accuracys_interval(void **state)
{
	(void)state;
	struct made_study m;
	made_init(&m);
	for (uint64_t seed = 1; seed <= 3; seed++)
		made_trial(&m, "mnist", "paper", seed, 0.5);
	for (size_t i = 0; i < m.study.count; i++)
		m.values[m.samples[i].first_value + 2] = 10000;
	struct claim c = claim_of(0.5, 2, 0);
	made_where(&c.where, "dataset", "mnist");
	const struct claim_result r = evaluate_one(&m, &c);

	assert_int_equal(r.of, OF_SEEDS_AND_COUNTS);
	assert_float_equal(r.ours.high - r.ours.low, 2 * 1.959963984540054 * 0.005, 1e-6);
	assert_int_equal(r.verdict, VERDICT_INCONCLUSIVE);
}

static void pairs_are_of_the_seeds_that_both_have(void **state)
{
	(void)state;
	struct made_study m;
	make_pairs(&m, 8);
	made_without(&m, "mnist", "paper", 9, SAMPLE_FAILED, "killed");
	made_trial(&m, "mnist", "scratch", 9, 0.1);
	made_trial(&m, "mnist", "paper", 10, 0.1); /* no scratch */
	struct claim c = better_than("mnist", "paper", "scratch", 1);
	struct claim_result r = evaluate_one(&m, &c);

	assert_int_equal(r.n, 8);
	assert_int_equal(r.planned, 10);
	assert_int_equal(r.failed, 1);
	assert_int_equal(r.verdict, VERDICT_REPRODUCED);
	made_copy(c.metric, sizeof(c.metric),
		"params"); /* a property of the network, but pairs need one configuration */
	c.where.count = 1;
	m.sweep.claims = &c;
	m.sweep.claim_count = 1;
	struct err e = { 0 };
	struct claim_result *results = NULL;
	assert_int_equal(claims_evaluate(&m.study, &e, &results), -1);
	assert_string_equal(e.text,
		"claim C8 covers different configurations (recipe is paper and scratch): name one "
		"in its 'where'");
	c = better_than("mnist", "paper", "nobody", 1);
	r = evaluate_one(&m, &c);
	assert_int_equal(r.verdict, VERDICT_NO_DATA);
	assert_string_equal(r.reason, "no trial of the plan is one of these");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_printed_figure_is_its_rounding_interval),
		cmocka_unit_test(the_interval_holds_its_low_end_and_not_its_high_end),
		cmocka_unit_test(only_an_interval_inside_the_margin_reproduces),
		cmocka_unit_test(noise_is_never_reproduced),
		cmocka_unit_test(a_margin_takes_the_place_of_the_rounding),
		cmocka_unit_test(what_lies_outside_says_on_which_side),
		cmocka_unit_test(a_wider_interval_takes_the_place_of_that_over_seeds),
		cmocka_unit_test(the_papers_own_spread_widens_the_interval),
		cmocka_unit_test(fewer_than_three_seeds_decide_nothing),
		cmocka_unit_test(an_exact_figure_needs_equality_in_every_trial_and_no_n),
		cmocka_unit_test(bounds_are_consistent_or_larger_or_smaller),
		cmocka_unit_test(a_bound_that_anything_satisfies_says_so),
		cmocka_unit_test(a_property_of_the_network_may_be_rounded_and_needs_no_n),
		cmocka_unit_test(failed_and_diverged_trials_are_counted_and_named),
		cmocka_unit_test(a_missing_data_set_is_the_reason_for_no_data),
		cmocka_unit_test(a_claim_never_mixes_configurations),
		cmocka_unit_test(an_unknown_metric_is_the_users_mistake),
		cmocka_unit_test(the_papers_figure_is_written_as_printed),
		cmocka_unit_test(a_claim_without_a_number_is_decided_by_the_paired_exact_test),
		cmocka_unit_test(too_few_pairs_decide_nothing_and_say_how_many_would),
		cmocka_unit_test(each_side_is_taken_at_its_best_setting_by_validation),
		cmocka_unit_test(trials_that_never_come_so_far_take_part_in_a_comparison),
		cmocka_unit_test(a_comparison_of_constants_is_a_fact_and_enlarges_no_family),
		cmocka_unit_test(several_such_claims_are_corrected_together),
		cmocka_unit_test(a_family_costs_what_its_tests_do_not_share),
		cmocka_unit_test(a_table_and_a_claim_print_the_same_p),
		cmocka_unit_test(a_difference_inside_the_margin_is_equivalent),
		cmocka_unit_test(a_claim_of_equivalence_can_be_wrong),
		cmocka_unit_test(a_post_hoc_claim_is_marked),
		cmocka_unit_test(an_arm_that_looks_broken_is_warned_of),
		cmocka_unit_test(another_test_set_may_undo_what_seeds_decide),
		cmocka_unit_test(the_finite_test_set_widens_an_accuracys_interval),
		cmocka_unit_test(pairs_are_of_the_seeds_that_both_have),
	};
	return cmocka_run_group_tests_name("claims", tests, NULL, NULL);
}
