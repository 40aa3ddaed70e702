/* param.h - the one table of everything that can be set in a trial. Parser, ranges, defaults,
 * canonical text, help and JSON Schema read it; a new parameter is a field in trial.h and a row in
 * param_table.c. The other keys of a sweep file are in language.h. */
#ifndef PLAN_PARAM_H
#define PLAN_PARAM_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/manual.h"
#include "../base/str.h"
#include "trial.h"

/* Which struct of trial.h (SCOPE_LAYER: model.h) the field is in. */
enum param_scope {
	SCOPE_TRIAL,
	SCOPE_AUGMENT,
	SCOPE_PHASE,
	SCOPE_OPTIMIZER,
	SCOPE_SCHEDULE,
	SCOPE_STOP,
	SCOPE_LAYER,
	SCOPE_MODEL,  /* of a model as a whole: not part of a trial, it changes layers */
	SCOPE_PROGRAM /* the values of a program's own parameters (program.h): no row of the table
		       */
};

enum param_type {
	PARAM_INTEGER, /* int */
	PARAM_SEED,    /* uint64_t */
	PARAM_REAL,    /* double */
	PARAM_REALS,   /* double[max_count] and a count: a list of numbers, ascending */
	PARAM_BOOL,    /* bool: true or false */
	PARAM_ENUM,    /* an enum, by its names */
	PARAM_ENUMS,  /* an array of two enums, by a list of names; how many are used depends on the
			 kind of phase */
	PARAM_TEXT,   /* char[size]: a name of letters, digits and - _ + . */
	PARAM_NAMES,  /* char[max][LISTED_NAME_MAX] and a count: a list of layers */
	PARAM_STRING, /* char[size]: any text without control characters */
	PARAM_GROUP,  /* parameters of their own scope, in a map */
	PARAM_NAMED,  /* the name of a thing that is defined in the file (a recipe, a set of
			 augmentations, a model) */
};

struct param {
	enum param_scope scope;
	const char *name;
	enum param_type type;
	size_t offset;
	size_t size;     /* PARAM_TEXT: bytes of the array; PARAM_NAMES, PARAM_REALS: offset of the
			    count */
	int max_count;   /* PARAM_REALS */
	double min, max; /* numbers; PARAM_NAMES: max is the most there can be */
	bool min_open, max_open; /* the bound itself is not allowed */
	bool share;              /* PARAM_REAL: a count of things, or below 1 a fraction of them */
	const char *zero; /* PARAM_INTEGER: the word that stands for 0 ("map"), PARAM_REAL: for -1;
			     NULL: none */
	const char *const *names; /* ends with NULL; PARAM_ENUM(S) in the order of the enum;
				     PARAM_TEXT: the only ones allowed, or NULL */
	const char *const *words; /* further words of a sweep file that mean one of names, depending
				     on what else it says (phases.c); ends with NULL; NULL: none */
	enum param_scope members; /* PARAM_GROUP, PARAM_NAMED */
	const char *fallback;     /* default as text, NULL: has to be given */
	const char *fallback_for; /* another default, for the kinds in fallback_kinds */
	unsigned fallback_kinds;  /* bit k: kind k (the scope's, param_kinds) */
	unsigned needed_kinds;    /* kinds that have no default all the same */
	unsigned kinds;           /* kinds that have it; 0: all */
	unsigned pair_kinds; /* PARAM_ENUMS: kinds of phase that take two values, the others one */
	const char *unit;    /* NULL: none */
	const char *help;    /* a few words: they stand in error messages */
	const char *detail;  /* lines for the help of the parameter, NULL: none */
	const char *since;   /* version of the program that had it first */
	const char *example; /* a value as a file writes it; NULL: the default, or the first
				allowed one */
};

const struct param *param_table(size_t *count);
const struct param *param_find(enum param_scope scope, const char *name);

/* Names of the kinds of phase, optimizer, schedule or layer, by the scope; the list ends with NULL.
 */
const char *const *param_kinds(enum param_scope scope);
/* What they are called: "phase", "optimizer", "schedule", "layer". */
const char *param_kinds_noun(enum param_scope scope);

/* Does a phase (or optimizer, schedule, layer) of this kind have the parameter? Always true in the
 * other scopes. */
bool param_applies(const struct param *p, int kind);

/* Has it a list of values: is a list in a sweep file one value of it? */
bool param_is_list(const struct param *p);

/* The default as text for a phase of this kind, or NULL when there is none. */
const char *param_fallback(const struct param *p, int kind);

/* Fill every field of the scope that has a default. base points to the struct of the scope; kind as
 * above. */
void param_defaults(enum param_scope scope, int kind, void *base);

/* Read one value into the field. Returns 0, or -1 with the reason appended to why ("not a number"),
 * without the name. Values of lists are added one by one: index says which. */
int param_parse(const struct param *p, const char *text, int index, void *base, struct str *why);

/* Append the field's value as JSON: the canonical text. Numbers are the shortest that read back as
 * the same double. */
void param_format(const struct param *p, int kind, const void *base, struct str *out);

/* The same for people and labels: no quotes, lists joined with '+', an empty list is "none". */
void param_text(const struct param *p, int kind, const void *base, struct str *out);

/* Has the field the same value in both? */
bool param_equal(const struct param *p, int kind, const void *a, const void *b);

/* Append what would be right: "learning rate, above 0, at most 10, default 0.001". */
void param_expect(const struct param *p, int kind, struct str *out);

/* Write the row as an entry of a manual. With `members` the entry stands alone: it also says where
 * the parameter belongs and lists the parameters of a group. */
void param_manual(const struct param *p, bool members, struct manual *m);

/* "of a trial (base:, axes:)": where the scope's parameters belong. */
const char *param_scope_title(enum param_scope scope);

/* A number with as few digits as read back to the same double. */
void number_format(double value, char text[32]);

/* A whole text that is a number as everybody writes them: no hexadecimal, no nan, no locale. */
bool number_parse(const char *text, double *value);

/* Letters, digits and - _ + . : what names may be made of. Not empty, and not too long for an array
 * of `size` bytes. */
bool name_is_good(const char *text, size_t size);

#endif
