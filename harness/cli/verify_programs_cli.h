/* verify_programs_cli.h - retrial verify for trials that programs executed. */
#ifndef CLI_VERIFY_PROGRAMS_CLI_H
#define CLI_VERIFY_PROGRAMS_CLI_H

#include <stdatomic.h>
#include <stdbool.h>

#include "../run/verify.h"
#include "../store/open.h"
#include "cli.h"

struct verify_chosen;

/* An unpacked bundle that the database lies in: its programs are a stranger's. */
struct verify_bundle {
	const char *folder;
	bool trusted; /* they may be run */
};

/* Choose those of the database that the arguments from `first` on name (a trial's identity or how
 * that begins, a sweep, a sweep file), or all. named gets a true at the position of every argument
 * that means such trials. bundle: NULL when there is none. Returns 0 with *out the caller's
 * (verify_chosen_free), or an exit code after a message. */
int verify_programs_choose(const struct cli *c, struct store *s, const struct verify_bundle *bundle,
	int first, bool *named, struct verify_chosen **out);
void verify_chosen_free(struct verify_chosen *v);

/* How many are chosen, and the identity of each. */
size_t verify_chosen_count(const struct verify_chosen *v);
const char *verify_chosen_identity(const struct verify_chosen *v, size_t i);

/* For a draw: leave it out. */
void verify_chosen_drop(struct verify_chosen *v, size_t i);

struct verified {
	size_t exact, within, differ, cannot;
	struct rows *rows; /* --json: where results go instead of standard output; NULL: nowhere */
};

/* Rows for --json, a row per trial, and one such row. name: what the trial is, for people. */
struct rows *verified_rows(void);
void verified_add(struct rows *rows, const char *trial, const char *name, int64_t seed,
	const struct verify_result *r);

/* Run them again, `workers` at a time. Each is printed as it comes. Returns 0, or an exit code
 * after a message. */
int verify_programs_run(struct verify_chosen *v, struct store *s, int workers,
	const atomic_int *stop, struct verified *out);

#endif
