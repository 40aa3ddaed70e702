/* parameters.h - a trial's parameters as resolved, defaults filled in, under the names that a sweep
 * file uses: batch_size, augment.rotation, dual.lr, dual.stop.patience. Where several phases have
 * the same name, the later ones are NAME#2, NAME#3. Without the seed, and without the layers of the
 * model. */
#ifndef PLAN_PARAMETERS_H
#define PLAN_PARAMETERS_H

#include "../base/err.h"
#include "trial.h"

enum { PARAMETER_NAME_MAX = 96 };

struct parameter {
	const char *name;
	const char *text;
	double number; /* NAN: the parameter is no number */
	bool whole;    /* its numbers are whole ones */
};

/* Gets each parameter in turn; what it points to is gone afterwards. Returns 0, or -1 with e, which
 * ends the walk. */
typedef int parameters_take(void *context, const struct parameter *p, struct err *e);

int parameters_each(const struct trial *t, parameters_take *take, void *context, struct err *e);

/* The name under which parameters_each gives what a path means: dual.patience and
 * dual.optimizer.lr become dual.stop.patience and dual.lr. Other texts stay as they are. */
void parameters_name(const char *path, char out[PARAMETER_NAME_MAX]);

/* Is it the path of a parameter of phases without the phase ("lr")? Its name within a phase, or
 * NULL. */
const char *parameters_of_phases(const char *path, char out[PARAMETER_NAME_MAX]);

/* Changes when a parameter or a default is added to the program. */
void parameters_digest(char out[DIGEST_TEXT]);

#endif
