/* verify_workers.h - recorded trials run again side by side: a process each, which sends its result
 * through a pipe and ends. Internal to run/. */
#ifndef RUN_VERIFY_WORKERS_H
#define RUN_VERIFY_WORKERS_H

#include <stddef.h>

#include "verify.h"

/* What is done with trial i, 0 to count - 1. A database must not be used behind a fork: what is
 * recorded is read before it. */
struct verify_tasks {
	void *context;
	size_t count;
	int workers;            /* at the same time */
	const atomic_int *stop; /* not 0: start no other, and ask those at work to end (SIGTERM) */
	int kill_signal;        /* that ends a worker after a failure of the machine; SIGTERM: it
				   cleans up, and its orphans are ended, too */
	/* In this process, before the fork. Returns 0, or -1 with e. */
	int (*prepare)(void *context, size_t i, struct err *e);
	/* In the worker, which has a number of its own from 0 to workers - 1. */
	void (*run)(void *context, size_t i, int slot, struct verify_result *result);
	/* In this process, after the fork: frees what prepare has made, also when that failed. */
	void (*release)(void *context, size_t i);
	/* In this process, as the trials come to their ends. */
	void (*done)(void *context, size_t i, const struct verify_result *result);
};

/* Returns 0, or -1 with e when the machine fails. */
int verify_side_by_side(const struct verify_tasks *tasks, struct err *e);

/* The verdict is VERIFY_DIFFERS, with this text; of several differences the first is told. */
void verify_differs(struct verify_result *result, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
