/* test_claims.c - the rule that turns a paper's figure and our values into a verdict
 * (harness/report/claims.h), case by case. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "harness/report/claims.h"
#include "made_study.h"

static struct claim claim_of(double paper, int rounds_to, int compare)
{
	struct claim c = { .paper = paper, .rounds_to = rounds_to, .compare = compare };

	made_copy(c.id, sizeof(c.id), "C1");
	made_copy(c.metric, sizeof(c.metric), "test_accuracy");
	return c;
}

static enum verdict judge(double paper, int rounds_to, int compare, const double *values, size_t n)
{
	const struct claim c = claim_of(paper, rounds_to, compare);
	struct claim_result r;

	claims_judge(&c, false, values, n, &r);
	return r.verdict;
}

static void a_printed_figure_is_its_rounding_interval(void **state)
{
	(void)state;
	const struct claim c = claim_of(0.89, 2, 0);
	const double x[] = { 0.89, 0.89, 0.89 };
	struct claim_result r;

	claims_judge(&c, false, x, 3, &r);
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
	assert_int_equal(judge(0.89, 2, 0, high, 3), VERDICT_EXCEEDED);
	assert_int_equal(judge(0.89, 2, 0, below, 3), VERDICT_NOT_REPRODUCED);
}

/* Mean 0.8990, sd 0.0010: t interval 0.8965 to 0.9015, wholly above 0.895. With sd 0.0030 it is
 * 0.8915 to 0.9065 and overlaps. */
static void our_uncertainty_decides_between_reproduced_and_exceeded(void **state)
{
	(void)state;
	const double tight[] = { 0.898, 0.899, 0.900 }, loose[] = { 0.896, 0.899, 0.902 };

	assert_int_equal(judge(0.89, 2, 0, tight, 3), VERDICT_EXCEEDED);
	assert_int_equal(judge(0.89, 2, 0, loose, 3), VERDICT_REPRODUCED);
	const double low[] = { 0.880, 0.881, 0.882 };
	assert_int_equal(judge(0.89, 2, 0, low, 3), VERDICT_NOT_REPRODUCED);
}

/* Mean 0.90 outside, interval 0.850 to 0.950 around all of [0.885, 0.895): such a spread would
 * "reproduce" any figure nearby. */
static void a_spread_wider_than_the_papers_interval_needs_its_mean_inside(void **state)
{
	(void)state;
	const double outside[] = { 0.88, 0.90, 0.92 }, inside[] = { 0.87, 0.89, 0.91 };

	assert_int_equal(judge(0.89, 2, 0, outside, 3), VERDICT_UNDECIDED);
	assert_int_equal(judge(0.89, 2, 0, inside, 3), VERDICT_REPRODUCED);
}

static void fewer_than_three_seeds_decide_nothing(void **state)
{
	(void)state;
	const double x[] = { 0.89, 0.89 };

	assert_int_equal(judge(0.89, 2, 0, x, 0), VERDICT_NO_DATA);
	assert_int_equal(judge(0.89, 2, 0, x, 1), VERDICT_UNDECIDED);
	assert_int_equal(judge(0.89, 2, 0, x, 2), VERDICT_UNDECIDED);
}

static void an_exact_figure_needs_equality_in_every_trial_and_no_n(void **state)
{
	(void)state;
	const double right[] = { 14862 }, wrong[] = { 14862, 14862, 14863 };

	assert_int_equal(judge(14862, -1, 0, right, 1), VERDICT_REPRODUCED);
	assert_int_equal(judge(14862, -1, 0, wrong, 3), VERDICT_NOT_REPRODUCED);
}

static void at_most_and_at_least_are_one_sided(void **state)
{
	(void)state;
	const double x[] = { 0.50, 0.51, 0.52 }, wide[] = { 0.40, 0.60, 0.95 };

	assert_int_equal(judge(0.60, 2, -1, x, 3), VERDICT_REPRODUCED);
	assert_int_equal(judge(0.40, 2, -1, x, 3), VERDICT_NOT_REPRODUCED);
	assert_int_equal(judge(0.60, 2, -1, wide, 3), VERDICT_UNDECIDED);
	assert_int_equal(judge(0.40, 2, 1, x, 3), VERDICT_REPRODUCED);
	assert_int_equal(judge(0.60, 2, 1, x, 3), VERDICT_NOT_REPRODUCED);
	assert_int_equal(judge(0.80, 2, 1, wide, 3), VERDICT_UNDECIDED);
}

static void a_property_of_the_network_may_be_rounded_and_needs_no_n(void **state)
{
	(void)state;
	struct claim c = claim_of(0.17, 2, 0);
	struct claim_result r;
	const double inside[] = { 0.1741 }, above[] = { 0.176 }, below[] = { 0.16 };

	claims_judge(&c, true, inside, 1, &r);
	assert_int_equal(r.verdict, VERDICT_REPRODUCED);
	claims_judge(&c, true, above, 1, &r);
	assert_int_equal(r.verdict, VERDICT_EXCEEDED);
	claims_judge(&c, true, below, 1, &r);
	assert_int_equal(r.verdict, VERDICT_NOT_REPRODUCED);
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
		"99.00 ± 0.10 % (n = 3 of 5), 95 % t interval 98.75 to 99.25; the paper: 99 %, "
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
	assert_true(r.p_holm == r.p);
	assert_int_equal(r.verdict, VERDICT_REPRODUCED);
	struct str s = { 0 };
	claims_evidence(&s, &r);
	assert_string_equal(s.s,
		"+1.50 ± 0.55 pp, p = 0.031 (6 pairs), 95 % t interval +0.93 to +2.07; the paper: "
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

	assert_int_equal(r.verdict, VERDICT_UNDECIDED);
	assert_string_equal(
		r.reason, "too few pairs for the exact test to reach 0.05: 6 are needed");
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
	assert_true(r[0].p_holm == r[0].p);
	assert_int_equal(r[0].verdict, VERDICT_REPRODUCED);
	assert_int_equal(r[1].verdict, VERDICT_REPRODUCED);
	assert_true(isnan(r[1].p) && isnan(r[1].p_holm) && !interval_exists(r[1].ours));
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
	assert_true(
		r[0].p_holm == 2 * r[0].p); /* two comparisons; the claim with a number is none */
	assert_int_equal(r[0].verdict, VERDICT_UNDECIDED);
	assert_string_equal(
		r[0].reason, "too few pairs for the exact test to reach 0.05: 7 are needed");
	assert_int_equal(r[1].verdict, VERDICT_NOT_REPRODUCED);
	assert_int_equal(r[2].verdict, VERDICT_UNDECIDED);
	free(r);
	make_pairs(&m, 7);
	m.sweep.claims = claims;
	m.sweep.claim_count = 3;
	assert_int_equal(claims_evaluate(&m.study, &e, &r), 0);
	assert_int_equal(r[0].verdict, VERDICT_REPRODUCED);
	assert_int_equal(r[2].verdict, VERDICT_NOT_REPRODUCED);
	free(r);
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
		cmocka_unit_test(our_uncertainty_decides_between_reproduced_and_exceeded),
		cmocka_unit_test(a_spread_wider_than_the_papers_interval_needs_its_mean_inside),
		cmocka_unit_test(fewer_than_three_seeds_decide_nothing),
		cmocka_unit_test(an_exact_figure_needs_equality_in_every_trial_and_no_n),
		cmocka_unit_test(at_most_and_at_least_are_one_sided),
		cmocka_unit_test(a_property_of_the_network_may_be_rounded_and_needs_no_n),
		cmocka_unit_test(failed_and_diverged_trials_are_counted_and_named),
		cmocka_unit_test(a_missing_data_set_is_the_reason_for_no_data),
		cmocka_unit_test(a_claim_never_mixes_configurations),
		cmocka_unit_test(an_unknown_metric_is_the_users_mistake),
		cmocka_unit_test(the_papers_figure_is_written_as_printed),
		cmocka_unit_test(a_claim_without_a_number_is_decided_by_the_paired_exact_test),
		cmocka_unit_test(too_few_pairs_decide_nothing_and_say_how_many_would),
		cmocka_unit_test(a_comparison_of_constants_is_a_fact_and_enlarges_no_family),
		cmocka_unit_test(several_such_claims_are_corrected_together),
		cmocka_unit_test(pairs_are_of_the_seeds_that_both_have),
	};
	return cmocka_run_group_tests_name("claims", tests, NULL, NULL);
}
