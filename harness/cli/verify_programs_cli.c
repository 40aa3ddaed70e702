/* verify_programs_cli.c - see verify_programs_cli.h. */
#include "verify_programs_cli.h"

#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../bundle/programs.h"
#include "../report/label_text.h"
#include "../run/verify_program.h"
#include "../store/read.h"
#include "frozen_cli.h"
#include "places.h"
#include "sweep_cli.h"

enum { SWEEPS_MAX = 256 };

/* A sweep file: of an argument, or as it was frozen. */
struct source {
	char name[64];
	char inputs[DIGEST_TEXT]; /* of a bundle, where each set of inputs lies by itself; else ""
				   */
	struct sweep *sweep;
	struct str folder; /* where these lie; "": beside the sweep file */
};

struct verify_chosen {
	const struct cli *cli;
	struct store *store;
	const struct verify_bundle *bundle; /* NULL: none */
	struct rows *trials; /* query verify_programs: a row a plan that has the trial */
	bool *chosen;        /* [trials->row_count] */
	size_t *rows;        /* the chosen ones, each trial once */
	bool *dropped;       /* [count] */
	size_t count;
	struct source sources[SWEEPS_MAX];
	int source_count;
	struct verified *out;
};

static const struct value *value_at(const struct verify_chosen *v, size_t row, const char *column)
{
	const struct rows *r = v->trials;
	return &r->values[row * (size_t)r->column_count + (size_t)rows_column(r, column)];
}

static const char *cell(const struct verify_chosen *v, size_t row, const char *column)
{
	const struct value *value = value_at(v, row, column);
	return value->kind == VALUE_TEXT ? value->text : "";
}

/* ---- which ---- */

static int choose_by_file(struct verify_chosen *v, const char *path, bool *any)
{
	struct sweep *sweep;
	const int code = sweep_cli_read(v->cli, path, &sweep);
	if (code)
		return code;
	*any = sweep->program != NULL;
	for (size_t row = 0; sweep->program && row < v->trials->row_count; row++)
		for (size_t i = 0; i < sweep->trial_count && !v->chosen[row]; i++)
			v->chosen[row] = strcmp(cell(v, row, "sweep"), sweep->name) == 0
				&& strcmp(cell(v, row, "trial"), sweep->trials[i].identity) == 0;
	if (sweep->program && v->source_count < SWEEPS_MAX) {
		struct source *s = &v->sources[v->source_count++];
		snprintf(s->name, sizeof(s->name), "%s", sweep->name);
		s->sweep = sweep;
	} else {
		sweep_free(sweep);
	}
	return 0;
}

static void choose_by_word(struct verify_chosen *v, const char *word, bool *any)
{
	for (size_t row = 0; row < v->trials->row_count; row++) {
		if (strcmp(cell(v, row, "sweep"), word) != 0
			&& strncmp(cell(v, row, "trial"), word, strlen(word)) != 0)
			continue;
		v->chosen[row] = *any = true;
	}
}

static int compare_rows(const void *a, const void *b, void *chosen)
{
	const size_t x = *(const size_t *)a, y = *(const size_t *)b;
	const int order = strcmp(cell(chosen, x, "trial"), cell(chosen, y, "trial"));
	return order ? order : (x > y) - (x < y);
}

static int compare_places(const void *a, const void *b)
{
	const size_t x = *(const size_t *)a, y = *(const size_t *)b;
	return (x > y) - (x < y);
}

/* The rows of the chosen trials, of each its first, in their order. */
static void list_rows(struct verify_chosen *v)
{
	size_t all = 0;
	for (size_t row = 0; row < v->trials->row_count; row++)
		if (v->chosen[row])
			v->rows[all++] = row;
	qsort_r(v->rows, all, sizeof(*v->rows), compare_rows, v);
	for (size_t i = 0; i < all; i++)
		if (i == 0
			|| strcmp(cell(v, v->rows[i], "trial"),
				   cell(v, v->rows[v->count - 1], "trial"))
				!= 0)
			v->rows[v->count++] = v->rows[i];
	qsort(v->rows, v->count, sizeof(*v->rows), compare_places);
}

int verify_programs_choose(const struct cli *c, struct store *s, const struct verify_bundle *bundle,
	int first, bool *named, struct verify_chosen **out)
{
	struct verify_chosen *v = calloc(1, sizeof(*v));
	struct err e = { 0 };
	if (!v)
		err_end_nomem();
	v->cli = c;
	v->store = s;
	v->bundle = bundle;
	*out = v;
	if (store_ask(s, "verify_programs", NULL, &e, &v->trials))
		return cli_fail(&e);
	v->chosen = calloc(v->trials->row_count + 1, sizeof(*v->chosen));
	v->rows = calloc(v->trials->row_count + 1, sizeof(*v->rows));
	v->dropped = calloc(v->trials->row_count + 1, sizeof(*v->dropped));
	if (!v->chosen || !v->rows || !v->dropped)
		err_end_nomem();
	int code = 0;
	for (size_t row = 0; first == c->argument_count && row < v->trials->row_count; row++)
		v->chosen[row] = true;
	for (int i = first; i < c->argument_count && !code; i++) {
		if (file_exists(c->arguments[i]))
			code = choose_by_file(v, c->arguments[i], &named[i]);
		else
			choose_by_word(v, c->arguments[i], &named[i]);
	}
	list_rows(v);
	return code;
}

void verify_chosen_free(struct verify_chosen *v)
{
	if (!v)
		return;
	for (int i = 0; i < v->source_count; i++) {
		sweep_free(v->sources[i].sweep);
		str_free(&v->sources[i].folder);
	}
	rows_free(v->trials);
	free(v->chosen);
	free(v->rows);
	free(v->dropped);
	free(v);
}

size_t verify_chosen_count(const struct verify_chosen *v)
{
	return v->count;
}

const char *verify_chosen_identity(const struct verify_chosen *v, size_t i)
{
	return cell(v, v->rows[i], "trial");
}

void verify_chosen_drop(struct verify_chosen *v, size_t i)
{
	v->dropped[i] = true;
}

/* ---- running again ---- */

/* Where the bundle has the inputs of a trial of this sweep. */
static int find_in_bundle(struct verify_chosen *v, size_t row, struct source *s, struct err *e)
{
	const char *inputs = cell(v, row, "inputs");
	struct rows *files;
	if (store_ask(v->store, "input_files", (const char *const[]){ "inputs", inputs, NULL }, e,
		    &files))
		return -1;
	const bool is_there = programs_folder(v->bundle->folder, cell(v, row, "sweep"), inputs,
		s->sweep->program, files, &s->folder);
	rows_free(files);
	if (!is_there)
		return err_set(e, ERR_ENVIRONMENT,
			"the bundle does not have its inputs; where they are, name the sweep file "
			"beside them: retrial verify BUNDLE FILE.yaml");
	return 0;
}

/* The sweep file as it was frozen; of a bundle, from there. */
static int read_frozen(struct verify_chosen *v, size_t row, struct source *s, struct err *e)
{
	struct str path = { 0 };
	if (v->bundle)
		str_addf(&path, "%s/sweeps/%s.yaml", v->bundle->folder, cell(v, row, "sweep"));
	else
		str_add(&path, cell(v, row, "path"));
	int result = frozen_sweep(path.s ? path.s : "", cell(v, row, "text"), e, &s->sweep);
	str_free(&path);
	if (!result && v->bundle && s->sweep->program)
		result = find_in_bundle(v, row, s, e);
	return result;
}

/* A bundle's program does not run unasked. */
static int check_trust(const struct verify_chosen *v, struct err *e)
{
	if (!v->bundle || v->bundle->trusted)
		return 0;
	return err_set(e, ERR_USAGE,
		"a program of the bundle would run here: look at its sweeps/ and programs/, then "
		"verify with --trust");
}

/* The sweep that the trial is of, read at its first use. NULL with e. */
static const struct source *source_of(struct verify_chosen *v, size_t row, struct err *e)
{
	const char *name = cell(v, row, "sweep"), *inputs = cell(v, row, "inputs");
	for (int i = 0; i < v->source_count; i++) {
		const struct source *s = &v->sources[i];
		if (strcmp(s->name, name) == 0 && (!s->inputs[0] || strcmp(s->inputs, inputs) == 0))
			return s;
	}
	if (v->source_count == SWEEPS_MAX) {
		err_set(e, ERR_USAGE, "more than %d sweeps at once", SWEEPS_MAX);
		return NULL;
	}
	struct source *s = &v->sources[v->source_count];
	if (check_trust(v, e) || read_frozen(v, row, s, e)) {
		sweep_free(s->sweep);
		*s = (struct source){ .sweep = NULL };
		return NULL;
	}
	snprintf(s->name, sizeof(s->name), "%s", name);
	if (v->bundle)
		snprintf(s->inputs, sizeof(s->inputs), "%s", inputs);
	v->source_count++;
	return s;
}

struct rows *verified_rows(void)
{
	static const char *const columns[] = { "trial", "name", "seed", "verdict", "compared",
		"reason", "weights" };
	return rows_new(7, columns);
}

void verified_add(struct rows *rows, const char *trial, const char *name, int64_t seed,
	const struct verify_result *r)
{
	static const char *const words[] = { "same", "within", "differs", "cannot say" };
	rows_add_text(rows, trial);
	rows_add_text(rows, name);
	rows_add_integer(rows, seed);
	rows_add_text(rows, words[r->verdict]);
	rows_add_integer(rows, r->digests + r->epochs + r->tensors);
	rows_add_text(rows, r->text[0] ? r->text : NULL);
	rows_add_text(rows, r->weights[0] ? r->weights : NULL);
}

static void add_row(const struct verify_chosen *v, size_t row, const struct verify_result *r)
{
	struct str name = { 0 };
	str_add(&name, cell(v, row, "sweep"));
	label_text(&name, cell(v, row, "labels"));
	verified_add(v->out->rows, cell(v, row, "trial"), name.s ? name.s : "",
		value_at(v, row, "seed")->integer, r);
	str_free(&name);
}

static void count(struct verified *out, const struct verify_result *r)
{
	out->exact += r->verdict == VERIFY_EXACT;
	out->within += r->verdict == VERIFY_WITHIN;
	out->differ += r->verdict == VERIFY_DIFFERS;
	out->cannot += r->verdict == VERIFY_CANNOT;
}

static void print_result(const struct verify_chosen *v, size_t row, const struct verify_result *r)
{
	static const char *const words[] = { "identical", "within", "differs", "cannot say" };
	struct str labels = { 0 };
	count(v->out, r);
	if (v->out->rows) {
		add_row(v, row, r);
		return;
	}
	label_text(&labels, cell(v, row, "labels"));
	printf("%-10s %.12s  %s%s", words[r->verdict], cell(v, row, "trial"), cell(v, row, "sweep"),
		labels.s ? labels.s : "");
	str_free(&labels);
	printf(" seed %lld", (long long)value_at(v, row, "seed")->integer);
	if (r->verdict == VERIFY_EXACT || r->verdict == VERIFY_WITHIN)
		printf(": %d metric%s, %d step%s, %d output%s\n", r->tensors,
			r->tensors == 1 ? "" : "s", r->epochs, r->epochs == 1 ? "" : "s",
			r->digests, r->digests == 1 ? "" : "s");
	else
		printf(": %s\n", r->text);
	fflush(stdout);
}

/* The jobs, and what each of them is of. */
struct work {
	const struct verify_chosen *v;
	struct verify_program_job *jobs;
	struct frozen_trial **trials;
	size_t *rows;
	size_t count;
};

static void add_job(struct work *w, struct verify_chosen *v, size_t row)
{
	struct verify_result r = { .verdict = VERIFY_CANNOT };
	struct err why = { 0 };
	struct frozen_trial *t;
	const struct source *s = source_of(v, row, &why);
	if (!s || frozen_trial(s->sweep, cell(v, row, "config"), &why, &t)) {
		snprintf(r.text, sizeof(r.text), "%.*s", (int)sizeof(r.text) - 1, why.text);
		print_result(v, row, &r);
		return;
	}
	if (s->folder.length)
		t->program.folder = s->folder.s;
	w->trials[w->count] = t;
	w->jobs[w->count] = (struct verify_program_job){ &t->trial, cell(v, row, "inputs") };
	w->rows[w->count++] = row;
}

static void job_done(void *context, size_t job, const struct verify_result *result)
{
	const struct work *w = context;
	print_result(w->v, w->rows[job], result);
}

int verify_programs_run(struct verify_chosen *v, struct store *s, int workers,
	const atomic_int *stop, struct verified *out)
{
	struct err e = { 0 };
	struct work w = { .v = v,
		.jobs = calloc(v->count + 1, sizeof(*w.jobs)),
		.trials = calloc(v->count + 1, sizeof(struct frozen_trial *)),
		.rows = calloc(v->count + 1, sizeof(*w.rows)) };
	if (!w.jobs || !w.trials || !w.rows)
		err_end_nomem();
	*out = (struct verified){ .rows = out->rows };
	v->out = out;
	for (size_t i = 0; i < v->count; i++)
		if (!v->dropped[i])
			add_job(&w, v, v->rows[i]);
	const int code = verify_programs(s, w.jobs, w.count, workers, places_temporary(), stop,
				 job_done, &w, &e)
		? cli_fail(&e)
		: 0;
	for (size_t i = 0; i < w.count; i++)
		frozen_trial_free(w.trials[i]);
	free(w.jobs);
	free(w.trials);
	free(w.rows);
	return code;
}
