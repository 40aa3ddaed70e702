/* plateau.h - when to lower the learning rate, with the meaning of Keras's ReduceLROnPlateau. Knows
 * numbers only. */
#ifndef NN_PLATEAU_H
#define NN_PLATEAU_H

#include <stdbool.h>

struct nn_plateau {
	/* set by the caller */
	bool maximize; /* accuracy: true; loss: false */
	int patience, cooldown;
	double min_delta;     /* an improvement is one by more than this */
	double factor, least; /* of the learning rate's scale, and its lower limit */
	/* state; zero-initialise */
	bool any; /* an epoch was looked at */
	double best;
	int wait, cooling; /* epochs without improvement; epochs of cooldown that are left */
};

/* The scale of the learning rate after an epoch with this monitored value, from the one before. A
 * NaN never improves. */
double nn_plateau_epoch(struct nn_plateau *p, double value, double scale);

#endif
