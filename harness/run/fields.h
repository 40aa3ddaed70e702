/* fields.h - the members of a JSON object, written and read completely or not at all.
 *
 * A writer or reader carries on after a failure and remembers it: call any number of functions,
 * then ask once. Doubles read back exactly: 17 digits, and "nan", "inf", "-inf" as texts, since
 * JSON has no such numbers. */
#ifndef RUN_FIELDS_H
#define RUN_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "../base/str.h"

/* ---- writing ---- */

struct fields {
	json_t *object;
	bool failed; /* memory ran out: the object is not complete */
};

/* An empty object. Freed by fields_text or fields_take. */
struct fields fields_begin(void);
void fields_set_integer(struct fields *f, const char *name, json_int_t value);
void fields_set_real(struct fields *f, const char *name, double value);
void fields_set_reals(struct fields *f, const char *name, const double *values, int count);
/* Bytes that are not UTF-8 are written as '?'. */
void fields_set_text(struct fields *f, const char *name, const char *text);
/* Any value, which now belongs to the object; NULL counts as failed. */
void fields_set(struct fields *f, const char *name, json_t *value);
/* Append a value to an array that is not in the object yet. Both NULLs are safe. */
void fields_append(struct fields *f, json_t *array, json_t *value);

/* Close the object and append it to out as one line without its end. Returns 0, or -1 when memory
 * ran out. */
int fields_text(struct fields *f, struct str *out);
/* Close the object: the caller's (json_decref), or NULL when memory ran out. */
json_t *fields_take(struct fields *f);

/* ---- reading ---- */

/* The first member that was missing, of another type or out of range, or NULL. Zero-initialise. */
struct members {
	const json_t *object;
	const char *bad;
};

json_int_t members_integer(
	struct members *m, const char *name, json_int_t lowest, json_int_t highest);
bool members_bool(struct members *m, const char *name);
double members_real(struct members *m, const char *name);
/* An array of exactly `count` doubles. */
void members_reals(struct members *m, const char *name, double *values, int count);
/* A text of fewer than `size` bytes. */
void members_text(struct members *m, const char *name, char *out, size_t size);
/* The text, which belongs to the object, or "". */
const char *members_lent_text(struct members *m, const char *name);
/* How many elements an array has: `lowest` to `highest`. */
int members_count(struct members *m, const char *name, int lowest, int highest);
/* Element i of an array, or NULL. */
const json_t *members_element(struct members *m, const char *name, size_t i);

#endif
