/* sweep_cli.h - how verbs read a sweep file: the options --seeds and --set, the names of data sets,
 * and all errors in full. */
#ifndef CLI_SWEEP_CLI_H
#define CLI_SWEEP_CLI_H

#include "../plan/sweep.h"
#include "cli.h"

/* For the tables of options of verbs that use sweep_cli_read. */
#define CLI_OPTION_SEEDS                                              \
	{                                                             \
		"seeds", 0, "N", "seeds 1 to N instead of the file's" \
	}
#define CLI_OPTION_SET                                                                           \
	{                                                                                        \
		"set", 0, "NAME=VALUE",                                                          \
			"override a parameter of every trial, such as --set batch_size=64 (may " \
			"be repeated)"                                                           \
	}

enum { SWEEP_CLI_SET_MAX = 64 };

/* The values of --set into set and o (o->set is set). Returns 0, or -1 with e: too many. */
int sweep_cli_set(const struct cli *c, const char *set[SWEEP_CLI_SET_MAX], struct sweep_options *o,
	struct err *e);

/* Read path as the options say. Prints what is wrong with it and returns the exit code, or ERR_NONE
 * with *out the caller's (sweep_free). */
int sweep_cli_read(const struct cli *c, const char *path, struct sweep **out);

/* Print what the plan alone says of tables, claims and figures (report/foresee.h), each as
 * "FILE:LINE: warning: ...". With refuse, what would be refused is an error, and ERR_USAGE is
 * returned; else ERR_NONE. */
int sweep_cli_foresee(const struct sweep *sweep, bool refuse);

/* "1 seed", "10 seeds", with `before` in front. */
void sweep_cli_count(struct str *out, const char *before, size_t count, const char *noun);

#endif
