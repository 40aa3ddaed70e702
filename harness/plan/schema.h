/* schema.h - the JSON Schema of sweep files, from the tables of the language (language.h, param.h):
 * for completion, explanation and checks in editors. It accepts every file that sweep_parse
 * accepts; what depends on other files or on the plan (names of recipes, labels) it leaves to
 * `retrial check`. */
#ifndef PLAN_SCHEMA_H
#define PLAN_SCHEMA_H

#include "../base/err.h"
#include "../base/str.h"

/* Append the schema (JSON, draft 2020-12). Names of the core's metrics and of kinds of figures are
 * known elsewhere and come in; both lists end with NULL. Returns 0, or -1 with e when memory runs
 * out. */
int language_schema(
	const char *const *metrics, const char *const *figures, struct str *out, struct err *e);

#endif
