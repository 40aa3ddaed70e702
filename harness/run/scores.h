/* scores.h - what a trained network's probabilities on the test images say beyond its accuracy:
 * metrics of the core's trials. Internal to run/. */
#ifndef RUN_SCORES_H
#define RUN_SCORES_H

#include <stdint.h>

#include "training.h"

/* Of probabilities [count][classes] and the true classes. In order: the share of images whose class
 * is among the five most probable (the first of equals counts as more probable); the mean over
 * classes of the area under the curve of true against false positives, one class against the rest
 * (equal probabilities count half; classes without images or without others are left out); the
 * expected calibration error in 15 bins of equal width (Guo et al., 2017). -1 when memory runs out.
 */
double scores_top5(const float *probabilities, const uint8_t *labels, uint32_t count, int classes);
double scores_auc(const float *probabilities, const uint8_t *labels, uint32_t count, int classes);
double scores_calibration(
	const float *probabilities, const uint8_t *labels, uint32_t count, int classes);

/* Metrics of a trial's networks: the last one, or of a k-fold that of every fold. Begin with
 * { 0 }. */
enum { SCORES_MAX = 32 };
struct scores {
	int networks, count;
	struct {
		char metric[32];
		double sum; /* over the networks */
	} of[SCORES_MAX];
};

/* Add a network with these weights: top5_accuracy, auc, calibration_error, ensemble_accuracy (its
 * outputs averaged, nn/ensemble.h; of one output its test accuracy), flip_accuracy (of images), and
 * of one with an early exit exit_accuracy_at_P, exit_share_at_P and exit_macs_at_P (model/exits.h).
 * Returns 0, or -1 with w->end set. */
int scores_add(
	struct trial_work *w, const struct nn_net *net, const float *params, struct scores *s);

/* Send the means over the networks. Returns 0, or -1 with w->end set. */
int scores_send(struct trial_work *w, const struct scores *s);

#endif
