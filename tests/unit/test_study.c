/* test_study.c - from a sweep file and a database to study, table and verdicts (figures:
 * test_figures.c). The results are made up (study_fixture.h); the texts below are what they come
 * to. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>

#include "harness/report/figures.h"
#include "harness/report/metric.h"
#include "harness/report/table_print.h"
#include "harness/store/read.h"
#include "harness/store/sweeps.h"
#include "study_fixture.h"

static size_t count_state(const struct study *study, enum sample_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < study->count; i++)
		count += study->samples[i].state == state;
	return count;
}

static void a_study_is_the_frozen_plan_with_what_became_of_it(void **state)
{
	struct fixture *f = *state;
	fill(f, 0);
	struct study *study = study_of(f);

	assert_true(study->frozen);
	assert_false(study->changed);
	assert_int_equal(study->count, 12);
	assert_int_equal(count_state(study, SAMPLE_SKIPPED), 6);
	assert_int_equal(count_state(study, SAMPLE_DIVERGED), 1);
	assert_int_equal(count_state(study, SAMPLE_DONE), 5);
	for (size_t i = 0; i < study->count; i++) {
		const struct sample *s = &study->samples[i];
		assert_string_equal(s->identity, f->sweep->trials[i].identity);
		assert_string_equal(
			study_label(s, "recipe"), label_value(&f->sweep->trials[i], "recipe"));
		if (s->state == SAMPLE_SKIPPED)
			assert_string_equal(s->reason, "data set cifar10 not found");
		if (s->state == SAMPLE_DIVERGED)
			assert_string_equal(
				s->reason, "phase unify, epoch 3, step 17: loss is not finite");
		if (s->state == SAMPLE_DONE) {
			assert_int_equal(s->core_version, 1);
			assert_string_equal(s->data_variant, "canonical");
		}
	}
	study_free(study);
}

static void results_of_a_named_phase_are_metrics_of_their_own(void **state)
{
	struct fixture *f = *state;
	fill(f, SIZE_MAX);
	struct study *study = study_of(f);
	struct err e = { 0 };
	const int last = study_metric(study, "training_bytes", "", "test", &e),
		  unify = study_metric(study, "training_bytes", "unify", "test", &e);
	const int epochs = study_metric(study, "epochs", "unify", "test", &e);

	assert_true(last >= 0 && unify >= 0 && epochs >= 0);
	const struct sample *both = &study->samples[0];
	assert_string_equal(study_label(both, "recipe"), "both");
	assert_true(
		study_value(study, both, last) == 59448 + 59448); /* k-fold: SGD with momentum */
	assert_true(study_value(study, both, unify) == 59448 + 2 * 59448); /* Nadam */
	assert_in_range((uintmax_t)study_value(study, both, epochs), 1, 4);
	assert_int_equal(study_metric(study, "peak_bytes", "unify", "claim C9", &e), -1);
	assert_string_equal(
		e.text, "claim C9: metric 'peak_bytes' is a trial's: no phase has one of its own");
	study_free(study);
}

/* made_results.h: in fold k validation is 0.004 + 0.0015 k above test accuracy, before the k-fold
 * they are equal. */
static void optimism_is_validation_less_test_accuracy_of_a_trial_and_of_a_phase(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	fill(f, SIZE_MAX);
	struct study *study = study_of(f);
	const int last = study_metric(study, "val_optimism", "", "test", &e),
		  unify = study_metric(study, "val_optimism", "unify", "test", &e);
	const struct sample *both = &study->samples[0];

	assert_true(last >= 0 && unify >= 0);
	assert_true(fabs(study_value(study, both, last) - (0.004 + 0.0055) / 2)
		< 1.5e-4); /* the made accuracies are rounded to 1e-4 */
	assert_true(study_value(study, both, unify) == 0);
	study_free(study);
}

/* made_results.h: the accuracy of an epoch is near made_curve. */
static void epochs_to_an_accuracy_are_a_metric_and_missing_where_it_is_never_reached(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	struct rows *r = NULL;
	snprintf(f->sweep->tables[0].metrics[1], sizeof(f->sweep->tables[0].metrics[1]),
		"epochs_to_97.5");
	fill(f, SIZE_MAX);
	struct study *study = study_of(f);
	const int metric = study_metric(study, "epochs_to_97.5", "", "test", &e);

	assert_true(metric >= 0);
	size_t reached = 0, never = 0;
	for (size_t i = 0; i < study->count; i++) {
		const struct sample *s = &study->samples[i];
		const char *const parameters[] = { "trial", s->identity, NULL };
		must(store_query(f->store,
			     "SELECT val_accuracy FROM epochs WHERE trial = :trial AND fold < 0 "
			     "AND output = 0 ORDER BY phase, epoch",
			     parameters, &e, &r),
			&e);
		size_t epoch = 0;
		while (epoch < r->row_count && r->values[epoch].real < 0.975)
			epoch++;
		if (epoch < r->row_count) {
			assert_true(study_value(study, s, metric) == (double)epoch + 1);
			assert_true(isnan(study_censored(study, s, metric)));
			reached++;
		} else {
			assert_true(isnan(study_value(study, s, metric)));
			assert_true(s->state == SAMPLE_DONE
					? study_censored(study, s, metric) == (double)epoch
					: isnan(study_censored(study, s, metric)));
			never += s->state == SAMPLE_DONE;
		}
		rows_free(r);
	}
	assert_true(reached > 0 && never > 0);
	struct table *table = NULL;
	struct str text = { 0 };
	must(tables_make(study, &f->sweep->tables[0], &e, &table), &e);
	must(table_print(&text, table, TABLE_TEXT, &(struct table_context){ .command = "" }, &e),
		&e);
	assert_non_null(strstr(text.s, "epochs to 97.5 %"));
	assert_non_null(strstr(text.s, " (n = "));
	assert_non_null(strstr(text.s, "which then has its own n"));
	tables_free(table);
	str_free(&text);
	study_free(study);
}

/* Recipe `both` reaches it in its first epoch of unify at the latest; recipe `alone` has no such
 * phase. */
static void epochs_to_an_accuracy_can_be_counted_from_a_phase(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	struct rows *r = NULL;
	struct claim *c = &f->sweep->claims[0];
	snprintf(c->metric, sizeof(c->metric), "epochs_to_97.5");
	snprintf(c->phase, sizeof(c->phase), "unify");
	fill(f, SIZE_MAX);
	struct study *study = study_of(f);
	const int metric = study_metric(study, "epochs_to_97.5", "unify", "test", &e);

	assert_int_equal(metric_foresee(NULL, "epochs_to_97.5", "unify", &e), 0);
	assert_true(metric >= 0);
	size_t with = 0, without = 0;
	for (size_t i = 0; i < study->count; i++) {
		const struct sample *s = &study->samples[i];
		const char *const parameters[] = { "trial", s->identity, NULL };
		must(store_query(f->store,
			     "SELECT val_accuracy FROM epochs WHERE trial = :trial AND fold < 0 "
			     "AND output = 0 AND name = 'unify' ORDER BY epoch",
			     parameters, &e, &r),
			&e);
		size_t epoch = 0;
		while (epoch < r->row_count && r->values[epoch].real < 0.975)
			epoch++;
		const double value = study_value(study, s, metric),
			     censored = study_censored(study, s, metric);
		if (epoch < r->row_count)
			assert_true(value == (double)epoch + 1 && isnan(censored));
		else if (r->row_count)
			assert_true(isnan(value) && censored == (double)epoch);
		else
			assert_true(isnan(value) && isnan(censored));
		with += r->row_count > 0;
		without += s->state == SAMPLE_DONE && !r->row_count;
		rows_free(r);
	}
	assert_true(with > 0 && without > 0);
	study_free(study);
}

/* A new column of the view has to get a row in metric.c: its heading, unit and scale, and `retrial
 * check` would refuse it. */
static void every_metric_of_the_views_is_known_before_anything_is_run(void **state)
{
	struct fixture *f = *state;
	struct study *study = study_of(f);
	struct err e = { 0 };

	for (size_t m = 0; m < study->metric_count; m++)
		if (!strchr(study->metrics[m], '@'))
			must(metric_check(NULL, study->metrics[m], &e), &e);
	assert_int_equal(metric_check(NULL, "epochs_to_97.5", &e), 0);
	assert_int_equal(metric_check(NULL, "epochs_to_101", &e), -1);
	assert_int_equal(metric_check(NULL, "epochs_to_", &e), -1);
	assert_int_equal(metric_check(NULL, "test_acuracy", &e), -1);
	assert_string_equal(
		e.text, "unknown metric 'test_acuracy' (did you mean 'test_accuracy'?)");
	assert_int_equal(figures_check_kind("convergence", &e), 0);
	assert_int_equal(figures_check_kind("convergance", &e), -1);
	assert_string_equal(
		e.text, "unknown kind of figure 'convergance' (did you mean 'convergence'?)");
	study_free(study);
}

static void a_sweep_that_was_never_frozen_is_its_file_without_results(void **state)
{
	struct fixture *f = *state;
	struct study *study = study_of(f);

	assert_false(study->frozen);
	assert_int_equal(study->count, 12);
	assert_int_equal(count_state(study, SAMPLE_MISSING), 12);
	study_free(study);
}

static void more_seeds_than_the_file_says_stay_in_the_study(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	struct sweep *more = NULL;
	int64_t id;
	const struct sweep_options options = { .seeds = 5 };
	must(sweep_parse("tiny.yaml", sweep_text, sizeof(sweep_text) - 1, &options, &e, &more), &e);
	must(store_sweep(f->store, more, &id, &e), &e);
	struct study *study = study_of(f); /* of the file with its three seeds */

	assert_int_equal(study->count, 20);
	assert_string_equal(study_label(&study->samples[19], "recipe"), "alone");
	study_free(study);
	sweep_free(more);
}

static void the_table_of_a_small_database_is_this_text(void **state)
{
	struct fixture *f = *state;
	fill(f, 1);
	struct study *study = study_of(f);
	struct err e = { 0 };
	struct table *t = NULL;
	struct str out = { 0 };
	const struct table_context context = { .command = "retrial table tiny.yaml" };
	must(tables_make(study, &f->sweep->tables[0], &e, &t), &e);
	must(table_print(&out, t, TABLE_TEXT, &context, &e), &e);
	char *end = strstr(out.s, "± is");
	assert_non_null(end);
	*end = '\0';

	assert_string_equal(out.s,
		"Two recipes\n"
		"\n"
		"dataset recipe     n test accuracy (%) ± images   Δ (pp)           p paper "
		"verdict      parameters paper verdict\n"
		"mnist   both       3      98.56 ± 0.05   ± 0.76    -0.26 n/a (n = 2)  99 % "
		"inconclusive      14862 14862 reproduced\n"
		"mnist   alone  2 [a]      98.79 ± 0.07   ± 0.70 baseline                          "
		"            6930\n"
		"cifar10 both   0 [b]           skipped                                65 % no "
		"data         skipped\n"
		"cifar10 alone  0 [b]           skipped          baseline                          "
		"         skipped\n"
		"\n"
		"[a] 2 of 3 planned trials have a result: 1 diverged (phase unify, epoch 3, step "
		"17: loss is not\n"
		"    finite).\n"
		"[b] 0 of 3 planned trials have a result: 3 not run (data set cifar10 not "
		"found).\n");
	str_free(&out);
	tables_free(t);
	study_free(study);
}

static void the_verdicts_of_a_small_database_are_these(void **state)
{
	struct fixture *f = *state;
	fill(f, SIZE_MAX);
	struct study *study = study_of(f);
	struct err e = { 0 };
	struct claim_result *results = NULL;
	static const struct {
		const char *id;
		enum verdict verdict;
		const char *paper, *ours;
	} want[] = {
		{ "C1", VERDICT_INCONCLUSIVE, "99 %", "98.56 ± 0.05 %" },
		{ "C3", VERDICT_NO_DATA, "65 %", "" },
		{ "C4", VERDICT_REPRODUCED, "14862", "14862" },
		{ "C6", VERDICT_REPRODUCED, "0.17 MB", "0.1701 MB" },
	};
	must(claims_evaluate(study, &e, &results), &e);

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		struct str paper = { 0 }, ours = { 0 };
		claims_paper_text(&paper, results[i].claim);
		claims_ours_text(&ours, &results[i]);
		assert_string_equal(results[i].claim->id, want[i].id);
		assert_string_equal(claims_verdict_name(results[i].verdict),
			claims_verdict_name(want[i].verdict));
		assert_string_equal(paper.s, want[i].paper);
		assert_string_equal(ours.s ? ours.s : "", want[i].ours);
		str_free(&paper);
		str_free(&ours);
	}
	free(results);
	study_free(study);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DATABASE(a_study_is_the_frozen_plan_with_what_became_of_it),
		WITH_DATABASE(results_of_a_named_phase_are_metrics_of_their_own),
		WITH_DATABASE(optimism_is_validation_less_test_accuracy_of_a_trial_and_of_a_phase),
		WITH_DATABASE(
			epochs_to_an_accuracy_are_a_metric_and_missing_where_it_is_never_reached),
		WITH_DATABASE(epochs_to_an_accuracy_can_be_counted_from_a_phase),
		WITH_DATABASE(every_metric_of_the_views_is_known_before_anything_is_run),
		WITH_DATABASE(a_sweep_that_was_never_frozen_is_its_file_without_results),
		WITH_DATABASE(more_seeds_than_the_file_says_stay_in_the_study),
		WITH_DATABASE(the_table_of_a_small_database_is_this_text),
		WITH_DATABASE(the_verdicts_of_a_small_database_are_these),
	};
	return cmocka_run_group_tests_name("study", tests, NULL, NULL);
}
