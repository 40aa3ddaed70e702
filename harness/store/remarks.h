/* remarks.h - tags and notes on trials, and soft deletion of attempts. */
#ifndef STORE_REMARKS_H
#define STORE_REMARKS_H

#include <stdbool.h>
#include <stddef.h>

#include "open.h"

/* Tag a trial with a word (no blanks, no commas), or remove the tag. changed: false if nothing
 * changed. */
enum { STORE_TAG_MAX = 64 };
int store_tag(struct store *s, const char *identity, const char *word, bool on, bool *changed,
	struct err *e);

/* Write a note to a trial. */
int store_note(struct store *s, const char *identity, const char *text, struct err *e);

/* Delete (softly) the ended attempts of a trial; their number is returned. The trial counts as
 * never run. store_restore undoes it. */
int store_delete(struct store *s, const char *identity, size_t *attempts, struct err *e);
int store_restore(struct store *s, const char *identity, size_t *attempts, struct err *e);

/* The number of attempts that store_delete (back: store_restore) would change. Only reads. */
int store_delete_count(
	struct store *s, const char *identity, bool back, size_t *attempts, struct err *e);

/* What can be removed for good. An attempt is superseded if a later one of its trial is done and
 * not deleted: the attempt that counts is never removed. rows: attempts, or for STORE_PURGE_WEIGHTS
 * rows of weights (of superseded attempts). With remove false they are only counted. What programs
 * have written goes with the last attempt that refers to it. */
enum store_purge { STORE_PURGE_DELETED, STORE_PURGE_SUPERSEDED, STORE_PURGE_WEIGHTS, STORE_PURGES };
int store_purge(struct store *s, enum store_purge what, bool remove, size_t *rows, struct err *e);

#endif
