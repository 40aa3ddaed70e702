/* pool.c - helpers wait by spinning, then yielding, then sleeping: a training step is shorter than
 * a wake-up by the kernel. */
#include "pool.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

struct helper {
	struct nn_pool *pool;
	pthread_t id;
	int thread;
};

struct nn_pool {
	int threads;
	struct helper *helpers; /* [threads - 1] */
	nn_task *task;
	void *context;
	int count;
	atomic_int next;    /* the next task to take */
	atomic_int working; /* helpers that have not finished this run */
	atomic_uint run;    /* changes when a run begins */
	atomic_bool quit;
};

static void wait_a_little(unsigned *waited)
{
	++*waited;
	if (*waited < 4000) {
#if defined __x86_64__
		__builtin_ia32_pause();
#endif
	} else if (*waited < 20000) {
		sched_yield();
	} else {
		nanosleep(&(struct timespec){ .tv_nsec = 100000 }, NULL);
	}
}

static void take_tasks(struct nn_pool *p, int thread)
{
	for (int task; (task = atomic_fetch_add(&p->next, 1)) < p->count;)
		p->task(p->context, task, thread);
}

static void *helper_main(void *argument)
{
	struct helper *h = argument;
	struct nn_pool *p = h->pool;
	for (unsigned seen = 0;;) {
		for (unsigned waited = 0; atomic_load(&p->run) == seen;)
			wait_a_little(&waited);
		seen++;
		if (atomic_load(&p->quit))
			return NULL;
		take_tasks(p, h->thread);
		atomic_fetch_sub(&p->working, 1);
	}
}

struct nn_pool *nn_pool_new(int threads)
{
	struct nn_pool *p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->threads = 1;
	p->helpers = calloc((size_t)threads, sizeof(*p->helpers));
	if (!p->helpers)
		goto fail;
	for (; p->threads < threads; p->threads++) {
		struct helper *h = &p->helpers[p->threads - 1];
		*h = (struct helper){ .pool = p, .thread = p->threads };
		if (pthread_create(&h->id, NULL, helper_main, h) != 0)
			goto fail;
	}
	return p;
fail:
	nn_pool_free(p);
	return NULL;
}

void nn_pool_free(struct nn_pool *p)
{
	if (!p)
		return;
	atomic_store(&p->quit, true);
	atomic_fetch_add(&p->run, 1);
	for (int i = 0; i < p->threads - 1; i++)
		pthread_join(p->helpers[i].id, NULL);
	free(p->helpers);
	free(p);
}

void nn_pool_run(struct nn_pool *p, nn_task *task, void *context, int count)
{
	assert(count >= 0);
	p->task = task;
	p->context = context;
	p->count = count;
	atomic_store(&p->next, 0);
	atomic_store(&p->working, p->threads - 1);
	atomic_fetch_add(&p->run, 1);
	take_tasks(p, 0);
	for (unsigned waited = 0; atomic_load(&p->working) > 0;)
		wait_a_little(&waited);
}
