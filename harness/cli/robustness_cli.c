/* robustness_cli.c - see robustness_cli.h. */
#include "robustness_cli.h"

#include <string.h>

#include "../base/clock.h"
#include "bar.h"
#include "cli.h"
#include "events.h"
#include "terminal.h"

struct display {
	enum progress_kind kind;
	const char *sweep;
	bool json, drawn;
	double begun, last_drawn;
	size_t last_tenth; /* of the work, that a line was printed for */
};

static void erase(struct display *d)
{
	if (d->drawn)
		terminal_control(stderr, "\r\033[K");
	d->drawn = false;
}

static void draw(struct display *d, const struct robustness_event *event)
{
	const double elapsed = clock_seconds() - d->begun, done = (double)event->done,
		     total = (double)event->total;
	char name[128], spent[32], left[32], text[128], line[512];
	int columns, rows;
	if (event->kind == ROBUSTNESS_TICK && clock_seconds() - d->last_drawn < 0.4)
		return;
	bar_time(elapsed, spent, sizeof(spent));
	bar_time(event->done ? elapsed / done * (total - done) : 0, left, sizeof(left));
	snprintf(name, sizeof(name), "%s robustness", d->sweep);
	snprintf(text, sizeof(text), "%zu of %zu  %s, about %s left", event->done, event->total,
		spent, left);
	cli_terminal_size(stderr, &columns, &rows);
	bar_line(name, event->total ? done / total : 1, text, columns, line, sizeof(line));
	terminal_control(stderr, "\r\033[K");
	fprintf(stderr, "%.*s", columns - 1, line);
	fflush(stderr);
	d->drawn = true;
	d->last_drawn = clock_seconds();
}

/* A line for every tenth of the work. */
static void print_line(struct display *d, const struct robustness_event *event)
{
	const size_t tenth = event->total ? event->done * 10 / event->total : 10;
	char spent[32];
	if (event->kind != ROBUSTNESS_STEP || tenth <= d->last_tenth)
		return;
	d->last_tenth = tenth;
	bar_time(clock_seconds() - d->begun, spent, sizeof(spent));
	fprintf(stderr, "robustness  %s %s %g  (%zu of %zu, %s)\n", event->dataset,
		event->corruption, event->severity, event->done, event->total, spent);
}

static void show(void *context, const struct robustness_event *event)
{
	struct display *d = context;
	if (d->json)
		events_print_robustness(event);
	if (event->kind == ROBUSTNESS_PROBLEM) {
		erase(d);
		fprintf(stderr, "retrial: %s\n", event->text);
	} else if (d->kind == PROGRESS_SCREEN) {
		draw(d, event);
	} else if (d->kind == PROGRESS_LINES) {
		print_line(d, event);
	}
}

static void print_summary(const struct robustness_summary *s)
{
	fprintf(stderr, "robustness: %zu evaluations now, %zu before", s->done, s->before);
	const struct {
		size_t count;
		const char *what;
	} others[] = {
		{ s->total - s->done, "evaluations missing" },
		{ s->unkept, "trials without kept weights" },
		{ s->elsewhere, "trials without data or of another core version" },
		{ s->wrong, "networks not reproduced" },
	};
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (others[i].count)
			fprintf(stderr, ", %zu %s", others[i].count, others[i].what);
	fprintf(stderr, "; %.1f s\n", s->seconds);
}

int robustness_cli_run(struct store *store, const struct sweep *sweep,
	const struct robustness_options *options, enum progress_kind kind, bool json)
{
	struct display display = {
		.kind = kind, .sweep = sweep->name, .json = json, .begun = clock_seconds()
	};
	struct robustness_options o = *options;
	struct robustness_summary summary;
	struct err e = { 0 };
	o.context = &display;
	o.event = show;
	const int failed = robustness_run(store, sweep, &o, &summary, &e);
	erase(&display);
	if (failed)
		return cli_fail(&e);
	if (json)
		events_print_robustness_summary(&summary);
	if (kind != PROGRESS_NONE)
		print_summary(&summary);
	if (summary.unkept + summary.wrong)
		return ERR_FAILED;
	return summary.done < summary.total ? ERR_UNFINISHED : ERR_NONE;
}
