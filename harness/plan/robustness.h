/* robustness.h - the list `robustness:` of a sweep file: the corrupted test images on which trained
 * networks are evaluated. It is not part of a trial's identity.
 *
 *   robustness:
 *     - {corruption: rotation, severities: [5, 10, 15, 20, 30, 45]}
 *     - {corruption: noise, severities: [0.05, 0.1, 0.2]} */
#ifndef PLAN_ROBUSTNESS_H
#define PLAN_ROBUSTNESS_H

#include <stddef.h>

enum { ROBUSTNESS_CHANGES = 7, STRENGTHS_MAX = 32 };

/* The corruptions. Every test image gets exactly the severity (`strength` in this code); its
 * direction (left or right, lighter or darker ...) is random, but the same for every network and
 * severity. nn/corrupt.h has the definitions. */
enum change {
	CHANGE_ROTATION,
	CHANGE_TRANSLATION,
	CHANGE_ZOOM,
	CHANGE_SHEAR,
	CHANGE_BRIGHTNESS,
	CHANGE_CONTRAST,
	CHANGE_NOISE
};

struct change_info {
	const char *name; /* in sweep files and in the database */
	const char *unit; /* of a severity, for axes: "degrees" */
	const char *help; /* the corruption with severity s */
	double max;       /* the largest severity; all are above 0 */
};

const struct change_info *change_info(enum change change);
/* The corruption of this name, or ROBUSTNESS_CHANGES. */
int change_find(const char *name);

/* One entry of the list. Severities grow. 0 (clean images) is not among them: it is always
 * evaluated. */
struct robustness_spec {
	enum change change;
	const double *strengths;
	size_t count;
};

struct study;
struct node;
struct sweep;

/* Read the list of the file's root, if it has one, into out->robustness. Errors are diagnosed. */
void robustness_read(struct study *s, const struct node *root, struct sweep *out);

#endif
