/* verify_programs_cli.h - retrial verify for trials that programs executed. */
#ifndef CLI_VERIFY_PROGRAMS_CLI_H
#define CLI_VERIFY_PROGRAMS_CLI_H

#include <stdatomic.h>

#include "../run/verify.h"
#include "../store/open.h"
#include "cli.h"

struct verified {
	size_t exact, within, differ, cannot;
	struct rows *rows; /* --json: where results go instead of standard output; NULL: nowhere */
};

/* Rows for --json, a row per trial, and one such row. name: what the trial is, for people. */
struct rows *verified_rows(void);
void verified_add(struct rows *rows, const char *trial, const char *name, int64_t seed,
	const struct verify_result *r);

/* Verify those of the database that the arguments from `first` on name (a trial's identity or how
 * that begins, a sweep, a sweep file), or all. Each is printed as it comes. named gets a true at
 * the position of every argument that means such trials. Returns 0, or an exit code after a
 * message. */
int verify_programs_cli(const struct cli *c, struct store *s, int first, const atomic_int *stop,
	bool *named, struct verified *out);

#endif
