/* published.c - see published.h. */
#include "published.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/file.h"
#include "../report/report.h"
#include "../report/table_print.h"
#include "../store/read.h"
#include "bundle.h"

/* One sweep on its way into the pack. */
struct made {
	struct pack *pack;
	const char *name;
	const struct study *study;
	struct str *missing;
};

/* What every output says of itself: the command that makes it of the unpacked bundle. */
static char *command_of(const struct made *m, const char *verb)
{
	struct str text = { 0 };
	str_addf(&text, "retrial %s sweeps/%s.yaml --db results.db", verb, m->name);
	return str_take(&text);
}

static int add_text(const struct made *m, const char *file, struct str *text, struct err *e)
{
	struct str name = { 0 };
	str_addf(&name, "results/%s/%s", m->name, file);
	const int result = pack_add_text(m->pack, name.s, text, e);
	str_free(&name);
	return result;
}

static int add_tables(
	const struct made *m, enum table_format format, const char *file, struct err *e)
{
	const struct sweep *sweep = m->study->sweep;
	char *command = command_of(m, "table");
	const struct table_context context = { .command = command };
	struct str text = { 0 };
	int result = 0;
	table_print_begin(&text, format);
	for (size_t i = 0; result == 0 && i < sweep->table_count; i++) {
		struct table *t = NULL;
		if (i)
			table_print_between(&text, format);
		result = tables_make(m->study, &sweep->tables[i], e, &t);
		if (result == 0)
			result = table_print(&text, t, format, &context, e);
		tables_free(t);
	}
	table_print_end(&text, format);
	if (result == 0 && sweep->table_count)
		result = add_text(m, file, &text, e);
	str_free(&text);
	free(command);
	return result;
}

static int add_verdicts(const struct made *m, const struct claim_result *results,
	enum table_format format, const char *file, struct err *e)
{
	char *command = command_of(m, "claims");
	const struct table_context context = { .command = command };
	struct str text = { 0 };
	int result = table_print_claims(&text, m->study, results, format, &context, e);
	if (result == 0)
		result = add_text(m, file, &text, e);
	str_free(&text);
	free(command);
	return result;
}

static int add_claims(const struct made *m, struct err *e)
{
	struct claim_result *results = NULL;
	if (!m->study->sweep->claim_count)
		return 0;
	int result = claims_evaluate(m->study, e, &results);
	if (result == 0)
		result = add_verdicts(m, results, TABLE_MARKDOWN, "verdicts.md", e);
	if (result == 0)
		result = add_verdicts(m, results, TABLE_CSV, "verdicts.csv", e);
	free(results);
	return result;
}

/* What the page lacks, with the name of the sweep. */
static void add_missing(const struct made *m, const char *lines)
{
	for (const char *line = lines; line && *line; line = strchr(line, '\n') + 1)
		str_addf(m->missing, "%s: %.*s\n", m->name, (int)strcspn(line, "\n"), line);
}

/* The page, and the figures that it is made of: they are drawn in a folder first. */
static int add_report(const struct made *m, struct store *s, const char *folder,
	const struct published_places *places, struct err *e)
{
	struct str page = { 0 }, figures = { 0 }, prefix = { 0 }, missing = { 0 };
	char *command = command_of(m, "report");
	str_addf(&figures, "%s/%s", folder, m->name);
	str_addf(&prefix, "results/%s/figures", m->name);
	const struct report_context context = { .command = command,
		.database = "results.db",
		.scripts = places->scripts,
		.data = places->data,
		.augment = places->augment,
		.figures = figures.s,
		.missing = &missing };
	int result = report_make(s, m->study, &context, &page, e);
	if (result == 0)
		result = add_text(m, "report.html", &page, e);
	if (result == 0 && file_exists(figures.s))
		result = pack_add_folder(m->pack, figures.s, prefix.s, e);
	if (result == 0)
		add_missing(m, missing.s);
	str_free(&missing);
	str_free(&page);
	str_free(&figures);
	str_free(&prefix);
	free(command);
	return result;
}

/* Read the file sweeps/NAME.yaml below the folder, and make all that it asks for. */
static int add_one(struct pack *p, struct store *s, const char *folder, const char *name,
	const struct published_places *places, struct str *missing, struct err *e)
{
	const struct sweep_options as_the_file_says = { .frozen = true };
	struct str file = { 0 }, path = { 0 };
	struct sweep *sweep = NULL;
	struct study *study = NULL;
	str_addf(&path, "sweeps/%s.yaml", name);
	str_addf(&file, "%s/%s", folder, path.s);
	int result = sweep_read(file.s, &as_the_file_says, e, &sweep);
	if (result == 0) {
		snprintf(sweep->path, sizeof(sweep->path), "%s",
			path.s); /* as its reader sees it, not where it lies now */
		result = study_read(s, sweep, e, &study);
	}
	const struct made m = { .pack = p, .name = name, .study = study, .missing = missing };
	if (result == 0)
		result = add_tables(&m, TABLE_MARKDOWN, "tables.md", e);
	if (result == 0)
		result = add_tables(&m, TABLE_CSV, "tables.csv", e);
	if (result == 0)
		result = add_claims(&m, e);
	if (result == 0)
		result = add_report(&m, s, folder, places, e);
	study_free(study);
	sweep_free(sweep);
	str_free(&file);
	str_free(&path);
	return result;
}

/* The pack's sweep files and libraries as files again. */
static int unpack_sweeps(const struct pack *p, const char *folder, struct err *e)
{
	for (size_t i = 0; i < p->count; i++) {
		struct str path = { 0 };
		if (strncmp(p->files[i].name, "sweeps/", strlen("sweeps/")) != 0)
			continue;
		str_addf(&path, "%s/%s", folder, p->files[i].name);
		const int result = file_write(path.s, p->files[i].bytes, p->files[i].count, e);
		str_free(&path);
		if (result)
			return -1;
	}
	return 0;
}

/* A sweep that cannot be reported on keeps no other out of the bundle. */
static int add_all(struct pack *p, struct store *s, const char *folder,
	const struct published_places *places, struct str *missing, struct err *e)
{
	struct rows *r;
	if (store_ask(s, "sweeps_texts", NULL, e, &r))
		return -1;
	for (size_t i = 0; i < r->row_count; i++) {
		const char *name = r->values[2 * i].text;
		struct err why = { 0 };
		if (add_one(p, s, folder, name, places, missing, &why))
			str_addf(missing, "all of the results of %s: %.*s\n", name,
				(int)strcspn(why.text, "\n"), why.text);
	}
	rows_free(r);
	return 0;
}

int published_add(struct pack *p, struct store *s, const struct published_places *places,
	struct str *missing, struct err *e)
{
	struct str template = { 0 };
	str_addf(&template, "%s/retrial-results-XXXXXX", places->temporary);
	char *folder = str_take(&template);
	if (!mkdtemp(folder)) {
		err_errno(e, folder);
		free(folder);
		return -1;
	}
	int result = unpack_sweeps(p, folder, e);
	if (result == 0)
		result = add_all(p, s, folder, places, missing, e);
	file_remove_tree(folder);
	free(folder);
	return result;
}
