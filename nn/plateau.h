/* plateau.h - reduces the learning rate on a plateau, like Keras's ReduceLROnPlateau. Works on
 * numbers only. */
#ifndef NN_PLATEAU_H
#define NN_PLATEAU_H

#include <stdbool.h>

struct nn_plateau {
	/* set by the caller */
	bool maximize;          /* accuracy: true; loss: false */
	int patience, cooldown; /* epochs */
	double min_delta;       /* only changes larger than this are improvements */
	double factor, least;   /* the scale is multiplied by factor, but not below least */
	/* state; zero-initialise */
	bool any; /* `best` has a value */
	double best;
	int wait, cooling; /* epochs without improvement; remaining epochs of cooldown */
};

/* Call after each epoch with its monitored value and the current scale of the learning rate.
 * Returns the new scale. A NaN is never an improvement. */
double nn_plateau_epoch(struct nn_plateau *p, double value, double scale);

#endif
