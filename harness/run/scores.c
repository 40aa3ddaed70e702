/* scores.c - see scores.h. */
#include "scores.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../model/exits.h"
#include "../plan/trial_kind.h"

enum { PORTION = 256, BINS = 15, TOP = 5 };

double scores_top5(const float *probabilities, const uint8_t *labels, uint32_t count, int classes)
{
	uint32_t hits = 0;
	for (uint32_t i = 0; i < count; i++) {
		const float *p = probabilities + (size_t)i * (size_t)classes;
		int before = 0;
		for (int k = 0; k < classes; k++)
			before += p[k] > p[labels[i]] || (k < labels[i] && p[k] == p[labels[i]]);
		hits += before < TOP;
	}
	return (double)hits / count;
}

/* A probability of one class, and whether it is the image's. */
struct scored {
	float probability;
	bool mine;
};

static int by_probability(const void *a, const void *b)
{
	const struct scored *x = a, *y = b;
	return x->probability < y->probability ? -1 : x->probability > y->probability;
}

/* Mann and Whitney's statistic of sorted images; NaN where there is nothing to compare. */
static double area(const struct scored *list, uint32_t count)
{
	double ranks = 0, mine = 0;
	for (uint32_t i = 0, end; i < count; i = end) {
		double here = 0;
		for (end = i; end < count && list[end].probability == list[i].probability; end++)
			here += list[end].mine;
		ranks += here * ((double)i + 1 + (double)end) / 2;
		mine += here;
	}
	const double others = count - mine;
	return mine > 0 && others > 0 ? (ranks - mine * (mine + 1) / 2) / (mine * others) : NAN;
}

double scores_auc(const float *probabilities, const uint8_t *labels, uint32_t count, int classes)
{
	struct scored *list = malloc(((size_t)count + 1) * sizeof(*list));
	double sum = 0;
	int used = 0;
	if (!list)
		return -1;
	for (int k = 0; k < classes; k++) {
		for (uint32_t i = 0; i < count; i++)
			list[i] = (struct scored){
				probabilities[(size_t)i * (size_t)classes + (size_t)k],
				labels[i] == k
			};
		qsort(list, count, sizeof(*list), by_probability);
		const double one = area(list, count);
		if (!isnan(one)) {
			sum += one;
			used++;
		}
	}
	free(list);
	return used ? sum / used : 0.5;
}

double scores_calibration(
	const float *probabilities, const uint8_t *labels, uint32_t count, int classes)
{
	double sums[BINS] = { 0 }, hits[BINS] = { 0 }, error = 0;
	for (uint32_t i = 0; i < count; i++) {
		const float *p = probabilities + (size_t)i * (size_t)classes;
		int best = 0;
		for (int k = 1; k < classes; k++)
			best = p[k] > p[best] ? k : best;
		const int bin = (int)((double)p[best] * BINS);
		sums[bin < BINS ? bin : BINS - 1] += (double)p[best];
		hits[bin < BINS ? bin : BINS - 1] += labels[i] == best;
	}
	for (int b = 0; b < BINS; b++)
		error += fabs(sums[b] - hits[b]);
	return error / count;
}

/* ---- of a trial ---- */

static void soften(float *p, const float *logits, int classes)
{
	double sum = 0;
	float largest = logits[0];
	for (int k = 1; k < classes; k++)
		largest = logits[k] > largest ? logits[k] : largest;
	for (int k = 0; k < classes; k++)
		sum += exp((double)logits[k] - (double)largest);
	for (int k = 0; k < classes; k++)
		p[k] = (float)(exp((double)logits[k] - (double)largest) / sum);
}

static void mirror(uint8_t *to, const uint8_t *from, struct nn_shape s)
{
	for (int row = 0; row < s.channels * s.height; row++, from += s.width, to += s.width)
		for (int x = 0; x < s.width; x++)
			to[x] = from[s.width - 1 - x];
}

/* Probabilities of images first .. first + count - 1, at most PORTION. */
static void ask(struct nn_trainer *t, const struct nn_images *images, uint32_t first,
	uint32_t count, int classes, float *logits, float *probabilities)
{
	uint32_t order[PORTION];
	for (uint32_t i = 0; i < count; i++)
		order[i] = first + i;
	nn_logits(t, images, order, count, 0, logits);
	for (uint32_t i = 0; i < count; i++)
		soften(probabilities + (size_t)i * (size_t)classes,
			logits + (size_t)i * (size_t)classes, classes);
}

/* Images whose class is the most probable by the mean of the image and its mirror image. */
static uint32_t count_mirrored(const struct nn_images *images, uint32_t first, uint32_t count,
	int classes, const float *one, const float *other)
{
	uint32_t hits = 0;
	for (uint32_t i = 0; i < count; i++) {
		const float *a = one + (size_t)i * (size_t)classes,
			    *b = other + (size_t)i * (size_t)classes;
		int best = 0;
		for (int k = 1; k < classes; k++)
			best = a[k] + b[k] > a[best] + b[best] ? k : best;
		hits += images->labels[first + i] == best;
	}
	return hits;
}

/* Every network has the same metrics in the same order. */
static void add(struct scores *s, const char *metric, double value)
{
	int i = 0;
	while (i < s->count && strcmp(s->of[i].metric, metric) != 0)
		i++;
	if (i == s->count) {
		snprintf(s->of[i].metric, sizeof(s->of[i].metric), "%s", metric);
		s->count++;
	}
	s->of[i].sum += value;
}

/* What is at work on the test images. */
struct scoring {
	struct nn_trainer *trainer;
	float *probabilities;     /* [count][classes] */
	float *logits, *mirrored; /* [PORTION][classes] */
	uint8_t *pixels;          /* [PORTION] images */
	uint32_t right, right_with_mirrored;
};

/* Images whose class has the largest logit (of equal ones the first class). */
static uint32_t count_right(const struct nn_images *images, uint32_t first, uint32_t count,
	int classes, const float *logits)
{
	uint32_t hits = 0;
	for (uint32_t i = 0; i < count; i++) {
		const float *a = logits + (size_t)i * (size_t)classes;
		int best = 0;
		for (int k = 1; k < classes; k++)
			best = a[k] > a[best] ? k : best;
		hits += images->labels[first + i] == best;
	}
	return hits;
}

static void ask_all(const struct nn_images *test, struct scoring *s, int classes)
{
	const size_t size = nn_shape_size(test->shape);
	struct nn_images turned = {
		.pixels = s->pixels, .labels = test->labels, .shape = test->shape, .count = PORTION
	};
	for (uint32_t first = 0; first < test->count; first += PORTION) {
		const uint32_t left = test->count - first, now = left < PORTION ? left : PORTION;
		float *here = s->probabilities + (size_t)first * (size_t)classes;
		ask(s->trainer, test, first, now, classes, s->logits, here);
		s->right += count_right(test, first, now, classes, s->logits);
		if (test->values)
			continue;
		for (uint32_t i = 0; i < now; i++)
			mirror(s->pixels + i * size, test->pixels + (first + i) * size,
				test->shape);
		ask(s->trainer, &turned, 0, now, classes, s->logits, s->mirrored);
		s->right_with_mirrored +=
			count_mirrored(test, first, now, classes, here, s->mirrored);
	}
}

static int add_ensemble(struct trial_work *w, const struct nn_net *net, const float *params,
	uint32_t right, struct scores *sums)
{
	double accuracy = (double)right / w->test.count;
	if (net->output_count > 1
		&& nn_ensemble_accuracy(
			net, params, &w->test, w->test.count, w->options->kernels, &accuracy))
		return work_nomem(w);
	add(sums, "ensemble_accuracy", accuracy);
	return 0;
}

static int run(struct trial_work *w, const struct nn_net *net, const float *params,
	struct scoring *s, struct scores *sums)
{
	const struct nn_images *test = &w->test;
	const int classes = net->layers[net->outputs[0]].shape.channels;
	ask_all(test, s, classes);
	const double auc = scores_auc(s->probabilities, test->labels, test->count, classes);
	if (auc < 0)
		return work_nomem(w);
	add(sums, "auc", auc);
	add(sums, "calibration_error",
		scores_calibration(s->probabilities, test->labels, test->count, classes));
	add(sums, "top5_accuracy",
		scores_top5(s->probabilities, test->labels, test->count, classes));
	if (!test->values)
		add(sums, "flip_accuracy", (double)s->right_with_mirrored / test->count);
	return add_ensemble(w, net, params, s->right, sums);
}

/* Where images may leave early: how many do, and what that costs and saves. */
static int add_exits(
	struct trial_work *w, const struct nn_net *net, const float *params, struct scores *sums)
{
	double at_least[EXIT_CONFIDENCES];
	struct exit_score scores[EXIT_CONFIDENCES];
	struct err e = { 0 };
	for (int k = 0; k < EXIT_CONFIDENCES; k++)
		at_least[k] = strtod(exit_confidences[k], NULL);
	if (exits_evaluate(net, params, &w->test, w->options->kernels, at_least, EXIT_CONFIDENCES,
		    scores, &e))
		return work_fail_by(w, &e);
	for (int k = 0; k < EXIT_CONFIDENCES; k++) {
		const struct {
			const char *what;
			double value;
		} each[] = { { "accuracy", scores[k].accuracy }, { "share", scores[k].share },
			{ "macs", scores[k].macs } };
		for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
			char name[64];
			snprintf(name, sizeof(name), "exit_%s_at_%s", each[i].what,
				exit_confidences[k]);
			add(sums, name, each[i].value);
		}
	}
	return 0;
}

int scores_add(
	struct trial_work *w, const struct nn_net *net, const float *params, struct scores *sums)
{
	const int classes = net->layers[net->outputs[0]].shape.channels;
	const size_t row = (size_t)classes * sizeof(float);
	const struct nn_trainer_options options = { .kernels = w->options->kernels,
		.batch_size = PORTION,
		.threads = 1,
		.optimizer = { .kind = NN_SGD, .lr = 1 } };
	struct scoring s = { .trainer = nn_trainer_new(net, &options),
		.probabilities = malloc(w->test.count * row + 1),
		.logits = malloc(PORTION * row),
		.mirrored = malloc(PORTION * row),
		.pixels = malloc(PORTION * nn_shape_size(w->test.shape)) };
	int result = -1;
	if (s.trainer && s.probabilities && s.logits && s.mirrored && s.pixels) {
		memcpy(nn_trainer_params(s.trainer), params,
			net->parameter_count * sizeof(*params));
		result = run(w, net, params, &s, sums)
				|| (exits_has(net) && add_exits(w, net, params, sums))
			? -1
			: 0;
		sums->networks++;
	} else {
		work_nomem(w);
	}
	nn_trainer_free(s.trainer);
	free(s.probabilities);
	free(s.logits);
	free(s.mirrored);
	free(s.pixels);
	return result;
}

int scores_send(struct trial_work *w, const struct scores *s)
{
	for (int i = 0; i < s->count; i++) {
		struct err e = { 0 };
		const struct measure_result r = { s->of[i].metric, s->of[i].sum / s->networks };
		if (w->sink->measure(w->sink->context, &r, &e))
			return work_fail_by(w, &e);
	}
	return 0;
}
