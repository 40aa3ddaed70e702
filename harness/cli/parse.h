/* parse.h - between main and cli.c: from argv to struct cli. */
#ifndef CLI_PARSE_H
#define CLI_PARSE_H

#include "cli.h"

enum cli_request { CLI_RUN, CLI_HELP, CLI_VERSION };

/* argv[0] is the verb. Returns 0 with *c filled and what was asked for, or the exit code of wrong
 * use, after a message. Either way cli_free is due. */
int cli_parse(const struct cli_verb *verb, int argc, char **argv, struct cli *c,
	enum cli_request *request);

/* The options that every verb has; a row without a name ends them. */
const struct cli_option *cli_common_options(void);
/* --json of a verb whose --format has json; NULL: it has none, or one of its own. */
const struct cli_option *cli_further_options(const struct cli_verb *verb);

/* The verbs in the order of the help; NULL behind the last. */
const struct cli_verb *cli_verb_at(size_t i);

/* Terms that `retrial help` explains, with *help; NULL behind the last. */
const char *cli_term_at(size_t i, const char **help);

/* The verb of that name, or NULL. */
const struct cli_verb *cli_verb_find(const char *name);
/* The verbs, for `retrial --help`. */
void cli_print_usage(FILE *out);

void cli_free(struct cli *c);

void cli_print_help(const struct cli_verb *verb);

#endif
