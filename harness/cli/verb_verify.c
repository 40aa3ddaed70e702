/* verb_verify.c - retrial verify: run recorded trials again and compare them, bit for bit. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/file.h"
#include "../bundle/bundle.h"
#include "../data/opened.h"
#include "../report/format.h"
#include "../report/label_text.h"
#include "../run/verify.h"
#include "../store/open.h"
#include "kernels_cli.h"
#include "places.h"
#include "run_cli.h"
#include "sweep_cli.h"
#include "verify_programs_cli.h"

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	CLI_OPTION_DATA,
	{ "workers", 'j', "N", "trials at the same time (default 1)" },
	{ "threads", 0, "N", "threads per trial (default 1); any number gives the same bits" },
	CLI_OPTION_KERNELS,
	{ "sample", 0, "N",
		"verify only N of these trials, drawn at random, always the same ones" },
	{ "seed", 0, "N", "seed of the draw for --sample (default 1)" },
	{ "trust", 0, NULL, "run the programs of a bundle, too: they can do all that you can" },
	CLI_OPTION_SEEDS,
	CLI_OPTION_SET,
	CLI_OPTION_JSON,
	{ NULL, 0, NULL, NULL },
};

enum { REASONS_MAX = 64 };

/* Why trials cannot be verified, and how many. */
struct reason {
	char text[1024];
	char identity[13]; /* of the first of them */
	size_t count;
};

struct verification {
	const struct cli *cli;
	struct verify_bundle bundle; /* folder NULL: none */
	bool *of_programs;           /* [argument_count]: arguments that mean trials of programs */
	struct verify_chosen *chosen_programs; /* NULL: there is no database */
	struct verified programs;
	struct recorded recorded;
	bool *chosen;            /* [recorded.trials->row_count] */
	struct verify_job *jobs; /* those that can be verified */
	size_t job_count, exact, differ, cannot;
	struct opened_sets sets;
	struct reason reasons[REASONS_MAX];
	int reason_count;
	struct places places;
};

/* ---- which trials ---- */

/* Is the word one of the list, which is joined by ','? */
static bool is_listed(const char *list, const char *word)
{
	const size_t length = strlen(word);
	for (const char *p = list; *p; p += strcspn(p, ",") + (p[strcspn(p, ",")] == ','))
		if (strcspn(p, ",") == length && strncmp(p, word, length) == 0)
			return true;
	return false;
}

/* Trials whose identity begins so, or else all of the sweep of that name. Returns how many. */
static size_t choose_by_word(struct verification *v, const char *word)
{
	size_t found = 0;
	for (int by_sweep = 0; by_sweep < 2 && !found; by_sweep++)
		for (size_t row = 0; row < v->recorded.trials->row_count; row++) {
			struct recorded_trial t;
			recorded_trial(&v->recorded, row, &t);
			const bool is_meant = by_sweep
				? is_listed(t.sweeps, word)
				: strncmp(t.identity, word, strlen(word)) == 0;
			v->chosen[row] |= is_meant;
			found += is_meant;
		}
	return found;
}

/* The finished ones of a sweep file's trials. */
static int choose_by_file(struct verification *v, const char *path)
{
	struct sweep *sweep;
	size_t found = 0;
	const int result = sweep_cli_read(v->cli, path, &sweep);
	if (result)
		return result;
	for (size_t i = 0; i < sweep->trial_count; i++)
		for (size_t row = 0; row < v->recorded.trials->row_count; row++) {
			struct recorded_trial t;
			recorded_trial(&v->recorded, row, &t);
			if (strcmp(t.identity, sweep->trials[i].identity) == 0) {
				found += !v->chosen[row];
				v->chosen[row] = true;
			}
		}
	if (found < sweep->trial_count)
		fprintf(stderr, "%s: %zu of its %zu trials are finished\n", path, found,
			sweep->trial_count);
	sweep_free(sweep);
	return 0;
}

static int choose(struct verification *v, int first_argument)
{
	const struct cli *c = v->cli;
	const size_t count = v->recorded.trials->row_count;
	v->chosen = calloc(count + 1, sizeof(*v->chosen));
	v->jobs = calloc(count + 1, sizeof(*v->jobs));
	if (!v->chosen || !v->jobs)
		err_end_nomem();
	for (size_t row = 0; row < count && first_argument == c->argument_count; row++)
		v->chosen[row] = true;
	for (int i = first_argument; i < c->argument_count; i++) {
		const char *word = c->arguments[i];
		if (v->of_programs[i])
			continue;
		const int result = file_exists(word) ? choose_by_file(v, word)
			: choose_by_word(v, word)
			? 0
			: cli_misuse(c,
				"'%s': no finished trial"
				" begins so, and no sweep or file has that name (retrial runs "
				"lists trials, retrial status sweeps)",
				word);
		if (result)
			return result;
	}
	return 0;
}

/* ---- which of them can be verified here ---- */

static void add_row(
	struct verification *v, const struct recorded_trial *t, const struct verify_result *r)
{
	struct str name = { 0 };
	str_addf(&name, "%s %s", t->dataset, t->recipe);
	label_text(&name, t->labels);
	verified_add(v->programs.rows, t->identity, name.s, t->seed, r);
	str_free(&name);
}

static void add_reason(struct verification *v, const char *identity, const char *text)
{
	int i = 0;
	while (i < v->reason_count && strcmp(v->reasons[i].text, text) != 0)
		i++;
	if (i == REASONS_MAX)
		i--;
	if (i == v->reason_count) {
		v->reason_count++;
		snprintf(v->reasons[i].text, sizeof(v->reasons[i].text), "%s", text);
		snprintf(v->reasons[i].identity, sizeof(v->reasons[i].identity), "%.12s", identity);
	}
	v->reasons[i].count++;
	v->cannot++;
}

static void find_jobs(struct verification *v)
{
	for (size_t row = 0; row < v->recorded.trials->row_count; row++) {
		struct recorded_trial t;
		char why[1024];
		if (!v->chosen[row])
			continue;
		recorded_trial(&v->recorded, row, &t);
		int result = verify_possible(&t, NULL, why, sizeof(why));
		const struct opened *o =
			result ? NULL : opened_find(&v->sets, t.dataset, &v->places.dataset);
		if (o && !o->data)
			snprintf(why, sizeof(why), "%.*s", (int)sizeof(why) - 1, o->why);
		if (!result && (!o || !o->data || verify_possible(&t, o->data, why, sizeof(why))))
			result = -1;
		if (result && v->programs.rows) {
			struct verify_result r = { .verdict = VERIFY_CANNOT };
			snprintf(r.text, sizeof(r.text), "%s", why);
			add_row(v, &t, &r);
			v->cannot++;
		} else if (result) {
			add_reason(v, t.identity, why);
		} else {
			v->jobs[v->job_count++] = (struct verify_job){ row, o->data };
		}
	}
}

/* ---- a draw ---- */

/* A trial of the core (its job), or the index-th of the chosen trials of programs. */
struct ticket {
	char digest[DIGEST_TEXT];
	bool of_program;
	size_t index;
	struct verify_job job;
};

static int by_digest(const void *a, const void *b)
{
	return strcmp(((const struct ticket *)a)->digest, ((const struct ticket *)b)->digest);
}

static void write_ticket(struct ticket *t, long seed, const char *identity)
{
	char text[128];
	const int length = snprintf(text, sizeof(text), "%ld %.64s", seed, identity);
	digest_bytes(text, (size_t)length, t->digest);
}

/* Those with the smallest digest of seed and identity: as good as random, and the same everywhere.
 */
static void draw(struct verification *v, long seed, size_t sample)
{
	const size_t programs = v->chosen_programs ? verify_chosen_count(v->chosen_programs) : 0,
		     count = v->job_count + programs;
	if (sample == 0 || sample >= count)
		return;
	struct ticket *tickets = calloc(count, sizeof(*tickets));
	if (!tickets)
		err_end_nomem();
	for (size_t i = 0; i < v->job_count; i++) {
		struct recorded_trial t;
		recorded_trial(&v->recorded, v->jobs[i].row, &t);
		tickets[i].job = v->jobs[i];
		write_ticket(&tickets[i], seed, t.identity);
	}
	for (size_t i = 0; i < programs; i++) {
		struct ticket *t = &tickets[v->job_count + i];
		t->of_program = true;
		t->index = i;
		write_ticket(t, seed, verify_chosen_identity(v->chosen_programs, i));
	}
	qsort(tickets, count, sizeof(*tickets), by_digest);
	v->job_count = 0;
	for (size_t i = 0; i < count; i++)
		if (i < sample && !tickets[i].of_program)
			v->jobs[v->job_count++] = tickets[i].job;
		else if (i >= sample && tickets[i].of_program)
			verify_chosen_drop(v->chosen_programs, tickets[i].index);
	free(tickets);
}

/* ---- what comes out ---- */

static void print_result(void *context, const struct verify_job *job, const struct verify_result *r)
{
	static const char *const words[] = { "bit-exact", "within", "differs", "cannot say" };
	struct verification *v = context;
	struct recorded_trial t;
	recorded_trial(&v->recorded, job->row, &t);
	v->exact += r->verdict == VERIFY_EXACT;
	v->differ += r->verdict == VERIFY_DIFFERS;
	v->cannot += r->verdict == VERIFY_CANNOT;
	if (v->programs.rows) {
		add_row(v, &t, r);
		return;
	}
	struct str labels = { 0 };
	label_text(&labels, t.labels);
	printf("%-10s %.12s  %s %s%s seed %lld", words[r->verdict], t.identity, t.dataset, t.recipe,
		labels.s ? labels.s : "", t.seed);
	str_free(&labels);
	if (r->verdict == VERIFY_EXACT) {
		printf(": %d digests", r->digests);
		if (v->recorded.store)
			printf(", %d epochs, %d tensors", r->epochs, r->tensors);
		printf("\n");
	} else {
		printf(": %s\n", r->text);
	}
	if (r->weights[0])
		printf("           %s\n", r->weights);
	fflush(stdout);
}

static void print_reasons(const struct verification *v)
{
	for (int i = 0; i < v->reason_count; i++) {
		const struct reason *r = &v->reasons[i];
		if (r->count == 1)
			printf("%-10s %s: %s\n", "cannot say", r->identity, r->text);
		else
			printf("%-10s %zu trials: %s\n", "cannot say", r->count, r->text);
	}
}

/* --json. Returns 0, or an exit code after a message. */
static int print_rows(const struct rows *rows)
{
	struct str text = { 0 };
	struct err e = { 0 };
	int result =
		rows_complete(rows) ? format_rows(rows, FORMAT_JSON, &text, &e) : err_nomem(&e);
	if (!result)
		fputs(text.s, stdout);
	str_free(&text);
	return result ? cli_fail(&e) : 0;
}

/* Returns the exit code: 1 when something differs, 3 when nothing could be said. */
static int finish(const struct verification *v)
{
	print_reasons(v);
	if (v->programs.rows && print_rows(v->programs.rows))
		return ERR_ENVIRONMENT;
	const struct verified *p = &v->programs;
	const size_t same = v->exact + p->exact, differ = v->differ + p->differ,
		     cannot = v->cannot + p->cannot;
	fprintf(stderr, "%zu of %zu trials are %s", same, same + p->within + differ + cannot,
		p->exact + p->within + p->differ + p->cannot ? "identical" : "bit-exact");
	if (p->within)
		fprintf(stderr, ", %zu within the stated tolerance", p->within);
	if (differ)
		fprintf(stderr, ", %zu differ", differ);
	if (cannot)
		fprintf(stderr, ", %zu cannot be verified here", cannot);
	fprintf(stderr, "\n");
	if (run_cli_signal())
		return 128 + run_cli_signal();
	return differ ? ERR_FAILED : same + p->within ? ERR_NONE : ERR_ENVIRONMENT;
}

static bool is_folder(const char *path)
{
	struct stat s;
	return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

static int read_options(const struct cli *c, struct verify_options *how, long *sample, long *seed)
{
	bool bad = false;
	how->threads = (int)cli_number(c, "threads", 1, NN_THREADS_MAX, 1, &bad);
	how->workers = bad ? 0 : (int)cli_number(c, "workers", 1, 1024, 1, &bad);
	*sample = bad ? 0 : cli_number(c, "sample", 1, 1000000000, 0, &bad);
	*seed = bad ? 0 : cli_number(c, "seed", 0, 1000000000, 1, &bad);
	return bad ? ERR_USAGE : kernels_cli_find(c, &how->kernels);
}

/* The trials of the core that are meant, unless all arguments mean trials of programs. */
static int choose_of_core(struct verification *v, const char *place, int first_argument)
{
	const struct cli *c = v->cli;
	const size_t programs = v->chosen_programs ? verify_chosen_count(v->chosen_programs) : 0;
	bool others = first_argument == c->argument_count && v->recorded.trials->row_count > 0;
	for (int i = first_argument; i < c->argument_count; i++)
		others |= !v->of_programs[i];
	if (!others && programs)
		return 0;
	if (v->recorded.trials->row_count == 0)
		return cli_misuse(c, "there is no finished trial in %s", place);
	const int result = choose(v, first_argument);
	if (!result)
		find_jobs(v);
	return result;
}

static int verify(struct verification *v, struct store *s, const char *place, int first_argument,
	const struct verify_options *how, long sample, long seed)
{
	struct err e = { 0 };
	if (s ? recorded_in_store(s, &v->recorded, &e)
	      : recorded_in_folder(place, &v->recorded, &e))
		return cli_fail(&e);
	int result = s ? verify_programs_choose(v->cli, s, v->bundle.folder ? &v->bundle : NULL,
			     first_argument, v->of_programs, &v->chosen_programs)
		       : 0;
	if (!result)
		result = choose_of_core(v, place, first_argument);
	if (result)
		return result;
	draw(v, seed, (size_t)sample);
	if (v->chosen_programs)
		result = verify_programs_run(
			v->chosen_programs, s, how->workers, how->stop, &v->programs);
	if (result)
		return result;
	if (verify_trials(&v->recorded, v->jobs, v->job_count, how, print_result, v, &e))
		return cli_fail(&e);
	return finish(v);
}

/* The bundle's own data sets are looked for first, after --data: another set of the same name on
 * this machine is not the one. Returns their folder, owned by the caller. */
static char *place_data(struct places *places, const char *unpacked)
{
	char *path = bundle_data(unpacked);
	if (places->dataset.folder)
		places->dataset.environment = path;
	else
		places->dataset.folder = path;
	return path;
}

static int run(const struct cli *c)
{
	struct verification *v = calloc(1, sizeof(*v));
	struct verify_options how = { .threads = 1 };
	struct store *s = NULL;
	struct err e = { 0 };
	long sample, seed;
	if (!v)
		err_end_nomem();
	v->cli = c;
	v->of_programs = calloc((size_t)c->argument_count + 1, sizeof(*v->of_programs));
	if (!v->of_programs)
		err_end_nomem();
	if (cli_has(c, "json") && !(v->programs.rows = verified_rows()))
		err_end_nomem();
	int result = read_options(c, &how, &sample, &seed);
	const char *first = c->argument_count ? c->arguments[0] : "";
	const char *from = is_folder(first) ? first : NULL;
	char *unpacked = NULL, *data = NULL;
	struct str database = { 0 };
	str_add(&database, cli_get(c, "db", "results/retrial.db"));
	places_fill(&v->places, c);
	if (!result && !from && bundle_is_one(first)) {
		from = first;
		if (bundle_open(first, places_temporary(), &unpacked, &e))
			result = cli_fail(&e);
		str_clear(&database);
		str_addf(&database, "%s/results.db", unpacked ? unpacked : "");
	}
	v->bundle = (struct verify_bundle){ unpacked, cli_has(c, "trust") };
	if (unpacked)
		data = place_data(&v->places, unpacked);
	const int first_argument = from ? 1 : 0;
	if (!result && !is_folder(first) && store_open(database.s, STORE_READ, &e, &s))
		result = cli_fail(&e);
	if (!result) {
		how.stop = run_cli_catch_signals();
		result = verify(v, s, from ? from : database.s, first_argument, &how, sample, seed);
	}
	opened_close(&v->sets);
	verify_chosen_free(v->chosen_programs);
	recorded_free(&v->recorded);
	store_close(s);
	if (unpacked)
		file_remove_tree(unpacked);
	free(unpacked);
	free(data);
	str_free(&database);
	rows_free(v->programs.rows);
	free(v->chosen);
	free(v->of_programs);
	free(v->jobs);
	free(v);
	return result;
}

const struct cli_verb verb_verify = {
	.name = "verify",
	.arguments = "[FOLDER | BUNDLE.tar.zst] [TRIAL | SWEEP | FILE.yaml] ...",
	.summary = "run recorded trials again and compare every number, digest, weight and output",
	.examples =
		"  retrial verify 3522efb88fae\n"
		"  retrial verify paper --sample 3 -j 2         # three trials of a sweep, two "
		"at a time\n"
		"  retrial verify results/reference/fair-mnist --sample 3   # against published "
		"digests, without a database\n"
		"  retrial verify paper.tar.zst --sample 3      # a bundle: its sums first, then "
		"its trials\n"
		"  retrial verify paper.tar.zst --trust         likewise, with trials of the "
		"bundle's own programs",
	.options = options,
	.run = run,
};
