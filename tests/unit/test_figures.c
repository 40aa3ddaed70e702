/* test_figures.c - figures from a database: what stands in their data and scripts, that the same
 * results draw the same bytes, and what is said when there is nothing to draw. The results are made
 * up (study_fixture.h). */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/file.h"
#include "harness/report/figure.h"
#include "harness/report/tables.h"
#include "study_fixture.h"

static char *read_file(const char *folder, const char *name)
{
	char path[160], *bytes = NULL;
	size_t count;
	struct err e = { 0 };

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	must(file_read(path, 1 << 24, &bytes, &count, &e), &e);
	return bytes;
}

static void draw(const struct fixture *f, const struct study *study, size_t figure,
	const char *folder, struct str *written)
{
	struct err e = { 0 };
	const struct figure_places places = {
		.scripts = "plots", .output = folder, .command = "retrial plot tiny.yaml"
	};

	must(figures_make(f->store, study, &f->sweep->figures[figure], &places, written, &e), &e);
}

/* A figure of the sweep, drawn from the results of all trials on mnist. */
struct drawn {
	struct study *study;
	struct str written; /* the files' names, as the program prints them */
	char folder[64];
};

static struct drawn draw_one(struct fixture *f, size_t figure)
{
	struct drawn d = { 0 };

	fill(f, SIZE_MAX);
	snprintf(d.folder, sizeof(d.folder), "%s/figures", f->folder);
	d.study = study_of(f);
	draw(f, d.study, figure, d.folder, &d.written);
	return d;
}

static void drawn_free(struct drawn *d)
{
	study_free(d->study);
	str_free(&d->written);
}

static void the_same_data_draw_the_same_bytes(void **state)
{
	struct fixture *f = *state;
	char folders[2][64];
	static const char *const files[] = {
		"curves-mnist.tsv",
		"curves-mnist.gp",
		"curves-mnist.svg",
		"points.tsv",
		"points.gp",
		"points.svg",
		"speed.tsv",
		"speed.svg",
		"pareto.tsv",
		"pareto.svg",
		"change.tsv",
		"change.svg",
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

/* Two recipes on mnist: the front, the paper and each recipe are a block; 14,862 parameters beside
 * 6,930. */
static void the_pareto_front_holds_what_none_beats_in_both(void **state)
{
	struct fixture *f = *state;
	struct drawn d = draw_one(f, 3);
	char *data = read_file(d.folder, "pareto.tsv");

	/* alone is smaller and, in the made results, better: it is the whole front */
	assert_non_null(strstr(data, "# block 0: mnist, the paper: x, metric\n#\n14862\t99\n"));
	assert_non_null(strstr(
		data, "# block 1: mnist, what none beats in both: x, metric\n#\n6930\t98.8"));
	assert_non_null(strstr(data, "\n14862\t98.5"));
	free(data);
	drawn_free(&d);
}

/* The other axis may be any metric; the paper says nothing of epochs. */
static void a_pareto_front_may_be_against_another_metric(void **state)
{
	struct fixture *f = *state;
	struct drawn d = draw_one(f, 5);
	char *data = read_file(d.folder, "epochs.tsv"), *script = read_file(d.folder, "epochs.gp");

	assert_non_null(strstr(data, "the paper: x, metric\n#\nNaN"));
	assert_non_null(strstr(script, "x_label = 'epochs'\n"));
	/* One point is no line to explain. */
	assert_null(strstr(script, "Dotted"));
	free(data);
	free(script);
	drawn_free(&d);
}

/* The bar is the difference of the two means (all seeds are pairs), its points are the seeds'
 * differences. */
static void an_ablations_bars_are_paired_differences_to_the_baseline(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	struct table *t = NULL;
	struct drawn d = draw_one(f, 4);
	must(tables_make(d.study, &f->sweep->tables[0], &e, &t), &e);
	const struct comparison *c = &t->rows[0].cells[0].against;
	char *data = read_file(d.folder, "change.tsv"), *bar = strstr(data, "pairs\n#\n"),
	     *points = strstr(data, "position\n#\n");
	double mean, y, low, high, from, to, below, above, n, sum = 0;

	assert_non_null(bar);
	assert_int_equal(sscanf(bar + 8, "%lf %lf %lf %lf %lf %lf %lf %lf %lf", &mean, &y, &low,
				 &high, &from, &to, &below, &above, &n),
		9);
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
	assert_int_equal(figures_make(f->store, d.study, &f->sweep->figures[6],
				 &(struct figure_places){
					 .scripts = "plots", .output = d.folder, .command = "" },
				 &d.written, &e),
		-1);
	assert_string_equal(e.text,
		"figure nothing: no table of the sweep has a baseline for 'dataset', which the "
		"others "
		"are compared with (retrial help baseline)");
	free(data);
	tables_free(t);
	drawn_free(&d);
}

/* A table of another metric has another baseline, and comes first. */
static void an_ablation_takes_the_baseline_of_a_table_with_its_metric(void **state)
{
	struct fixture *f = *state;
	struct table_spec *own = f->sweep->tables, both[2] = { own[0], own[0] };
	const size_t count = f->sweep->table_count;

	assert_string_equal(own[0].baseline.is[0].value, "alone");
	both[0].metric_count = 1;
	snprintf(both[0].metrics[0], sizeof(both[0].metrics[0]), "epochs");
	snprintf(both[0].baseline.is[0].value, sizeof(both[0].baseline.is[0].value), "both");
	f->sweep->tables = both;
	f->sweep->table_count = 2;
	struct drawn d = draw_one(f, 4);
	f->sweep->tables = own;
	f->sweep->table_count = count;
	char *script = read_file(d.folder, "change.gp");

	assert_non_null(strstr(script, "difference to alone"));
	free(script);
	drawn_free(&d);
}

/* Each line of the data is (epoch, mean, low, high, n): never falling, over all seeds to its end.
 */
static void convergence_never_falls_and_never_loses_a_seed(void **state)
{
	struct fixture *f = *state;
	double before = 0;
	size_t lines = 0;
	struct drawn d = draw_one(f, 2);
	char *data = read_file(d.folder, "speed.tsv");

	for (char *line = data; line && *line;
		line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		double epoch, mean, low, high, n;
		if (*line == '#'
			|| sscanf(line, "%lf %lf %lf %lf %lf", &epoch, &mean, &low, &high, &n) != 5)
			continue;
		before = epoch == 1 ? 0 : before;
		assert_true(mean >= before && low <= mean && mean <= high);
		assert_true(n == 3);
		before = mean;
		lines++;
	}
	assert_true(lines > 8);
	free(data);
	drawn_free(&d);
}

static void no_text_of_a_figure_is_ever_a_command(void **state)
{
	struct fixture *f = *state;
	struct figure_spec *spec = &f->sweep->figures[1];
	snprintf(spec->title, sizeof(spec->title),
		"It's `touch %s/bad` @id $(touch %s/bad) {/Bold x}_y", f->folder, f->folder);
	struct drawn d = draw_one(f, 1);
	char *svg = read_file(d.folder, "points.svg"), bad[64];

	assert_non_null(strstr(svg, "It's `touch"));
	assert_non_null(strstr(svg, "@id $(touch"));
	snprintf(bad, sizeof(bad), "%s/bad", f->folder);
	assert_false(file_exists(bad));
	free(svg);
	drawn_free(&d);
}

static void a_figure_without_results_says_what_is_missing(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	struct str written = { 0 };
	const struct figure_places places = {
		.scripts = "plots", .output = f->folder, .command = ""
	};
	struct study *study = study_of(f);

	assert_int_equal(
		figures_make(f->store, study, &f->sweep->figures[1], &places, &written, &e), -1);
	assert_int_equal(e.kind, ERR_FAILED);
	assert_string_equal(e.text,
		"figure points: nothing to draw: no finished trial: mnist (not run); cifar10 (not "
		"run)");
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
	const struct figure_places places = {
		.scripts = "plots", .output = f->folder, .command = ""
	};

	setenv("PATH", "/nonexistent", 1);
	const int status =
		figures_make(f->store, study, &f->sweep->figures[1], &places, &written, &e);
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
	static const struct {
		double low, high;
		int most;
		double step;
		int decimals;
	} cases[] = {
		{ 88.61, 89.75, 7, 0.2, 1 },
		{ 98.5, 99.5, 4, 0.5, 1 },
		{ 1, 50, 5, 20, 0 },
		{ 0, 1, 5, 0.5, 1 },
		{ 89, 89, 5, 0.5, 1 },
		{ 0.001, 0.002, 5, 0.0005, 4 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct axis a = figure_axis(cases[i].low, cases[i].high, cases[i].most);
		assert_float_equal(a.step, cases[i].step, 1e-12);
		assert_int_equal(a.decimals, cases[i].decimals);
		assert_true(a.low < cases[i].low && a.high > cases[i].high);
	}
	/* The largest numbers there are: an end all the same, and a finite scale. */
	const struct axis whole = figure_axis(-DBL_MAX, DBL_MAX, 5),
			  far = figure_axis(-1e308, 1e308, 5);
	assert_true(isfinite(whole.low) && isfinite(whole.high) && isfinite(whole.step));
	assert_true(isfinite(far.low) && far.low < far.high && far.step > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DATABASE(the_same_data_draw_the_same_bytes),
		WITH_DATABASE(the_pareto_front_holds_what_none_beats_in_both),
		WITH_DATABASE(a_pareto_front_may_be_against_another_metric),
		WITH_DATABASE(an_ablations_bars_are_paired_differences_to_the_baseline),
		WITH_DATABASE(an_ablation_takes_the_baseline_of_a_table_with_its_metric),
		WITH_DATABASE(convergence_never_falls_and_never_loses_a_seed),
		WITH_DATABASE(no_text_of_a_figure_is_ever_a_command),
		WITH_DATABASE(a_figure_without_results_says_what_is_missing),
		WITH_DATABASE(missing_gnuplot_is_named_with_what_to_install),
		cmocka_unit_test(scales_have_round_steps_and_hold_everything),
	};
	return cmocka_run_group_tests_name("figures", tests, NULL, NULL);
}
