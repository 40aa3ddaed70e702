/* evaluations.c - threads that take the next evaluation, and the caller's that takes their answers.
 * A thread keeps the corrupted images of its last evaluation: as those with equal corruptions stand
 * together, few are made twice. */
#include "evaluations.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../plan/robustness.h"

enum { WAIT_MS = 200 };

/* What the threads share. */
struct crew {
	const struct evaluations *all;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t next;  /* evaluation to be begun */
	size_t *over; /* [all->count] those that are over, in the order in which they ended */
	size_t over_count;
	int running; /* threads */
	bool stop;
};

/* The test images that a thread corrupted last. */
struct corrupted_images {
	struct nn_images images;
	uint8_t *pixels;
	int corruption;
	double severity;
};

static enum nn_corruption corruption_of(enum corruption corruption)
{
	static const enum nn_corruption corruptions[CORRUPTIONS] = {
		[CORRUPTION_ROTATION] = NN_ROTATE,
		[CORRUPTION_TRANSLATION] = NN_TRANSLATE,
		[CORRUPTION_ZOOM] = NN_ZOOM,
		[CORRUPTION_SHEAR] = NN_SHEAR,
		[CORRUPTION_BRIGHTNESS] = NN_BRIGHTEN,
		[CORRUPTION_CONTRAST] = NN_CONTRAST,
		[CORRUPTION_NOISE] = NN_NOISE,
	};
	return corruptions[corruption];
}

static int corrupt_images(
	const struct evaluations *all, const struct evaluation *x, struct corrupted_images *c)
{
	const struct nn_images *original = all->images;
	if (c->pixels && c->corruption == x->corruption && c->severity == x->severity)
		return 0;
	if (!c->pixels
		&& !(c->pixels = malloc(original->count * nn_shape_size(original->shape) + 1)))
		return -1;
	c->images = *original;
	c->images.pixels = c->pixels;
	c->corruption = x->corruption;
	c->severity = x->severity;
	return nn_corrupt(original, original->count, corruption_of((enum corruption)x->corruption),
		x->severity, all->kernels, c->pixels);
}

static int predict(const struct evaluations *all, struct evaluation *x, struct err *e)
{
	uint8_t *predictions[NN_OUTPUTS_MAX] = { NULL };
	const uint32_t count = all->images->count;
	uint8_t *memory = malloc(NN_OUTPUTS_MAX * (size_t)count + 1);
	if (!memory)
		return err_nomem(e);
	for (int k = 0; k < NN_OUTPUTS_MAX; k++)
		predictions[k] = memory + (size_t)k * count;
	int result =
		model_evaluate(x->model, all->images, all->kernels, x->accuracy, predictions, e);
	for (int k = 0; k < x->model->net.output_count && !result; k++)
		digest_bytes(predictions[k], count, x->predictions_digest[k]);
	free(memory);
	return result;
}

static void evaluate(
	const struct evaluations *all, struct evaluation *x, struct corrupted_images *c)
{
	struct err e = { 0 };
	int result;
	if (x->corruption == CORRUPTIONS)
		result = predict(all, x, &e);
	else if (corrupt_images(all, x, c))
		result = err_nomem(&e);
	else
		result = model_evaluate(x->model, &c->images, all->kernels, x->accuracy, NULL, &e);
	x->failed = result != 0;
	snprintf(x->why, sizeof(x->why), "%.250s", e.text);
}

static void *work(void *context)
{
	struct crew *crew = context;
	struct corrupted_images images = { .pixels = NULL };
	pthread_mutex_lock(&crew->lock);
	while (!crew->stop && crew->next < crew->all->count) {
		const size_t at = crew->next++;
		pthread_mutex_unlock(&crew->lock);
		evaluate(crew->all, &crew->all->list[at], &images);
		pthread_mutex_lock(&crew->lock);
		crew->over[crew->over_count++] = at;
		pthread_cond_signal(&crew->changed);
	}
	crew->running--;
	pthread_cond_signal(&crew->changed);
	pthread_mutex_unlock(&crew->lock);
	free(images.pixels);
	return NULL;
}

static void wait_a_little(struct crew *crew)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += WAIT_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_cond_timedwait(&crew->changed, &crew->lock, &until);
}

/* Take answers until the last thread has ended. */
static int take_all(struct crew *crew)
{
	int result = 0;
	size_t taken = 0;
	bool more = true;
	pthread_mutex_lock(&crew->lock);
	while (more) {
		if (taken == crew->over_count && crew->running > 0)
			wait_a_little(crew);
		const size_t count = crew->over_count - taken;
		more = crew->running > 0;
		pthread_mutex_unlock(&crew->lock);
		if (!result)
			result = crew->all->take(crew->all->context, crew->over + taken, count);
		taken += count;
		pthread_mutex_lock(&crew->lock);
		crew->stop = result != 0;
	}
	pthread_mutex_unlock(&crew->lock);
	return result;
}

int evaluations_run(struct evaluations *all, struct err *e)
{
	struct crew crew = { .all = all, .over = calloc(all->count + 1, sizeof(*crew.over)) };
	const int wanted = (size_t)all->workers < all->count ? all->workers : (int)all->count;
	pthread_t *threads = calloc((size_t)wanted + 1, sizeof(*threads));
	int begun = 0, answer = 0;
	if (!crew.over || !threads) {
		free(crew.over);
		free(threads);
		return err_nomem(e);
	}
	pthread_mutex_init(&crew.lock, NULL);
	pthread_cond_init(&crew.changed, NULL);
	pthread_mutex_lock(&crew.lock);
	while (begun < wanted && !pthread_create(&threads[begun], NULL, work, &crew))
		begun++;
	crew.running = begun;
	pthread_mutex_unlock(&crew.lock);
	if (begun == 0 && wanted > 0)
		answer = err_set(e, ERR_ENVIRONMENT, "no thread can be made");
	else if (begun > 0)
		answer = take_all(&crew);
	for (int i = 0; i < begun; i++)
		pthread_join(threads[i], NULL);
	pthread_cond_destroy(&crew.changed);
	pthread_mutex_destroy(&crew.lock);
	free(crew.over);
	free(threads);
	return answer;
}
