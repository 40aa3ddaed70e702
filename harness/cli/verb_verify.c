/* verb_verify.c - retrial verify: run recorded trials again and compare them, bit for bit. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../run/verify.h"
#include "kernels_cli.h"
#include "places.h"

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	CLI_OPTION_DATA,
	CLI_OPTION_KERNELS,
	{ "threads", 0, "N", "threads within a trial (default 1); must give the same bits, too" },
	{ "sweep", 0, "NAME", "all finished trials of this sweep" },
	{ "sample", 0, "N", "of these only N, drawn by their identities: the same ones every time" },
	{ NULL, 0, NULL, NULL },
};

static atomic_int stop;

static void on_signal(int number)
{
	(void)number;
	atomic_store(&stop, 1);
}

/* The finished trials that were asked for: by the beginning of an identity, by sweep, or all. A draw is the N with the smallest digest of
 * their identity: as good as random, and stable. */
static int find_trials(const struct cli *c, struct store *s, struct rows **out, struct err *e)
{
	static const char sql[] =
		"SELECT DISTINCT trial, dataset, recipe, seed FROM accuracy"
		" WHERE (:id IS NULL OR substr(trial, 1, length(:id)) = :id) AND (:sweep IS NULL OR sweep = :sweep)"
		" ORDER BY substr(trial, 33), trial LIMIT :sample";
	const char *id = c->argument_count ? c->arguments[0] : NULL, *sweep = cli_get(c, "sweep", NULL);
	const char *parameters[7] = { "sample", cli_get(c, "sample", "-1") };
	int n = 2;
	if (id) {
		parameters[n++] = "id";
		parameters[n++] = id;
	}
	if (sweep) {
		parameters[n++] = "sweep";
		parameters[n++] = sweep;
	}
	if (store_query(s, sql, parameters, e, out))
		return -1;
	if ((*out)->row_count == 0)
		return err_set(e, ERR_USAGE, "no finished trial%s%s%s%s in this database (retrial runs lists trials)", id ? " that begins with " : "",
		               id ? id : "", sweep ? " of sweep " : "", sweep ? sweep : "");
	return 0;
}

static void print_result(const struct value *row, const struct verify_result *r)
{
	static const char *const words[] = { "bit-exact", "differs", "cannot say" };
	printf("%-10s %.12s  %s %s seed %lld", words[r->verdict], row[0].text, row[1].text, row[2].kind == VALUE_TEXT ? row[2].text : "", (long long)row[3].integer);
	if (r->verdict == VERIFY_EXACT)
		printf(": %d epochs, %d digests\n", r->epochs, r->digests);
	else
		printf(": %s\n", r->text);
	fflush(stdout);
}

static int verify_all(const struct cli *c, struct store *s, const struct verify_options *how)
{
	struct err e = { 0 };
	struct rows *trials;
	size_t exact = 0;
	if (find_trials(c, s, &trials, &e))
		return cli_fail(&e);
	for (size_t i = 0; i < trials->row_count && !atomic_load(&stop); i++) {
		const struct value *row = &trials->values[i * (size_t)trials->column_count];
		struct verify_result result;
		if (verify_trial(s, row[0].text, how, &result, &e)) {
			rows_free(trials);
			return cli_fail(&e);
		}
		print_result(row, &result);
		exact += result.verdict == VERIFY_EXACT;
	}
	int answer = atomic_load(&stop) ? 130 : exact == trials->row_count ? ERR_NONE : ERR_FAILED;
	fprintf(stderr, "%zu of %zu trials are bit-exact\n", exact, trials->row_count);
	rows_free(trials);
	return answer;
}

static int run(const struct cli *c)
{
	bool bad = false;
	struct verify_options how = { .threads = (int)cli_number(c, "threads", 1, NN_THREADS_MAX, 1, &bad), .stop = &stop };
	struct places places;
	struct store *s;
	struct err e = { 0 };
	if (!bad)
		cli_number(c, "sample", 1, 1000000000, 1, &bad);
	if (bad)
		return ERR_USAGE;
	if (c->argument_count > 1)
		return cli_misuse(c, "one trial is expected (the beginning of its identity), %d arguments were given", c->argument_count);
	int answer = kernels_cli_find(c, &how.kernels);
	if (answer)
		return answer;
	places_fill(&places, c);
	how.places = &places.dataset;
	signal(SIGINT, on_signal);
	if (store_open(cli_get(c, "db", "results/retrial.db"), STORE_READ, &e, &s))
		return cli_fail(&e);
	answer = verify_all(c, s, &how);
	store_close(s);
	return answer;
}

const struct cli_verb verb_verify = {
	.name = "verify",
	.arguments = "[TRIAL]",
	.summary = "run recorded trials again and compare every number and digest",
	.examples = "  retrial verify 3522efb88fae\n"
	            "  retrial verify --sweep paper --sample 3",
	.options = options,
	.run = run,
};
