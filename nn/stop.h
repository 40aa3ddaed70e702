/* stop.h - early stopping with the meaning of Keras's EarlyStopping(restore_best_weights=True), and
 * the best checkpoint. Knows numbers only; the caller copies weights when told to. */
#ifndef NN_STOP_H
#define NN_STOP_H

#include <stdbool.h>

struct nn_stop {
	/* set by the caller */
	bool maximize;    /* accuracy: true; loss: false */
	int patience;     /* 0: never stops */
	double min_delta; /* an improvement is one by more than this */
	int from_epoch;   /* epochs before this one (from 0) are not looked at */
	/* state; zero-initialise */
	bool any;    /* an epoch was looked at */
	double best; /* the last improvement's value */
	int best_epoch;
	int wait; /* epochs since */
};

enum nn_stop_answer {
	NN_STOP_GO_ON = 0,
	NN_STOP_KEEP = 1, /* these weights are the ones to restore, so far */
	NN_STOP_NOW = 2,  /* patience is used up */
};

/* After epoch (from 0) with this monitored value. Answers a combination of the flags above.
 * As in Keras: the first epoch looked at is kept even if nothing ever improves; training never
 * stops at epoch 0; a NaN never improves. */
int nn_stop_epoch(struct nn_stop *s, int epoch, double value);

#endif
