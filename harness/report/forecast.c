/* forecast.c - the state of planned trials from the database, and their time from that of finished
 * ones: replicates of the same configuration if there are any, otherwise the work that the
 * configuration asks for times what work has cost so far. */
#include "forecast.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../plan/identity.h"
#include "../plan/index.h"
#include "../plan/trial_kind.h"
#include "../store/attempts.h"
#include "../store/read.h"

/* Rows of a query and where each key (the first column) is. */
struct lookup {
	struct rows *rows;
	struct index index;
};

/* ---- work ---- */

/* A training step of the paper's submodel on one 28x28x1 image: forward and twice backward. */
static const double unit_macs = 3 * 283640;

/* One epoch on so many images and validation on others, a third of the cost each. */
static double epoch_work(
	const struct phase_config *p, bool unified, double share, double images, double validated)
{
	const double network =
		share * (p->kind == PHASE_DUAL || unified ? 2 : 1); /* the unified network is two
								       stems and a small head */
	return network * (images * (p->both ? 2 : 1) + validated / 3);
}

double forecast_work(const struct trial *t, const struct forecast_dataset *d)
{
	const double validation = trial_validation(t, d->train_count);
	const double behind = (double)d->train_count - validation;
	const double images =
		t->train_limit > 0 && t->train_limit < behind ? t->train_limit : behind;
	const double all = images + validation;
	double work = 0;
	bool unified = false;
	for (int i = 0; i < t->phase_count; i++) {
		const struct phase_config *p = &t->phases[i];
		const double share = d->share ? d->share(t, i, d) : 1;
		unified |= p->kind == PHASE_SCRATCH || p->kind == PHASE_UNIFY;
		if (p->kind != PHASE_KFOLD) {
			const double own = trial_phase_validation(t, i, d->train_count);
			work += p->epochs * epoch_work(p, unified, share, all - own, own);
			continue;
		}
		const double fold = p->epochs
			* epoch_work(
				p, unified, share, all * (p->folds - 1) / p->folds, all / p->folds);
		/* Folds from nothing run everything before them again. */
		work += p->folds * (fold + (p->start == FOLD_CLEAN ? work : 0));
	}
	/* The second convolution is most of the work: it grows with the area; another input channel
	 * adds about a fifth. */
	return work * d->height * d->width / 784.0 * (1 + 0.2 * (d->channels - 1));
}

static const struct forecast_dataset *find_dataset(
	const struct forecast_dataset *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!list[i].name || strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}

/* ---- the database ---- */

static int lookup_read(struct store *s, const char *query, struct lookup *out, struct err *e)
{
	if (store_ask(s, query, NULL, e, &out->rows))
		return -1;
	for (size_t r = 0; r < out->rows->row_count; r++) {
		const struct value *key = &out->rows->values[r * (size_t)out->rows->column_count];
		index_add(&out->index, key->text, key->length);
	}
	return 0;
}

static const struct value *lookup_find(const struct lookup *l, const char *key)
{
	const size_t row = l->rows ? index_find(&l->index, key, strlen(key)) : SIZE_MAX;
	return row == SIZE_MAX ? NULL : &l->rows->values[row * (size_t)l->rows->column_count];
}

static void lookup_free(struct lookup *l)
{
	rows_free(l->rows);
	index_free(&l->index);
}

/* Mean processor seconds of the last phase of a beginning of a recipe, by the beginning's
 * configuration (its identity with seed 0). */
struct phase_times {
	struct index index;
	char (*identities)[DIGEST_TEXT];
	double *seconds;
	size_t *counts;
	size_t count;
};

/* Everything that is asked of the database. */
struct past {
	struct lookup attempts; /* identity -> state, core_version, data_digest of the latest
				   attempt, and how many failed on the same inputs */
	struct lookup times;    /* configuration -> mean processor seconds, of all its phases, also
				   those that other trials did for it */
	struct phase_times phases;
	size_t finished;
	double cost; /* processor seconds a unit of work; NAN: unknown */
	size_t measured;
	int64_t retries; /* of a trial that failed, as the sweep says */
};

static int read_cost(struct store *s, const struct forecast_dataset *datasets, size_t dataset_count,
	struct past *out, struct err *e)
{
	struct rows *rows;
	double seconds = 0, work = 0;
	if (store_ask(s, "forecast_costs", NULL, e, &rows))
		return -1;
	for (size_t r = 0; r < rows->row_count; r++) {
		const struct value *v = &rows->values[2 * r];
		struct trial t;
		struct err ignored = { 0 };
		if (v[0].kind != VALUE_TEXT || v[1].kind == VALUE_NULL
			|| trial_from_canonical(v[0].text, &t, &ignored))
			continue; /* of a newer program: says nothing to us */
		const struct forecast_dataset *d = find_dataset(datasets, dataset_count, t.dataset);
		if (d) {
			seconds += v[1].real;
			work += forecast_work(&t, d);
			out->measured++;
		}
		trial_free(&t);
	}
	rows_free(rows);
	out->cost = work > 0 ? seconds / work : NAN;
	return 0;
}

static int past_read(struct store *s, const struct forecast_dataset *datasets, size_t dataset_count,
	struct past *out, struct err *e)
{
	out->cost = NAN;
	if (!s)
		return 0;
	struct rows *count;
	if (store_ask(s, "forecast_finished", NULL, e, &count))
		return -1;
	out->finished = (size_t)count->values[0].integer;
	rows_free(count);
	if (lookup_read(s, "forecast_latest", &out->attempts, e)
		|| lookup_read(s, "forecast_times", &out->times, e))
		return -1;
	return read_cost(s, datasets, dataset_count, out, e);
}

/* ---- phases ---- */

static void add_phase_time(
	struct phase_times *times, size_t most, const struct trial *t, int phases, double seconds)
{
	char *identity = times->identities[times->count];
	trial_beginning(t, phases, identity);
	size_t number = index_find(&times->index, identity, DIGEST_TEXT);
	if (number == SIZE_MAX && times->count < most) {
		number = index_add(&times->index, identity, DIGEST_TEXT);
		times->count++;
	}
	if (number == SIZE_MAX)
		return;
	times->seconds[number] += seconds;
	times->counts[number]++;
}

/* The times of the phases of the latest trials. Rows: attempt, config, phase, processor seconds. */
static int add_phase_times(const struct rows *rows, struct phase_times *out, struct err *e)
{
	struct trial t = { 0 };
	bool known = false;
	const size_t most = rows->row_count;
	out->identities = malloc((most + 1) * sizeof(*out->identities));
	out->seconds = calloc(most + 1, sizeof(*out->seconds));
	out->counts = calloc(most + 1, sizeof(*out->counts));
	if (!out->identities || !out->seconds || !out->counts)
		return err_nomem(e);
	for (size_t r = 0; r < most; r++) {
		const struct value *v = &rows->values[4 * r];
		struct err ignored = { 0 };
		if (r == 0 || v[0].integer != v[-4].integer) {
			if (known)
				trial_free(&t);
			known = v[1].kind == VALUE_TEXT
				&& trial_from_canonical(v[1].text, &t, &ignored) == 0;
			t.seed = 0; /* as in the configurations */
		}
		if (known && v[2].integer >= 0 && v[2].integer < t.phase_count
			&& v[3].kind == VALUE_REAL)
			add_phase_time(out, most, &t, (int)v[2].integer + 1, v[3].real);
	}
	if (known)
		trial_free(&t);
	return 0;
}

static int read_phase_times(struct store *s, struct phase_times *out, struct err *e)
{
	struct rows *rows;
	if (!s)
		return 0;
	if (store_ask(s, "forecast_phases", NULL, e, &rows))
		return -1;
	const int result = add_phase_times(rows, out, e);
	rows_free(rows);
	return result;
}

static double first_phases_work(const struct trial *t, int phases, const struct forecast_dataset *d)
{
	struct trial beginning = *t;
	beginning.phase_count = phases;
	return phases ? forecast_work(&beginning, d) : 0;
}

/* What phase p costs: as often as it was trained before, or else by its work. */
static double phase_seconds(
	const struct past *past, const struct trial *t, int p, const struct forecast_dataset *d)
{
	struct trial configuration = *t;
	char identity[DIGEST_TEXT];
	configuration.seed = 0;
	trial_beginning(&configuration, p + 1, identity);
	const size_t number = index_find(&past->phases.index, identity, DIGEST_TEXT);
	if (number != SIZE_MAX)
		return past->phases.seconds[number] / (double)past->phases.counts[number];
	return (first_phases_work(t, p + 1, d) - first_phases_work(t, p, d)) * past->cost;
}

/* Which phases are trained once for several trials, and what that saves. */
static int share(struct store *s, struct past *past, const struct sweep *sweep,
	const struct forecast_dataset *datasets, size_t dataset_count, struct forecast *f,
	struct err *e)
{
	bool *run = calloc(sweep->trial_count + 1, sizeof(*run));
	if (!run)
		return err_nomem(e);
	for (size_t i = 0; i < sweep->trial_count; i++)
		run[i] = f->trials[i].state == FORECAST_RUN;
	const int failed = sharing_find(sweep, run, e, &f->sharing);
	free(run);
	if (failed || (f->sharing.phase_count && read_phase_times(s, &past->phases, e)))
		return -1;
	for (size_t i = 0; f->sharing.phase_count && i < sweep->trial_count; i++) {
		const struct trial *t = &sweep->trials[i];
		const struct forecast_dataset *d =
			find_dataset(datasets, dataset_count, t->dataset);
		for (int p = 0; p < t->phase_count; p++) {
			if (!(f->sharing.taken[i] >> p & 1))
				continue;
			const double seconds = phase_seconds(past, t, p, d);
			sharing_save(&f->sharing, t, p, seconds);
			f->trials[i].saved += seconds;
		}
	}
	return 0;
}

static void past_free(struct past *p)
{
	index_free(&p->phases.index);
	free(p->phases.identities);
	free(p->phases.seconds);
	free(p->phases.counts);
	lookup_free(&p->attempts);
	lookup_free(&p->times);
}

/* ---- one trial ---- */

/* Did it end so that the next run leaves it? A run that was stopped may have left it retries. */
static bool is_bad(const struct value *attempt, int64_t retries)
{
	const char *state = attempt[1].text;
	return strcmp(state, "diverged") == 0
		|| ((strcmp(state, "failed") == 0 || strcmp(state, "timeout") == 0)
			&& attempt[4].integer > retries);
}

const char forecast_other_data[] = "done with other data";

/* Why a trial would run that is not done, from its latest attempt: identity, state, core_version,
 * data_digest, failed attempts. */
static void reason_to_run(const struct value *attempt, const struct forecast_dataset *d,
	int core_version, int64_t retries, struct forecast_trial *out)
{
	/* Whatever became of a trial on other inputs says nothing of these. */
	const bool stale = attempt && !d->name && attempt[3].kind == VALUE_TEXT
		&& strcmp(attempt[3].text, d->digest) != 0;
	const bool other_core =
		attempt && attempt[2].kind == VALUE_INTEGER && attempt[2].integer != core_version;
	out->state = FORECAST_RUN;
	if (!attempt)
		snprintf(out->why, sizeof(out->why), "new");
	else if (other_core)
		snprintf(out->why, sizeof(out->why), "%s by core version %d", attempt[1].text,
			(int)attempt[2].integer);
	else if (stale || strcmp(attempt[1].text, "done") == 0)
		snprintf(out->why, sizeof(out->why), "%s", forecast_other_data);
	else
		snprintf(out->why, sizeof(out->why), "%s", attempt[1].text);
	if (attempt && !other_core && !stale && is_bad(attempt, retries))
		out->state = FORECAST_BAD;
}

static double expected_seconds(
	const struct past *past, const struct trial *t, const struct forecast_dataset *d)
{
	struct trial configuration = *t;
	configuration.seed = 0; /* as the store leaves it out */
	trial_identify(&configuration);
	const struct value *time = lookup_find(&past->times, configuration.identity);
	if (time && time[1].kind != VALUE_NULL)
		return time[1].real;
	const double work = forecast_work(t, d);
	return work > 0 ? work * past->cost : (double)NAN; /* no phases say nothing of time */
}

static int forecast_one(struct store *s, const struct past *past, const struct trial *t,
	const struct forecast_dataset *d, int core_version, struct forecast_trial *out,
	struct err *e)
{
	bool done = false;
	const bool missing = !d || !d->digest[0];
	/* Also NULL without a database. */
	const struct value *attempt = lookup_find(&past->attempts, t->identity);
	out->seconds = NAN;
	/* Without data a result stands, whatever data it is of, as in a run. */
	if (attempt && !(d && d->damaged)
		&& store_is_done(
			s, t->identity, core_version, missing ? NULL : d->digest, &done, e))
		return -1;
	if (missing && !done) {
		out->state = FORECAST_SKIP;
		snprintf(out->why, sizeof(out->why), "data set %s",
			d && d->damaged ? "damaged" : "missing");
		return 0;
	}
	if (done)
		out->state = FORECAST_DONE;
	else
		reason_to_run(attempt, d, core_version, past->retries, out);
	if (out->state == FORECAST_RUN)
		out->seconds = expected_seconds(past, t, d);
	return 0;
}

/* A trial, of that much work, into the sums. Its own time is what is left when others have done
 * their part for it. */
static void add_up(struct forecast *f, struct forecast_trial *t, double work)
{
	if (t->state != FORECAST_RUN)
		return;
	if (isnan(t->seconds)) {
		f->unknown++;
		f->rough += work * unit_macs / FORECAST_MACS;
		return;
	}
	if (t->saved > t->seconds)
		t->saved = t->seconds;
	t->seconds -= t->saved;
	f->seconds += t->seconds;
	f->saved += t->saved;
}

int forecast_make(struct store *s, const struct sweep *sweep,
	const struct forecast_dataset *datasets, size_t dataset_count, int core_version,
	struct err *e, struct forecast **out)
{
	struct past past = { .cost = NAN, .retries = trial_kind_retries(sweep) };
	int result = -1;
	*out = NULL;
	struct forecast *f = calloc(1, sizeof(*f));
	if (f)
		f->trials = calloc(sweep->trial_count ? sweep->trial_count : 1, sizeof(*f->trials));
	if (!f || !f->trials) {
		err_nomem(e);
		goto out;
	}
	if (past_read(s, datasets, dataset_count, &past, e))
		goto out;
	f->measured = past.measured;
	f->finished = past.finished;
	for (size_t i = 0; i < sweep->trial_count; i++) {
		const struct trial *t = &sweep->trials[i];
		struct forecast_trial *one = &f->trials[i];
		const struct forecast_dataset *d =
			find_dataset(datasets, dataset_count, t->dataset);
		if (forecast_one(s, &past, t, d, core_version, one, e))
			goto out;
		f->counts[one->state]++;
	}
	if (share(s, &past, sweep, datasets, dataset_count, f, e))
		goto out;
	for (size_t i = 0; i < sweep->trial_count; i++) {
		const struct trial *t = &sweep->trials[i];
		const struct forecast_dataset *d =
			find_dataset(datasets, dataset_count, t->dataset);
		const bool rough = trial_kind_of_trial(t)->networks && isnan(f->trials[i].seconds)
			&& f->trials[i].state == FORECAST_RUN;
		add_up(f, &f->trials[i], rough && d ? forecast_work(t, d) : 0);
	}
	*out = f;
	f = NULL;
	result = 0;
out:
	past_free(&past);
	forecast_free(f);
	return result;
}

void forecast_free(struct forecast *f)
{
	if (!f)
		return;
	free(f->trials);
	sharing_free(&f->sharing);
	free(f);
}

const char *forecast_state_name(enum forecast_state state)
{
	static const char *const names[] = { "done", "run", "ended badly", "skip" };
	return names[state];
}
