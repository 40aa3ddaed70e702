/* verify_programs_cli.c - see verify_programs_cli.h. */
#include "verify_programs_cli.h"

#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/file.h"
#include "../run/verify_program.h"
#include "places.h"
#include "../plan/identity.h"
#include "../store/read.h"
#include "sweep_cli.h"

enum { SWEEPS_MAX = 64 };

/* A sweep file: of an argument, or as it was frozen. */
struct source {
	char name[64];
	struct sweep *sweep;
};

struct verification {
	const struct cli *cli;
	struct store *store;
	const atomic_int *stop;
	struct rows *trials; /* query verify_programs */
	bool *chosen;
	struct source sources[SWEEPS_MAX];
	int source_count;
	struct verified *out;
};

static const char *cell(const struct rows *r, size_t row, const char *column)
{
	const struct value *v =
		&r->values[row * (size_t)r->column_count + (size_t)rows_column(r, column)];
	return v->kind == VALUE_TEXT ? v->text : "";
}

/* ---- which ---- */

static int choose_by_file(struct verification *v, const char *path, bool *any)
{
	struct sweep *sweep;
	const int code = sweep_cli_read(v->cli, path, &sweep);
	if (code)
		return code;
	*any = sweep->program != NULL;
	for (size_t row = 0; sweep->program && row < v->trials->row_count; row++)
		for (size_t i = 0; i < sweep->trial_count && !v->chosen[row]; i++)
			v->chosen[row] = strcmp(cell(v->trials, row, "sweep"), sweep->name) == 0
				&& strcmp(cell(v->trials, row, "trial"), sweep->trials[i].identity)
					== 0;
	if (sweep->program && v->source_count < SWEEPS_MAX) {
		struct source *s = &v->sources[v->source_count++];
		snprintf(s->name, sizeof(s->name), "%s", sweep->name);
		s->sweep = sweep;
	} else {
		sweep_free(sweep);
	}
	return 0;
}

static void choose_by_word(struct verification *v, const char *word, bool *any)
{
	for (size_t row = 0; row < v->trials->row_count; row++) {
		const char *identity = cell(v->trials, row, "trial");
		if (strcmp(cell(v->trials, row, "sweep"), word) != 0
			&& strncmp(identity, word, strlen(word)) != 0)
			continue;
		v->chosen[row] = *any = true;
	}
}

/* ---- running again ---- */

/* The sweep that the trial is of, read at its first use. NULL with e. */
static struct sweep *sweep_of(struct verification *v, size_t row, struct err *e)
{
	const char *name = cell(v->trials, row, "sweep"), *text = cell(v->trials, row, "text");
	for (int i = 0; i < v->source_count; i++)
		if (strcmp(v->sources[i].name, name) == 0)
			return v->sources[i].sweep;
	if (!*text || v->source_count == SWEEPS_MAX) {
		err_set(e, ERR_ENVIRONMENT, "no plan in the database has it");
		return NULL;
	}
	struct source *s = &v->sources[v->source_count];
	const struct sweep_options as_frozen = { .seeds = 0 };
	if (sweep_parse(cell(v->trials, row, "path"), text, strlen(text), &as_frozen, e, &s->sweep))
		return NULL;
	snprintf(s->name, sizeof(s->name), "%s", name);
	v->source_count++;
	return s->sweep;
}

/* Its trial of this identity. A replicate that the file does not ask for (--seeds) is one of its
 * configurations with another seed. */
static int find_trial(const struct sweep *sweep, const char *identity, uint64_t seed,
	struct trial *out, struct err *e)
{
	for (size_t i = 0; i < sweep->trial_count; i++) {
		*out = sweep->trials[i];
		out->seed = seed;
		trial_identify(out);
		if (strcmp(out->identity, identity) == 0)
			return 0;
	}
	return err_set(e, ERR_USAGE,
		"the sweep file has no such trial: its command or its values have changed");
}

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *at)
{
	(void)s;
	(void)kind;
	(void)at;
	remove(path);
	return 0;
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

static void add_row(const struct verification *v, size_t row, const struct trial *t,
	const struct verify_result *r)
{
	struct str name = { 0 };
	str_add(&name, cell(v->trials, row, "sweep"));
	for (int i = 0; t && i < t->label_count; i++)
		str_addf(&name, " %s=%s", t->labels[i].name, t->labels[i].value);
	verified_add(v->out->rows, cell(v->trials, row, "trial"), name.s ? name.s : "",
		rows_named(v->trials, row, "seed")->integer, r);
	str_free(&name);
}

static void print_result(const struct verification *v, size_t row, const struct trial *t,
	const struct verify_result *r)
{
	static const char *const words[] = { "identical", "within", "differs", "cannot say" };
	if (v->out->rows) {
		add_row(v, row, t, r);
		return;
	}
	printf("%-10s %.12s  %s", words[r->verdict], cell(v->trials, row, "trial"),
		cell(v->trials, row, "sweep"));
	for (int i = 0; t && i < t->label_count; i++)
		printf(" %s=%s", t->labels[i].name, t->labels[i].value);
	printf(" seed %lld",
		(long long)v->trials
			->values[row * (size_t)v->trials->column_count
				+ (size_t)rows_column(v->trials, "seed")]
			.integer);
	if (r->verdict == VERIFY_EXACT || r->verdict == VERIFY_WITHIN)
		printf(": %d metric%s, %d step%s, %d output%s\n", r->tensors,
			r->tensors == 1 ? "" : "s", r->epochs, r->epochs == 1 ? "" : "s",
			r->digests, r->digests == 1 ? "" : "s");
	else
		printf(": %s\n", r->text);
	fflush(stdout);
}

static int verify_one(struct verification *v, size_t row, struct err *e)
{
	struct verify_result r = { .verdict = VERIFY_CANNOT };
	struct err why = { 0 };
	struct trial t = { .label_count = 0 };
	char folder[4096];
	const uint64_t seed = (uint64_t)v->trials
				      ->values[row * (size_t)v->trials->column_count
					      + (size_t)rows_column(v->trials, "seed")]
				      .integer;
	struct sweep *sweep = sweep_of(v, row, &why);
	snprintf(folder, sizeof(folder), "%s/retrial-verify-XXXXXX", places_temporary());
	int result = 0;
	if (!sweep || find_trial(sweep, cell(v->trials, row, "trial"), seed, &t, &why)) {
		snprintf(r.text, sizeof(r.text), "%.*s", (int)sizeof(r.text) - 1, why.text);
	} else if (!mkdtemp(folder)) {
		result = err_errno(e, folder);
	} else {
		result = verify_program(
			v->store, &t, cell(v->trials, row, "inputs"), folder, v->stop, &r, e);
		nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	}
	if (result)
		return -1;
	print_result(v, row, &t, &r);
	v->out->exact += r.verdict == VERIFY_EXACT;
	v->out->within += r.verdict == VERIFY_WITHIN;
	v->out->differ += r.verdict == VERIFY_DIFFERS;
	v->out->cannot += r.verdict == VERIFY_CANNOT;
	return 0;
}

int verify_programs_cli(const struct cli *c, struct store *s, int first, const atomic_int *stop,
	bool *named, struct verified *out)
{
	struct verification v = { .cli = c, .store = s, .stop = stop, .out = out };
	struct err e = { 0 };
	*out = (struct verified){ .rows = out->rows };
	if (store_ask(s, "verify_programs", NULL, &e, &v.trials))
		return cli_fail(&e);
	v.chosen = calloc(v.trials->row_count + 1, sizeof(*v.chosen));
	int code = v.chosen ? 0 : cli_fail((err_nomem(&e), &e));
	for (size_t row = 0; !code && first == c->argument_count && row < v.trials->row_count;
		row++)
		v.chosen[row] = true;
	for (int i = first; i < c->argument_count && !code; i++) {
		if (file_exists(c->arguments[i]))
			code = choose_by_file(&v, c->arguments[i], &named[i]);
		else
			choose_by_word(&v, c->arguments[i], &named[i]);
	}
	for (size_t row = 0; row < v.trials->row_count && !code; row++)
		if (v.chosen[row] && !(stop && atomic_load(stop)) && verify_one(&v, row, &e))
			code = cli_fail(&e);
	for (int i = 0; i < v.source_count; i++)
		sweep_free(v.sources[i].sweep);
	rows_free(v.trials);
	free(v.chosen);
	return code;
}
