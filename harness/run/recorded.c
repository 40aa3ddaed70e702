/* recorded.c - see recorded.h. Values of a database have their types, those of a file are texts:
 * both are taken. */
#include "recorded.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/str.h"
#include "../store/read.h"
#include "../store/rows_csv.h"

const char *const recorded_metrics[RECORDED_METRICS] = { "test_accuracy", "test_loss",
	"val_accuracy", "val_loss" };

/* The columns that are read, so that a file without one is refused. */
static const char *const trial_columns[] = { "trial", "config", "dataset", "recipe", "sweeps",
	"data_digest", "data_variant", "seed", "core_version", "test_accuracy", "test_loss",
	"val_accuracy", "val_loss" };
static const char *const digest_columns[] = { "trial", "phase", "fold", "output",
	"phase_weights_digest", "predictions_digest" };

static long long integer_of(const struct value *v)
{
	return v->kind == VALUE_TEXT ? strtoll(v->text, NULL, 10) : v->integer;
}

static double real_of(const struct value *v)
{
	return v->kind == VALUE_NULL    ? NAN
		: v->kind == VALUE_TEXT ? strtod(v->text, NULL)
					: v->real;
}

int recorded_in_store(struct store *s, struct recorded *out, struct err *e)
{
	*out = (struct recorded){ .store = s };
	if (store_query(s, store_named_query("trials"), NULL, e, &out->trials)
		|| store_query(s, store_named_query("digests"), NULL, e, &out->digests)) {
		recorded_free(out);
		return -1;
	}
	return 0;
}

static int read_file(const char *folder, const char *name, const char *const *columns, size_t count,
	struct rows **out, struct err *e)
{
	struct str path = { 0 };
	str_addf(&path, "%s/%s", folder, name);
	int result = rows_read_csv(path.s, e, out);
	for (size_t i = 0; i < count && !result; i++)
		if (rows_column(*out, columns[i]) < 0)
			result = err_set(e, ERR_USAGE,
				"%s: there is no column %s (such files are written by: retrial "
				"query trials, and digests, --format csv)",
				path.s, columns[i]);
	str_free(&path);
	return result;
}

int recorded_in_folder(const char *folder, struct recorded *out, struct err *e)
{
	*out = (struct recorded){ .store = NULL };
	if (read_file(folder, "trials.csv", trial_columns,
		    sizeof(trial_columns) / sizeof(*trial_columns), &out->trials, e)
		|| read_file(folder, "digests.csv", digest_columns,
			sizeof(digest_columns) / sizeof(*digest_columns), &out->digests, e)) {
		recorded_free(out);
		return -1;
	}
	return 0;
}

void recorded_free(struct recorded *r)
{
	rows_free(r->trials);
	rows_free(r->digests);
	*r = (struct recorded){ .store = NULL };
}

void recorded_trial(const struct recorded *r, size_t row, struct recorded_trial *out)
{
	const struct rows *t = r->trials;
	*out = (struct recorded_trial){ .identity = value_text(rows_named(t, row, "trial")),
		.config = value_text(rows_named(t, row, "config")),
		.dataset = value_text(rows_named(t, row, "dataset")),
		.recipe = value_text(rows_named(t, row, "recipe")),
		.sweeps = value_text(rows_named(t, row, "sweeps")),
		.data_digest = value_text(rows_named(t, row, "data_digest")),
		.data_variant = value_text(rows_named(t, row, "data_variant")),
		.labels = value_text(rows_named(t, row, "labels")),
		.seed = integer_of(rows_named(t, row, "seed")),
		.core_version = (int)integer_of(rows_named(t, row, "core_version")) };
	for (int i = 0; i < RECORDED_METRICS; i++)
		out->metrics[i] = real_of(rows_named(t, row, recorded_metrics[i]));
}

bool recorded_digests(const struct recorded *r, const char *identity, int phase, int fold,
	int output, struct recorded_digests *out)
{
	const struct rows *d = r->digests;
	for (size_t row = 0; row < d->row_count; row++) {
		if (strcmp(value_text(rows_named(d, row, "trial")), identity) != 0
			|| integer_of(rows_named(d, row, "phase")) != phase
			|| integer_of(rows_named(d, row, "fold")) != fold
			|| integer_of(rows_named(d, row, "output")) != output)
			continue;
		const struct value *weights = rows_named(d, row, "phase_weights_digest"),
				   *predictions = rows_named(d, row, "predictions_digest");
		*out = (struct recorded_digests){ weights->kind == VALUE_TEXT ? weights->text
									      : NULL,
			predictions->kind == VALUE_TEXT ? predictions->text : NULL };
		return true;
	}
	return false;
}

int recorded_details(const struct recorded *r, const char *identity, struct rows **epochs,
	struct rows **weights, struct err *e)
{
	const char *const parameters[] = { "trial", identity, NULL };
	*epochs = *weights = NULL;
	if (!r->store)
		return 0;
	if (store_ask(r->store, "recorded_epochs", parameters, e, epochs)
		|| store_ask(r->store, "recorded_weights", parameters, e, weights)) {
		rows_free(*epochs);
		*epochs = NULL;
		return -1;
	}
	return 0;
}
