/* tables.c - rows, cells and comparisons of a table. Prints nothing (table_print.c) and asks no
 * database (study.c). */
#include "tables.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "comparisons.h"
#include "crossed.h"
#include "metric.h"
#include "selection.h"

enum { BCA_MIN_SEEDS = 10 };
static const double alpha = 0.05;

static void copy_label(char out[64], const struct sample *s, const char *name)
{
	const char *value = study_label(s, name);

	memset(out, 0, 64);
	if (value)
		memcpy(out, value, strnlen(value, 63));
}

/* ---- checking the description ---- */

static bool label_exists(const struct study *study, const char *name)
{
	for (size_t i = 0; i < study->count; i++)
		if (study_label(&study->samples[i], name))
			return true;
	return study->count == 0; /* nothing planned: nothing to hold the name against */
}

static int no_such_label(
	const struct study *study, const char *table, const char *name, struct err *e)
{
	const char *known[LABELS_MAX];
	size_t count = 0;
	const struct sample *s = &study->samples[0];

	for (; count < (size_t)s->label_count; count++)
		known[count] = s->labels[count].name;
	const char *nearest = str_nearest(name, known, count);
	if (nearest)
		return err_set(e, ERR_USAGE,
			"table %s: no trial has a label '%s' (did you mean '%s'?)", table, name,
			nearest);
	return err_set(e, ERR_USAGE, "table %s: no trial has a label '%s'", table, name);
}

static int check_spec(const struct study *study, const struct table_spec *spec, struct err *e)
{
	for (int i = 0; i < spec->row_count; i++)
		if (!label_exists(study, spec->rows[i]))
			return no_such_label(study, spec->id, spec->rows[i], e);
	for (int i = 0; i < spec->baseline.count; i++) {
		bool is_row_label = false;
		for (int k = 0; k < spec->row_count; k++)
			is_row_label |= !strcmp(spec->rows[k], spec->baseline.is[i].name);
		if (!is_row_label)
			return err_set(e, ERR_USAGE,
				"table %s: the baseline's label '%s' is not one of the table's "
				"rows",
				spec->id, spec->baseline.is[i].name);
	}
	return 0;
}

/* ---- rows ---- */

/* A trial of the table: which of their values its row labels have, by the order in which the plan
 * first has them. */
struct member {
	const struct sample *sample;
	size_t rank[4];
	size_t place; /* in the plan */
};

/* The different values of one row label. */
struct distinct {
	const char **values;
	size_t count, capacity;
};

static const char *value_of(const struct sample *s, const char *label)
{
	const char *value = study_label(s, label);

	return value ? value : "";
}

/* The number of this value, a new one if it is new; SIZE_MAX without memory. */
static size_t rank_of(struct distinct *d, const char *value)
{
	for (size_t i = 0; i < d->count; i++)
		if (!strcmp(d->values[i], value))
			return i;
	if (d->count == d->capacity) {
		const size_t capacity = d->capacity ? 2 * d->capacity : 16;
		const char **values = realloc(d->values, capacity * sizeof(*values));
		if (!values)
			return SIZE_MAX;
		d->values = values;
		d->capacity = capacity;
	}
	d->values[d->count] = value;
	return d->count++;
}

static int by_rank(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	for (int k = 0; k < 4; k++)
		if (x->rank[k] != y->rank[k])
			return x->rank[k] < y->rank[k] ? -1 : 1;
	return x->place < y->place ? -1 : 1;
}

/* Of each run of equal ranks the trials of the best setting. */
static int select_members(
	const struct table *t, struct member *members, size_t *count, struct err *e)
{
	const struct sample **samples = calloc(*count + 1, sizeof(struct sample *));
	size_t kept = 0;

	if (!samples)
		return err_nomem(e);
	for (size_t i = 0, end; i < *count; i = end) {
		size_t n = 0, next = 0;
		for (end = i; end < *count
			&& !memcmp(members[i].rank, members[end].rank, sizeof(members[i].rank));
			end++)
			samples[n++] = members[end].sample;
		selection_keep(t->study, &t->spec->select, samples, &n, NULL);
		for (size_t k = i; k < end && next < n; k++)
			if (members[k].sample == samples[next]) {
				members[kept++] = members[k];
				next++;
			}
	}
	*count = kept;
	free(samples);
	return 0;
}

/* The trials of the table in the order of its rows, and of the plan within a row. */
static int find_members(const struct table *t, struct member *members, size_t *count, struct err *e)
{
	struct distinct distinct[4] = { { NULL, 0, 0 } };
	int result = 0;

	*count = 0;
	for (size_t i = 0; i < t->study->count && !result; i++) {
		const struct sample *s = &t->study->samples[i];
		if (!study_holds(&t->spec->where, s))
			continue;
		struct member *m = &members[(*count)++];
		*m = (struct member){ .sample = s, .place = i };
		for (int k = 0; k < t->spec->row_count && !result; k++) {
			m->rank[k] = rank_of(&distinct[k], value_of(s, t->spec->rows[k]));
			result = m->rank[k] == SIZE_MAX ? err_nomem(e) : 0;
		}
	}
	for (int k = 0; k < 4; k++)
		free(distinct[k].values);
	qsort(members, *count, sizeof(*members), by_rank);
	return result || !t->spec->select.label_count ? result
						      : select_members(t, members, count, e);
}

static void count_state(struct table_row *row, const struct sample *s)
{
	row->planned++;
	row->done += s->state == SAMPLE_DONE;
	row->failed += s->state == SAMPLE_FAILED;
	row->diverged += s->state == SAMPLE_DIVERGED;
	row->skipped += s->state == SAMPLE_SKIPPED;
	row->missing += s->state == SAMPLE_MISSING || s->state == SAMPLE_RUNNING
		|| s->state == SAMPLE_INTERRUPTED;
	if (s->reason[0] && !row->reason[0])
		memcpy(row->reason, s->reason, sizeof(row->reason));
}

static int mixed(const struct table *t, const struct sample *a, const struct sample *b,
	const char *label, struct err *e)
{
	const char *left = study_label(a, label), *right = study_label(b, label);

	return err_set(e, ERR_USAGE,
		"table %s: a row would mix configurations (%s is %s and %s): add '%s' to its rows "
		"or to its 'where'",
		t->spec->id, label, left ? left : "not set", right ? right : "not set", label);
}

/* One row for each run of equal ranks. */
static int make_rows(struct table *t, const struct member *members, size_t count, struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		const struct sample *s = members[i].sample;
		const char *label;
		struct table_row *row = t->row_count ? &t->rows[t->row_count - 1] : NULL;
		t->members[i] = s;
		if (!row || memcmp(members[i].rank, members[i - 1].rank, sizeof(members[i].rank))) {
			row = &t->rows[t->row_count++];
			row->members = &t->members[i];
			for (int k = 0; k < t->spec->row_count; k++)
				copy_label(row->labels[k], s, t->spec->rows[k]);
		} else if (!study_same_labels(row->members[0], s, &label)) {
			return mixed(t, row->members[0], s, label, e);
		}
		count_state(row, s);
	}
	return 0;
}

static int collect_rows(struct table *t, struct err *e)
{
	struct member *members = calloc(t->study->count + 1, sizeof(*members));
	size_t count;
	int result = -1;

	t->rows = calloc(t->study->count + 1, sizeof(*t->rows));
	t->members = calloc(t->study->count + 1, sizeof(*t->members));
	if (!members || !t->rows || !t->members)
		err_nomem(e);
	else
		result = find_members(t, members, &count, e) || make_rows(t, members, count, e) ? -1
												: 0;
	free(members);
	return result;
}

/* ---- cells ---- */

/* Of how many test images the row's values are, if all of them are of the same number; else 0. */
static size_t test_images(const struct study *study, const struct table_row *row)
{
	struct err none = { 0 };
	const int column = study_metric(
		study, "test_count", "", "table", &none); /* databases of schema 2 do not have it */
	double images = 0;

	for (size_t i = 0; column >= 0 && i < row->planned; i++) {
		const double count = study_value(study, row->members[i], column);
		if (isnan(count) || count == images)
			continue;
		if (images > 0)
			return 0;
		images = count;
	}
	return (size_t)images;
}

static int fill_values(const struct study *study, const struct table_row *row, int metric,
	struct cell *cell, struct err *e)
{
	cell->values = calloc(row->planned + 1, sizeof(*cell->values));
	cell->seeds = calloc(row->planned + 1, sizeof(*cell->seeds));
	if (!cell->values || !cell->seeds)
		return err_nomem(e);
	for (size_t i = 0; i < row->planned; i++) {
		const double value = study_value(study, row->members[i], metric);
		if (isnan(value))
			continue;
		cell->values[cell->n] = value;
		cell->seeds[cell->n++] = row->members[i]->seed;
	}
	for (size_t i = 0; i < row->planned; i++) {
		const double trained = study_censored(study, row->members[i], metric);
		if (isnan(trained))
			continue;
		cell->values[cell->n + cell->censored] = trained;
		cell->seeds[cell->n + cell->censored++] = row->members[i]->seed;
	}
	return 0;
}

static void describe_values(
	const struct study *study, const struct table_row *row, int metric, struct cell *cell)
{
	const double *x = cell->values;
	const size_t n = cell->n;
	cell->mean = stats_mean(x, n);
	cell->sd = stats_sd(x, n);
	cell->median = stats_median(x, n);
	cell->min = stats_min(x, n);
	cell->max = stats_max(x, n);
	cell->t95 = n >= CLAIM_MIN_SEEDS ? stats_t_interval(x, n, 0.95) : interval_none();
	cell->bca95 =
		n >= BCA_MIN_SEEDS ? stats_bca_interval(x, n, stats_mean, 0.95) : interval_none();
	cell->images = n && !strncmp(study->metrics[metric], "test_accuracy", 13)
		? test_images(study, row)
		: 0;
	cell->images95 = cell->images
		? stats_wilson(cell->mean * (double)cell->images, (double)cell->images, 0.95)
		: interval_none();
}

/* The claim about this cell: the first that states a figure, else the first that states a bound. */
static const struct claim_result *claim_of(
	const struct table *t, const struct table_row *row, const char *metric)
{
	const struct claim_result *bound = NULL;

	for (size_t i = 0; i < t->study->sweep->claim_count; i++) {
		const struct claim *c = t->claims[i].claim;
		if (c->than.count || c->phase[0] || strcmp(c->metric, metric)
			|| !study_holds(&c->where, row->members[0]))
			continue;
		if (!c->compare)
			return &t->claims[i];
		bound = bound ? bound : &t->claims[i];
	}
	return bound;
}

static int fill_row(struct table *t, struct table_row *row, const int *metrics, struct err *e)
{
	row->cells = calloc((size_t)t->spec->metric_count + 1, sizeof(*row->cells));
	if (!row->cells)
		return err_nomem(e);
	for (int m = 0; m < t->spec->metric_count; m++)
		if (fill_values(t->study, row, metrics[m], &row->cells[m], e))
			return -1;
	return 0;
}

static void describe_row(struct table *t, struct table_row *row, const int *metrics)
{
	for (int m = 0; m < t->spec->metric_count; m++) {
		describe_values(t->study, row, metrics[m], &row->cells[m]);
		row->cells[m].claim = claim_of(t, row, t->spec->metrics[m]);
	}
}

/* ---- comparisons with the baseline ---- */

static const char *baseline_value(const struct table_spec *spec, const char *label)
{
	for (int i = 0; i < spec->baseline.count; i++)
		if (!strcmp(spec->baseline.is[i].name, label))
			return spec->baseline.is[i].value;
	return NULL;
}

/* The baseline row of a row: the baseline's labels, and the row's own for the others (each data set
 * has its own baseline). */
static struct table_row *baseline_row(const struct table *t, const struct table_row *row)
{
	for (size_t i = 0; i < t->row_count; i++) {
		bool is = true;
		for (int k = 0; k < t->spec->row_count && is; k++) {
			const char *value = baseline_value(t->spec, t->spec->rows[k]);
			is = !strcmp(t->rows[i].labels[k], value ? value : row->labels[k]);
		}
		if (is)
			return &t->rows[i];
	}
	return NULL;
}

/* The differences over the common seeds, with the seeds if they are not NULL; returns how many. */
static size_t paired_differences(
	const struct cell *ours, const struct cell *baseline, double *difference, uint64_t *seeds)
{
	const struct durations x = { ours->values, ours->seeds, ours->n, ours->censored },
			       y = { baseline->values, baseline->seeds, baseline->n,
				       baseline->censored };

	return stats_pair_durations(&x, &y, difference, seeds);
}

/* Are differences of this metric tested, or only stated? */
static bool is_tested(const struct table *t, int m)
{
	const enum metric_kind kind = metric_find(t->study->sweep, t->spec->metrics[m])->kind;

	return kind == METRIC_RESULT || (t->spec->family[0] && kind != METRIC_CONSTANT);
}

static const struct sample *member_of_seed(const struct table_row *row, uint64_t seed)
{
	for (size_t i = 0; i < row->planned; i++)
		if (row->members[i]->seed == seed)
			return row->members[i];
	return NULL;
}

/* The interval over seeds and test images of the difference in test accuracy. */
static int compare_images(const struct study *study, struct table_row *row,
	const struct table_row *base, int m, struct err *e)
{
	struct cell *ours = &row->cells[m];
	const struct cell *theirs = &base->cells[m];
	const struct sample **a = calloc(2 * ours->n + 1, sizeof(struct sample *));
	size_t pairs = 0;

	if (!a)
		return err_nomem(e);
	const struct sample **b = a + ours->n;
	for (size_t i = 0; i < ours->n; i++)
		for (size_t k = 0; k < theirs->n; k++)
			if (ours->seeds[i] == theirs->seeds[k]) {
				a[pairs] = member_of_seed(row, ours->seeds[i]);
				b[pairs++] = member_of_seed(base, ours->seeds[i]);
				break;
			}
	ours->against.both95 =
		interval_hull(crossed_of_pairs(study, a, b, pairs), ours->against.interval);
	free(a);
	return 0;
}

static int compare(struct cell *ours, const struct cell *baseline, bool tested,
	const struct family_member *member, struct err *e)
{
	double *difference = calloc(ours->n + ours->censored + 1, sizeof(*difference));
	if (!difference)
		return err_nomem(e);
	const size_t n = paired_differences(ours, baseline, difference, NULL);

	ours->against = (struct comparison){
		.made = n > 0,
		.tested = tested,
		.pairs = n,
		.difference = stats_mean(difference, n),
		.interval = member ? member->interval
			: tested   ? interval_none()
				   : stats_difference_interval(difference, n, 0.95),
		.both95 = interval_none(),
		.dz = stats_dz(difference, n),
		.cliff = stats_cliff_delta(ours->values, ours->n, baseline->values, baseline->n),
		.p = tested ? stats_paired_exact(difference, n, alpha) : NAN,
		.p_adjusted = member ? member->p : NAN,
		.p_wilcoxon = tested ? stats_wilcoxon(difference, n) : NAN,
		.p_t = tested ? stats_paired_t(difference, n) : NAN,
	};
	free(difference);
	return 0;
}

static int mark_baselines(struct table *t, struct err *e)
{
	bool any = t->row_count == 0 || !t->spec->baseline.count;

	for (size_t i = 0; i < t->row_count && t->spec->baseline.count; i++) {
		t->rows[i].baseline = baseline_row(t, &t->rows[i]) == &t->rows[i];
		any |= t->rows[i].baseline;
	}
	return any ? 0 : err_set(e, ERR_USAGE, "table %s: no row is the baseline", t->spec->id);
}

static size_t place_of(const struct table *t, size_t row, int m)
{
	return row * (size_t)t->spec->metric_count + (size_t)m;
}

static void count_comparison(
	struct table *t, const struct comparison *c, const struct family_member *member)
{
	if (!c->made)
		return;
	t->untested |= !c->tested;
	if (!c->tested)
		return;
	if (!isnan(c->p_adjusted)) {
		t->comparisons++;
		t->family_tests = member->tests > t->family_tests ? member->tests : t->family_tests;
		t->unbounded |= !interval_exists(c->interval);
	}
	if (!t->fewest_pairs || c->pairs < t->fewest_pairs)
		t->fewest_pairs = c->pairs;
	if (c->pairs > t->most_pairs)
		t->most_pairs = c->pairs;
}

static int compare_rows(struct table *t, const struct families *families, struct err *e)
{
	for (size_t i = 0; i < t->row_count && t->spec->baseline.count; i++) {
		const struct table_row *base = baseline_row(t, &t->rows[i]);
		if (base == &t->rows[i])
			continue;
		for (int m = 0; base && m < t->spec->metric_count; m++) {
			const struct family_member *member =
				families_find(families, t->spec, place_of(t, i, m));
			if (metric_find(t->study->sweep, t->spec->metrics[m])->kind
				== METRIC_CONSTANT)
				continue;
			if (compare(&t->rows[i].cells[m], &base->cells[m], is_tested(t, m), member,
				    e))
				return -1;
			if (!strcmp(t->spec->metrics[m], "test_accuracy")
				&& compare_images(t->study, &t->rows[i], base, m, e))
				return -1;
			count_comparison(t, &t->rows[i].cells[m].against, member);
		}
	}
	return 0;
}

/* ---- the best row of a group ---- */

/* Does this row label tell the members of a group apart? */
static bool tells_apart(const struct table_spec *spec, int label)
{
	return spec->baseline.count ? baseline_value(spec, spec->rows[label]) != NULL
				    : label == spec->row_count - 1;
}

static bool same_group(const struct table *t, const struct table_row *a, const struct table_row *b)
{
	for (int k = 0; k < t->spec->row_count; k++)
		if (!tells_apart(t->spec, k) && strcmp(a->labels[k], b->labels[k]))
			return false;
	return true;
}

/* The rows of one group that have values of a metric, and every pair of them in one family. */
struct contest {
	struct table *t;
	int m;
	size_t *rows, count;
	struct families pairs; /* place: first row of the pair times count, plus the second */
};

static int add_pairs(struct contest *c, struct err *e)
{
	for (size_t a = 0; a < c->count; a++)
		for (size_t b = a + 1; b < c->count; b++) {
			const struct cell *x = &c->t->rows[c->rows[a]].cells[c->m],
					  *y = &c->t->rows[c->rows[b]].cells[c->m];
			double *difference = calloc(x->n + x->censored + 1, sizeof(*difference));
			uint64_t *seeds = calloc(x->n + x->censored + 1, sizeof(*seeds));
			int result = difference && seeds ? 0 : err_nomem(e);
			if (!result) {
				const size_t n = paired_differences(x, y, difference, seeds);
				result = families_add(&c->pairs, "group", c->t, a * c->count + b,
					difference, seeds, n, e);
			}
			free(difference);
			free(seeds);
			if (result)
				return -1;
		}
	return families_correct(&c->pairs, false, e);
}

/* Is the printed p of the comparison between these rows, if there is one, no contradiction? */
static bool agrees(
	const struct table *t, const struct table_row *a, const struct table_row *b, int m)
{
	const struct table_row *row = b->baseline ? a : b;
	const struct comparison *c = &row->cells[m].against;

	return !(a->baseline || b->baseline) || !c->made || !is_tested(t, m)
		|| c->p_adjusted < alpha;
}

/* Does row number a of the contest beat every other one? */
static bool is_best(const struct contest *c, size_t a, int better)
{
	const struct table_row *row = &c->t->rows[c->rows[a]];

	for (size_t b = 0; b < c->count; b++) {
		const struct table_row *other = &c->t->rows[c->rows[b]];
		if (a == b)
			continue;
		const size_t low = a < b ? a : b, high = a < b ? b : a;
		const struct family_member *pair =
			families_find(&c->pairs, c->t, low * c->count + high);
		const double mean = stats_mean(c->pairs.differences + pair->first, pair->pairs);
		if (!(pair->p < alpha) || !((a < b ? mean : -mean) * better > 0)
			|| !agrees(c->t, row, other, c->m))
			return false;
	}
	return c->count > 1;
}

/* The group of row number `first`, which is its first. */
static int judge_group(struct table *t, size_t first, int m, size_t *rows, struct err *e)
{
	struct contest c = { .t = t, .m = m, .rows = rows };

	for (size_t i = first; i < t->row_count; i++)
		if (same_group(t, &t->rows[first], &t->rows[i]) && t->rows[i].cells[m].n)
			rows[c.count++] = i;
	const int result = add_pairs(&c, e);
	for (size_t a = 0; a < c.count && !result; a++)
		t->rows[rows[a]].cells[m].best =
			is_best(&c, a, metric_find(t->study->sweep, t->spec->metrics[m])->better);
	families_free(&c.pairs);
	return result;
}

static int mark_best(struct table *t, struct err *e)
{
	size_t *rows = calloc(t->row_count + 1, sizeof(*rows));
	int result = rows ? 0 : err_nomem(e);

	for (int m = 0; m < t->spec->metric_count && !result; m++)
		for (size_t i = 0; i < t->row_count && !result; i++) {
			bool is_first = is_tested(t, m)
				&& metric_find(t->study->sweep, t->spec->metrics[m])->better;
			for (size_t k = 0; k < i && is_first; k++)
				is_first = !same_group(t, &t->rows[k], &t->rows[i]);
			if (is_first)
				result = judge_group(t, i, m, rows, e);
		}
	free(rows);
	return result;
}

/* ---- the whole ---- */

/* Rows and values, nothing computed of them. On failure, too, the caller frees the table. */
static int collect(struct table *t, int metrics[SWEEP_COLUMNS_MAX], struct err *e)
{
	char context[48] = "table ";

	memcpy(context + 6, t->spec->id, sizeof(t->spec->id));
	for (int m = 0; m < t->spec->metric_count; m++) {
		metrics[m] = study_metric(t->study, t->spec->metrics[m], "", context, e);
		if (metrics[m] < 0)
			return -1;
	}
	if (check_spec(t->study, t->spec, e) || collect_rows(t, e))
		return -1;
	for (size_t i = 0; i < t->row_count; i++)
		if (fill_row(t, &t->rows[i], metrics, e))
			return -1;
	return mark_baselines(t, e);
}

int tables_make(
	const struct study *study, const struct table_spec *spec, struct err *e, struct table **out)
{
	struct table *t = calloc(1, sizeof(*t));
	struct families families = { 0 };
	int metrics[SWEEP_COLUMNS_MAX];

	if (!t)
		return err_nomem(e);
	t->spec = spec;
	t->study = study;
	if (collect(t, metrics, e) || claims_evaluate(study, e, &t->claims)
		|| comparisons_of(study, spec, &families, e))
		goto fail;
	for (size_t i = 0; i < t->row_count; i++)
		describe_row(t, &t->rows[i], metrics);
	if (compare_rows(t, &families, e) || mark_best(t, e))
		goto fail;
	families_free(&families);
	*out = t;
	return 0;
fail:
	families_free(&families);
	tables_free(t);
	return -1;
}

static int add_comparison(struct table *t, size_t row, int m, const struct table_row *base,
	struct families *families, struct err *e)
{
	const struct cell *ours = &t->rows[row].cells[m], *theirs = &base->cells[m];
	const size_t room = ours->n + ours->censored + 1;
	double *difference = calloc(room, sizeof(*difference));
	uint64_t *seeds = calloc(room, sizeof(*seeds));
	int result = difference && seeds ? 0 : err_nomem(e);

	if (!result) {
		const size_t n = paired_differences(ours, theirs, difference, seeds);
		result = families_add(families,
			t->spec->family[0] ? t->spec->family : t->spec->metrics[m], t->spec,
			place_of(t, row, m), difference, seeds, n, e);
	}
	free(difference);
	free(seeds);
	return result;
}

int tables_add_comparisons(const struct study *study, const struct table_spec *spec,
	struct families *families, struct err *e)
{
	struct table *t = calloc(1, sizeof(*t));
	int metrics[SWEEP_COLUMNS_MAX];

	if (!t)
		return err_nomem(e);
	t->spec = spec;
	t->study = study;
	int result = spec->baseline.count ? collect(t, metrics, e) : 0;
	for (size_t i = 0; i < t->row_count && !result; i++) {
		const struct table_row *base = baseline_row(t, &t->rows[i]);
		for (int m = 0; m < spec->metric_count && !result; m++)
			if (base && base != &t->rows[i] && is_tested(t, m))
				result = add_comparison(t, i, m, base, families, e);
	}
	tables_free(t);
	return result;
}

/* Seeds that both rows have. */
static size_t common_seeds(const struct table_row *a, const struct table_row *b)
{
	size_t count = 0;

	for (size_t i = 0; i < a->planned; i++)
		for (size_t k = 0; k < b->planned; k++)
			count += a->members[i]->seed == b->members[k]->seed;
	return count;
}

static void count_family(const struct table *t, struct stats_family *family)
{
	size_t tested = 0;

	for (int m = 0; m < t->spec->metric_count; m++)
		tested += is_tested(t, m);
	for (size_t i = 0; i < t->row_count && t->spec->baseline.count && tested; i++) {
		const struct table_row *base = baseline_row(t, &t->rows[i]);
		const size_t pairs =
			base && base != &t->rows[i] ? common_seeds(&t->rows[i], base) : 0;
		family->tests += pairs ? tested : 0;
		family->most_pairs = pairs > family->most_pairs ? pairs : family->most_pairs;
	}
}

int tables_foresee(const struct study *study, const struct table_spec *spec,
	struct stats_family *family, size_t *rows, struct err *e)
{
	struct table *t = calloc(1, sizeof(*t));
	struct err reason = { 0 };
	int result = -1;

	if (!t)
		return err_nomem(e);
	t->spec = spec;
	t->study = study;
	*family = (struct stats_family){ 0 };
	for (int m = 0; m < spec->metric_count; m++)
		if (metric_foresee(study->sweep, spec->metrics[m], "", &reason)) {
			err_set(e, ERR_USAGE, "table %s: %s", spec->id, reason.text);
			goto out;
		}
	if (check_spec(study, spec, e) || collect_rows(t, e) || mark_baselines(t, e))
		goto out;
	count_family(t, family);
	*rows = t->row_count;
	result = 0;
out:
	tables_free(t);
	return result;
}

void tables_free(struct table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->row_count; i++) {
		for (int m = 0; t->rows[i].cells && m < t->spec->metric_count; m++) {
			free(t->rows[i].cells[m].values);
			free(t->rows[i].cells[m].seeds);
		}
		free(t->rows[i].cells);
	}
	free(t->rows);
	free(t->members);
	free(t->claims);
	free(t);
}

bool tables_has_images(const struct table *t, int metric)
{
	for (size_t i = 0; i < t->row_count; i++)
		if (t->rows[i].cells[metric].images)
			return true;
	return false;
}

bool tables_has_bca(const struct table *t, int metric)
{
	for (size_t i = 0; i < t->row_count; i++)
		if (interval_exists(t->rows[i].cells[metric].bca95))
			return true;
	return false;
}

bool tables_has_comparison(const struct table *t, int metric)
{
	for (size_t i = 0; i < t->row_count; i++)
		if (t->rows[i].cells[metric].against.made)
			return true;
	return false;
}

bool tables_has_test(const struct table *t, int metric)
{
	for (size_t i = 0; i < t->row_count; i++)
		if (t->rows[i].cells[metric].against.made
			&& t->rows[i].cells[metric].against.tested)
			return true;
	return false;
}

bool tables_has_interval(const struct table *t, int metric)
{
	for (size_t i = 0; i < t->row_count; i++)
		if (t->rows[i].cells[metric].against.made
			&& interval_exists(t->rows[i].cells[metric].against.interval))
			return true;
	return false;
}

bool tables_has_both(const struct table *t, int metric)
{
	for (size_t i = 0; i < t->row_count; i++)
		if (t->rows[i].cells[metric].against.made
			&& interval_exists(t->rows[i].cells[metric].against.both95))
			return true;
	return false;
}

bool tables_unsure_over_images(const struct comparison *c)
{
	return c->made && c->p_adjusted < alpha && interval_exists(c->both95) && c->both95.low <= 0
		&& c->both95.high >= 0;
}

bool tables_has_claim(const struct table *t, int metric)
{
	for (size_t i = 0; i < t->row_count; i++)
		if (t->rows[i].cells[metric].claim)
			return true;
	return false;
}
