/* trained.c - see trained.h. */
#include "trained.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../data/manifest.h"
#include "../plan/identity.h"
#include "../store/read.h"
#include "networks.h"

/* Columns of trained_attempt.sql. */

enum {
	ATTEMPT,
	CONFIG,
	CORE_VERSION,
	DATA_DIGEST,
	DATA_VARIANT,
	PHASE,
	FOLD,
	BYTES,
	WEIGHTS_DIGEST,
	FOLDS
};

static void copy_text(char *out, size_t size, const struct value *v)
{
	snprintf(out, size, "%s", v->kind == VALUE_TEXT ? v->text : "");
}

static int find_weights(
	struct store *s, const char *identity, int fold, struct rows **rows, struct err *e)
{
	char number[16];
	const char *const parameters[] = { "trial", identity, "fold", number, NULL };
	snprintf(number, sizeof(number), "%d", fold);
	if (store_ask(s, "trained_attempt", parameters, e, rows))
		return -1;
	const struct value *v = (*rows)->values;
	if ((*rows)->row_count == 0)
		return err_set(e, ERR_USAGE,
			"trial %.12s is not finished: it has no trained network (retrial status)",
			identity);
	if (v[BYTES].kind == VALUE_BLOB)
		return 0;
	if (v[FOLDS].kind == VALUE_NULL)
		return err_set(e, ERR_USAGE,
			"the weights of trial %.12s were not kept; this trains it again and keeps "
			"them: retrial rerun %.12s",
			identity, identity);
	if (strcmp(v[FOLDS].text, "-1") == 0)
		return err_set(e, ERR_USAGE,
			"trial %.12s has no folds: its last phase is no k-fold", identity);
	return err_set(e, ERR_USAGE, "trial %.12s has no fold %d: it has folds %s", identity, fold,
		v[FOLDS].text);
}

static int take_class_names(const struct dataset *d, struct model_facts *out, struct err *e)
{
	size_t length = 0, at = 0;
	for (int k = 0; k < d->classes; k++)
		length += strlen(dataset_class(d, k)) + 1;
	out->class_names = malloc(length);
	out->class_names_length = length;
	if (!out->class_names)
		return err_nomem(e);
	for (int k = 0; k < d->classes; k++) {
		const char *name = dataset_class(d, k);
		memcpy(out->class_names + at, name, strlen(name) + 1);
		at += strlen(name) + 1;
	}
	return 0;
}

/* The shape of a data set's images and the number of its classes: from the manifest, or of an
 * imported set from the set, which also has the names of the classes. */
static int find_shape(const char *name, const struct dataset_places *places, struct nn_shape *shape,
	int *classes, struct model_facts *facts, struct err *e)
{
	const struct manifest_set *set = manifest_find(name);
	struct dataset *d = NULL;
	if (set) {
		*shape = (struct nn_shape){ set->info->channels, set->info->height,
			set->info->width };
		*classes = set->info->classes;
		return 0;
	}
	if (dataset_open(name, places, e, &d))
		return -1;
	*shape = (struct nn_shape){ d->channels, d->height, d->width };
	*classes = d->classes;
	facts->reals = d->reals;
	const int result = take_class_names(d, facts, e);
	dataset_close(d);
	return result;
}

/* The network of the last phase, from the recorded configuration. */
static int build(
	const char *config, const struct dataset_places *places, struct model *out, struct err *e)
{
	struct trial t;
	struct nn_shape shape;
	int classes;
	if (trial_from_canonical(config, &t, e))
		return -1;
	int result = find_shape(t.dataset, places, &shape, &classes, &out->facts, e);
	if (!result)
		result = network_of_trial(&t, network_of_phase(t.phases, t.phase_count - 1), shape,
			classes, &out->net, e);
	snprintf(out->facts.dataset, sizeof(out->facts.dataset), "%s", t.dataset);
	trial_free(&t);
	return result;
}

static int take_weights(const struct value *bytes, struct model *out, struct err *e)
{
	const size_t count = out->net.parameter_count;
	char digest[DIGEST_TEXT];
	if (bytes->length != count * sizeof(*out->params))
		return err_set(e, ERR_ENVIRONMENT,
			"its weights in the database are %zu bytes, its network has %zu parameters",
			bytes->length, count);
	out->params = malloc(bytes->length);
	if (!out->params)
		return err_nomem(e);
	memcpy(out->params, bytes->text, bytes->length);
	digest_bytes(out->params, bytes->length, digest);
	if (strcmp(digest, out->facts.weights_digest) != 0)
		return err_set(e, ERR_ENVIRONMENT,
			"its weights in the database are damaged: their digest is %.12s, %.12s is "
			"recorded",
			digest, out->facts.weights_digest);
	return 0;
}

static int take_scores(
	struct store *s, const struct value *at, struct model_facts *f, struct err *e)
{
	char attempt[24], phase[24], fold[24];
	const char *const parameters[] = { "attempt", attempt, "phase", phase, "fold", fold, NULL };
	struct rows *rows;
	snprintf(attempt, sizeof(attempt), "%lld", (long long)at[ATTEMPT].integer);
	snprintf(phase, sizeof(phase), "%lld", (long long)at[PHASE].integer);
	snprintf(fold, sizeof(fold), "%lld", (long long)at[FOLD].integer);
	if (store_ask(s, "trained_scores", parameters, e, &rows))
		return -1;
	for (size_t r = 0; r < rows->row_count; r++) {
		const struct value *v = &rows->values[r * (size_t)rows->column_count];
		const int64_t k = v[0].integer;
		if (k < 0 || k >= NN_OUTPUTS_MAX)
			continue;
		f->test_accuracy[k] = v[1].real;
		f->test_count = (int)v[2].integer;
		copy_text(f->predictions_digest[k], sizeof(f->predictions_digest[k]), &v[3]);
	}
	rows_free(rows);
	return 0;
}

static int load(struct store *s, const struct value *v, const char *identity,
	const struct dataset_places *places, struct model *out, struct err *e)
{
	struct model_facts *f = &out->facts;
	snprintf(f->identity, sizeof(f->identity), "%s", identity);
	copy_text(f->data_digest, sizeof(f->data_digest), &v[DATA_DIGEST]);
	copy_text(f->data_variant, sizeof(f->data_variant), &v[DATA_VARIANT]);
	copy_text(f->weights_digest, sizeof(f->weights_digest), &v[WEIGHTS_DIGEST]);
	f->core_version = (int)v[CORE_VERSION].integer;
	f->fold = (int)v[FOLD].integer;
	f->config = strdup(v[CONFIG].text);
	if (!f->config)
		return err_nomem(e);
	if (build(f->config, places, out, e) || take_weights(&v[BYTES], out, e))
		return err_prefix(e, "trial %.12s: ", identity);
	return take_scores(s, v, f, e);
}

int trained_load(struct store *s, const char *identity, int fold,
	const struct dataset_places *places, struct model *out, int64_t *attempt, struct err *e)
{
	struct rows *rows = NULL;
	*out = (struct model){ .facts.fold = -1 };
	int result = find_weights(s, identity, fold, &rows, e);
	if (!result)
		result = load(s, rows->values, identity, places, out, e);
	if (!result && attempt)
		*attempt = rows->values[ATTEMPT].integer;
	if (result)
		model_free(out);
	rows_free(rows);
	return result;
}
