/* study_cli.h - what the verbs that report on a sweep (table, plot, claims, report) have in common:
 * open what they read, write what they made, and say by which command. */
#ifndef CLI_STUDY_CLI_H
#define CLI_STUDY_CLI_H

#include "../base/str.h"
#include "../report/study.h"
#include "../store/open.h"
#include "cli.h"

/* Everything such a verb reads. Zero-initialise. */
struct study_cli {
	struct sweep *sweep;
	struct store *store;
	struct study *study;
};

/* The database that these verbs read. */
const char *study_cli_database(const struct cli *c);

/* Open the database (--db) for a verb that reads trials and records something on them. If it cannot
 * be written it is opened to read, with a warning that nothing is recorded; *writable says so. */
int study_cli_open_to_record(
	const struct cli *c, bool *writable, struct err *e, struct store **out);

/* Read the sweep file (the first argument; without one the file of the only sweep in the database)
 * and the database (--db). Returns 0, or -1 with e. Close in either case. */
int study_cli_open(const struct cli *c, struct study_cli *out, struct err *e);
void study_cli_close(struct study_cli *s);

/* For the verbs that judge claims: which test images each network gets right (report/crossed.h).
 * Data sets that are not found are left out. Returns 0, or -1 with e. */
int study_cli_images(const struct cli *c, struct study_cli *s, struct err *e);

/* The command line that was given, in a fixed order of options and quoted for a shell. */
void study_cli_command(struct str *out, const struct cli *c);

/* The folder of the gnuplot scripts: of --scripts, else plots/ beside the program (a source tree)
 * or ../share/retrial/plots (installed). Returns 0, or -1 with e. */
#define STUDY_CLI_OPTION_SCRIPTS                                                                  \
	{                                                                                         \
		"scripts", 0, "DIR", "gnuplot scripts to use instead of the program's own plots/" \
	}
int study_cli_scripts(struct str *out, const struct cli *c, struct err *e);

/* Write to the file of -o, or to stdout. Returns 0, or -1 with e. */
int study_cli_write(const struct cli *c, const struct str *text, struct err *e);

/* The number of the id among count ids that lie stride bytes apart, -1 with e ("no table 'x' in
 * FILE (did you mean ...)"). */
int study_cli_find(const char *what, const char *id, const char *first_id, size_t stride,
	size_t count, const char *file, struct err *e);

#endif
