/* bundle.c - see bundle.h. */
#include "bundle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/facts.h"
#include "../base/file.h"
#include "../base/worktree.h"
#include "../report/format.h"
#include "../store/read.h"
#include "appendix.h"
#include "own_files.h"
#include "pack.h"
#include "programs.h"

enum { DATABASE_BYTES_MAX = 2000000000 };

/* ---- what is in it ---- */

/* The copy lies beside the bundle while it is made: there is room for it. */
static int add_database(struct pack *p, struct store *s, const char *bundle, struct err *e)
{
	struct str path = { 0 };
	char *bytes = NULL;
	size_t count = 0;
	str_addf(&path, "%s.db-%ld", bundle, (long)getpid());
	unlink(path.s);
	int result = store_copy(s, path.s, e);
	if (result == 0)
		result = file_read(path.s, DATABASE_BYTES_MAX, &bytes, &count, e);
	unlink(path.s);
	str_add(&path, "-journal"); /* SQLite cannot always remove it on a full disk */
	unlink(path.s);
	str_free(&path);
	return result ? -1 : pack_add(p, "results.db", bytes, count, e);
}

/* The answer to a query as a CSV file. */
static int add_csv(
	struct pack *p, struct store *s, const char *sql, const char *name, struct err *e)
{
	struct rows *r;
	struct str text = { 0 };
	if (store_query(s, sql, NULL, e, &r))
		return -1;
	int result = format_rows(r, FORMAT_CSV, &text, e);
	if (result == 0)
		result = pack_add_text(p, name, &text, e);
	rows_free(r);
	str_free(&text);
	return result;
}

static int add_sweeps(struct pack *p, struct store *s, struct err *e)
{
	struct rows *r;
	if (store_ask(s, "sweeps_texts", NULL, e, &r))
		return -1;
	int result = 0;
	for (size_t i = 0; result == 0 && i < r->row_count; i++) {
		struct str name = { 0 }, text = { 0 };
		str_addf(&name, "sweeps/%s.yaml", r->values[2 * i].text);
		str_add(&text, r->values[2 * i + 1].text);
		result = pack_add_text(p, name.s, &text, e);
		str_free(&name);
	}
	rows_free(r);
	return result;
}

static int add_appendices(
	struct pack *p, struct store *s, const struct appendix_facts *facts, struct err *e)
{
	struct str artifact = { 0 }, checklist = { 0 };
	int result = appendix_artifact(s, facts, &artifact, e);
	if (result == 0)
		result = pack_add_text(p, "ARTIFACT.md", &artifact, e);
	if (result == 0)
		result = appendix_checklist(s, facts, &checklist, e);
	if (result == 0)
		result = pack_add_text(p, "CHECKLIST.md", &checklist, e);
	str_free(&artifact);
	str_free(&checklist);
	return result;
}

static int add_source(struct pack *p, struct str *warning, struct err *e)
{
	struct str tar = { 0 };
	const char *why = worktree_source(facts_commit(), &tar);
	if (why)
		str_addf(warning, "the source of the program: %s\n", why);
	const int result = why ? 0 : pack_add_text(p, "source.tar", &tar, e);
	str_free(&tar);
	return result;
}

/* Is there a file whose name begins so? */
static bool holds(const struct pack *p, const char *prefix)
{
	for (size_t i = 0; i < p->count; i++)
		if (strncmp(p->files[i].name, prefix, strlen(prefix)) == 0)
			return true;
	return false;
}

static int add_readme(struct pack *p, const struct bundle_options *o,
	const struct appendix_facts *facts, struct err *e)
{
	struct str text = { 0 };
	str_addf(&text,
		"# %s\n\nThe results of a study and all that it takes to check them, made by "
		"`retrial bundle`.\n\n",
		o->name);
	str_add(&text,
		"| file | what |\n| --- | --- |\n"
		"| `results.db` | every trial with its metrics, predictions and weights: SQLite, "
		"opened by retrial, sqlite3 or pandas |\n"
		"| `sweeps/` | the sweep files: which trials, claims, tables and figures; the "
		"library files that they use |\n"
		"| `trials.csv`, `digests.csv` | each finished trial's configuration, results and "
		"digests |\n"
		"| `environment.csv` | the programs and machines that ran them |\n");
	if (holds(p, "results/"))
		str_add(&text, "| `results/` | tables, verdicts, figures and a page to read |\n");
	if (holds(p, "programs/"))
		str_add(&text,
			"| `programs/` | what trials of programs need to be run again: programs, "
			"their data, the sweep file |\n");
	if (facts->source)
		str_add(&text, "| `source.tar` | the source of the program |\n");
	str_add(&text,
		"| `ARTIFACT.md`, `CHECKLIST.md` | ACM artifact appendix and NeurIPS checklist |\n"
		"| `SHA256SUMS` | of all of these |\n\n"
		"To check: `retrial verify THIS.tar.zst --sample 3` executes three of the trials "
		"again and compares them, number by number.\n");
	if (holds(p, "programs/"))
		str_add(&text,
			"Trials of programs need `--trust`, too: it runs the programs of this "
			"bundle, which can do all that you can. Look at them first.\n");
	str_addf(&text, "It was made by %s.\n", facts->build);
	if (facts->data)
		str_addf(&text, "\nData sets of the authors' own:\n\n%s", facts->data);
	if (facts->programs)
		str_addf(&text, "\nPrograms:\n\n%s", facts->programs);
	const int result = pack_add_text(p, "README.md", &text, e);
	str_free(&text);
	return result;
}

int bundle_make(struct store *s, const struct bundle_options *options, const char *path,
	struct str *warning, struct err *e)
{
	struct pack p = { 0 };
	struct str build = { 0 }, data = { 0 }, inputs = { 0 };
	struct appendix_facts facts = { 0 };
	str_addf(&build, "retrial %s, commit %s", facts_version(), facts_commit());
	int result = file_make_folder_of(path, e);
	if (result == 0)
		result = add_database(&p, s, path, e);
	if (result == 0)
		result = add_sweeps(&p, s, e);
	if (result == 0)
		result = own_files_add_libraries(&p, s, warning, e);
	if (result == 0)
		result = own_files_add_data(
			&p, s, options->places, options->data_bytes_max, &data, warning, e);
	if (result == 0 && options->inputs)
		result = programs_add(&p, s, options->data_bytes_max, &inputs, warning, e);
	if (result == 0)
		result = add_csv(&p, s, store_named_query("trials"), "trials.csv", e);
	if (result == 0)
		result = add_csv(&p, s, store_named_query("digests"), "digests.csv", e);
	if (result == 0)
		result = add_csv(
			&p, s, store_internal_query("bundle_environment"), "environment.csv", e);
	if (result == 0)
		result = options->results ? pack_add_folder(&p, options->results, "results", e)
					  : published_add(&p, s, options->published, warning, e);
	const size_t before = p.count;
	if (result == 0 && options->source)
		result = add_source(&p, warning, e);
	facts = (struct appendix_facts){
		.source = p.count > before, .build = build.s, .data = data.s, .programs = inputs.s
	};
	if (result == 0)
		result = add_appendices(&p, s, &facts, e);
	if (result == 0)
		result = add_readme(&p, options, &facts, e);
	if (result == 0)
		result = pack_write(&p, options->name, path, e);
	pack_free(&p);
	str_free(&build);
	str_free(&data);
	str_free(&inputs);
	return result;
}

/* ---- opening ---- */

bool bundle_is_one(const char *path)
{
	static const char ending[] = ".tar.zst";
	const size_t length = strlen(path), end = sizeof(ending) - 1;
	return length > end && strcmp(path + length - end, ending) == 0;
}

char *bundle_data(const char *folder)
{
	struct str path = { 0 };
	str_addf(&path, "%s/data", folder);
	return str_take(&path);
}

int bundle_open(const char *path, const char *parent, char **folder, struct err *e)
{
	struct str name = { 0 };
	str_addf(&name, "%s/retrial-bundle-XXXXXX", parent);
	*folder = str_take(&name);
	if (!mkdtemp(*folder)) {
		err_errno(e, *folder);
		free(*folder);
		*folder = NULL;
		return -1;
	}
	if (pack_unpack(path, *folder, e) == 0)
		return 0;
	file_remove_tree(*folder);
	free(*folder);
	*folder = NULL;
	return -1;
}
