/* study_cli.c - opening, command lines and output of the verbs that report. Decides nothing about
 * numbers. */
#include "study_cli.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../base/file.h"
#include "../base/share.h"
#include "../report/crossed.h"
#include "../report/screen.h"
#include "../store/read.h"
#include "pager.h"
#include "places.h"
#include "sweep_cli.h"
#include "terminal.h"

const char *study_cli_database(const struct cli *c)
{
	return cli_get(c, "db", "results/retrial.db");
}

int study_cli_open_to_record(const struct cli *c, bool *writable, struct err *e, struct store **out)
{
	struct err why = { 0 };

	*writable = store_open(study_cli_database(c), STORE_CHANGE, &why, out) == 0;
	if (*writable)
		return 0;
	if (store_open(study_cli_database(c), STORE_READ, e, out))
		return -1;
	fprintf(stderr, "warning: nothing is recorded: %s\n", why.text);
	return 0;
}

/* The path of the only sweep of the database. */
static int only_sweep(struct store *store, struct str *path, struct err *e)
{
	struct rows *r = NULL;
	struct str names = { 0 };

	if (store_ask(store, "sweep_paths", NULL, e, &r))
		return -1;
	for (size_t i = 0; i < r->row_count; i++)
		str_addf(&names, "%s%s (%s)", i ? ", " : "", r->values[2 * i].text,
			r->values[2 * i + 1].text);
	int result = 0;
	if (r->row_count == 1)
		str_add(path, r->values[1].text);
	else if (r->row_count)
		result = err_set(e, ERR_USAGE,
			"the database has several sweeps, name the file of one: %s", names.s);
	else
		result = err_set(e, ERR_USAGE, "the database has no sweep");
	str_free(&names);
	rows_free(r);
	return result;
}

int study_cli_open(const struct cli *c, struct study_cli *out, struct err *e)
{
	const char *set[SWEEP_CLI_SET_MAX];
	struct sweep_options as_the_file_says = { 0 };
	struct str path = { 0 };
	int result = -1;

	if (sweep_cli_set(c, set, &as_the_file_says, e))
		return -1;
	/* A wrong file is reported before a missing database. */
	if (c->argument_count && sweep_read(c->arguments[0], &as_the_file_says, e, &out->sweep))
		return -1;
	if (store_open(study_cli_database(c), STORE_READ, e, &out->store))
		return -1;
	if (!c->argument_count
		&& (only_sweep(out->store, &path, e)
			|| sweep_read(path.s, &as_the_file_says, e, &out->sweep)))
		goto out;
	result = study_read(out->store, out->sweep, e, &out->study);
out:
	str_free(&path);
	return result;
}

int study_cli_images(const struct cli *c, struct study_cli *s, struct err *e)
{
	struct places places;

	places_fill(&places, c);
	return crossed_read(s->store, s->study, &places.dataset, e);
}

void study_cli_close(struct study_cli *s)
{
	study_free(s->study);
	store_close(s->store);
	sweep_free(s->sweep);
	*s = (struct study_cli){ 0 };
}

void study_cli_command(struct str *out, const struct cli *c)
{
	str_addf(out, "retrial %s", c->verb->name);
	for (int i = 0; i < c->argument_count; i++) {
		str_add(out, " ");
		str_add_word(out, c->arguments[i]);
	}
	for (const struct cli_option *o = c->verb->options; o->name; o++) {
		if (!cli_has(c, o->name))
			continue;
		for (int i = 0; i == 0 || (o->argument && cli_get_nth(c, o->name, i)); i++) {
			str_addf(out, " --%s", o->name);
			if (!o->argument)
				continue;
			str_add(out, " ");
			str_add_word(out, cli_get_nth(c, o->name, i));
		}
	}
}

int study_cli_scripts(struct str *out, const struct cli *c, struct err *e)
{
	struct str looked = { 0 };
	if (cli_has(c, "scripts")) {
		str_add(out, cli_get(c, "scripts", ""));
		return 0;
	}
	int result = share_find("plots", out, &looked, e);
	if (result)
		result = err_set(e, ERR_ENVIRONMENT,
			"the gnuplot scripts are neither in %s: name their folder with --scripts",
			looked.s ? looked.s : "plots");
	str_free(&looked);
	return result;
}

int study_cli_write(const struct cli *c, const struct str *text, struct err *e)
{
	const char *path = cli_get(c, "output", "-");
	const char *bytes = text->s ? text->s : "";

	if (strcmp(path, "-"))
		return file_write(path, bytes, text->length, e);
	pager_begin(c);
	if (screen_color())
		terminal_write_marked(stdout, bytes, text->length);
	else
		fwrite(bytes, 1, text->length, stdout);
	if ((fflush(stdout) || ferror(stdout)) && !pager_runs())
		return err_errno(e, "standard output");
	return 0;
}

int study_cli_find(const char *what, const char *id, const char *first_id, size_t stride,
	size_t count, const char *file, struct err *e)
{
	const char *ids[64];
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		if (!strcmp(first_id + i * stride, id))
			return (int)i;
		if (known < 64)
			ids[known++] = first_id + i * stride;
	}
	if (!count)
		return err_set(e, ERR_USAGE, "%s describes no %s", file, what);
	const char *nearest = str_nearest(id, ids, known);
	if (nearest)
		return err_set(e, ERR_USAGE, "no %s '%s' in %s (did you mean '%s'?)", what, id,
			file, nearest);
	struct str list = { 0 };
	for (size_t i = 0; i < known; i++)
		str_addf(&list, "%s%s", i ? ", " : "", ids[i]);
	err_set(e, ERR_USAGE, "no %s '%s' in %s (it has: %s)", what, id, file, list.s);
	str_free(&list);
	return -1;
}
