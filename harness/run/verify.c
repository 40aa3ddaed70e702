/* verify.c - a trial run with a sink that compares. It goes on after the first difference, which is
 * the one that is named: only at the end there are weights to compare. */
#include "verify.h"

#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../plan/identity.h"
#include "networks.h"
#include "trial_run.h"
#include "verify_trial.h"
#include "verify_workers.h"

struct comparison {
	const struct verify_case *recorded;
	struct trial trial;
	struct nn_net net;             /* the last phase's: whose weights are kept */
	double sums[RECORDED_METRICS]; /* over folds and outputs of the last phase, in the order in
					  which the database adds them */
	int sum_count;
	struct verify_result *result;
};

static const char *const epoch_columns[] = { "train_loss", "train_accuracy", "val_loss",
	"val_accuracy" };

static const struct value *find_row(const struct rows *rows, const int64_t *key, int key_count)
{
	for (size_t r = 0; r < rows->row_count; r++) {
		const struct value *row = &rows->values[r * (size_t)rows->column_count];
		int same = 0;
		while (same < key_count && row[same].integer == key[same])
			same++;
		if (same == key_count)
			return row;
	}
	return NULL;
}

/* "phase unify, fold 2" */
static void name_place(const struct comparison *c, int phase, int fold, char *out, size_t size)
{
	char in_fold[24] = "";
	if (fold >= 0)
		snprintf(in_fold, sizeof(in_fold), ", fold %d", fold + 1);
	snprintf(out, size, "phase %s%s", c->trial.phases[phase].name, in_fold);
}

/* The same bits; a NaN of the database is a NULL. */
static bool same_real(const struct value *recorded, double now)
{
	return recorded->kind == VALUE_NULL ? isnan(now)
					    : memcmp(&recorded->real, &now, sizeof(now)) == 0;
}

/* ---- numbers of epochs and phases ---- */

static int compare_epoch(void *context, const struct epoch_result *r, struct err *e)
{
	struct comparison *c = context;
	char place[64];
	(void)e;
	if (!c->recorded->epochs)
		return 0;
	name_place(c, r->phase, r->fold, place, sizeof(place));
	for (int k = 0; k < r->outputs; k++) {
		const int64_t key[] = { r->phase, r->fold, r->epoch, k };
		const struct value *row = find_row(c->recorded->epochs, key, 4);
		const double now[] = { r->train_loss[k], r->train_accuracy[k], r->val_loss[k],
			r->val_accuracy[k] };
		if (!row)
			verify_differs(c->result, "%s, epoch %d: not recorded, but trained now",
				place, r->epoch + 1);
		for (int i = 0; row && i < 4; i++)
			if (!same_real(&row[4 + i], now[i]))
				verify_differs(c->result,
					"%s, epoch %d, output %d: %s %.9g recorded, %.9g now, %.1e "
					"apart",
					place, r->epoch + 1, k + 1, epoch_columns[i],
					row[4 + i].real, now[i], fabs(now[i] - row[4 + i].real));
	}
	c->result->epochs++;
	return 0;
}

/* "weights", "predictions of the test images": do the digests differ? */
static void compare_digest(struct comparison *c, const char *place, int output, const char *what,
	const char *recorded, const char *now)
{
	if (recorded && strcmp(recorded, now) != 0)
		verify_differs(c->result, "%s, output %d: the %s differ%s", place, output + 1, what,
			c->recorded->epochs
				? ", though all of its epochs' losses and accuracies agree"
				: "");
	c->result->digests += recorded != NULL;
}

static int compare_phase(void *context, const struct phase_result *r, struct err *e)
{
	struct comparison *c = context;
	char place[64], predictions[DIGEST_TEXT];
	const bool last = r->phase == c->trial.phase_count - 1;
	(void)e;
	name_place(c, r->phase, r->fold, place, sizeof(place));
	for (int k = 0; k < r->outputs; k++) {
		struct recorded_digests d;
		digest_bytes(r->predictions[k], (size_t)r->test_count, predictions);
		if (!recorded_digests(c->recorded->from, c->recorded->trial.identity, r->phase,
			    r->fold, k, &d)) {
			verify_differs(c->result, "%s, output %d: not recorded, but trained now",
				place, k + 1);
			continue;
		}
		compare_digest(c, place, k, "weights", d.weights, r->weights_digest);
		compare_digest(
			c, place, k, "predictions of the test images", d.predictions, predictions);
		const double scores[RECORDED_METRICS] = { r->test_accuracy[k], r->test_loss[k],
			r->val_accuracy[k], r->val_loss[k] };
		for (int i = 0; last && i < RECORDED_METRICS; i++)
			c->sums[i] += scores[i];
		c->sum_count += last;
	}
	return 0;
}

static void compare_metrics(struct comparison *c)
{
	for (int i = 0; i < RECORDED_METRICS && c->sum_count; i++) {
		const double recorded = c->recorded->trial.metrics[i],
			     now = c->sums[i] / c->sum_count;
		if (!isnan(recorded) && recorded != now)
			verify_differs(c->result,
				"%s of the trial: %.17g recorded, %.17g now, %.1e apart",
				recorded_metrics[i], recorded, now, fabs(now - recorded));
	}
}

/* What was trained now is the same; was there more recorded? */
static void look_for_more(struct comparison *c)
{
	const struct rows *epochs = c->recorded->epochs;
	size_t recorded = 0;
	for (size_t r = 0; epochs && r < epochs->row_count; r++)
		recorded += epochs->values[r * (size_t)epochs->column_count + 3].integer == 0;
	if (epochs && (size_t)c->result->epochs != recorded)
		verify_differs(c->result, "%zu epochs are recorded, %d were trained now", recorded,
			c->result->epochs);
}

/* ---- weights ---- */

/* Floats in their order as integers: neighbours are 1 apart. */
static int64_t float_order(float x)
{
	int32_t bits;
	memcpy(&bits, &x, sizeof(bits));
	return bits < 0 ? INT32_MIN - (int64_t)bits : bits;
}

/* A number of the weights. */
struct spot {
	const struct nn_tensor *tensor;
	size_t index; /* within the tensor */
	float recorded, now;
};

struct weight_difference {
	size_t count;
	struct spot first, largest;
};

static void find_differences(const struct nn_net *net, const unsigned char *recorded,
	const float *now, struct weight_difference *d)
{
	for (int t = 0; t < net->tensor_count; t++) {
		const struct nn_tensor *tensor = &net->tensors[t];
		for (size_t i = 0; i < tensor->count; i++) {
			struct spot at = {
				.tensor = tensor, .index = i, .now = now[tensor->offset + i]
			};
			memcpy(&at.recorded, recorded + (tensor->offset + i) * sizeof(float),
				sizeof(float));
			if (memcmp(&at.recorded, &at.now, sizeof(float)) == 0)
				continue;
			if (d->count++ == 0)
				d->first = d->largest = at;
			if (fabs((double)at.now - at.recorded)
				> fabs((double)d->largest.now - d->largest.recorded))
				d->largest = at;
		}
	}
}

static void describe(const struct comparison *c, const struct weight_difference *d, int fold,
	char *out, size_t size)
{
	const struct spot *first = &d->first, *largest = &d->largest;
	char in_fold[24] = "";
	if (fold >= 0)
		snprintf(in_fold, sizeof(in_fold), " of fold %d", fold + 1);
	snprintf(out, size,
		"trained weights%s: the first tensor that differs is %s, at [%zu]: %.9g recorded, "
		"%.9g now; %zu of %zu numbers differ,"
		" at most by %.1e (%lld ULPs) in %s[%zu]",
		in_fold, first->tensor->name, first->index, (double)first->recorded,
		(double)first->now, d->count, c->net.parameter_count,
		fabs((double)largest->now - largest->recorded),
		(long long)llabs(float_order(largest->now) - float_order(largest->recorded)),
		largest->tensor->name, largest->index);
}

static int compare_weights(void *context, const struct weights_result *r, struct err *e)
{
	struct comparison *c = context;
	const int64_t key[] = { r->phase, r->fold };
	const struct value *row =
		c->recorded->weights ? find_row(c->recorded->weights, key, 2) : NULL;
	struct weight_difference d = { .count = 0 };
	char place[64];
	(void)e;
	if (!row || c->result->weights[0])
		return 0;
	name_place(c, r->phase, r->fold, place, sizeof(place));
	if (row[2].length != r->count * sizeof(float) || r->count != c->net.parameter_count) {
		verify_differs(c->result,
			"%s: %zu bytes of weights are recorded, the network has %zu numbers", place,
			row[2].length, r->count);
		return 0;
	}
	find_differences(&c->net, (const unsigned char *)row[2].text, r->values, &d);
	if (d.count) {
		describe(c, &d, r->fold, c->result->weights, sizeof(c->result->weights));
		verify_differs(c->result,
			"%s: the weights in the database are not those of their digest", place);
	} else {
		c->result->tensors += c->net.tensor_count;
	}
	return 0;
}

/* ---- the trial ---- */

static void cannot(struct verify_result *result, const char *text)
{
	result->verdict = VERIFY_CANNOT;
	snprintf(result->text, sizeof(result->text), "%.*s", (int)sizeof(result->text) - 1, text);
}

int verify_possible(
	const struct recorded_trial *t, const struct dataset *data, char *why, size_t size)
{
	if (t->core_version != NN_CORE_VERSION)
		snprintf(why, size,
			"recorded with core version %d, this program has %d: its results are "
			"others",
			t->core_version, NN_CORE_VERSION);
	else if (data && strcmp(t->data_digest, data->digest) != 0)
		snprintf(why, size,
			"data set %s here (%s, %s) is not the one that was trained on (%s): its "
			"digest is %.12s, recorded is %.12s",
			t->dataset, data->source, data->variant, t->data_variant, data->digest,
			t->data_digest);
	else
		return 0;
	return -1;
}

/* The trial that the configuration describes, and the network that its last phase leaves behind. */
static int read_trial(struct comparison *c, const struct dataset *data, struct err *e)
{
	const struct recorded_trial *t = &c->recorded->trial;
	if (trial_from_canonical(t->config, &c->trial, e))
		return -1;
	if (strcmp(c->trial.identity, t->identity) != 0)
		return err_set(e, ERR_FAILED,
			"the recorded configuration is not that of the identity (it has %.12s): "
			"one of them was changed",
			c->trial.identity);
	return network_of_trial(&c->trial,
		network_of_phase(c->trial.phases, c->trial.phase_count - 1),
		(struct nn_shape){ data->channels, data->height, data->width }, data->classes,
		&c->net, e);
}

void verify_trial(const struct verify_case *recorded, const struct dataset *data,
	const struct verify_options *options, struct verify_result *result)
{
	struct comparison c = { .recorded = recorded, .result = result };
	const struct trial_options run = {
		.kernels = options->kernels,
		.threads = options->threads,
		.stop = options->stop,
		.any_split = true,
	};
	const struct trial_sink sink = { .context = &c,
		.epoch = compare_epoch,
		.phase = compare_phase,
		.weights = compare_weights };
	struct trial_end end;
	struct err e = { 0 };
	*result = (struct verify_result){ .verdict = VERIFY_EXACT };
	if (read_trial(&c, data, &e)) {
		cannot(result, e.text);
	} else if (trial_run(&c.trial, data, &run, &sink, &end)) {
		if (result->verdict != VERIFY_DIFFERS)
			cannot(result, end.error);
	} else {
		compare_metrics(&c);
		look_for_more(&c);
	}
	trial_free(&c.trial);
}

/* ---- side by side ---- */

struct batch {
	const struct recorded *recorded;
	const struct verify_job *jobs;
	const struct verify_options *options;
	void (*done)(void *context, const struct verify_job *job, const struct verify_result *r);
	void *context;
	struct verify_case one; /* the one that is being started */
};

static int prepare(void *context, size_t i, struct err *e)
{
	struct batch *b = context;
	b->one = (struct verify_case){ .from = b->recorded };
	recorded_trial(b->recorded, b->jobs[i].row, &b->one.trial);
	return recorded_details(
		b->recorded, b->one.trial.identity, &b->one.epochs, &b->one.weights, e);
}

static void run_one(void *context, size_t i, int slot, struct verify_result *result)
{
	const struct batch *b = context;
	(void)slot;
	verify_trial(&b->one, b->jobs[i].data, b->options, result);
}

static void release(void *context, size_t i)
{
	struct batch *b = context;
	(void)i;
	rows_free(b->one.epochs);
	rows_free(b->one.weights);
}

static void pass_on(void *context, size_t i, const struct verify_result *result)
{
	const struct batch *b = context;
	b->done(b->context, &b->jobs[i], result);
}

int verify_trials(const struct recorded *r, const struct verify_job *jobs, size_t count,
	const struct verify_options *options,
	void (*done)(
		void *context, const struct verify_job *job, const struct verify_result *result),
	void *context, struct err *e)
{
	struct batch batch = { r, jobs, options, done, context, { .from = r } };
	const struct verify_tasks tasks = { .context = &batch,
		.count = count,
		.workers = options->workers,
		.stop = options->stop,
		.kill_signal = SIGKILL,
		.prepare = prepare,
		.run = run_one,
		.release = release,
		.done = pass_on };
	return verify_side_by_side(&tasks, e);
}
