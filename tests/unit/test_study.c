/* test_study.c - from a sweep file and a database to study, table, verdicts and figures: everything of harness/report/ that asks
 * the store. The results in it are made up (made_results.h); the texts below are what they come to. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/file.h"
#include "harness/report/figures.h"
#include "harness/report/metric.h"
#include "harness/report/table_print.h"
#include "made_results.h"

static const char sweep_text[] =
	"retrial: 1\n"
	"name: tiny\n"
	"title: A study of two recipes\n"
	"seeds: 3\n"
	"base: {model: lightweight, batch_size: 32, validation: 100}\n"
	"axes:\n"
	"  dataset: [mnist, cifar10]\n"
	"  recipe: [both, alone]\n"
	"recipes:\n"
	"  both:\n"
	"    - {phase: dual, inputs: [original, augmented], epochs: 6}\n"
	"    - {phase: unify, heads: [copy, random], epochs: 4}\n"
	"    - {phase: kfold, folds: 2, chain: true, epochs: 1, optimizer: {sgd: {lr: 0.001}}}\n"
	"  alone:\n"
	"    - {phase: single, epochs: 5}\n"
	"claims:\n"
	"  - {id: C1, title: accuracy, where: {dataset: mnist, recipe: both}, metric: test_accuracy, paper: 0.99, rounds_to: 2}\n"
	"  - {id: C3, title: accuracy on CIFAR-10, where: {dataset: cifar10, recipe: both}, metric: test_accuracy, paper: 0.65, rounds_to: "
	"2}\n"
	"  - {id: C4, title: parameters, where: {dataset: mnist, recipe: both}, metric: params, paper: 14862}\n"
	"  - {id: C6, title: size of the file, where: {dataset: mnist, recipe: both}, phase: unify, metric: training_bytes, unit: MB, "
	"paper: 0.17,\n"
	"     rounds_to: 2}\n"
	"tables:\n"
	"  - {id: main, title: Two recipes, rows: [dataset, recipe], metrics: [test_accuracy, params], baseline: {recipe: alone}}\n"
	"figures:\n"
	"  - {id: curves, kind: curves, title: Curves, series: recipe, metric: val_accuracy}\n"
	"  - {id: points, kind: accuracy, title: 'Points of `all` \"$recipes\"', series: recipe, metric: test_accuracy}\n"
	"  - {id: speed, kind: convergence, title: Speed, series: recipe, metric: val_accuracy}\n"
	"  - {id: pareto, kind: pareto, title: Size, series: recipe, metric: test_accuracy}\n"
	"  - {id: change, kind: ablation, title: What the second recipe changes, series: recipe, metric: test_accuracy}\n"
	"  - {id: epochs, kind: pareto, title: Epochs, series: recipe, metric: test_accuracy, against: epochs}\n"
	"  - {id: nothing, kind: ablation, title: No baseline, series: dataset, where: {recipe: both}, metric: test_accuracy}\n";

/* A scratch folder with a database in it. */
struct fixture {
	char folder[32], path[64];
	struct sweep *sweep;
	struct store *store;
};

static void must(int status, const struct err *e)
{
	if (status)
		fail_msg("%s", e->text);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err e = { 0 };

	snprintf(f->folder, sizeof(f->folder), "/tmp/retrial-study-XXXXXX");
	if (!mkdtemp(f->folder))
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/tiny.db", f->folder);
	const struct sweep_options options = { .seeds = 0 };
	if (sweep_parse("tiny.yaml", sweep_text, sizeof(sweep_text) - 1, &options, &e, &f->sweep)
	    || store_open(f->path, STORE_WRITE, &e, &f->store)) {
		fprintf(stderr, "%s\n", e.text);
		return -1;
	}
	*state = f;
	return 0;
}

/* The scratch folder holds files only, in itself and in one folder of figures. */
static int tear_down(void **state)
{
	struct fixture *f = *state;
	char command[160];

	store_close(f->store);
	sweep_free(f->sweep);
	snprintf(command, sizeof(command), "rm -r '%s'", f->folder);
	free(f);
	return system(command);
}

/* Freeze the plan; cifar10 is missing, the trial at `diverged` diverges, all others are done. */
static void fill(struct fixture *f, size_t diverged)
{
	struct err e = { 0 };
	int64_t sweep, environment;

	must(store_sweep(f->store, f->sweep, &sweep, &e), &e);
	must(store_environment(f->store, "compiler\tmade up\n", &environment, &e), &e);
	for (size_t i = 0; i < f->sweep->trial_count; i++) {
		const struct trial *t = &f->sweep->trials[i];
		if (!strcmp(t->dataset, "cifar10"))
			must(store_skip(f->store, sweep, t->identity, "data set cifar10 not found", &e), &e);
		else
			must(made_attempt(f->store, sweep, environment, t, i == diverged ? TRIAL_DIVERGED : TRIAL_DONE, &e), &e);
	}
}

static struct study *study_of(const struct fixture *f)
{
	struct err e = { 0 };
	struct study *study = NULL;

	must(study_read(f->store, f->sweep, &e, &study), &e);
	return study;
}

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
		assert_string_equal(study_label(s, "recipe"), label_value(&f->sweep->trials[i], "recipe"));
		if (s->state == SAMPLE_SKIPPED)
			assert_string_equal(s->reason, "data set cifar10 not found");
		if (s->state == SAMPLE_DIVERGED)
			assert_string_equal(s->reason, "phase unify, epoch 3, step 17: loss is not finite");
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
	assert_true(study_value(study, both, last) == 59448 + 59448);      /* k-fold: SGD with momentum */
	assert_true(study_value(study, both, unify) == 59448 + 2 * 59448); /* Nadam */
	assert_in_range((uintmax_t)study_value(study, both, epochs), 1, 4);
	assert_int_equal(study_metric(study, "peak_bytes", "unify", "claim C9", &e), -1);
	assert_string_equal(e.text, "claim C9: metric 'peak_bytes' is a trial's: no phase has one of its own");
	study_free(study);
}

/* made_results.h: in fold k validation is 0.004 + 0.0015 k above test accuracy, before the k-fold they are equal. */
static void optimism_is_validation_less_test_accuracy_of_a_trial_and_of_a_phase(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	fill(f, SIZE_MAX);
	struct study *study = study_of(f);
	const int last = study_metric(study, "val_optimism", "", "test", &e), unify = study_metric(study, "val_optimism", "unify", "test", &e);
	const struct sample *both = &study->samples[0];

	assert_true(last >= 0 && unify >= 0);
	assert_true(fabs(study_value(study, both, last) - (0.004 + 0.0055) / 2) < 1.5e-4); /* the made accuracies are rounded to 1e-4 */
	assert_true(study_value(study, both, unify) == 0);
	study_free(study);
}

/* made_results.h: the accuracy of an epoch is near made_curve. */
static void epochs_to_an_accuracy_are_a_metric_and_missing_where_it_is_never_reached(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	struct rows *r = NULL;
	snprintf(f->sweep->tables[0].metrics[1], sizeof(f->sweep->tables[0].metrics[1]), "epochs_to_97.5");
	fill(f, SIZE_MAX);
	struct study *study = study_of(f);
	const int metric = study_metric(study, "epochs_to_97.5", "", "test", &e);

	assert_true(metric >= 0);
	size_t reached = 0, never = 0;
	for (size_t i = 0; i < study->count; i++) {
		const struct sample *s = &study->samples[i];
		const char *const parameters[] = { "trial", s->identity, NULL };
		must(store_query(f->store, "SELECT val_accuracy FROM epochs WHERE trial = :trial AND fold < 0 AND output = 0 ORDER BY phase, epoch",
				 parameters, &e, &r), &e);
		size_t epoch = 0;
		while (epoch < r->row_count && r->values[epoch].real < 0.975)
			epoch++;
		if (epoch < r->row_count) {
			assert_true(study_value(study, s, metric) == (double)epoch + 1);
			reached++;
		} else {
			assert_true(isnan(study_value(study, s, metric)));
			never += s->state == SAMPLE_DONE;
		}
		rows_free(r);
	}
	assert_true(reached > 0 && never > 0);
	struct table *table = NULL;
	struct str text = { 0 };
	must(tables_make(study, &f->sweep->tables[0], &e, &table), &e);
	must(table_print(&text, table, TABLE_TEXT, &(struct table_context){ .command = "" }, &e), &e);
	assert_non_null(strstr(text.s, "epochs to 97.5 %"));
	assert_non_null(strstr(text.s, " (n = "));
	assert_non_null(strstr(text.s, "which then has its own n"));
	tables_free(table);
	str_free(&text);
	study_free(study);
}

/* A new column of the view has to get a row in metric.c: its heading, unit and scale, and `retrial check` would refuse it. */
static void every_metric_of_the_views_is_known_before_anything_is_run(void **state)
{
	struct fixture *f = *state;
	struct study *study = study_of(f);
	struct err e = { 0 };

	for (size_t m = 0; m < study->metric_count; m++)
		if (!strchr(study->metrics[m], '@'))
			must(metric_check(study->metrics[m], &e), &e);
	assert_int_equal(metric_check("epochs_to_97.5", &e), 0);
	assert_int_equal(metric_check("epochs_to_101", &e), -1);
	assert_int_equal(metric_check("epochs_to_", &e), -1);
	assert_int_equal(metric_check("test_acuracy", &e), -1);
	assert_string_equal(e.text, "unknown metric 'test_acuracy' (did you mean 'test_accuracy'?)");
	assert_int_equal(figures_check_kind("convergence", &e), 0);
	assert_int_equal(figures_check_kind("convergance", &e), -1);
	assert_string_equal(e.text, "unknown kind of figure 'convergance' (did you mean 'convergence'?)");
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
		"dataset recipe     n test accuracy (%) ± images   Δ (pp)           p paper verdict    parameters paper verdict\n"
		"mnist   both       3      98.56 ± 0.05   ± 0.76    -0.26 n/a (n = 2)  99 % reproduced      14862 14862 reproduced\n"
		"mnist   alone  2 [a]      98.79 ± 0.07   ± 0.70 baseline                                    6930\n"
		"cifar10 both   0 [b]           skipped                                65 % no data       skipped\n"
		"cifar10 alone  0 [b]           skipped          baseline                                 skipped\n"
		"\n"
		"[a] 2 of 3 planned trials have a result: 1 diverged (phase unify, epoch 3, step 17: loss is not\n"
		"    finite).\n"
		"[b] 0 of 3 planned trials have a result: 3 not run (data set cifar10 not found).\n");
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
	static const struct { const char *id; enum verdict verdict; const char *paper, *ours; } want[] = {
		{ "C1", VERDICT_REPRODUCED, "99 %", "98.56 ± 0.05 %" }, { "C3", VERDICT_NO_DATA, "65 %", "" },
		{ "C4", VERDICT_REPRODUCED, "14862", "14862" }, { "C6", VERDICT_REPRODUCED, "0.17 MB", "0.1701 MB" },
	};
	must(claims_evaluate(study, &e, &results), &e);

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		struct str paper = { 0 }, ours = { 0 };
		claims_paper_text(&paper, results[i].claim);
		claims_ours_text(&ours, &results[i]);
		assert_string_equal(results[i].claim->id, want[i].id);
		assert_string_equal(claims_verdict_name(results[i].verdict), claims_verdict_name(want[i].verdict));
		assert_string_equal(paper.s, want[i].paper);
		assert_string_equal(ours.s ? ours.s : "", want[i].ours);
		str_free(&paper);
		str_free(&ours);
	}
	free(results);
	study_free(study);
}

/* ---- figures ------------------------------------------------------------------------------------------------------------------------ */

static char *read_file(const char *folder, const char *name)
{
	char path[160], *bytes = NULL;
	size_t count;
	struct err e = { 0 };

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	must(file_read(path, 1 << 24, &bytes, &count, &e), &e);
	return bytes;
}

static void draw(const struct fixture *f, const struct study *study, size_t figure, const char *folder, struct str *written)
{
	struct err e = { 0 };
	const struct figure_places places = { .scripts = "plots", .output = folder, .command = "retrial plot tiny.yaml" };

	must(figures_make(f->store, study, &f->sweep->figures[figure], &places, written, &e), &e);
}

static void the_same_data_draw_the_same_bytes(void **state)
{
	struct fixture *f = *state;
	char folders[2][64];
	static const char *const files[] = {
		"curves-mnist.tsv", "curves-mnist.gp", "curves-mnist.svg", "points.tsv", "points.gp",
		"points.svg",       "speed.tsv",       "speed.svg",        "pareto.tsv", "pareto.svg", "change.tsv",   "change.svg",
	};
	fill(f, 0);
	struct study *study = study_of(f);

	for (int i = 0; i < 2; i++) {
		struct str written = { 0 };
		snprintf(folders[i], sizeof(folders[i]), "%s/figures%d", f->folder, i);
		for (size_t k = 0; k + 1 < f->sweep->figure_count; k++)
			draw(f, study, k, folders[i], &written);
		assert_non_null(strstr(written.s, "/curves-mnist.png\n"));
		assert_null(strstr(written.s, "cifar10")); /* nothing of it is finished */
		str_free(&written);
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char *a = read_file(folders[0], files[i]), *b = read_file(folders[1], files[i]);
		assert_string_equal(a, b);
		free(a);
		free(b);
	}
	study_free(study);
}

/* Two recipes on mnist: the front, the paper and each recipe are a block; 14,862 parameters beside 6,930. */
static void the_pareto_front_holds_what_none_beats_in_both(void **state)
{
	struct fixture *f = *state;
	struct str written = { 0 };
	char folder[64];
	fill(f, SIZE_MAX);
	snprintf(folder, sizeof(folder), "%s/figures", f->folder);
	struct study *study = study_of(f);
	draw(f, study, 3, folder, &written);
	char *data = read_file(folder, "pareto.tsv");

	/* alone is smaller and, in the made results, better: it is the whole front */
	assert_non_null(strstr(data, "# block 0: mnist, the paper: x, metric\n#\n14862\t99\n"));
	assert_non_null(strstr(data, "# block 1: mnist, what none beats in both: x as drawn, metric\n#\n6930\t98.8"));
	assert_non_null(strstr(data, "\n14862\t98.5"));
	free(data);
	study_free(study);
	str_free(&written);
}

/* The other axis may be any metric; the paper says nothing of epochs. */
static void a_pareto_front_may_be_against_another_metric(void **state)
{
	struct fixture *f = *state;
	struct str written = { 0 };
	char folder[64];
	fill(f, SIZE_MAX);
	snprintf(folder, sizeof(folder), "%s/figures", f->folder);
	struct study *study = study_of(f);
	draw(f, study, 5, folder, &written);
	char *data = read_file(folder, "epochs.tsv"), *script = read_file(folder, "epochs.gp");

	assert_non_null(strstr(data, "the paper: x, metric\n#\nNaN"));
	assert_non_null(strstr(script, "x_label = 'epochs'\n"));
	assert_non_null(strstr(script, "that none beats with less"));
	free(data);
	free(script);
	study_free(study);
	str_free(&written);
}

/* The bar is the difference of the two means (all seeds are pairs), its points are the seeds' differences. */
static void an_ablations_bars_are_paired_differences_to_the_baseline(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	struct str written = { 0 };
	struct table *t = NULL;
	char folder[64];
	fill(f, SIZE_MAX);
	snprintf(folder, sizeof(folder), "%s/figures", f->folder);
	struct study *study = study_of(f);
	draw(f, study, 4, folder, &written);
	must(tables_make(study, &f->sweep->tables[0], &e, &t), &e);
	const struct comparison *c = &t->rows[0].cells[0].against;
	char *data = read_file(folder, "change.tsv"), *bar = strstr(data, "pairs\n#\n"), *points = strstr(data, "position\n#\n");
	double mean, y, low, high, from, to, below, above, n, sum = 0;

	assert_non_null(bar);
	assert_int_equal(sscanf(bar + 8, "%lf %lf %lf %lf %lf %lf %lf %lf %lf", &mean, &y, &low, &high, &from, &to, &below, &above, &n), 9);
	assert_float_equal(mean, 100 * c->difference, 1e-7);
	assert_float_equal(low, 100 * c->interval.low, 1e-7);
	assert_float_equal(high, 100 * c->interval.high, 1e-7);
	assert_true(from == fmin(0, mean) && to == fmax(0, mean) && n == 3);
	assert_non_null(points);
	points += 11;
	for (int i = 0; i < 3; i++) {
		sum += strtod(points, &points);
		strtod(points, &points);
	}
	assert_float_equal(sum / 3, mean, 1e-7);
	assert_int_equal(figures_make(f->store, study, &f->sweep->figures[6], &(struct figure_places){ .scripts = "plots", .output = folder, .command = "" },
				      &written, &e), -1);
	assert_string_equal(e.text, "figure nothing: what are the others compared with? No table of the sweep has a baseline in 'dataset'");
	free(data);
	tables_free(t);
	study_free(study);
	str_free(&written);
}

/* Each line of the data is (epoch, mean, low, high, n): never falling, over all seeds to its end. */
static void convergence_never_falls_and_never_loses_a_seed(void **state)
{
	struct fixture *f = *state;
	struct str written = { 0 };
	char folder[64];
	double before = 0;
	size_t lines = 0;
	fill(f, SIZE_MAX);
	snprintf(folder, sizeof(folder), "%s/figures", f->folder);
	struct study *study = study_of(f);
	draw(f, study, 2, folder, &written);
	char *data = read_file(folder, "speed.tsv");

	for (char *line = data; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		double epoch, mean, low, high, n;
		if (*line == '#' || sscanf(line, "%lf %lf %lf %lf %lf", &epoch, &mean, &low, &high, &n) != 5)
			continue;
		before = epoch == 1 ? 0 : before;
		assert_true(mean >= before && low <= mean && mean <= high);
		assert_true(n == 3);
		before = mean;
		lines++;
	}
	assert_true(lines > 8);
	free(data);
	study_free(study);
	str_free(&written);
}

static void no_text_of_a_figure_is_ever_a_command(void **state)
{
	struct fixture *f = *state;
	struct str written = { 0 };
	char folder[64];
	fill(f, SIZE_MAX);
	snprintf(folder, sizeof(folder), "%s/figures", f->folder);
	struct figure_spec *spec = &f->sweep->figures[1];
	snprintf(spec->title, sizeof(spec->title), "It's `touch %s/bad` @id $(touch %s/bad) {/Bold x}_y", f->folder, f->folder);
	struct study *study = study_of(f);
	draw(f, study, 1, folder, &written);
	char *svg = read_file(folder, "points.svg"), bad[64];

	assert_non_null(strstr(svg, "It's `touch"));
	assert_non_null(strstr(svg, "@id $(touch"));
	snprintf(bad, sizeof(bad), "%s/bad", f->folder);
	assert_false(file_exists(bad));
	free(svg);
	study_free(study);
	str_free(&written);
}

static void a_figure_without_results_says_what_is_missing(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	struct str written = { 0 };
	const struct figure_places places = { .scripts = "plots", .output = f->folder, .command = "" };
	struct study *study = study_of(f);

	assert_int_equal(figures_make(f->store, study, &f->sweep->figures[1], &places, &written, &e), -1);
	assert_int_equal(e.kind, ERR_FAILED);
	assert_string_equal(e.text, "figure points: nothing to draw: no finished trial: mnist (not run); cifar10 (not run)");
	study_free(study);
	str_free(&written);
}

static void missing_gnuplot_is_named_with_what_to_install(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	struct str written = { 0 };
	char *path = strdup(getenv("PATH"));
	fill(f, SIZE_MAX);
	struct study *study = study_of(f);
	const struct figure_places places = { .scripts = "plots", .output = f->folder, .command = "" };

	setenv("PATH", "/nonexistent", 1);
	const int status = figures_make(f->store, study, &f->sweep->figures[1], &places, &written, &e);
	setenv("PATH", path, 1);
	assert_int_equal(status, -1);
	assert_int_equal(e.kind, ERR_ENVIRONMENT);
	assert_non_null(strstr(e.text, "apt-get install gnuplot-nox"));
	free(path);
	study_free(study);
	str_free(&written);
}

static void scales_have_round_steps_and_hold_everything(void **state)
{
	(void)state;
	static const struct { double low, high; int most; double step; int decimals; } cases[] = {
		{ 88.61, 89.75, 7, 0.2, 1 }, { 98.5, 99.5, 4, 0.5, 1 }, { 1, 50, 5, 20, 0 }, { 0, 1, 5, 0.5, 1 }, { 89, 89, 5, 0.5, 1 },
		{ 0.001, 0.002, 5, 0.0005, 4 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct axis a = figure_axis(cases[i].low, cases[i].high, cases[i].most);
		assert_float_equal(a.step, cases[i].step, 1e-12);
		assert_int_equal(a.decimals, cases[i].decimals);
		assert_true(a.low < cases[i].low && a.high > cases[i].high);
	}
}

int main(void)
{
#define WITH_DATABASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_DATABASE(a_study_is_the_frozen_plan_with_what_became_of_it),
		WITH_DATABASE(results_of_a_named_phase_are_metrics_of_their_own),
		WITH_DATABASE(optimism_is_validation_less_test_accuracy_of_a_trial_and_of_a_phase),
		WITH_DATABASE(epochs_to_an_accuracy_are_a_metric_and_missing_where_it_is_never_reached),
		WITH_DATABASE(every_metric_of_the_views_is_known_before_anything_is_run),
		WITH_DATABASE(a_sweep_that_was_never_frozen_is_its_file_without_results),
		WITH_DATABASE(more_seeds_than_the_file_says_stay_in_the_study),
		WITH_DATABASE(the_table_of_a_small_database_is_this_text),
		WITH_DATABASE(the_verdicts_of_a_small_database_are_these),
		WITH_DATABASE(the_same_data_draw_the_same_bytes),
		WITH_DATABASE(the_pareto_front_holds_what_none_beats_in_both),
		WITH_DATABASE(a_pareto_front_may_be_against_another_metric),
		WITH_DATABASE(an_ablations_bars_are_paired_differences_to_the_baseline),
		WITH_DATABASE(convergence_never_falls_and_never_loses_a_seed),
		WITH_DATABASE(no_text_of_a_figure_is_ever_a_command),
		WITH_DATABASE(a_figure_without_results_says_what_is_missing),
		WITH_DATABASE(missing_gnuplot_is_named_with_what_to_install),
		cmocka_unit_test(scales_have_round_steps_and_hold_everything),
	};
	return cmocka_run_group_tests_name("study", tests, NULL, NULL);
}
