/* main.c - the program `retrial`: finds the verb and runs it. */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../nn/nn.h"
#include "../base/facts.h"
#include "../base/str.h"
#include "../report/format.h"
#include "../report/screen.h"
#include "pager.h"
#include "parse.h"
#include "terminal.h"

static int unknown_verb(const char *name)
{
	const char *names[100];
	size_t count = 0;
	for (; cli_verb_at(count) && count < 100; count++)
		names[count] = cli_verb_at(count)->name;
	const char *near = str_nearest(name, names, count);
	fprintf(stderr, "retrial: unknown verb '%s'", name);
	if (near)
		fprintf(stderr, " (did you mean '%s'?)", near);
	fprintf(stderr, "; retrial --help lists them\n");
	return ERR_USAGE;
}

static int print_version(void)
{
	printf("retrial %s (core version %d)\n", facts_version(), NN_CORE_VERSION);
	return 0;
}

/* Output that could not be written (a full disk, a closed pipe) is also a failure. */
static int flushed(int result)
{
	if (!fflush(stdout) && !ferror(stdout))
		return result;
	fprintf(stderr, "retrial: standard output cannot be written\n");
	return result ? result : ERR_ENVIRONMENT;
}

/* A terminal wants tables that fit it, in colours; a file or a pipe whole ones. */
static void set_screen(const struct cli *c)
{
	int columns = 0, rows;
	const bool to_stdout = strcmp(cli_get(c, "output", "-"), "-") == 0;
	if (to_stdout && isatty(terminal_descriptor(stdout)))
		cli_terminal_size(stdout, &columns, &rows);
	screen_set(columns, to_stdout && terminal_color(stdout));
}

int main(int argc, char **argv)
{
	if (terminal_guard())
		return ERR_ENVIRONMENT;
	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		cli_print_usage(argc < 2 ? stderr : stdout);
		return argc < 2 ? ERR_USAGE : flushed(0);
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
		return flushed(print_version());
	const struct cli_verb *verb = cli_verb_find(argv[1]);
	if (!verb)
		return unknown_verb(argv[1]);
	/* When memory runs out, jansson's parser drops characters: 0.25 may become 0.2. */
	json_set_alloc_funcs(err_malloc, free);
	signal(SIGXFSZ, SIG_IGN); /* a file over its limit is a write that fails */
	struct cli c;
	enum cli_request request;
	int result = cli_parse(verb, argc - 1, argv + 1, &c, &request);
	if (!result && request == CLI_VERSION)
		result = print_version();
	else if (!result && request == CLI_HELP)
		cli_print_help(verb);
	else if (!result) {
		if (cli_has(&c, "safe-csv"))
			format_safe_csv();
		set_screen(&c);
		result = verb->run(&c);
	}
	cli_free(&c);
	if (!pager_runs())
		return flushed(result);
	pager_end();
	return result;
}
