/* show.h - everything that the database knows of one trial, for a person or as JSON. */
#ifndef REPORT_SHOW_H
#define REPORT_SHOW_H

#include <stdbool.h>

#include "../base/digest.h"
#include "../base/err.h"
#include "../base/str.h"
#include "../store/open.h"

/* The identity that begins with these digits: on success in identity. Returns 0, or -1 with e
 * (ERR_USAGE: none, or more than one: they are named). */
int show_find(struct store *s, const char *beginning, char identity[DIGEST_TEXT], struct err *e);

/* Append what is known of the trial of this identity. Returns 0, or -1 with e. */
int show_trial(struct store *s, const char *identity, bool json, struct str *out, struct err *e);

#endif
