/* crossed.c - see crossed.h. */
#include "crossed.h"

#include <stdlib.h>
#include <string.h>

#include "../plan/trial_kind.h"
#include "../store/read.h"

enum { STEPS_MAX = 120 }; /* of the differences: they are int8 */

/* ---- reading ---- */

static int add_network(
	struct sample *s, const struct value *classes, const struct dataset *d, struct err *e)
{
	if (classes->kind != VALUE_BLOB || classes->length > d->test_count
		|| (s->right && classes->length != s->images))
		return err_set(e, ERR_ENVIRONMENT,
			"trial %.12s has predictions for %zu images, data set %s has %u test "
			"images",
			s->identity, classes->length, d->name, (unsigned)d->test_count);
	if (!s->right && !(s->right = calloc(classes->length + 1, 1)))
		return err_nomem(e);
	s->images = classes->length;
	s->networks++;
	for (size_t i = 0; i < classes->length; i++)
		s->right[i] += (uint8_t)classes->text[i] == d->test_labels[i];
	return 0;
}

static int read_sample(struct store *store, const struct study *study, struct sample *s,
	const struct dataset *d, struct err *e)
{
	const char *const parameters[] = { "sweep", study->sweep->name, "trial", s->identity,
		NULL };
	struct rows *r = NULL;
	int result = 0;

	if (store_ask(store, "crossed_predictions", parameters, e, &r))
		return -1;
	for (size_t i = 0; i < r->row_count && r->row_count <= UINT8_MAX && !result; i++)
		result = add_network(s, &r->values[i * (size_t)r->column_count], d, e);
	rows_free(r);
	return result;
}

static int read_dataset(struct store *store, struct study *study, const char *name,
	const struct dataset_places *places, struct err *e)
{
	struct dataset *d = NULL;
	struct err missing = { 0 };
	int result = 0;

	if (dataset_open(name, places, &missing, &d))
		return 0;
	for (size_t i = 0; i < study->count && !result; i++) {
		struct sample *s = &study->samples[i];
		const char *label = study_label(s, "dataset");
		if (s->state == SAMPLE_DONE && label && !strcmp(label, name)
			&& !strcmp(s->data_digest, d->digest))
			result = read_sample(store, study, s, d, e);
	}
	dataset_close(d);
	return result;
}

/* Does a claim or a table with a baseline ask for test accuracies? */
static bool is_wanted(const struct sweep *sweep)
{
	bool wanted = false;

	for (size_t i = 0; i < sweep->claim_count; i++)
		wanted |= !strcmp(sweep->claims[i].metric, "test_accuracy")
			&& !sweep->claims[i].phase[0];
	for (size_t i = 0; i < sweep->table_count; i++)
		for (int m = 0; m < sweep->tables[i].metric_count; m++)
			wanted |= sweep->tables[i].baseline.count
				&& !strcmp(sweep->tables[i].metrics[m], "test_accuracy");
	return wanted && trial_kind_of(sweep)->networks;
}

int crossed_read(
	struct store *s, struct study *study, const struct dataset_places *places, struct err *e)
{
	if (!is_wanted(study->sweep))
		return 0;
	if (!study->draws && !(study->draws = stats_crossed_draws_new()))
		return err_nomem(e);
	for (size_t i = 0; i < study->count; i++) {
		const char *name = study_label(&study->samples[i], "dataset");
		bool seen = !name || study->samples[i].state != SAMPLE_DONE;
		for (size_t k = 0; k < i && !seen; k++) {
			const char *other = study_label(&study->samples[k], "dataset");
			seen = study->samples[k].state == SAMPLE_DONE && other
				&& !strcmp(other, name);
		}
		if (!seen && read_dataset(s, study, name, places, e))
			return -1;
	}
	return 0;
}

/* ---- intervals ---- */

static int least_common(int a, int b)
{
	int x = a, y = b;

	while (y) {
		const int rest = x % y;
		x = y;
		y = rest;
	}
	return a / x * b;
}

/* Into how many steps a difference of one image is cut so that all samples' shares are whole; 0:
 * there are no images, or too many steps. */
static int steps_of(const struct sample *const *a, const struct sample *const *b, size_t n)
{
	int steps = 1;

	for (size_t i = 0; i < 2 * n && steps; i++) {
		const struct sample *s = i < n ? a[i] : b ? b[i - n] : NULL;
		if (!s)
			continue;
		if (!s->right || s->images != a[0]->images)
			return 0;
		steps = least_common(steps, s->networks);
		steps = steps > STEPS_MAX ? 0 : steps;
	}
	return steps;
}

static struct interval interval_of_all(const struct study *study, const struct sample *const *a,
	const struct sample *const *b, size_t n)
{
	const int steps = n ? steps_of(a, b, n) : 0;
	if (!steps)
		return interval_none();
	const size_t images = a[0]->images;
	int8_t *difference = malloc(n * images + 1);
	if (!difference)
		return interval_none();
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < images; k++)
			difference[i * images + k] =
				(int8_t)(a[i]->right[k] * (steps / a[i]->networks)
					- (b ? b[i]->right[k] * (steps / b[i]->networks) : 0));
	const struct interval r = stats_crossed_interval(difference, n, images, 0.95, study->draws);
	free(difference);
	return (struct interval){ r.low / steps, r.high / steps };
}

struct interval crossed_of(const struct study *study, const struct sample *const *samples, size_t n)
{
	return interval_of_all(study, samples, NULL, n);
}

struct interval crossed_of_pairs(const struct study *study, const struct sample *const *a,
	const struct sample *const *b, size_t n)
{
	return interval_of_all(study, a, b, n);
}
