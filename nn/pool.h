/* pool.h - a thread pool that runs numbered tasks. Internal to nn. */
#ifndef NN_POOL_H
#define NN_POOL_H

struct nn_pool;

/* A task: number `task` of the run, executed by thread `thread` (0 is the caller's). */
typedef void nn_task(void *context, int task, int thread);

/* A pool of `threads` threads, the caller's included. NULL when memory or threads run out. Freed by
 * nn_pool_free, which accepts NULL. */
struct nn_pool *nn_pool_new(int threads);
void nn_pool_free(struct nn_pool *p);

/* Run tasks 0 .. count - 1 and wait for all of them. Any thread may take any task: results must not
 * depend on it. */
void nn_pool_run(struct nn_pool *p, nn_task *task, void *context, int count);

#endif
