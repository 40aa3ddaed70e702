/* verify.c - a trial run with a sink that compares. It ends at the first difference: what comes after only follows from it. */
#include "verify.h"

#include <stdio.h>
#include <string.h>

#include "../plan/identity.h"
#include "trial_run.h"

struct comparison {
	const struct trial *trial;
	struct rows *epochs;   /* phase, fold, epoch, output, then the four numbers of COLUMNS */
	struct rows *digests;  /* phase, fold, output, phase_weights_digest, predictions_digest */
	struct verify_result *result;
};

static const char *const columns[] = { "train_loss", "train_accuracy", "val_loss", "val_accuracy" };

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
		snprintf(in_fold, sizeof in_fold, ", fold %d", fold + 1);
	snprintf(out, size, "phase %s%s", c->trial->phases[phase].name, in_fold);
}

static int differs(struct comparison *c, struct err *e)
{
	c->result->verdict = VERIFY_DIFFERS;
	return err_set(e, ERR_FAILED, "%s", c->result->text);
}

static int compare_epoch(void *context, const struct epoch_result *r, struct err *e)
{
	struct comparison *c = context;
	char place[64];
	name_place(c, r->phase, r->fold, place, sizeof place);
	for (int k = 0; k < r->outputs; k++) {
		const int64_t key[] = { r->phase, r->fold, r->epoch, k };
		const struct value *row = find_row(c->epochs, key, 4);
		const double now[] = { r->train_loss[k], r->train_accuracy[k], r->val_loss[k], r->val_accuracy[k] };
		if (!row) {
			snprintf(c->result->text, sizeof c->result->text, "%s, epoch %d: not recorded, but trained now", place, r->epoch + 1);
			return differs(c, e);
		}
		for (int i = 0; i < 4; i++) {
			double recorded = row[4 + i].real;
			if (memcmp(&recorded, &now[i], sizeof recorded) == 0)
				continue;
			snprintf(c->result->text, sizeof c->result->text, "%s, epoch %d, output %d: %s %.9g recorded, %.9g now, %.1e apart", place,
			         r->epoch + 1, k + 1, columns[i], recorded, now[i], now[i] - recorded);
			return differs(c, e);
		}
	}
	c->result->epochs++;
	return 0;
}

static int compare_phase(void *context, const struct phase_result *r, struct err *e)
{
	struct comparison *c = context;
	char place[64], predictions[DIGEST_TEXT];
	name_place(c, r->phase, r->fold, place, sizeof place);
	for (int k = 0; k < r->outputs; k++) {
		const int64_t key[] = { r->phase, r->fold, k };
		const struct value *row = find_row(c->digests, key, 3);
		digest_bytes(r->predictions[k], (size_t)r->test_count, predictions);
		const char *what = !row ? "nothing is recorded" : strcmp(row[3].text, r->weights_digest) != 0 ? "the weights differ"
		                   : strcmp(row[4].text, predictions) != 0 ? "the predictions of the test images differ" : NULL;
		if (what) {
			snprintf(c->result->text, sizeof c->result->text, "%s, output %d: %s, though all of its epochs' losses and accuracies agree", place, k + 1, what);
			return differs(c, e);
		}
		c->result->digests += 2;
	}
	return 0;
}

static int cannot(struct verify_result *result, const char *text)
{
	result->verdict = VERIFY_CANNOT;
	snprintf(result->text, sizeof result->text, "%s", text);
	return 0;
}

/* What was trained now is the same; was there more recorded? */
static void look_for_more(struct comparison *c)
{
	size_t outputs = 0;
	for (size_t r = 0; r < c->epochs->row_count; r++)
		outputs += c->epochs->values[r * (size_t)c->epochs->column_count + 3].integer == 0;
	if ((size_t)c->result->epochs != outputs) {
		c->result->verdict = VERIFY_DIFFERS;
		snprintf(c->result->text, sizeof c->result->text, "%zu epochs are recorded, %d were trained now", outputs, c->result->epochs);
	}
}

static int run_and_compare(struct comparison *c, const struct dataset *d, const struct verify_options *options)
{
	const struct trial_options run = { .kernels = options->kernels, .threads = options->threads, .stop = options->stop };
	const struct trial_sink sink = { .context = c, .epoch = compare_epoch, .phase = compare_phase };
	struct trial_end end;
	int answer = trial_run(c->trial, d, &run, &sink, &end);
	if (answer && c->result->verdict != VERIFY_DIFFERS)
		return cannot(c->result, end.error);
	if (!answer)
		look_for_more(c);
	return 0;
}

int verify_trial(struct store *s, const char *identity, const struct verify_options *options, struct verify_result *out, struct err *e)
{
	const char *const parameters[] = { "trial", identity, NULL };
	struct rows *recorded = NULL;
	struct comparison c = { .result = out };
	struct trial trial = { .phase_count = 0 };
	struct dataset *data = NULL;
	int answer = -1;
	*out = (struct verify_result){ .verdict = VERIFY_EXACT };
	if (store_query(s, "SELECT DISTINCT t.config, d.data_digest, d.core_version FROM trials t JOIN digests d ON d.trial = t.identity"
	                   " WHERE t.identity = :trial", parameters, e, &recorded))
		return -1;
	if (recorded->row_count == 0) {
		err_set(e, ERR_USAGE, "trial %s has no finished attempt", identity);
		goto out;
	}
	if (recorded->values[2].integer != NN_CORE_VERSION) {
		snprintf(out->text, sizeof out->text, "recorded with core version %lld, this program has %d", (long long)recorded->values[2].integer, NN_CORE_VERSION);
		out->verdict = VERIFY_CANNOT;
		answer = 0;
		goto out;
	}
	if (trial_from_canonical(recorded->values[0].text, &trial, e) || dataset_open(trial.dataset, options->places, e, &data))
		goto out;
	if (strcmp(recorded->values[1].text, data->digest) != 0) {
		answer = cannot(out, "the data set here is not the one that it was trained on (another digest)");
		goto out;
	}
	c.trial = &trial;
	if (store_query(s, "SELECT DISTINCT phase, fold, epoch, output, train_loss, train_accuracy, val_loss, val_accuracy FROM epochs WHERE trial = :trial",
	                parameters, e, &c.epochs)
	    || store_query(s, "SELECT DISTINCT phase, fold, output, phase_weights_digest, predictions_digest FROM digests WHERE trial = :trial",
	                   parameters, e, &c.digests))
		goto out;
	answer = run_and_compare(&c, data, options);
out:
	rows_free(recorded);
	rows_free(c.epochs);
	rows_free(c.digests);
	dataset_close(data);
	trial_free(&trial);
	return answer;
}
