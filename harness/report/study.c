/* study.c - reads a study from the store, through its views (runs, accuracy, models, digests) and
 * the table of labels. Computes nothing. */
#include "study.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../plan/param.h"
#include "../plan/trial_kind.h"
#include "../store/read.h"
#include "metric.h"
#include "robust.h"
#include "stats.h"

/* Columns of the view `accuracy` that say whose numbers they are; every other column of it is a
 * metric. */
static const char *const not_metrics[] = {
	"trial",
	"sweep",
	"dataset",
	"recipe",
	"augment",
	"model",
	"seed",
	"configuration",
	"data_variant",
	"nonfinite",
	"labels",
};

/* What does not fit is cut off, at the end of a character. */
static void copy_text(char *out, size_t size, const char *text)
{
	size_t length = strnlen(text, size - 1);

	while (text[length] && length && ((unsigned char)text[length] & 0xc0) == 0x80)
		length--;

	memset(out, 0, size);
	memcpy(out, text, length);
}

static int ask(struct store *s, const struct study *study, const char *query, struct err *e,
	struct rows **out)
{
	const char *const parameters[] = { "sweep", study->sweep->name, NULL };

	return store_ask(s, query, parameters, e, out);
}

static int ask_phase(struct store *s, const struct study *study, const char *query,
	const char *phase, struct err *e, struct rows **out)
{
	const char *const parameters[] = { "sweep", study->sweep->name, "phase", phase, NULL };

	return store_ask(s, query, parameters, e, out);
}

/* ---- the plan ---- */

static enum sample_state state_of(const char *name)
{
	static const struct {
		const char *name;
		enum sample_state state;
	} states[] = {
		{ "running", SAMPLE_RUNNING },
		{ "done", SAMPLE_DONE },
		{ "failed", SAMPLE_FAILED },
		{ "timeout", SAMPLE_FAILED },
		{ "diverged", SAMPLE_DIVERGED },
		{ "interrupted", SAMPLE_INTERRUPTED },
		{ "skipped", SAMPLE_SKIPPED },
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (!strcmp(states[i].name, name))
			return states[i].state;
	return SAMPLE_MISSING;
}

static void add_label(struct sample *sample, const char *name, const char *value)
{
	if (sample->label_count == LABELS_MAX)
		return;
	struct label *l = &sample->labels[sample->label_count++];
	copy_text(l->name, sizeof(l->name), name);
	copy_text(l->value, sizeof(l->value), value);
}

/* The labels of all plan rows; both answers are in the order of the plan. */
static int read_labels(struct store *s, struct study *study, const struct rows *runs, struct err *e)
{
	struct rows *r = NULL;

	if (ask(s, study, "study_labels", e, &r))
		return -1;
	size_t k = 0;
	for (size_t i = 0; i < r->row_count; i++) {
		const int64_t position = rows_integer(r, i, 0);
		while (k < study->count && rows_integer(runs, k, 0) < position)
			k++;
		if (k < study->count && rows_integer(runs, k, 0) == position)
			add_label(&study->samples[k], rows_text(r, i, 1), rows_text(r, i, 2));
	}
	rows_free(r);
	return 0;
}

static int plan_from_database(struct store *s, struct study *study, struct err *e)
{
	struct rows *r = NULL;
	int result = -1;

	if (ask(s, study, "study_plan", e, &r))
		return -1;
	study->samples = calloc(r->row_count + 1, sizeof(*study->samples));
	if (!study->samples) {
		err_nomem(e);
		goto out;
	}
	study->count = r->row_count;
	for (size_t i = 0; i < r->row_count; i++) {
		struct sample *sample = &study->samples[i];
		copy_text(sample->identity, sizeof(sample->identity), rows_text(r, i, 1));
		sample->seed = (uint64_t)rows_integer(r, i, 2);
		sample->state = state_of(rows_text(r, i, 3));
		if (sample->state != SAMPLE_DONE)
			copy_text(sample->reason, sizeof(sample->reason), rows_text(r, i, 4));
	}
	result = read_labels(s, study, r, e);
out:
	rows_free(r);
	return result;
}

static int plan_from_file(struct study *study, struct err *e)
{
	const struct sweep *sweep = study->sweep;

	study->samples = calloc(sweep->trial_count + 1, sizeof(*study->samples));
	if (!study->samples)
		return err_nomem(e);
	study->count = sweep->trial_count;
	for (size_t i = 0; i < study->count; i++) {
		struct sample *sample = &study->samples[i];
		const struct trial *t = &sweep->trials[i];
		memcpy(sample->identity, t->identity, sizeof(sample->identity));
		memcpy(sample->labels, t->labels, sizeof(sample->labels));
		sample->label_count = t->label_count;
		sample->seed = t->seed;
	}
	return 0;
}

static int read_plan(struct store *s, struct study *study, struct err *e)
{
	struct rows *r = NULL;

	if (ask(s, study, "study_sweep", e, &r))
		return -1;
	study->frozen = r->row_count > 0;
	study->changed = study->frozen && strcmp(rows_text(r, 0, 0), study->sweep->digest);
	rows_free(r);
	return study->frozen ? plan_from_database(s, study, e) : plan_from_file(study, e);
}

/* ---- values ---- */

static int by_identity(const void *a, const void *b)
{
	const struct sample *const *x = a, *const *y = b;

	return strcmp((*x)->identity, (*y)->identity);
}

/* The samples in the order of their identities. One trial may be several samples (plan rows under
 * different labels). */
static struct sample **sorted_samples(const struct study *study)
{
	struct sample **sorted = calloc(study->count + 1, sizeof(struct sample *));

	for (size_t i = 0; sorted && i < study->count; i++)
		sorted[i] = &study->samples[i];
	if (sorted)
		qsort(sorted, study->count, sizeof(struct sample *), by_identity);
	return sorted;
}

/* The first sorted sample of this identity, or count. */
static size_t first_of(struct sample *const *sorted, size_t count, const char *identity)
{
	size_t low = 0, high = count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (strcmp(sorted[middle]->identity, identity) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && !strcmp(sorted[low]->identity, identity) ? low : count;
}

static bool is_metric(const char *column)
{
	for (size_t i = 0; i < sizeof(not_metrics) / sizeof(not_metrics[0]); i++)
		if (!strcmp(not_metrics[i], column))
			return false;
	return true;
}

static bool named_before(const char *const *phases, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(phases[i], name))
			return true;
	return !name[0];
}

/* The phases that claims and figures name: theirs are the only ones whose own results are read.
 * Returns how many. */
static size_t named_phases(const struct sweep *sweep, const char *phases[PHASES_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < sweep->claim_count && count < PHASES_MAX; i++)
		if (!named_before(phases, count, sweep->claims[i].phase))
			phases[count++] = sweep->claims[i].phase;
	for (size_t i = 0; i < sweep->figure_count && count < PHASES_MAX; i++)
		if (!named_before(phases, count, sweep->figures[i].phase))
			phases[count++] = sweep->figures[i].phase;
	return count;
}

enum { THRESHOLDS_MAX = 64 };
static const char censored_prefix[] = "censored ";

/* A metric "epochs_to_90", and the phase from whose beginning epochs are counted ("": the trial's).
 */
struct threshold {
	const char *name, *phase;
	char censored[STUDY_METRIC_MAX]; /* name of the column of trials that never reach it */
};

static size_t add_threshold(struct threshold thresholds[THRESHOLDS_MAX], size_t count,
	const char *name, const char *phase)
{
	if (!metric_threshold(name, NULL) || count == THRESHOLDS_MAX)
		return count;
	for (size_t i = 0; i < count; i++)
		if (!strcmp(thresholds[i].name, name) && !strcmp(thresholds[i].phase, phase))
			return count;
	thresholds[count] = (struct threshold){ .name = name, .phase = phase };
	snprintf(thresholds[count].censored, sizeof(thresholds[count].censored), "%s%s",
		censored_prefix, name);
	return count + 1;
}

/* The metrics "epochs_to_90" that are asked for anywhere, each once. Returns how many. */
static size_t named_thresholds(
	const struct sweep *sweep, struct threshold thresholds[THRESHOLDS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < sweep->table_count; i++)
		for (int m = 0; m < sweep->tables[i].metric_count; m++)
			count = add_threshold(thresholds, count, sweep->tables[i].metrics[m], "");
	for (size_t i = 0; i < sweep->claim_count; i++)
		count = add_threshold(
			thresholds, count, sweep->claims[i].metric, sweep->claims[i].phase);
	for (size_t i = 0; i < sweep->figure_count; i++)
		count = add_threshold(
			thresholds, count, sweep->figures[i].metric, sweep->figures[i].phase);
	return count;
}

static int ask_threshold(struct store *s, const struct study *study,
	const struct threshold *threshold, struct err *e, struct rows **out)
{
	double percent = 0;
	char text[32];

	metric_threshold(threshold->name, &percent);
	number_format(percent, text);
	const char *const parameters[] = { "sweep", study->sweep->name, "percent", text, "phase",
		threshold->phase, NULL };
	if (store_ask(s, "study_threshold", parameters, e, out))
		return -1;
	(*out)->columns[1] = threshold->name; /* the metric's, as the sweep has it */
	(*out)->columns[2] = threshold->censored;
	return 0;
}

/* One answer of the store whose columns are metrics, and the phase that it is about ("": the
 * trial). */
struct source {
	struct rows *rows;
	const char *phase;
};
enum { SOURCES_MAX = 4 + 2 * PHASES_MAX + THRESHOLDS_MAX };

static void metric_name(char out[STUDY_METRIC_MAX], const char *column, const char *phase)
{
	struct str name = { 0 };

	str_addf(&name, "%s%s%s", column, phase[0] ? "@" : "", phase);
	copy_text(out, STUDY_METRIC_MAX, name.s);
	str_free(&name);
}

static int find_metric(const struct study *study, const char *name)
{
	for (size_t m = 0; m < study->metric_count; m++)
		if (!strcmp(study->metrics[m], name))
			return (int)m;
	return -1;
}

static int name_metrics(
	struct study *study, const struct source *sources, size_t count, struct err *e)
{
	size_t columns = 0;

	for (size_t i = 0; i < count; i++)
		columns += (size_t)sources[i].rows->column_count;
	study->metrics = calloc(columns + 1, sizeof(*study->metrics));
	if (!study->metrics)
		return err_nomem(e);
	for (size_t i = 0; i < count; i++)
		for (int c = 0; c < sources[i].rows->column_count; c++) {
			char name[STUDY_METRIC_MAX];
			metric_name(name, sources[i].rows->columns[c], sources[i].phase);
			if (is_metric(sources[i].rows->columns[c]) && find_metric(study, name) < 0)
				memcpy(study->metrics[study->metric_count++], name, sizeof(name));
		}
	const size_t values = study->count * study->metric_count;
	study->values = calloc(values + 1, sizeof(*study->values));
	if (!study->values)
		return err_nomem(e);
	for (size_t i = 0; i < values; i++)
		study->values[i] = NAN;
	for (size_t i = 0; i < study->count; i++)
		study->samples[i].first_value = i * study->metric_count;
	return 0;
}

static void take_column(struct study *study, struct sample *const *sorted,
	const struct source *source, int column, int trial)
{
	char name[STUDY_METRIC_MAX];
	metric_name(name, source->rows->columns[column], source->phase);
	const int metric = is_metric(source->rows->columns[column]) ? find_metric(study, name) : -1;

	for (size_t i = 0; metric >= 0 && i < source->rows->row_count; i++) {
		const char *identity = rows_text(source->rows, i, trial);
		for (size_t k = first_of(sorted, study->count, identity);
			k < study->count && !strcmp(sorted[k]->identity, identity); k++)
			study->values[sorted[k]->first_value + (size_t)metric] =
				rows_number(source->rows, i, column);
	}
}

static void take_variants(
	struct study *study, struct sample *const *sorted, const struct rows *accuracy)
{
	const int trial = rows_column(accuracy, "trial"),
		  variant = rows_column(accuracy, "data_variant");

	for (size_t i = 0; i < accuracy->row_count; i++) {
		const char *identity = rows_text(accuracy, i, trial);
		for (size_t k = first_of(sorted, study->count, identity);
			k < study->count && !strcmp(sorted[k]->identity, identity); k++)
			copy_text(sorted[k]->data_variant, sizeof(sorted[k]->data_variant),
				rows_text(accuracy, i, variant));
	}
}

static void take_digests(struct study *study, struct sample *const *sorted, const struct rows *r)
{
	for (size_t i = 0; i < r->row_count; i++) {
		const char *identity = rows_text(r, i, 0);
		for (size_t k = first_of(sorted, study->count, identity);
			k < study->count && !strcmp(sorted[k]->identity, identity); k++) {
			copy_text(sorted[k]->weights_digest, sizeof(sorted[k]->weights_digest),
				rows_text(r, i, 1));
			copy_text(sorted[k]->data_digest, sizeof(sorted[k]->data_digest),
				rows_text(r, i, 2));
			sorted[k]->core_version = (int)rows_integer(r, i, 3);
		}
	}
}

/* A metric of the table measures by its number, or NULL behind the last. */
static const char *measure_name(const struct sweep *sweep, int number)
{
	const struct trial_kind *kind = trial_kind_of(sweep);
	const struct declared_metric *m;
	for (size_t i = 0; (m = kind->metric(sweep, i)); i++)
		if (m->measured && number-- == 0)
			return m->declared.name;
	return NULL;
}

/* The rows of the query study_measures, of one metric each, as one row a trial. */
static int widen(const struct sweep *sweep, const struct rows *r, struct err *e, struct rows **out)
{
	enum { TRIAL, METRIC, VALUE, SECONDS, CPU_SECONDS, PEAK_BYTES, OF_EVERY_TRIAL = 4 };
	int count = OF_EVERY_TRIAL;
	while (measure_name(sweep, count - OF_EVERY_TRIAL))
		count++;
	const char **columns = calloc((size_t)count, sizeof(*columns));

	*out = NULL;
	if (!columns)
		return err_nomem(e);
	columns[0] = "trial";
	columns[1] = "seconds";
	columns[2] = "cpu_seconds";
	columns[3] = "peak_bytes";
	for (int i = OF_EVERY_TRIAL; i < count; i++)
		columns[i] = measure_name(sweep, i - OF_EVERY_TRIAL);
	*out = rows_new(count, columns);
	if (!*out) {
		free(columns);
		return err_nomem(e);
	}
	for (size_t i = 0, end; i < r->row_count; i = end) {
		end = i + 1;
		while (end < r->row_count
			&& !strcmp(rows_text(r, end, TRIAL), rows_text(r, i, TRIAL)))
			end++;
		rows_add_text(*out, rows_text(r, i, TRIAL));
		for (int k = SECONDS; k <= PEAK_BYTES; k++)
			rows_add_real(*out, rows_number(r, i, k));
		for (int m = OF_EVERY_TRIAL; m < count; m++) {
			size_t at = i;
			while (at < end && strcmp(rows_text(r, at, METRIC), columns[m]) != 0)
				at++;
			rows_add_real(*out, at < end ? rows_number(r, at, VALUE) : NAN);
		}
	}
	free(columns);
	return rows_complete(*out) ? 0 : err_nomem(e);
}

static int ask_measures(
	struct store *s, const struct study *study, struct err *e, struct rows **out)
{
	struct rows *r = NULL;

	if (ask(s, study, "study_measures", e, &r))
		return -1;
	const int result = widen(study->sweep, r, e, out);
	rows_free(r);
	return result;
}

/* Ask for everything that has metrics. On failure, too, the caller frees what is in sources. */
static int read_sources(struct store *s, const struct study *study,
	struct threshold thresholds[THRESHOLDS_MAX], struct source sources[SOURCES_MAX],
	size_t *count, struct err *e)
{
	const char *phases[PHASES_MAX];
	if (!trial_kind_of(study->sweep)->networks) {
		sources[*count] = (struct source){ .phase = "" };
		return ask_measures(s, study, e, &sources[(*count)++].rows);
	}
	const size_t phase_count = named_phases(study->sweep, phases),
		     threshold_count = named_thresholds(study->sweep, thresholds);

	for (size_t i = 0; i < 2; i++, ++*count) {
		sources[*count] = (struct source){ .phase = "" };
		if (ask(s, study, i ? "study_models" : "study_accuracy", e, &sources[*count].rows))
			return -1;
	}
	sources[*count] = (struct source){ .phase = "" };
	if (ask_measures(s, study, e, &sources[(*count)++].rows))
		return -1;
	for (size_t i = 0; i < 2 * phase_count; i++, ++*count) {
		sources[*count] = (struct source){ .phase = phases[i / 2] };
		if (ask_phase(s, study, i % 2 ? "study_phase_models" : "study_phase_results",
			    phases[i / 2], e, &sources[*count].rows))
			return -1;
	}
	for (size_t i = 0; i < threshold_count; i++, ++*count) {
		sources[*count] = (struct source){ .phase = thresholds[i].phase };
		if (ask_threshold(s, study, &thresholds[i], e, &sources[*count].rows))
			return -1;
	}
	if (study->sweep->robustness_count) {
		sources[*count] = (struct source){ .phase = "" };
		if (robust_metrics(s, study->sweep, e, &sources[*count].rows))
			return -1;
		++*count;
	}
	return 0;
}

static int read_values(struct store *s, struct study *study, struct err *e)
{
	struct source sources[SOURCES_MAX];
	struct threshold thresholds[THRESHOLDS_MAX];
	size_t count = 0;
	struct rows *digests = NULL;
	struct sample **sorted = sorted_samples(study);
	int result = -1;

	if (!sorted)
		return err_nomem(e);
	if (read_sources(s, study, thresholds, sources, &count, e)
		|| ask(s, study, "study_digests", e, &digests)
		|| name_metrics(study, sources, count, e))
		goto out;
	for (size_t i = 0; i < count; i++)
		for (int c = 0; c < sources[i].rows->column_count; c++)
			take_column(study, sorted, &sources[i], c,
				rows_column(sources[i].rows, "trial"));
	if (trial_kind_of(study->sweep)->networks)
		take_variants(study, sorted, sources[0].rows);
	take_digests(study, sorted, digests);
	result = 0;
out:
	for (size_t i = 0; i < count; i++)
		rows_free(sources[i].rows);
	rows_free(digests);
	free(sorted);
	return result;
}

int study_read(struct store *s, const struct sweep *sweep, struct err *e, struct study **out)
{
	struct study *study = calloc(1, sizeof(*study));

	if (!study)
		return err_nomem(e);
	study->sweep = sweep;
	if (read_plan(s, study, e) || read_values(s, study, e)) {
		study_free(study);
		return -1;
	}
	*out = study;
	return 0;
}

int study_planned(const struct sweep *sweep, struct err *e, struct study **out)
{
	static const char name[STUDY_METRIC_MAX] = "planned";
	struct study *study = calloc(1, sizeof(*study));

	if (!study)
		return err_nomem(e);
	study->sweep = sweep;
	if (plan_from_file(study, e)) {
		study_free(study);
		return -1;
	}
	study->metric_count = 1;
	study->metrics = calloc(1, sizeof(*study->metrics));
	study->values = calloc(study->count + 1, sizeof(*study->values));
	if (!study->metrics || !study->values) {
		study_free(study);
		return err_nomem(e);
	}
	memcpy(study->metrics[0], name, sizeof(name));
	for (size_t i = 0; i < study->count; i++) {
		study->samples[i].state = SAMPLE_DONE;
		study->samples[i].first_value = i;
	}
	*out = study;
	return 0;
}

void study_free(struct study *study)
{
	if (!study)
		return;
	for (size_t i = 0; study->samples && i < study->count; i++)
		free(study->samples[i].right);
	free(study->samples);
	free(study->metrics);
	free(study->values);
	stats_crossed_draws_free(study->draws);
	free(study);
}

/* ---- questions ---- */

int study_metric(const struct study *study, const char *name, const char *phase,
	const char *context, struct err *e)
{
	char full[STUDY_METRIC_MAX];
	const char *known[64];
	size_t count = 0;

	metric_name(full, name, phase);
	const int found = find_metric(study, full);
	if (found >= 0)
		return found;
	for (size_t m = 0; m < study->metric_count && count < 64; m++)
		if (!strchr(study->metrics[m], '@'))
			known[count++] = study->metrics[m];
	struct err reason = { 0 };
	if (metric_foresee(study->sweep, name, phase, &reason))
		return err_set(e, ERR_USAGE, "%s: %s", context, reason.text);
	const char *nearest = str_nearest(name, known, count);
	if (nearest)
		return err_set(e, ERR_USAGE, "%s: unknown metric '%s' (did you mean '%s'?)",
			context, name, nearest);
	return err_set(e, ERR_USAGE,
		"%s: unknown metric '%s' (a column of the view `accuracy`: retrial query accuracy)",
		context, name);
}

double study_value(const struct study *study, const struct sample *sample, int metric)
{
	return sample->state == SAMPLE_DONE ? study->values[sample->first_value + (size_t)metric]
					    : NAN;
}

double study_censored(const struct study *study, const struct sample *sample, int metric)
{
	char name[STUDY_METRIC_MAX + sizeof(censored_prefix)];

	snprintf(name, sizeof(name), "%s%s", censored_prefix, study->metrics[metric]);
	const int column = find_metric(study, name);
	return column < 0 ? NAN : study_value(study, sample, column);
}

const char *study_label(const struct sample *sample, const char *name)
{
	for (int i = 0; i < sample->label_count; i++)
		if (!strcmp(sample->labels[i].name, name))
			return sample->labels[i].value;
	return NULL;
}

bool study_holds(const struct where *w, const struct sample *sample)
{
	for (int i = 0; i < w->count; i++) {
		const char *value = study_label(sample, w->is[i].name);
		if (!value || strcmp(value, w->is[i].value))
			return false;
	}
	return true;
}

/* The first label of a that b does not have with the same value, or NULL. */
static const char *first_difference(const struct sample *a, const struct sample *b)
{
	for (int i = 0; i < a->label_count; i++) {
		const char *other = study_label(b, a->labels[i].name);
		if (!other || strcmp(other, a->labels[i].value))
			return a->labels[i].name;
	}
	return NULL;
}

bool study_same_labels(const struct sample *a, const struct sample *b, const char **differs)
{
	const char *first = first_difference(a, b);

	*differs = first ? first : first_difference(b, a);
	return !*differs;
}

void study_where_text(struct str *out, const struct where *w)
{
	for (int i = 0; i < w->count; i++)
		str_addf(out, "%s%s", i ? ", " : "", w->is[i].value);
}
