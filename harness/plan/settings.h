/* settings.h - "this parameter has that value": the elements of axes, base, rules and --set.
 *
 * A path names a parameter of the trial (dataset, batch_size), its recipe, set of transforms or
 * model by name (recipe, augment, model), one amount (augment.rotation), or a parameter of the
 * phases that have a name or, if none has it, a kind (dual.lr, unfreeze.stop.patience), or one of
 * the layers of a name (model.conv1.filters), or of the whole model (model.width). In a study with
 * a program a path is the name of one of the program's parameters. */
#ifndef PLAN_SETTINGS_H
#define PLAN_SETTINGS_H

#include "library.h"
#include "program.h"
#include "sweep.h"

enum target_kind {
	TARGET_PARAM,
	TARGET_RECIPE,
	TARGET_AUGMENT,
	TARGET_MODEL,
	TARGET_AMOUNT,
	TARGET_PHASE,
	TARGET_WIDTH, /* model.width: what filters and units are multiplied by */
	TARGET_LAYER, /* model.LAYER.PARAM */
	TARGET_VALUE, /* a parameter of the program */
	TARGET_LABEL, /* sets nothing: the name of an ablation's row */
};

struct target {
	const char *path;
	enum target_kind kind;
	int number; /* position in study.targets */
	const struct param *param;
	const char *phase; /* TARGET_PHASE: name or kind of the phase, and the path within it;
			      TARGET_LAYER: name of the layer */
	const char *within;
};

struct setting {
	const struct target *target; /* one object a path: compare pointers */
	const struct node *node;     /* the value */
	const struct node
		*named;   /* whose key is the path: the axis, for instance; NULL: the value's own */
	const char *text; /* the value for labels and rules: canonical, so that 1e-3 and 0.001 are
			     one */
	const struct recipe *recipe;       /* TARGET_RECIPE */
	const struct augment_set *augment; /* TARGET_AUGMENT, TARGET_PHASE (NULL: the trial's) */
	const struct model *model;         /* TARGET_MODEL */
};

enum { TARGETS_MAX = 256 };

/* What reading a sweep file needs everywhere. */
struct study {
	struct arena *arena;
	struct diagnostics *diagnostics;
	struct library library;
	const struct sweep_options *options;
	const struct program_config *program; /* NULL: trials are trained by the core */
	const struct target *targets[TARGETS_MAX];
	size_t target_count;
	bool plan_is_good; /* claims, tables and figures can be checked against the trials */
};

/* The target of the path, which is complained about at the place (at its key, or at its text). NULL
 * after an error. */
const struct target *target_find(struct study *s, const char *path, const struct node *place);

/* Is this the text of a database (sweep_options.frozen)? */
bool study_is_frozen(const struct study *s);

/* The target of the label `ablation`. */
const struct target *target_ablation(struct study *s);

/* Is this the path of a parameter at all? No message. */
bool target_exists(const struct study *s, const char *path);

/* Type-check the value. Returns 0, or -1 with a diagnostic. */
int setting_read(struct study *s, const struct target *target, const struct node *value,
	struct setting *out);

/* Read a map of settings ({dataset: mnist, dual.lr: 1e-3}). *out is in the arena. Wrong ones are
 * left out, with a diagnostic. */
void settings_read(struct study *s, const struct node *map, const struct setting **out, int *count);

/* The phases of a recipe that a target means. Returns how many; matches[i] is a position. */
int target_phases(const struct target *target, const struct phase_config *phases, int count,
	int matches[PHASES_MAX]);

#endif
