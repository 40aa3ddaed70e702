/* robust.c - reads the view robust and takes means of it. */
#include "robust.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../store/read.h"

enum { NAME_MAX_BYTES = 40, COLUMNS_MAX = 3 + 2 * CORRUPTIONS };

int robust_read(struct store *s, const struct sweep *sweep, struct err *e, struct rows **out)
{
	const char *const parameters[] = { "sweep", sweep->name, "any",
		sweep->robustness_count ? "1" : NULL, NULL };

	return store_ask(s, "robust", parameters, e, out);
}

/* The first row of a trial whose identity is not below this one, or of one above it. */
static size_t first_from(const struct rows *r, const char *identity, bool above)
{
	size_t low = 0, high = r->row_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order = strcmp(rows_text(r, middle, ROBUST_TRIAL), identity);
		if (order < 0 || (above && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void robust_trial(const struct rows *r, const char *identity, size_t *first, size_t *end)
{
	*first = first_from(r, identity, false);
	*end = first_from(r, identity, true);
}

double robust_accuracy(
	const struct rows *r, size_t first, size_t end, const char *corruption, double severity)
{
	for (size_t i = first; i < end; i++)
		if (rows_number(r, i, ROBUST_SEVERITY) == severity
			&& !strcmp(rows_text(r, i, ROBUST_CORRUPTION), corruption))
			return rows_number(r, i, ROBUST_ACCURACY);
	return NAN;
}

static double mean_over_severities(
	const struct rows *r, size_t first, size_t end, const struct robustness_spec *spec)
{
	double sum = 0;

	for (size_t k = 0; k < spec->count; k++)
		sum += robust_accuracy(r, first, end, corruption_info(spec->corruption)->name,
			spec->severities[k]);
	return sum / (double)spec->count;
}

static void add_number(struct rows *out, double value)
{
	if (isnan(value))
		rows_add_null(out);
	else
		rows_add_real(out, value);
}

static void add_trial(
	struct rows *out, const struct sweep *sweep, const struct rows *r, size_t first, size_t end)
{
	const double clean = rows_number(r, first, ROBUST_CLEAN);
	double means[CORRUPTIONS], sum = 0;

	for (size_t i = 0; i < sweep->robustness_count; i++)
		sum += means[i] = mean_over_severities(r, first, end, &sweep->robustness[i]);
	sum /= (double)sweep->robustness_count;
	rows_add_text(out, rows_text(r, first, ROBUST_TRIAL));
	add_number(out, sum);
	add_number(out, clean - sum);
	for (size_t i = 0; i < sweep->robustness_count; i++) {
		add_number(out, means[i]);
		add_number(out, clean - means[i]);
	}
}

static struct rows *new_rows(const struct sweep *sweep)
{
	char names[2 * CORRUPTIONS][NAME_MAX_BYTES];
	const char *columns[COLUMNS_MAX] = { "trial", "robust_accuracy", "robust_drop" };
	int count = 3;

	for (size_t i = 0; i < 2 * sweep->robustness_count; i++) {
		snprintf(names[i], sizeof(names[i]), "%s_%s",
			corruption_info(sweep->robustness[i / 2].corruption)->name,
			i % 2 ? "drop" : "accuracy");
		columns[count++] = names[i];
	}
	return rows_new(count, columns);
}

int robust_metrics(struct store *s, const struct sweep *sweep, struct err *e, struct rows **out)
{
	struct rows *r = NULL;

	if (robust_read(s, sweep, e, &r))
		return -1;
	*out = new_rows(sweep);
	for (size_t first = 0, end; *out && first < r->row_count; first = end) {
		for (end = first + 1; end < r->row_count
			&& !strcmp(
				rows_text(r, end, ROBUST_TRIAL), rows_text(r, first, ROBUST_TRIAL));
			end++)
			continue;
		add_trial(*out, sweep, r, first, end);
	}
	rows_free(r);
	if (*out && rows_complete(*out))
		return 0;
	rows_free(*out);
	return err_nomem(e);
}
