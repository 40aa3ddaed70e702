/* main.c - the program `retrial`: finds the verb and runs it. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "../../nn/nn.h"
#include "../base/str.h"
#include "parse.h"

#ifndef RETRIAL_VERSION
#define RETRIAL_VERSION "0.1"
#endif

static const struct cli_verb *const verbs[] = {
	&verb_check,
	&verb_plan,
	&verb_run,
	&verb_rerun,
	&verb_status,
	&verb_runs,
	&verb_show,
	&verb_log,
	&verb_diff,
	&verb_tag,
	&verb_note,
	&verb_delete,
	&verb_restore,
	&verb_gc,
	&verb_query,
	&verb_table,
	&verb_plot,
	&verb_claims,
	&verb_report,
	&verb_serve,
	&verb_export,
	&verb_eval,
	&verb_latency,
	&verb_verify,
	&verb_merge,
	&verb_bundle,
	&verb_data,
	&verb_doctor,
	&verb_completion,
	&verb_help,
};
enum { VERB_COUNT = sizeof(verbs) / sizeof(*verbs) };

const struct cli_verb *cli_verb_at(size_t i)
{
	return i < VERB_COUNT ? verbs[i] : NULL;
}

void cli_print_usage(FILE *out)
{
	fprintf(out,
		"retrial - reproducible research experiments\n\n"
		"  retrial run experiments/demo.yaml      run what is missing of a study\n"
		"  retrial table experiments/demo.yaml    its results: mean, sd, n, comparison\n"
		"  retrial query accuracy                 ask the database\n\nverbs:\n");
	for (size_t i = 0; i < VERB_COUNT; i++)
		fprintf(out, "  %-10s %s\n", verbs[i]->name, verbs[i]->summary);
	fprintf(out,
		"\nretrial VERB --help shows a verb's options; retrial help PARAM what a parameter "
		"of a sweep file means.\n");
}

const struct cli_verb *cli_verb_find(const char *name)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (strcmp(verbs[i]->name, name) == 0)
			return verbs[i];
	return NULL;
}

static int unknown_verb(const char *name)
{
	const char *names[VERB_COUNT];
	for (size_t i = 0; i < VERB_COUNT; i++)
		names[i] = verbs[i]->name;
	const char *near = str_nearest(name, names, VERB_COUNT);
	fprintf(stderr, "retrial: unknown verb '%s'", name);
	if (near)
		fprintf(stderr, " (did you mean '%s'?)", near);
	fprintf(stderr, "; retrial --help lists them\n");
	return ERR_USAGE;
}

static int print_version(void)
{
	printf("retrial %s (core version %d)\n", RETRIAL_VERSION, NN_CORE_VERSION);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		cli_print_usage(argc < 2 ? stderr : stdout);
		return argc < 2 ? ERR_USAGE : 0;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
		return print_version();
	const struct cli_verb *verb = cli_verb_find(argv[1]);
	if (!verb)
		return unknown_verb(argv[1]);
	signal(SIGXFSZ, SIG_IGN); /* a file over its limit is a write that fails */
	struct cli c;
	enum cli_request request;
	int result = cli_parse(verb, argc - 1, argv + 1, &c, &request);
	if (!result && request == CLI_VERSION)
		result = print_version();
	else if (!result && request == CLI_HELP)
		cli_print_help(verb);
	else if (!result)
		result = verb->run(&c);
	cli_free(&c);
	/* Output that could not be written (a full disk, a closed pipe) is a failure, too. */
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "retrial: standard output cannot be written\n");
		return result ? result : ERR_ENVIRONMENT;
	}
	return result;
}
