/* phases.h - recipes: lists of phases as a sweep file writes them, into phase_config, and the rules
 * for their order. */
#ifndef PLAN_PHASES_H
#define PLAN_PHASES_H

#include "arena.h"
#include "param.h"
#include "yaml.h"

struct recipe {
	const char *name;
	const struct node *node;     /* the list */
	struct phase_config *phases; /* [count], in the arena; NULL when the recipe has errors */
	int count;
};

/* Read the list of phases; their layers are not checked, which depends on the model. On errors
 * recipe->phases is NULL and there are diagnostics. */
void recipe_read(
	const struct node *list, struct arena *a, struct diagnostics *d, struct recipe *out);

/* The parameter that a path behind a phase's name means: "lr", "patience", "stop.patience",
 * "optimizer", "freeze", "augment.zoom"; NULL: none. */
const struct param *phase_param(const char *path);

/* Set one parameter of a phase. Returns 0, or -1 with a diagnostic. */
int phase_assign(struct phase_config *phase, const char *path, const struct node *value,
	struct diagnostics *d);

/* Give the phase its own amounts of transforms; NULL: the trial's. */
void phase_set_augment(struct phase_config *phase, const struct augment_config *own);

/* Make the optimizer or the schedule (p: the group's row) one of that kind, with its defaults. */
void phase_set_kind(struct phase_config *phase, const struct param *p, int kind);

/* The kind of the phase, or of its optimizer or schedule, by the scope. */
int phase_kind_of(const struct phase_config *phase, enum param_scope scope);

/* Append the parameter's value as text. Returns 0, or -1 when the phase has no such parameter: an
 * amount of transforms where it has the trial's, for instance. */
int phase_text(const struct phase_config *phase, const char *path, struct str *out);

/* Do the phases make sense in this order? places[i] is where phase i is complained about. Returns
 * 0, or -1 with diagnostics. */
int phases_check(const struct phase_config *phases, int count, const struct node *const *places,
	struct diagnostics *d);

/* Has the model the networks that the phases train, and these the layers that are frozen? d may be
 * NULL: no diagnostics. */
int phases_check_layers(const struct phase_config *phases, int count, const struct model_config *m,
	const struct node *const *places, struct diagnostics *d);

#endif
