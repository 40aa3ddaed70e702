/* robustness.h - the list `robustness:` of a sweep file: the corrupted test images on which trained
 * networks are evaluated. It is not part of a trial's identity.
 *
 *   robustness:
 *     - {corruption: rotation, severities: [5, 10, 15, 20, 30, 45]}
 *     - {corruption: noise, severities: [0.05, 0.1, 0.2]} */
#ifndef PLAN_ROBUSTNESS_H
#define PLAN_ROBUSTNESS_H

#include <stddef.h>

enum { CORRUPTIONS = 7, SEVERITIES_MAX = 32 };

/* The corruptions. Every test image gets exactly this severity; its
 * direction (left or right, lighter or darker ...) is random, but the same for every network and
 * severity. nn/corrupt.h has the definitions. */
enum corruption {
	CORRUPTION_ROTATION,
	CORRUPTION_TRANSLATION,
	CORRUPTION_ZOOM,
	CORRUPTION_SHEAR,
	CORRUPTION_BRIGHTNESS,
	CORRUPTION_CONTRAST,
	CORRUPTION_NOISE
};

struct corruption_info {
	const char *name; /* in sweep files and in the database */
	const char *unit; /* of a severity, for axes: "degrees" */
	const char *help; /* the corruption with severity s */
	double max;       /* the largest severity; all are above 0 */
};

const struct corruption_info *corruption_info(enum corruption corruption);
/* The corruption of this name, or CORRUPTIONS. */
int corruption_find(const char *name);

/* One entry of the list. Severities grow. 0 (clean images) is not among them: it is always
 * evaluated. */
struct robustness_spec {
	enum corruption corruption;
	const double *severities;
	size_t count;
};

struct study;
struct node;
struct sweep;

/* Read the list of the file's root, if it has one, into out->robustness. Errors are diagnosed. */
void robustness_read(struct study *s, const struct node *root, struct sweep *out);

#endif
