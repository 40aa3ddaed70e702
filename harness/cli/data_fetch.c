/* data_fetch.c - retrial data fetch: published data sets from their mirrors, with progress. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../data/fetch.h"
#include "data_cli.h"
#include "terminal.h"

enum { STALL_SECONDS = 30, STALL_MAX = 3600, BAR_WIDTH = 24 };

static atomic_int stop; /* the signal that asked for it, or 0 */

static void on_signal(int number)
{
	atomic_store(&stop, number);
}

/* What is shown on a terminal; elsewhere only the outcome is told. */
struct bar {
	bool shown;  /* the cursor is behind a bar */
	double last; /* when it was drawn */
};

static void erase(struct bar *b)
{
	if (b->shown)
		terminal_control(stderr, "\r\033[K");
	b->shown = false;
}

static void draw(void *context, const char *file, uint64_t done, uint64_t total)
{
	struct bar *b = context;
	const double now = clock_seconds();
	if (!isatty(STDERR_FILENO) || now - b->last < 0.1)
		return;
	b->last = now;
	b->shown = true;
	terminal_control(stderr, "\r\033[K");
	fprintf(stderr, "%s  %.1f", file, (double)done / 1e6);
	if (total > 0) {
		const int full = (int)((double)done / (double)total * BAR_WIDTH);
		fprintf(stderr, " of %.1f MB  [", (double)total / 1e6);
		for (int i = 0; i < BAR_WIDTH; i++)
			fputc(i < full ? '#' : '.', stderr);
		fprintf(stderr, "] %3.0f %%", 100.0 * (double)done / (double)total);
	} else {
		fputs(" MB", stderr);
	}
}

const char *data_target(const struct cli *c, const struct dataset_places *places)
{
	return cli_get(c, "data", places->xdg_data);
}

int data_fetch(const struct cli *c, const struct dataset_places *places)
{
	bool bad = false;
	struct bar bar = { 0 };
	struct fetch_options options = { .folder = data_target(c, places),
		.mirror = cli_get(c, "mirror", NULL),
		.stop = &stop,
		.context = &bar,
		.progress = draw };
	if (c->argument_count < 2)
		return cli_misuse(c, "fetch takes the names of the data sets (retrial data list)");
	if (!options.folder)
		return cli_misuse(c, "no HOME: name a folder for the data with --data DIR");
	options.stall_seconds = cli_number(c, "stall", 1, STALL_MAX, STALL_SECONDS, &bad);
	if (bad)
		return ERR_USAGE;
	struct sigaction action = { .sa_handler = on_signal };
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	int code = ERR_NONE;
	for (int i = 1; i < c->argument_count && !atomic_load(&stop); i++) {
		struct err e = { 0 };
		bool there;
		const int result = dataset_fetch(c->arguments[i], &options, &there, &e);
		erase(&bar);
		if (result)
			code = cli_fail(&e);
		else
			printf("%s %s %s/%s\n", c->arguments[i],
				there ? "is already in" : "is now in", options.folder,
				c->arguments[i]);
	}
	const int signal = atomic_load(&stop);
	return signal ? 128 + signal : code;
}
