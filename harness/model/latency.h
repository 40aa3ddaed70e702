/* latency.h - inference latency of a trained network, measured as MLPerf Tiny and hyperfine do: a
 * single stream of calls from one thread bound to one CPU, after a warm-up. All subjects take
 * turns. In fp32 one image runs through nn_infer, a larger batch through nn_evaluate. In 8 bits the
 * images of a batch run one after the other. Nothing is allocated in a measured call. Each call is
 * timed on its own, by the monotonic clock. */
#ifndef MODEL_LATENCY_H
#define MODEL_LATENCY_H

#include "model.h"

enum { LATENCY_ROUNDS = 20, LATENCY_CALLS_MIN = 4, LATENCY_CALLS_MAX = 20000 };

struct latency_options {
	const struct model *model;      /* fp32 */
	const struct model *quantised;  /* the same in 8 bits; NULL: fp32 alone */
	const struct nn_images *images; /* at least one; calls go through them in turn */
	/* NULL: every variant that runs here. The plain one is left out if there are others, as it
	 * is not meant to be fast. */
	const struct nn_kernels *kernels;
	double seconds;              /* approximate measuring time per subject */
	int batches[4], batch_count; /* images per call */
};

/* The measurement of one subject: kernels, number format and batch. */
struct latency_result {
	const char *kernels, *number_format; /* constants */
	int batch;
	size_t count;             /* calls */
	double *seconds;          /* [count], sorted; owned */
	double images_per_second; /* over all calls */
	/* |difference of the medians of the even and the odd turns| / median. */
	double noise;
};

struct latency_results {
	struct latency_result *all; /* owned */
	int count;
};

/* The CPU to measure on: the last one that this thread may use, as the first one usually handles
 * interrupts. */
int latency_cpu(void);

/* Returns 0 with *out (free it with latency_free), or -1 with e (memory). */
int latency_measure(
	const struct latency_options *options, struct latency_results *out, struct err *e);
void latency_free(struct latency_results *r);

#endif
