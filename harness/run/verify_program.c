/* verify_program.c - see verify_program.h. */
#include "verify_program.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/file.h"
#include "../plan/param.h"
#include "../store/read.h"
#include "inputs.h"
#include "program_run.h"
#include "verify_workers.h"

/* A number that came now. */
struct point {
	int metric;
	int64_t step;
	double value;
	size_t order; /* of equal metrics and steps the later counts */
};

struct comparison {
	const struct program_config *program;
	struct rows *steps, *measures, *outputs; /* recorded */
	struct point *points;
	size_t count, capacity;
	double results[PROGRAM_LIST_MAX];
	struct verify_result *result;
};

static int metric_number(const struct program_config *p, const char *name)
{
	const struct declared_metric *m = program_metric(p, name);
	return m ? (int)(m - p->metrics) : -1;
}

/* ---- what comes ---- */

static int take_steps(void *context, const struct steps_result *r, struct err *e)
{
	struct comparison *c = context;
	if (c->count + r->count > c->capacity) {
		const size_t capacity = 2 * c->capacity + r->count;
		struct point *points = realloc(c->points, capacity * sizeof(*points));
		if (!points)
			return err_nomem(e);
		c->points = points;
		c->capacity = capacity;
	}
	for (size_t i = 0; i < r->count; i++, c->count++)
		c->points[c->count] = (struct point){ metric_number(c->program, r->metric),
			r->steps[i], r->values[i], c->count };
	return 0;
}

static int take_measure(void *context, const struct measure_result *r, struct err *e)
{
	struct comparison *c = context;
	(void)e;
	c->results[metric_number(c->program, r->metric)] = r->value;
	return 0;
}

/* ---- what differs ---- */

static double real_of(const struct value *v)
{
	return v->kind == VALUE_NULL ? (double)NAN : v->real;
}

/* Equal, within the tolerance of the metric (then the verdict says so), or neither. */
static bool agree(
	struct comparison *c, const struct declared_metric *m, double recorded, double now)
{
	if (recorded == now || (isnan(recorded) && isnan(now)))
		return true;
	if (!(fabs(recorded - now) <= m->tolerance))
		return false;
	if (c->result->verdict == VERIFY_EXACT)
		c->result->verdict = VERIFY_WITHIN;
	return true;
}

/* "epoch 3: loss 0.25 recorded, 0.26 now, 1.0e-02 apart". step NULL: a result, not a step's. */
static void tell(struct comparison *c, const char *step, int64_t at, const char *metric,
	double recorded, double now)
{
	char where[64] = "", before[32], after[32];
	if (step)
		snprintf(where, sizeof(where), "%.30s %lld: ", step, (long long)at);
	number_format(recorded, before);
	number_format(now, after);
	verify_differs(c->result, "%s%s %s recorded, %s now, %.1e apart", where, metric, before,
		after, fabs(now - recorded));
}

static int by_step(const void *a, const void *b)
{
	const struct point *x = a, *y = b;
	if (x->step != y->step)
		return x->step < y->step ? -1 : 1;
	if (x->metric != y->metric)
		return x->metric < y->metric ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* The last that came for this metric and step, or NULL. */
static const struct point *find_point(const struct comparison *c, int metric, int64_t step)
{
	size_t low = 0, high = c->count;
	const struct point key = { .metric = metric, .step = step, .order = SIZE_MAX };
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (by_step(&c->points[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	const struct point *p = low ? &c->points[low - 1] : NULL;
	return p && p->metric == metric && p->step == step ? p : NULL;
}

static void compare_steps(struct comparison *c)
{
	size_t distinct = 0;
	if (c->count)
		qsort(c->points, c->count, sizeof(*c->points), by_step);
	for (size_t i = 0; i < c->count; i++)
		distinct += i + 1 == c->count || c->points[i].metric != c->points[i + 1].metric
			|| c->points[i].step != c->points[i + 1].step;
	for (size_t i = 0; i < c->steps->row_count; i++) {
		const struct value *row = &c->steps->values[3 * i];
		const int number = metric_number(c->program, row[0].text);
		if (number < 0)
			continue;
		const struct declared_metric *m = &c->program->metrics[number];
		if (m->declared.kind == METRIC_TIME)
			continue;
		const struct point *p = find_point(c, number, row[1].integer);
		const char *step = m->series ? m->series : "step";
		if (!p)
			verify_differs(c->result,
				"%s %lld: %s is recorded, but was not reported now", step,
				(long long)row[1].integer, m->declared.name);
		else if (!agree(c, m, real_of(&row[2]), p->value))
			tell(c, step, row[1].integer, m->declared.name, real_of(&row[2]), p->value);
		c->result->epochs++;
	}
	if (distinct != c->steps->row_count)
		verify_differs(c->result, "%zu steps are recorded, %zu were reported now",
			c->steps->row_count, distinct);
}

static void compare_measures(struct comparison *c)
{
	for (size_t i = 0; i < c->measures->row_count; i++) {
		const struct value *row = &c->measures->values[2 * i];
		const int number = metric_number(c->program, row[0].text);
		const struct declared_metric *m = number < 0 ? NULL : &c->program->metrics[number];
		if (!m || m->declared.kind == METRIC_TIME)
			continue;
		if (!agree(c, m, real_of(&row[1]), c->results[number]))
			tell(c, NULL, 0, m->declared.name, real_of(&row[1]), c->results[number]);
		c->result->tensors++;
	}
}

static int take_output(void *context, const struct output_result *r, struct err *e)
{
	struct comparison *c = context;
	(void)e;
	if (r->file)
		unlink(r->file);
	for (size_t i = 0; i < c->outputs->row_count; i++) {
		if (strcmp(rows_text(c->outputs, i, 0), r->path) != 0)
			continue;
		/* Told after the metrics: what they say comes first. */
		if (strcmp(rows_text(c->outputs, i, 1), r->digest) != 0 && !c->result->weights[0])
			snprintf(c->result->weights, sizeof(c->result->weights),
				"output %s has other contents: %.12s recorded, %.12s now", r->path,
				rows_text(c->outputs, i, 1), r->digest);
		c->result->digests++;
	}
	return 0;
}

/* ---- the trial ---- */

/* All that is recorded of a trial. */
struct record {
	struct rows *steps, *measures, *outputs, *files;
};

static void record_free(struct record *r)
{
	rows_free(r->steps);
	rows_free(r->measures);
	rows_free(r->outputs);
	rows_free(r->files);
	*r = (struct record){ .steps = NULL };
}

static int record_read(
	struct store *s, const struct verify_program_job *job, struct record *r, struct err *e)
{
	const char *const trial[] = { "trial", job->trial->identity, NULL },
			  *const inputs[] = { "inputs", job->inputs, NULL };
	*r = (struct record){ .steps = NULL };
	return store_ask(s, "verify_steps", trial, e, &r->steps)
			|| store_ask(s, "verify_measures", trial, e, &r->measures)
			|| store_ask(s, "verify_outputs", trial, e, &r->outputs)
			|| store_ask(s, "input_files", inputs, e, &r->files)
		? -1
		: 0;
}

static void __attribute__((format(printf, 2, 3)))
cannot(struct verify_result *result, const char *format, ...)
{
	va_list arguments;
	result->verdict = VERIFY_CANNOT;
	va_start(arguments, format);
	vsnprintf(result->text, sizeof(result->text), format, arguments);
	va_end(arguments);
}

/* Are the inputs those that are recorded? Otherwise the result says what is not. */
static bool same_inputs(const struct inputs *in, const char *recorded, const struct rows *files,
	struct verify_result *result)
{
	struct str what = { 0 };
	if (strcmp(in->digest, recorded) == 0)
		return true;
	inputs_compare(in, files, &what);
	cannot(result, "its inputs are not those that it was run on: %s",
		what.length ? what.s : "nothing is recorded of them");
	str_free(&what);
	return false;
}

static void run_and_compare(struct comparison *c, const struct trial *t, const struct inputs *in,
	const struct trial_options *options)
{
	const struct trial_sink sink = {
		.context = c, .steps = take_steps, .measure = take_measure, .output = take_output
	};
	struct trial_end end;
	if (program_run(t, in, options, &sink, &end) == 0) {
		compare_steps(c);
		compare_measures(c);
		if (c->result->weights[0])
			verify_differs(c->result, "%s", c->result->weights);
	} else if (end.state == TRIAL_FAILED || end.state == TRIAL_DIVERGED) {
		verify_differs(c->result, "it was done before, and %s now: %s",
			end.state == TRIAL_FAILED ? "fails" : "diverges", end.error);
	} else {
		cannot(c->result, "%s", end.error);
	}
	c->result->weights[0] = '\0';
}

/* In a folder of its own, which is removed. */
static void verify_one(const struct verify_program_job *job, const struct record *record, int slot,
	const char *temporary, const atomic_int *stop, struct verify_result *result)
{
	struct inputs in = { .list = NULL };
	struct err e = { 0 };
	char folder[4096];
	*result = (struct verify_result){ .verdict = VERIFY_EXACT };
	snprintf(folder, sizeof(folder), "%s/retrial-verify-XXXXXX", temporary);
	if (inputs_read(job->trial->program, &in, &e)) {
		cannot(result, "%.*s", (int)sizeof(result->text) - 1, e.text);
	} else if (same_inputs(&in, job->inputs, record->files, result)) {
		struct comparison c = { .program = job->trial->program,
			.result = result,
			.steps = record->steps,
			.measures = record->measures,
			.outputs = record->outputs };
		const struct trial_options options = { .threads = 1,
			.states = folder,
			.stop = stop,
			.slot = slot,
			.seconds = job->trial->program->timeout };
		if (mkdtemp(folder)) {
			run_and_compare(&c, job->trial, &in, &options);
			file_remove_tree(folder);
		} else {
			err_errno(&e, folder);
			cannot(result, "%.*s", (int)sizeof(result->text) - 1, e.text);
		}
		free(c.points);
	}
	inputs_free(&in);
}

/* ---- side by side ---- */

struct batch {
	struct store *store;
	const struct verify_program_job *jobs;
	const char *temporary;
	const atomic_int *stop;
	void (*done)(void *context, size_t job, const struct verify_result *result);
	void *context;
	struct record record; /* of the one that is being started */
};

static int prepare(void *context, size_t i, struct err *e)
{
	struct batch *b = context;
	return record_read(b->store, &b->jobs[i], &b->record, e);
}

static void run_one(void *context, size_t i, int slot, struct verify_result *result)
{
	const struct batch *b = context;
	verify_one(&b->jobs[i], &b->record, slot, b->temporary, b->stop, result);
}

static void release(void *context, size_t i)
{
	struct batch *b = context;
	(void)i;
	record_free(&b->record);
}

static void pass_on(void *context, size_t i, const struct verify_result *result)
{
	const struct batch *b = context;
	b->done(b->context, i, result);
}

int verify_programs(struct store *s, const struct verify_program_job *jobs, size_t count,
	int workers, const char *temporary, const atomic_int *stop,
	void (*done)(void *context, size_t job, const struct verify_result *result), void *context,
	struct err *e)
{
	struct batch batch = { .store = s,
		.jobs = jobs,
		.temporary = temporary,
		.stop = stop,
		.done = done,
		.context = context };
	const struct verify_tasks tasks = { .context = &batch,
		.count = count,
		.workers = workers,
		.stop = stop,
		.kill_signal = SIGTERM,
		.prepare = prepare,
		.run = run_one,
		.release = release,
		.done = pass_on };
	return verify_side_by_side(&tasks, e);
}
