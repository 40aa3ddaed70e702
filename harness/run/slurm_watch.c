/* slurm_watch.c - see slurm_watch.h. */
#include "slurm_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../plan/trial_kind.h"
#include "../store/open.h"
#include "../store/read.h"

enum { TASKS_AT_ONCE = 50, STEPS_AT_ONCE = 256 };

/* A trial that a task is at. */
struct lane {
	bool busy;
	size_t trial, task;
	int64_t attempt;
	int64_t phase, fold, epoch, step; /* the last that was told of */
};

/* A task that was seen in the queue. */
struct watched {
	char submission[16];
	long number;
	int64_t after; /* attempts up to this one have ended and were told of */
	bool here;     /* in the queue */
	bool waits;    /* and has not begun */
};

struct slurm_watch {
	const struct sweep *sweep;
	const char *folder;
	const struct local_options *options;
	const struct trial **index; /* the trials by identity */
	int64_t *told;              /* [trial_count]: the attempt whose end was told of */
	struct lane *lanes;         /* [SLURM_WATCH_LANES] */
	struct watched *tasks;
	size_t task_count, task_capacity, turn;
};

static int by_identity(const void *a, const void *b)
{
	const struct trial *x = *(const struct trial *const *)a,
			   *y = *(const struct trial *const *)b;
	const int order = strcmp(x->identity, y->identity);
	return order ? order : (x > y) - (x < y);
}

static int find_identity(const void *key, const void *element)
{
	return strcmp(key, (*(const struct trial *const *)element)->identity);
}

/* The trial of that identity, or trial_count. */
static size_t find_trial(const struct slurm_watch *w, const char *identity)
{
	const size_t count = w->sweep->trial_count;
	const struct trial *const *found =
		bsearch(identity, w->index, count, sizeof(*w->index), find_identity);
	return found ? (size_t)(*found - w->sweep->trials) : count;
}

int slurm_watch_new(const struct sweep *sweep, const char *folder,
	const struct local_options *options, struct err *e, struct slurm_watch **out)
{
	const size_t count = sweep->trial_count;
	struct slurm_watch *w = calloc(1, sizeof(*w));
	if (!w)
		return err_nomem(e);
	*w = (struct slurm_watch){ .sweep = sweep,
		.folder = folder,
		.options = options,
		.index = malloc((count + 1) * sizeof(*w->index)),
		.told = calloc(count + 1, sizeof(*w->told)),
		.lanes = calloc(SLURM_WATCH_LANES, sizeof(*w->lanes)) };
	if (!w->index || !w->told || !w->lanes) {
		slurm_watch_free(w);
		return err_nomem(e);
	}
	for (size_t i = 0; i < count; i++)
		w->index[i] = &sweep->trials[i];
	qsort(w->index, count, sizeof(*w->index), by_identity);
	*out = w;
	return 0;
}

void slurm_watch_free(struct slurm_watch *w)
{
	if (!w)
		return;
	free(w->index);
	free(w->told);
	free(w->lanes);
	free(w->tasks);
	free(w);
}

/* ---- events ---- */

static void tell(const struct slurm_watch *w, size_t lane, size_t trial, struct local_event event)
{
	event.worker = (int)lane;
	event.index = trial;
	event.trial = &w->sweep->trials[trial];
	w->options->event(w->options->context, &event);
}

/* The lane of an attempt, a new one if it has none; SLURM_WATCH_LANES when there is no room. */
static size_t lane_of(struct slurm_watch *w, size_t task, size_t trial, int64_t attempt)
{
	size_t first = SLURM_WATCH_LANES;
	for (size_t i = 0; i < SLURM_WATCH_LANES; i++) {
		const struct lane *l = &w->lanes[i];
		if (l->busy && l->task == task && l->attempt == attempt)
			return i;
		if (!l->busy && first == SLURM_WATCH_LANES)
			first = i;
	}
	if (first < SLURM_WATCH_LANES) {
		w->lanes[first] = (struct lane){ .busy = true,
			.trial = trial,
			.task = task,
			.attempt = attempt,
			.phase = -1,
			.fold = -1,
			.epoch = -1,
			.step = INT64_MIN };
		tell(w, first, trial, (struct local_event){ .kind = LOCAL_START });
	}
	return first;
}

/* The rows of one epoch, from `row` on. Returns how many. */
static size_t read_epoch(const struct rows *r, size_t row, struct epoch_result *out)
{
	size_t n = 0;
	*out = (struct epoch_result){ .phase = (int)rows_integer(r, row, 0),
		.fold = (int)rows_integer(r, row, 1),
		.epoch = (int)rows_integer(r, row, 2),
		.seconds = rows_number(r, row, 8),
		.images_per_second = rows_number(r, row, 9) };
	for (; row + n < r->row_count && rows_integer(r, row + n, 0) == out->phase
		&& rows_integer(r, row + n, 1) == out->fold
		&& rows_integer(r, row + n, 2) == out->epoch;
		n++) {
		const int64_t output = rows_integer(r, row + n, 3);
		if (output < 0 || output >= OUTPUTS_MAX)
			continue;
		out->outputs = (int)output + 1;
		out->train_loss[output] = rows_number(r, row + n, 4);
		out->train_accuracy[output] = rows_number(r, row + n, 5);
		out->val_loss[output] = rows_number(r, row + n, 6);
		out->val_accuracy[output] = rows_number(r, row + n, 7);
	}
	return n;
}

static void tell_epochs(struct slurm_watch *w, struct store *store, size_t lane)
{
	struct lane *l = &w->lanes[lane];
	char attempt[24], phase[24], fold[24], epoch[24];
	const char *const parameters[] = { "attempt", attempt, "phase", phase, "fold", fold,
		"epoch", epoch, NULL };
	struct rows *r;
	snprintf(attempt, sizeof(attempt), "%lld", (long long)l->attempt);
	snprintf(phase, sizeof(phase), "%lld", (long long)l->phase);
	snprintf(fold, sizeof(fold), "%lld", (long long)l->fold);
	snprintf(epoch, sizeof(epoch), "%lld", (long long)l->epoch);
	if (store_ask(store, "slurm_epochs", parameters, NULL, &r))
		return;
	for (size_t row = 0; row < r->row_count;) {
		struct epoch_result result;
		row += read_epoch(r, row, &result);
		l->phase = result.phase;
		l->fold = result.fold;
		l->epoch = result.epoch;
		if (result.phase >= 0 && result.phase < w->sweep->trials[l->trial].phase_count)
			tell(w, lane, l->trial,
				(struct local_event){ .kind = LOCAL_EPOCH, .epoch = &result });
	}
	rows_free(r);
}

/* Is it a metric that the sweep declares? A task's database is of the same sweep, but a file. */
static const char *metric_name(const struct slurm_watch *w, const char *name)
{
	const struct declared_metric *m = trial_kind_metric(w->sweep, name);
	return m ? m->declared.name : NULL;
}

static void tell_steps(struct slurm_watch *w, struct store *store, size_t lane)
{
	struct lane *l = &w->lanes[lane];
	char attempt[24], step[24];
	const char *const parameters[] = { "attempt", attempt, "step", step, NULL };
	struct rows *r;
	snprintf(attempt, sizeof(attempt), "%lld", (long long)l->attempt);
	snprintf(step, sizeof(step), "%lld", (long long)l->step);
	if (store_ask(store, "slurm_steps", parameters, NULL, &r))
		return;
	for (size_t row = 0; row < r->row_count; row++) {
		const int64_t number = rows_integer(r, row, 1);
		const double value = rows_number(r, row, 2);
		const struct steps_result result = { .metric = metric_name(w, rows_text(r, row, 0)),
			.steps = &number,
			.values = &value,
			.count = 1 };
		l->step = number;
		if (result.metric)
			tell(w, lane, l->trial,
				(struct local_event){ .kind = LOCAL_STEPS, .steps = &result });
	}
	rows_free(r);
}

static void tell_measures(struct slurm_watch *w, struct store *store, size_t lane)
{
	char attempt[24];
	const char *const parameters[] = { "attempt", attempt, NULL };
	struct rows *r;
	snprintf(attempt, sizeof(attempt), "%lld", (long long)w->lanes[lane].attempt);
	if (store_ask(store, "slurm_measures", parameters, NULL, &r))
		return;
	for (size_t row = 0; row < r->row_count; row++) {
		const struct measure_result result = { .metric =
							       metric_name(w, rows_text(r, row, 0)),
			.value = rows_number(r, row, 1) };
		if (result.metric)
			tell(w, lane, w->lanes[lane].trial,
				(struct local_event){ .kind = LOCAL_MEASURE, .measure = &result });
	}
	rows_free(r);
}

static enum trial_state state_of(const char *recorded)
{
	for (int s = 0; s < TRIAL_STATES; s++)
		if (strcmp(trial_state_recorded((enum trial_state)s), recorded) == 0)
			return (enum trial_state)s;
	return TRIAL_INTERRUPTED;
}

static void copy_text(char *to, size_t size, const struct rows *r, size_t row, const char *column)
{
	snprintf(to, size, "%s", value_text(rows_named(r, row, column)));
}

static void tell_end(
	struct slurm_watch *w, size_t lane, size_t trial, const struct rows *r, size_t row)
{
	struct trial_end end = { .state = state_of(value_text(rows_named(r, row, "state"))),
		.seconds = rows_named(r, row, "seconds")->real,
		.cpu_seconds = rows_named(r, row, "cpu_seconds")->real,
		.peak_bytes = (long)rows_named(r, row, "peak_bytes")->integer,
		.core_version = (int)rows_named(r, row, "core_version")->integer };
	copy_text(end.error, sizeof(end.error), r, row, "error");
	copy_text(end.weights_digest, sizeof(end.weights_digest), r, row, "weights_digest");
	copy_text(end.kernels, sizeof(end.kernels), r, row, "kernels");
	copy_text(end.data_digest, sizeof(end.data_digest), r, row, "data_digest");
	copy_text(end.data_variant, sizeof(end.data_variant), r, row, "data_variant");
	tell(w, lane, trial, (struct local_event){ .kind = LOCAL_END, .end = &end });
}

/* ---- tasks ---- */

/* An attempt of a task, as it stands now. */
static void take_attempt(
	struct slurm_watch *w, struct store *store, size_t task, const struct rows *r, size_t row)
{
	const int64_t attempt = rows_named(r, row, "attempt")->integer;
	const bool runs = strcmp(value_text(rows_named(r, row, "state")), "running") == 0;
	const size_t trial = find_trial(w, value_text(rows_named(r, row, "trial")));
	if (trial == w->sweep->trial_count || (!runs && w->told[trial] == attempt))
		return;
	const size_t lane = lane_of(w, task, trial, attempt);
	if (lane < SLURM_WATCH_LANES) {
		tell_epochs(w, store, lane);
		tell_steps(w, store, lane);
	}
	if (runs)
		return;
	w->told[trial] = attempt;
	if (lane < SLURM_WATCH_LANES)
		tell_measures(w, store, lane);
	else
		tell(w, lane, trial, (struct local_event){ .kind = LOCAL_START });
	tell_end(w, lane, trial, r, row);
	if (lane < SLURM_WATCH_LANES)
		w->lanes[lane].busy = false;
}

static void look_at(struct slurm_watch *w, size_t task)
{
	struct watched *t = &w->tasks[task];
	struct str path = { 0 };
	struct store *store = NULL;
	struct rows *r = NULL;
	char after[24];
	snprintf(after, sizeof(after), "%lld", (long long)t->after);
	str_addf(&path, "%s/%s/%05ld.db", w->folder, t->submission, t->number);
	if (file_exists(path.s) && !store_open(path.s, STORE_READ, NULL, &store)
		&& !store_ask(store, "slurm_attempts",
			(const char *const[]){ "after", after, NULL }, NULL, &r)) {
		bool ended = true;
		for (size_t row = 0; row < r->row_count; row++) {
			take_attempt(w, store, task, r, row);
			ended = ended
				&& strcmp(value_text(rows_named(r, row, "state")), "running") != 0;
			if (ended)
				t->after = rows_named(r, row, "attempt")->integer;
		}
	}
	rows_free(r);
	store_close(store);
	str_free(&path);
}

static size_t find_task(const struct slurm_watch *w, const struct slurm_task *t)
{
	size_t i = 0;
	while (i < w->task_count
		&& (w->tasks[i].number != t->number
			|| strcmp(w->tasks[i].submission, t->submission) != 0))
		i++;
	return i;
}

/* Tasks of the queue that were not known, and where all of them are. */
static void add_tasks(struct slurm_watch *w, const struct slurm_queue *q)
{
	for (size_t i = 0; i < q->count; i++) {
		const struct slurm_task *t = &q->tasks[i];
		if (t->number <= 0)
			continue;
		const size_t known = find_task(w, t);
		if (known == w->task_count && known == w->task_capacity) {
			w->task_capacity = w->task_capacity ? 2 * w->task_capacity : 64;
			struct watched *more = realloc(w->tasks, w->task_capacity * sizeof(*more));
			if (!more)
				err_end_nomem();
			w->tasks = more;
		}
		struct watched *task = &w->tasks[known];
		if (known == w->task_count) {
			*task = (struct watched){ .number = t->number };
			memcpy(task->submission, t->submission, sizeof(task->submission));
			w->task_count++;
		}
		task->here = true;
		task->waits = strcmp(t->state, "PENDING") == 0;
	}
}

void slurm_watch_look(struct slurm_watch *w, const struct slurm_queue *q)
{
	if (w->task_count == 0)
		add_tasks(w, q);
	size_t looked = 0;
	for (size_t i = 0; i < w->task_count && looked < TASKS_AT_ONCE; i++) {
		const size_t task = w->turn++ % w->task_count;
		if (w->tasks[task].here && !w->tasks[task].waits) {
			look_at(w, task);
			looked++;
		}
	}
}

/* What was at work when its task ended was not finished. */
static void end_lanes(struct slurm_watch *w, size_t task)
{
	struct trial_end end = { .state = TRIAL_INTERRUPTED };
	snprintf(end.error, sizeof(end.error), "its task has ended");
	for (size_t i = 0; i < SLURM_WATCH_LANES; i++) {
		struct lane *l = &w->lanes[i];
		if (!l->busy || l->task != task)
			continue;
		tell(w, i, l->trial, (struct local_event){ .kind = LOCAL_END, .end = &end });
		l->busy = false;
	}
}

void slurm_watch_settle(struct slurm_watch *w, const struct slurm_queue *q, const bool *expected)
{
	for (size_t i = 0; i < w->task_count; i++)
		w->tasks[i].here = false;
	const size_t before = w->task_count;
	add_tasks(w, q);
	for (size_t i = 0; i < before; i++)
		if (!w->tasks[i].here && w->tasks[i].after >= 0) {
			look_at(w, i);
			end_lanes(w, i);
			w->tasks[i].after = -1; /* told of for good, unless it comes back */
		} else if (w->tasks[i].here && w->tasks[i].after < 0) {
			w->tasks[i].after = 0;
		}
	for (size_t i = 0; i < w->sweep->trial_count; i++)
		if (!expected[i])
			tell(w, 0, i, (struct local_event){ .kind = LOCAL_KNOWN });
}
