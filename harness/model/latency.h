/* latency.h - how fast a trained network answers, measured as MLPerf Tiny and hyperfine do: a
 * single stream of calls from one thread that is bound to one processor, after a warm-up,
 * everything that is compared in turns. In fp32 one image goes through nn_infer, more through
 * nn_evaluate; in 8 bits a batch is its images one after the other. Nothing is allocated in a
 * measured call; each call is timed by itself, by the monotonic clock. */
#ifndef MODEL_LATENCY_H
#define MODEL_LATENCY_H

#include "model.h"

enum { LATENCY_ROUNDS = 20, LATENCY_CALLS_MIN = 4, LATENCY_CALLS_MAX = 20000 };

struct latency_options {
	const struct model *model;        /* fp32 */
	const struct model *quantised;    /* the same in 8 bits; NULL: fp32 alone */
	const struct nn_images *images;   /* at least one; they take turns */
	const struct nn_kernels *kernels; /* NULL: every variant that runs here; not the plain one
					     if there are others, as it is not made to be fast */
	double seconds;                   /* about how long each subject is measured */
	int batches[4], batch_count;      /* images a call */
};

/* Kernels, number format and batch, and what came out. */
struct latency_result {
	const char *kernels, *number_format; /* constants */
	int batch;
	size_t count;             /* calls */
	double *seconds;          /* [count], sorted; owned */
	double images_per_second; /* over all calls */
	double noise; /* every second turn against the others: how far their medians differ, as a
			 fraction of the median */
};

struct latency_results {
	struct latency_result *all; /* owned */
	int count;
};

/* The processor that all of it runs on: the last that this thread may use, as the first has the
 * interrupts. */
int latency_cpu(void);

/* Measure. Returns 0 with *out to be freed (latency_free), or -1 with e (memory). */
int latency_measure(
	const struct latency_options *options, struct latency_results *out, struct err *e);
void latency_free(struct latency_results *r);

#endif
