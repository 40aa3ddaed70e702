/* pool.h - a few threads that take numbered tasks. Internal to nn. */
#ifndef NN_POOL_H
#define NN_POOL_H

struct nn_pool;

/* A task: number `task` of the run, done by thread `thread` (0 is the caller's). */
typedef void nn_task(void *context, int task, int thread);

/* threads - 1 helpers beside the caller. NULL when they cannot be had. Freed by nn_pool_free, which
 * takes NULL. */
struct nn_pool *nn_pool_new(int threads);
void nn_pool_free(struct nn_pool *p);

/* Do tasks 0 .. count - 1 and wait for all. Which thread takes which task is not determined: tasks
 * must not depend on it. */
void nn_pool_run(struct nn_pool *p, nn_task *task, void *context, int count);

#endif
