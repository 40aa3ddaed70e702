/* assign.h - a value of a sweep file into the field of a struct of trial.h, by its row in the table
 * of parameters. */
#ifndef PLAN_ASSIGN_H
#define PLAN_ASSIGN_H

#include "param.h"
#include "yaml.h"

/* Read the node into the field of p. kind is that of the phase or of the optimizer that base
 * belongs to. Errors name the value, what is wrong and what would be right. Returns 0 or -1. */
int assign_value(const struct param *p, int kind, void *base, const struct node *value,
	struct diagnostics *d);

/* Read a map whose keys are parameters of the scope (a set of amounts, early stopping, an
 * optimizer's parameters). */
int assign_map(enum param_scope scope, int kind, void *base, const struct node *map,
	struct diagnostics *d);

/* Note that the node's key is not one of the names: "unknown key 'x' WHERE (did you mean 'y'?)". */
void unknown_key(struct diagnostics *d, const struct node *at, const char *where,
	const char *const *names, size_t count);

/* Note that `name`, the text of a scalar or with `key` the key of a map, is none of the kinds
 * (param_kinds) of a `noun`. */
void unknown_kind(struct diagnostics *d, const struct node *at, bool key, const char *noun,
	const char *name, const char *const *kinds);

/* Note that p does not belong to this kind of phase or optimizer. */
void not_applicable(struct diagnostics *d, const struct node *at, const struct param *p, int kind);

/* The text of a scalar, or NULL after an error: "title: a value is needed here, not a list". */
const char *node_text(const struct node *n, const char *what, struct diagnostics *d);

#endif
