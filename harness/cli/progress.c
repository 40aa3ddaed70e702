/* progress.c - progress, time left, and what each worker is at. */
#include "progress.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../plan/program.h"
#include "../plan/trial_kind.h"
#include "../report/metric.h"
#include "bar.h"
#include "cli.h"
#include "sparkline.h"
#include "terminal.h"
#include "trial_title.h"

/* What one worker is at. */
struct lane {
	bool busy;
	const struct trial *trial;
	char title[TITLE_MAX];
	char results[96]; /* of a program, as far as they are known */
	char now[192];    /* "unify 4/10  val 0.8812 ▁▃▅█  loss 0.312  71000 images/s" */
	char series[PROGRAM_TEXT_MAX + 32]; /* what the bars are of: a phase, a fold, a metric */
	struct sparkline bars;
	double started;
	double share; /* of the trial that is done, by epochs: an estimate */
};

/* The best value that any trial of this run has had so far. */
struct best {
	const struct trial *trial; /* NULL: none yet */
	char metric[PROGRAM_TEXT_MAX];
	double value;
	char where[96]; /* "unify, epoch 7" */
};

struct progress {
	enum progress_kind kind;
	const struct sweep *sweep;
	int workers;
	struct lane *lanes; /* [workers] */
	bool *over;         /* [trial_count]: it has ended, or needed no run */
	size_t ended, skipped_sets;
	int most_busy;  /* workers at the same time so far */
	size_t skipped; /* trials of data sets that are not there */
	double begun;
	double last_drawn;
	int drawn_lines;
	struct best best;
	/* Trials that ended in this run, for the estimate: seconds by recipe (label) and data set.
	 */
	double seconds_of_trials;
	size_t timed;
};

/* How much of the trial an epoch's end means: phases count alike, folds within theirs, and a phase
 * is taken to use half its epochs (early stopping). Only for the time left on the screen. */
static double share_done(const struct trial *t, const struct epoch_result *r)
{
	double whole = 0, done = 0;
	for (int p = 0; p < t->phase_count; p++) {
		const struct phase_config *c = &t->phases[p];
		double epochs = c->epochs * (c->kind == PHASE_KFOLD ? c->folds : 1)
			* (c->stop.patience > 0 ? 0.5 : 1);
		whole += epochs;
		if (p < r->phase)
			done += epochs;
		else if (p == r->phase) {
			double within = r->fold < 0 ? r->epoch + 1
						    : r->fold * c->epochs * 0.5 + r->epoch + 1;
			done += within < epochs ? within : epochs;
		}
	}
	return whole > 0 ? done / whole : 0;
}

static double time_left(const struct progress *p)
{
	double running = 0;
	size_t left = p->sweep->trial_count - p->ended;
	double mean = p->timed ? p->seconds_of_trials / (double)p->timed : 0;
	for (int i = 0; i < p->workers; i++) {
		const struct lane *l = &p->lanes[i];
		if (!l->busy)
			continue;
		left--;
		double spent = clock_seconds() - l->started;
		double total = l->share > 0.05 ? spent / l->share : mean;
		if (!p->timed && total > mean)
			mean = total;
		running += total > spent ? total - spent : 0;
	}
	return (running + (double)left * mean) / (p->most_busy ? p->most_busy : 1);
}

/* One line of the display: a longer one would take two, and the next drawing begin at the wrong
 * place. */
static void __attribute__((format(printf, 3, 4)))
draw_line(struct progress *p, int columns, const char *format, ...)
{
	char line[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	terminal_control(stderr, "\r\033[K");
	size_t bytes = 0;
	for (int width = 0; line[bytes] && width < columns - 1; width++)
		do
			bytes++;
		while (((unsigned char)line[bytes] & 0xc0) == 0x80);
	fprintf(stderr, "%.*s\n", (int)bytes, line);
	p->drawn_lines++;
}

/* The whole study: what has ended, as a bar where there is room for one, and the time. */
static void draw_total(struct progress *p, int columns)
{
	const size_t trials = p->sweep->trial_count;
	double part = (double)p->ended;
	char spent[32], left[32], text[128], line[512];
	for (int i = 0; i < p->workers; i++)
		part += p->lanes[i].busy ? p->lanes[i].share : 0;
	bar_time(clock_seconds() - p->begun, spent, sizeof(spent));
	bar_time(time_left(p), left, sizeof(left));
	snprintf(text, sizeof(text), "%zu of %zu trials  %s, about %s left", p->ended, trials,
		spent, left);
	bar_line(p->sweep->name, trials ? part / (double)trials : 1, text, columns, line,
		sizeof(line));
	draw_line(p, columns, "%s", line);
}

/* The best value so far, and whose it is. */
static void draw_best(struct progress *p, int columns)
{
	const struct best *best = &p->best;
	char title[TITLE_MAX], fitted[TITLE_MAX];
	struct str value = { 0 };
	if (!best->trial)
		return;
	trial_title(p->sweep, best->trial, title);
	const struct metric *m = metric_find(p->sweep, best->metric);
	metric_value(&value, m, best->value);
	str_addf(&value, "%s%s", m->unit[0] ? " " : "", m->unit);
	const int used = (int)(strlen(best->metric) + value.length + strlen(best->where)) + 20;
	trial_title_fit(best->trial, title, columns - used > 16 ? columns - used : 16, fitted);
	for (size_t end = strlen(fitted); end > 0 && fitted[end - 1] == ' '; end--)
		fitted[end - 1] = '\0';
	draw_line(p, columns, "best so far: %s %s  %s, %s", best->metric, value.s, fitted,
		best->where);
	str_free(&value);
}

/* A line for each worker that is at something, as many as there is room for. */
static void draw_lanes(struct progress *p, int columns, int rows)
{
	enum {
		NOW_COLUMNS = 38
	}; /* phase, epoch, accuracy and bars; loss and speed are shown where there is room */
	int busy = 0, width = 0, drawn = 0;
	for (int i = 0; i < p->workers; i++) {
		const int length = (int)strlen(p->lanes[i].title);
		busy += p->lanes[i].busy;
		width = p->lanes[i].busy && length > width ? length : width;
	}
	const int room = busy <= rows - 3 ? busy : rows - 4;
	const int most = columns - NOW_COLUMNS - 5 > 16 ? columns - NOW_COLUMNS - 5 : 16;
	width = width > most ? most : width;
	for (int i = 0; i < p->workers && drawn < room; i++)
		if (p->lanes[i].busy) {
			char title[TITLE_MAX];
			trial_title_fit(p->lanes[i].trial, p->lanes[i].title, width, title);
			draw_line(p, columns, "  %s  %s", title, p->lanes[i].now);
			drawn++;
		}
	if (drawn < busy)
		draw_line(p, columns, "  and %d more", busy - drawn);
}

static void draw(struct progress *p)
{
	int columns, rows;
	cli_terminal_size(stderr, &columns, &rows);
	if (p->drawn_lines)
		terminal_control(stderr, "\033[%dA", p->drawn_lines);
	p->drawn_lines = 0;
	draw_total(p, columns);
	draw_lanes(p, columns, rows);
	draw_best(p, columns);
	terminal_control(stderr, "\033[J");
	p->last_drawn = clock_seconds();
}

static void erase(struct progress *p)
{
	if (p->drawn_lines)
		terminal_control(stderr, "\033[%dA\r\033[J", p->drawn_lines);
	p->drawn_lines = 0;
}

static void print_skipped(struct progress *p, const struct local_event *event)
{
	erase(p);
	fprintf(stderr, "skipped: %s\n", event->text);
	for (size_t i = 0; i < p->sweep->trial_count; i++)
		p->skipped += strcmp(p->sweep->trials[i].dataset, event->trial->dataset) == 0;
}

/* The last phase's test accuracy is what a trial is for; the caller reads it in the table. Here:
 * that it ended, and how long it took. */
static void print_end(struct progress *p, const struct local_event *event)
{
	struct lane *l = &p->lanes[event->worker];
	char spent[32];
	erase(p);
	bar_time(event->end->seconds, spent, sizeof(spent));
	const char *more = event->end->error[0] ? event->end->error : l->results;
	const char *state = trial_state_name(event->end->state);
	terminal_styled(stderr, event->end->state == TRIAL_DONE ? STYLE_GOOD : STYLE_BAD, state);
	fprintf(stderr, "%*s %s  (%zu of %zu, %s)%s%s\n", 11 - (int)strlen(state), "", l->title,
		p->ended, p->sweep->trial_count, spent, more[0] ? ": " : "", more);
}

/* Add a value to the bars; those of another series begin anew. */
static void note_bar(struct lane *l, const char *series, double value)
{
	if (strcmp(l->series, series) != 0)
		l->bars = (struct sparkline){ 0 };
	snprintf(l->series, sizeof(l->series), "%s", series);
	sparkline_add(&l->bars, value);
}

/* Is it the best so far? lower: the smallest is. Only values of one metric are compared. */
static void note_best(struct progress *p, const struct trial *t, const char *metric, double value,
	bool lower, const char *where)
{
	struct best *best = &p->best;
	const bool better = lower ? value < best->value : value > best->value;
	if (isnan(value) || (best->trial && (strcmp(best->metric, metric) != 0 || !better)))
		return;
	best->trial = t;
	best->value = value;
	snprintf(best->metric, sizeof(best->metric), "%s", metric);
	snprintf(best->where, sizeof(best->where), "%s", where);
}

static void note_epoch(struct progress *p, struct lane *l, const struct local_event *event)
{
	const struct epoch_result *r = event->epoch;
	const struct phase_config *phase = &event->trial->phases[r->phase];
	char series[PHASE_NAME_MAX + 24], where[PHASE_NAME_MAX + 48], bars[SPARKLINE_BYTES];
	const bool folds = r->fold >= 0 && phase->kind == PHASE_KFOLD;
	snprintf(series, sizeof(series), "%s", phase->name);
	if (folds)
		snprintf(series, sizeof(series), "%s fold %d/%d", phase->name, r->fold + 1,
			phase->folds);
	l->share = share_done(event->trial, r);
	/* without a validation set: the training accuracy */
	const bool validated = !isnan(r->val_accuracy[0]);
	const double accuracy = validated ? r->val_accuracy[0] : r->train_accuracy[0];
	note_bar(l, series, accuracy);
	sparkline_text(&l->bars, bars);
	snprintf(l->now, sizeof(l->now), "%s %d/%d  %s %.4f %s  loss %.3f  %.0f images/s", series,
		r->epoch + 1, phase->epochs, validated ? "val" : "train", accuracy, bars,
		r->train_loss[0], r->images_per_second);
	snprintf(where, sizeof(where), "%s, epoch %d", series, r->epoch + 1);
	if (!folds) /* a fold's validation images are others, which earlier phases may have seen */
		note_best(p, event->trial, "val_accuracy", r->val_accuracy[0], false, where);
}

/* "loss 0.213 ▇▅▃▁ (epoch 12)". */
static void note_steps(struct progress *p, struct lane *l, const struct local_event *event)
{
	const struct steps_result *r = event->steps;
	const struct declared_metric *m = trial_kind_metric(p->sweep, r->metric);
	const char *step = m && m->series ? m->series : "step";
	const int better = metric_find(p->sweep, r->metric)->better;
	char bars[SPARKLINE_BYTES], where[96];
	struct str value = { 0 };
	for (size_t i = 0; i < r->count; i++) {
		note_bar(l, r->metric, r->values[i]);
		snprintf(where, sizeof(where), "%s %lld", step, (long long)r->steps[i]);
		if (better)
			note_best(p, event->trial, r->metric, r->values[i], better < 0, where);
	}
	sparkline_text(&l->bars, bars);
	metric_value(&value, metric_find(p->sweep, r->metric), r->values[r->count - 1]);
	snprintf(l->now, sizeof(l->now), "%s %s %s (%s %lld)", r->metric, value.s, bars, step,
		(long long)r->steps[r->count - 1]);
	str_free(&value);
}

/* The first results are shown where the trial's end is. */
static void note_measure(const struct progress *p, struct lane *l, const struct local_event *event)
{
	const struct metric *m = metric_find(p->sweep, event->measure->metric);
	const size_t used = strlen(l->results);
	struct str value = { 0 };
	metric_value(&value, m, event->measure->value);
	if (used + strlen(m->name) + value.length + strlen(m->unit) + 4 < sizeof(l->results))
		snprintf(l->results + used, sizeof(l->results) - used, "%s%s %s%s%s",
			used ? ", " : "", m->name, value.s, m->unit[0] ? " " : "", m->unit);
	str_free(&value);
}

struct progress *progress_begin(enum progress_kind kind, const struct sweep *sweep, int workers)
{
	struct progress *p = calloc(1, sizeof(*p));
	struct lane *lanes = calloc((size_t)workers, sizeof(*lanes));
	bool *over = calloc(sweep->trial_count + 1, sizeof(*over));
	if (!p || !lanes || !over) {
		free(p);
		free(lanes);
		free(over);
		return NULL;
	}
	*p = (struct progress){ .kind = kind,
		.sweep = sweep,
		.workers = workers,
		.lanes = lanes,
		.over = over,
		.begun = clock_seconds() };
	return p;
}

/* A trial is over, or begins (again). */
static void count(struct progress *p, size_t index, bool over)
{
	int busy = 0;
	for (int i = 0; i < p->workers; i++)
		busy += p->lanes[i].busy;
	p->most_busy = busy > p->most_busy ? busy : p->most_busy;
	p->ended = p->ended + over - p->over[index];
	p->over[index] = over;
}

void progress_event(void *progress, const struct local_event *event)
{
	struct progress *p = progress;
	if (!p || p->kind == PROGRESS_NONE)
		return;
	struct lane *l = &p->lanes[event->worker];
	switch (event->kind) {
	case LOCAL_SKIPPED: print_skipped(p, event); break;
	case LOCAL_START:
		*l = (struct lane){
			.busy = true, .trial = event->trial, .started = clock_seconds()
		};
		trial_title(p->sweep, event->trial, l->title);
		count(p, event->index, false);
		break;
	case LOCAL_KNOWN: count(p, event->index, true); return;
	case LOCAL_EPOCH: note_epoch(p, l, event); break;
	case LOCAL_PHASE: break;
	case LOCAL_STEPS: note_steps(p, l, event); break;
	case LOCAL_MEASURE:
		if (!trial_kind_of(p->sweep)->networks) /* else the line has the test accuracy */
			note_measure(p, l, event);
		break;
	case LOCAL_END:
		l->busy = false;
		count(p, event->index, true);
		p->timed++;
		p->seconds_of_trials += event->end->seconds;
		print_end(p, event);
		break;
	case LOCAL_WARNING:
		erase(p);
		fprintf(stderr, "warning: %s\n", event->text);
		break;
	case LOCAL_NOTE:
		erase(p);
		fprintf(stderr, "%s\n", event->text);
		break;
	case LOCAL_TICK: break;
	}
	if (p->kind == PROGRESS_SCREEN
		&& (event->kind != LOCAL_TICK || clock_seconds() - p->last_drawn > 0.4))
		draw(p);
}

void progress_end(struct progress *p)
{
	if (!p)
		return;
	if (p->kind == PROGRESS_SCREEN)
		erase(p);
	free(p->over);
	free(p->lanes);
	free(p);
}
