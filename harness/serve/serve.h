/* serve.h - the live page: a read-only view of a results database in the browser, running trials
 * included. Works without scripts; with them it updates itself when the database changes
 * (server-sent events). Reads through views; loads nothing from elsewhere. */
#ifndef SERVE_SERVE_H
#define SERVE_SERVE_H

#include "../data/dataset.h"
#include "../report/figures.h"
#include "http.h"

struct serve_options {
	const char *database;
	struct http_options http;
	const struct dataset_places *data; /* for test images, class names and figures */
	const char *scripts;               /* the folder plots/; NULL: reports have no figures */
	figures_augment *augment;
	/* The path of the live copy of a program's stream while its trial runs (run/program_run.h;
	 * the caller frees it), given `states`. NULL: only kept output is shown. */
	char *(*live_log)(const char *states, const char *identity, const char *stream);
	const char *states;
};

struct server;

/* Serve until server_stop. The memory that options point to must live as long. On success *out is
 * owned by the caller. Returns 0, or -1 with e. */
int server_start(const struct serve_options *options, struct err *e, struct server **out);
unsigned server_port(const struct server *s);
void server_stop(struct server *s); /* accepts NULL */

#endif
