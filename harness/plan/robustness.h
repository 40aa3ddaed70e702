/* robustness.h - the list `robustness:` of a sweep file: on which corrupted test images its trained
 * networks are asked about again. What a network is asked after its training is no part of a
 * trial's identity.
 *
 *   robustness:
 *     - {change: rotation, strengths: [5, 10, 15, 20, 30, 45]}
 *     - {change: noise, strengths: [0.05, 0.1, 0.2]} */
#ifndef PLAN_ROBUSTNESS_H
#define PLAN_ROBUSTNESS_H

#include <stddef.h>

enum { ROBUSTNESS_CHANGES = 7, STRENGTHS_MAX = 32 };

/* Every test image is changed by exactly the strength; its direction (left or right, lighter or
 * darker ...) is random, but the same for every network and strength. nn/perturb.h has the
 * definitions. */
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
	const char *unit; /* of a strength, for axes: "degrees" */
	const char *help; /* what is done with a strength s */
	double max;       /* the largest strength; all are above 0 */
};

const struct change_info *change_info(enum change change);
/* The change of this name, or ROBUSTNESS_CHANGES. */
int change_find(const char *name);

/* One entry of the list. Strengths grow; 0, the images as they are, is not among them, as it is
 * always looked at. */
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
