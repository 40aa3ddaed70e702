/* latency.c - see latency.h. */
#include "latency.h"

#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "histogram.h"

/* What is measured: one of the three is there. */
struct subject {
	struct nn_infer *infer;
	struct nn_quant_infer *quant;
	struct nn_trainer *trainer;
	struct nn_images
		images;  /* of a batch: as many as it has, or all of them several times over */
	uint32_t *order; /* [batch] */
	uint32_t next;   /* of one image after the other */
	int turns;
	size_t per_turn; /* calls */
	double *half[2]; /* seconds of the calls of even and of odd turns; room for
			    [LATENCY_CALLS_MAX] each */
	size_t counts[2];
	struct latency_result *result;
};

/* ---- set-up ---- */

static int prepare_batch(struct subject *s, const struct latency_options *o,
	const struct nn_kernels *kernels, struct err *e)
{
	const struct nn_trainer_options options = { .kernels = kernels,
		.batch_size = s->result->batch,
		.threads = 1,
		.optimizer = { .kind = NN_SGD, .lr = 1 } };
	s->trainer = nn_trainer_new(&o->model->net, &options);
	s->order = malloc((size_t)s->result->batch * sizeof(*s->order));
	if (!s->trainer || !s->order)
		return err_nomem(e);
	memcpy(nn_trainer_params(s->trainer), o->model->params,
		o->model->net.parameter_count * sizeof(*o->model->params));
	for (int i = 0; i < s->result->batch; i++)
		s->order[i] = (uint32_t)i % o->images->count;
	return 0;
}

static int prepare(struct subject *s, const struct latency_options *o,
	const struct nn_kernels *kernels, bool quantised, struct err *e)
{
	s->images = *o->images;
	for (int h = 0; h < 2; h++)
		s->half[h] = malloc(LATENCY_CALLS_MAX * sizeof(**s->half));
	if (!s->half[0] || !s->half[1])
		return err_nomem(e);
	if (!quantised && s->result->batch > 1)
		return prepare_batch(s, o, kernels, e);
	if (quantised)
		s->quant = nn_quant_infer_new(o->quantised->quant, kernels);
	else
		s->infer = nn_infer_new(&o->model->net, o->model->params, kernels);
	return s->quant || s->infer ? 0 : err_nomem(e);
}

static void release(struct subject *s)
{
	nn_infer_free(s->infer);
	nn_quant_infer_free(s->quant);
	nn_trainer_free(s->trainer);
	free(s->order);
	free(s->half[0]);
	free(s->half[1]);
}

int latency_cpu(void)
{
	cpu_set_t allowed;
	int last = 0;
	CPU_ZERO(&allowed);
	sched_getaffinity(0, sizeof(allowed), &allowed);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &allowed))
			last = cpu;
	return last;
}

/* ---- calls ---- */

static size_t next_image(struct subject *s)
{
	s->next = s->next + 1 < s->images.count ? s->next + 1 : 0;
	return s->next * nn_shape_size(s->images.shape);
}

static double call(struct subject *s)
{
	struct nn_score score;
	const double start = clock_seconds();
	if (s->trainer)
		nn_evaluate(s->trainer, &s->images, s->order, 0, (uint32_t)s->result->batch, &score,
			NULL);
	else if (s->infer && s->images.values)
		nn_infer_floats(s->infer, s->images.values + next_image(s));
	else if (s->infer)
		nn_infer_bytes(s->infer, s->images.pixels + next_image(s));
	else
		for (int i = 0; i < s->result->batch; i++)
			nn_quant_infer_bytes(s->quant, s->images.pixels + next_image(s));
	return clock_seconds() - start;
}

/* Warm up, and find how many calls a turn has, and how many turns, so that all of them take the
 * time that was asked for. */
static void warm_up(struct subject *s, double seconds)
{
	double least = call(s);
	for (const double start = clock_seconds();
		clock_seconds() - start + least < seconds / 10;) {
		const double once = call(s);
		least = once < least ? once : least;
	}
	const double wanted = seconds / least;
	const int calls = wanted < LATENCY_CALLS_MIN ? LATENCY_CALLS_MIN
		: wanted > LATENCY_CALLS_MAX         ? LATENCY_CALLS_MAX
						     : (int)wanted;
	s->turns = calls < LATENCY_ROUNDS ? calls / 2 * 2 : LATENCY_ROUNDS;
	s->per_turn = (size_t)(calls / s->turns);
}

/* One turn. Its first calls find cold caches, as others have run: they do not count. */
static void take_turn(struct subject *s, int round)
{
	double *to = s->half[round % 2] + s->counts[round % 2];
	for (size_t i = 0; i < s->per_turn / 10; i++)
		call(s);
	for (size_t i = 0; i < s->per_turn; i++)
		to[i] = call(s);
	s->counts[round % 2] += s->per_turn;
}

/* ---- results ---- */

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static int finish(struct subject *s, struct err *e)
{
	struct latency_result *r = s->result;
	double sum = 0, medians[2];
	r->count = s->counts[0] + s->counts[1];
	r->seconds = malloc(r->count * sizeof(*r->seconds));
	if (!r->seconds)
		return err_nomem(e);
	memcpy(r->seconds, s->half[0], s->counts[0] * sizeof(*r->seconds));
	memcpy(r->seconds + s->counts[0], s->half[1], s->counts[1] * sizeof(*r->seconds));
	for (int h = 0; h < 2; h++) {
		qsort(s->half[h], s->counts[h], sizeof(*s->half[h]), compare);
		medians[h] = histogram_quantile(s->half[h], s->counts[h], 0.5);
	}
	for (size_t i = 0; i < r->count; i++)
		sum += r->seconds[i];
	qsort(r->seconds, r->count, sizeof(*r->seconds), compare);
	r->images_per_second = (double)r->count * r->batch / sum;
	r->noise = fabs(medians[0] - medians[1]) / histogram_quantile(r->seconds, r->count, 0.5);
	return 0;
}

static int measure(struct subject *subjects, int count, double seconds, struct err *e)
{
	for (int i = 0; i < count; i++)
		warm_up(&subjects[i], seconds);
	for (int round = 0; round < LATENCY_ROUNDS; round++)
		for (int i = 0; i < count; i++)
			if (round < subjects[i].turns)
				take_turn(&subjects[i], round);
	for (int i = 0; i < count; i++)
		if (finish(&subjects[i], e))
			return -1;
	return 0;
}

/* Every variant, number format and batch. */
static int prepare_all(const struct latency_options *o, struct subject *subjects,
	struct latency_results *out, struct err *e)
{
	for (int b = 0; b < o->batch_count; b++)
		for (int k = 0; nn_kernels_at(k); k++)
			for (int quantised = 0; quantised <= (o->quantised ? 1 : 0); quantised++) {
				if (o->kernels ? o->kernels != nn_kernels_at(k)
					       : k == 0 && nn_kernels_at(1))
					continue;
				struct latency_result *r = &out->all[out->count];
				*r = (struct latency_result){ nn_kernels_name(nn_kernels_at(k)),
					quantised ? "int8" : "fp32", o->batches[b], 0, NULL, 0, 0 };
				subjects[out->count].result = r;
				if (prepare(&subjects[out->count++], o, nn_kernels_at(k), quantised,
					    e))
					return -1;
			}
	return 0;
}

int latency_measure(
	const struct latency_options *options, struct latency_results *out, struct err *e)
{
	int most = 0;
	while (nn_kernels_at(most))
		most++;
	most *= 2 * options->batch_count;
	*out = (struct latency_results){ .all = calloc((size_t)most, sizeof(*out->all)) };
	struct subject *subjects = calloc((size_t)most, sizeof(*subjects));
	int result = out->all && subjects ? prepare_all(options, subjects, out, e) : err_nomem(e);
	if (!result) {
		cpu_set_t before, one;
		CPU_ZERO(&one);
		CPU_SET(latency_cpu(), &one);
		CPU_ZERO(&before);
		sched_getaffinity(0, sizeof(before), &before);
		sched_setaffinity(0, sizeof(one), &one);
		result = measure(subjects, out->count, options->seconds, e);
		sched_setaffinity(0, sizeof(before), &before);
	}
	for (int i = 0; i < out->count && subjects; i++)
		release(&subjects[i]);
	free(subjects);
	if (result)
		latency_free(out);
	return result;
}

void latency_free(struct latency_results *r)
{
	for (int i = 0; i < r->count; i++)
		free(r->all[i].seconds);
	free(r->all);
	*r = (struct latency_results){ 0 };
}
