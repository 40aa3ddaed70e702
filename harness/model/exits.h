/* exits.h - networks with an early exit: images leave at the second output where it is sure, the
 * others get the class of the first (Teerapittayanon et al., BranchyNet, 2016; Kaya et al.,
 * Shallow-Deep Networks, 2019, whose measure of being sure this is). */
#ifndef MODEL_EXITS_H
#define MODEL_EXITS_H

#include <stdbool.h>

#include "../../nn/nn.h"
#include "../base/err.h"

/* Images leave whose largest probability at the exit is at least so much. */
struct exit_score {
	double share, accuracy; /* of all images; of the class that was taken */
	double macs; /* on average, for one image; those that stay pay for the exit, too */
};

/* Has the network one input and two outputs? */
bool exits_has(const struct nn_net *net);

/* Ask the network with these weights about the images, for `count` confidences. kernels: NULL: the
 * fastest. Returns 0, or -1 with e (memory). */
int exits_evaluate(const struct nn_net *net, const float *params, const struct nn_images *images,
	const struct nn_kernels *kernels, const double *at_least, int count, struct exit_score *out,
	struct err *e);

#endif
