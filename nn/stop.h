/* stop.h - early stopping like Keras's EarlyStopping(restore_best_weights=True), and the best
 * checkpoint. Works on numbers only; the caller copies weights when told to. */
#ifndef NN_STOP_H
#define NN_STOP_H

#include <stdbool.h>

struct nn_stop {
	/* set by the caller */
	bool maximize;    /* accuracy: true; loss: false */
	int patience;     /* epochs; 0: never stops */
	double min_delta; /* only changes larger than this are improvements */
	int from_epoch;   /* epochs before this one (from 0) are ignored */
	/* state; zero-initialise */
	bool any;    /* an epoch has counted */
	double best; /* value of the last improvement */
	int best_epoch;
	int wait; /* epochs since then */
};

enum nn_stop_answer {
	NN_STOP_GO_ON = 0,
	NN_STOP_KEEP = 1, /* the best weights so far: keep them to restore */
	NN_STOP_NOW = 2,  /* patience is exhausted */
};

/* Call after each epoch (counted from 0) with its monitored value. Returns a combination of the
 * flags above. As in Keras, the first epoch that is not ignored is kept even if nothing ever
 * improves; training never stops at epoch 0; a NaN is never an improvement. */
int nn_stop_epoch(struct nn_stop *s, int epoch, double value);

#endif
