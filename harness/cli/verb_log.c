/* verb_log.c - retrial log: what a program printed in a trial, kept or while it runs. */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../plan/trial_kind.h"
#include "../report/kept_log.h"
#include "../report/show.h"
#include "../run/logs.h"
#include "../run/program_run.h"
#include "../store/read.h"
#include "cli.h"
#include "run_cli.h"

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	{ "follow", 'f', NULL, "continue printing while the trial runs" },
	{ "stream", 0, "NAME", "only stdout or stderr (default: both)" },
	{ "attempt", 0, "N", "which attempt (retrial show lists them; default: the latest)" },
	{ NULL, 0, NULL, NULL },
};

enum { FOLLOW_MS = 200, LOOK_EVERY = 5, PIECE_BYTES = 65536 };

static const char *const streams[] = { "stdout", "stderr" };

/* As it is, but on a terminal nothing that would be obeyed. */
static void print(const char *bytes, size_t count)
{
	struct str text = { 0 };
	if (isatty(STDOUT_FILENO))
		log_escape(bytes, count, &text);
	else
		str_add_bytes(&text, bytes, count);
	fwrite(text.s ? text.s : "", 1, text.length, stdout);
	fflush(stdout);
	str_free(&text);
}

static bool is_wanted(const struct cli *c, const char *stream)
{
	const char *only = cli_get(c, "stream", stream);
	return strcmp(only, stream) == 0;
}

static int print_kept(const struct cli *c, const struct rows *r, struct err *e)
{
	for (size_t i = 0; i < r->row_count; i++) {
		const struct value *stream = rows_named(r, i, "stream");
		struct str text = { 0 };
		if (stream->kind == VALUE_NULL || !is_wanted(c, stream->text))
			continue;
		const int result = kept_log(&text, r, i, e);
		if (!result && r->row_count > 1 && !cli_get(c, "stream", NULL)) {
			printf("%s---- %s\n", i ? "\n" : "", stream->text);
			fflush(stdout);
		}
		if (!result)
			print(text.s ? text.s : "", text.length);
		str_free(&text);
		if (result)
			return -1;
	}
	return 0;
}

/* Print what has been added to a live file since the last time; it begins again when it is full. */
static void print_new(int file, off_t *at)
{
	char bytes[PIECE_BYTES];
	const off_t end = lseek(file, 0, SEEK_END);
	if (end < *at)
		*at = 0;
	for (ssize_t n; (n = pread(file, bytes, sizeof(bytes), *at)) > 0; *at += n)
		print(bytes, (size_t)n);
}

static int ask(struct store *s, const struct cli *c, const char *identity, struct err *e,
	struct rows **out)
{
	const char *attempt = cli_get(c, "attempt", NULL);
	return store_ask(s, "log",
		(const char *const[]){
			"trial", identity, attempt ? "attempt" : NULL, attempt, NULL },
		e, out);
}

static bool is_running(const struct rows *r)
{
	return strcmp(value_text(rows_named(r, 0, "state")), "running") == 0;
}

/* Of a trial that runs: what it has printed so far, and with --follow what it prints until its
 * end. */
static int print_live(const struct cli *c, struct store *s, const char *identity, struct err *e)
{
	char *states = run_cli_states(cli_get(c, "db", "results/retrial.db"));
	int files[2], result = 0;
	off_t at[2] = { 0, 0 };
	for (int i = 0; i < 2; i++) {
		char *path = program_live_log(states, identity, streams[i]);
		files[i] = is_wanted(c, streams[i]) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
		free(path);
	}
	bool running = true;
	for (int turn = 1; !result; turn++) {
		for (int i = 0; i < 2; i++)
			if (files[i] >= 0)
				print_new(files[i], &at[i]);
		if (!running || !cli_has(c, "follow"))
			break;
		poll(NULL, 0, FOLLOW_MS);
		struct rows *r = NULL;
		if (turn % LOOK_EVERY == 0 && !(result = ask(s, c, identity, e, &r)))
			running = is_running(r);
		rows_free(r);
	}
	for (int i = 0; i < 2; i++)
		if (files[i] >= 0)
			close(files[i]);
	free(states);
	return result;
}

static int print_log(const struct cli *c, struct store *s, const char *identity, struct err *e)
{
	struct rows *r = NULL;
	if (ask(s, c, identity, e, &r))
		return -1;
	int result = -1;
	if (trial_kind_of_config(rows_named(r, 0, "config")->text)->networks)
		err_set(e, ERR_USAGE,
			"trial %.12s: the core has trained it, so there is no output of a program "
			"(retrial show says what is recorded)",
			identity);
	else if (rows_named(r, 0, "attempt")->kind == VALUE_NULL)
		err_set(e, ERR_USAGE, "trial %.12s: there is no such attempt of it (yet)",
			identity);
	else
		result = is_running(r) ? print_live(c, s, identity, e) : print_kept(c, r, e);
	rows_free(r);
	return result;
}

static int run(const struct cli *c)
{
	struct err e = { 0 };
	struct store *store = NULL;
	char identity[DIGEST_TEXT];
	const char *stream = cli_get(c, "stream", NULL);
	bool bad = false;
	if (c->argument_count != 1)
		return cli_misuse(c,
			"which trial? (its identity, or how that begins: retrial runs lists them)");
	if (stream && strcmp(stream, "stdout") != 0 && strcmp(stream, "stderr") != 0)
		return cli_misuse(c, "--stream=%s: stdout or stderr", stream);
	cli_number(c, "attempt", 1, 1000000000, 0, &bad);
	if (bad)
		return ERR_USAGE;
	int result = store_open(cli_get(c, "db", "results/retrial.db"), STORE_READ, &e, &store);
	if (!result)
		result = show_find(store, c->arguments[0], identity, &e);
	if (!result)
		result = print_log(c, store, identity, &e);
	store_close(store);
	return result ? cli_fail(&e) : ERR_NONE;
}

const struct cli_verb verb_log = {
	.name = "log",
	.arguments = "TRIAL",
	.summary = "print the output of a trial's program, also while it runs",
	.examples = "  retrial log 3f2a91\n"
		    "  retrial log 3f2a91 -f                 # until the trial ends\n"
		    "  retrial log 3f2a91 --stream stderr | tail\n",
	.options = options,
	.run = run,
};
