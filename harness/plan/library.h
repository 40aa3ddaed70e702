/* library.h - the recipes, sets of transforms and models that a sweep file may name: its own and
 * those of the files it uses. */
#ifndef PLAN_LIBRARY_H
#define PLAN_LIBRARY_H

#include "index.h"
#include "models.h"
#include "phases.h"

struct augment_set {
	const char *name;
	const struct node *node;
	struct augment_config amounts;
};

/* Zero-initialise ({0}) with arena and diagnostics set; freed with library_free (what is named
 * lives in the arena). */
struct library {
	struct arena *arena;
	struct diagnostics *diagnostics;
	struct recipe *recipes;
	size_t recipe_count, recipe_capacity;
	struct augment_set *augments;
	size_t augment_count, augment_capacity;
	struct model *models;
	size_t model_count, model_capacity;
	struct index recipe_names, augment_names, model_names;
	const char *files[64]; /* every file that was read, each once */
	int file_count;
	const char *open[8]; /* the chain of files that use each other */
	int depth;
	bool incomplete; /* a file could not be read: names that are missing may be in it */
};

/* Read the keys use, recipes, augments and models of a file's map; path is the file's own. Errors
 * are diagnosed. */
void library_read(struct library *l, const struct node *root, const char *path);

/* When all files are read: phases get the sets of transforms that they name. A recipe that names an
 * unknown one or fits no model is diagnosed and has no phases from then on. */
void library_check_recipes(struct library *l);

/* Read a file that a sweep file names, relative to the folder of the file that the place is in or,
 * when it is not there, to the experiments that come with the program.
 * Returns NULL after an error. */
const struct source *library_open(
	struct arena *a, struct diagnostics *d, const struct node *place, const char *what);

/* Find by the name in the node, or note an error ("unknown recipe 'x' (did you mean 'y'?)") and
 * return NULL. */
const struct recipe *library_recipe(struct library *l, const struct node *name);
const struct augment_set *library_augment(struct library *l, const struct node *name);
/* The same of a phase, where the name trial stands for the trial's (*out is NULL then). Returns 0,
 * or -1 with an error. */
int library_phase_augment(
	struct library *l, const struct node *name, const struct augment_set **out);
const struct model *library_model(struct library *l, const struct node *name);

void library_free(struct library *l);

#endif
