/* cli.h - the command line: a table of verbs, each with a table of options. Help, completion and
 * the option parser all read these tables. Data goes to stdout, everything else to stderr. Only
 * this folder prints. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include "../base/err.h"

/* One option of a verb. argument NULL: a flag. A table ends with a row whose name is NULL. */
struct cli_option {
	const char *name;     /* "seeds" for --seeds */
	char letter;          /* 'j' for -j; 0: none */
	const char *argument; /* "N", "FILE" ... for the help; NULL for a flag */
	const char *help;     /* one line */
};

struct cli;

struct cli_verb {
	const char *name;
	const char *arguments; /* "FILE" or "[NAME | SQL] [PARAM=VALUE...]": shown in the help */
	const char *summary;   /* one line, lower case */
	const char *examples;  /* lines shown first in the help of the verb; NULL: none */
	const struct cli_option *options;
	int (*run)(const struct cli *c); /* returns the exit code (enum err_kind) */
};

/* A parsed command line, read-only for the verb. */
struct cli {
	const struct cli_verb *verb;
	char **arguments; /* what is not an option, in order; NULL-terminated */
	int argument_count;
	const struct cli_value *values; /* use the functions below */
	int value_count;
};

/* Was it given? The (last) value of an option, or fallback. The i-th value of an option given
 * several times, or NULL. */
bool cli_has(const struct cli *c, const char *option);
bool cli_knows(const struct cli *c, const char *option); /* has the verb such an option? */
const char *cli_get(const struct cli *c, const char *option, const char *fallback);
const char *cli_get_nth(const struct cli *c, const char *option, int i);

/* The option's value as a whole number within [min, max], or fallback. On nonsense prints the
 * message and returns -1 in *bad. */
long cli_number(
	const struct cli *c, const char *option, long min, long max, long fallback, bool *bad);

/* Print "retrial: text" on stderr (a text that begins with "file:line:" is printed as it is) and
 * return the exit code. */
int cli_fail(const struct err *e);
/* Print diagnostics ("FILE:LINE:COLUMN: error: ..." and the lines below them) on stderr; "error:"
 * and "warning:" are coloured where colour is on. */
void cli_print_diagnostics(const char *text);
/* Print "retrial VERB: message" and where help is; returns ERR_USAGE. */
int cli_misuse(const struct cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The size of the terminal that the stream goes to as it is now; where that is not known, 80 by 24.
 */
void cli_terminal_size(FILE *stream, int *columns, int *rows);

/* Options that every verb has are in cli.c: --help, --version, --color. Options that several
 * verbs share: */
#define CLI_OPTION_DB                                                                       \
	{                                                                                   \
		"db", 0, "FILE",                                                            \
			"the results database (default $RETRIAL_DB, or results/retrial.db)" \
	}
#define CLI_OPTION_JSON                    \
	{                                  \
		"json", 0, NULL, "as JSON" \
	}
#define CLI_OPTION_SAFE_CSV                                                                  \
	{                                                                                    \
		"safe-csv", 0, NULL,                                                         \
			"put an apostrophe before CSV texts that begin with = + - @, which " \
			"spreadsheets would compute"                                         \
	}
#define CLI_OPTION_DATA                                                                           \
	{                                                                                         \
		"data", 0, "DIR",                                                                 \
			"look for data sets in DIR first, then in $RETRIAL_DATA, the XDG folder " \
			"and /usr/share/datasets"                                                 \
	}

/* The verbs, by what they are for; each is defined in verb_NAME.c. */
/* clang-format off */
#define CLI_VERBS(VERB) \
	VERB(study, init) \
	VERB(study, check) \
	VERB(study, plan) \
	VERB(study, run) \
	VERB(study, status) \
	VERB(study, cancel) \
	VERB(study, rerun) \
	VERB(study, verify) \
	VERB(inspect, runs) \
	VERB(inspect, show) \
	VERB(inspect, log) \
	VERB(inspect, diff) \
	VERB(inspect, query) \
	VERB(inspect, serve) \
	VERB(inspect, latency) \
	VERB(publish, table) \
	VERB(publish, plot) \
	VERB(publish, claims) \
	VERB(publish, report) \
	VERB(publish, export) \
	VERB(publish, eval) \
	VERB(publish, bundle) \
	VERB(data, data) \
	VERB(data, tag) \
	VERB(data, note) \
	VERB(data, delete) \
	VERB(data, restore) \
	VERB(data, merge) \
	VERB(data, gc) \
	VERB(help, help) \
	VERB(help, doctor) \
	VERB(help, schema) \
	VERB(help, completion)
/* clang-format on */
#define CLI_DECLARE(group, name) extern const struct cli_verb verb_##name;
CLI_VERBS(CLI_DECLARE)

#endif
