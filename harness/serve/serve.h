/* serve.h - the live page: a read-only view of a results database in the browser, also of trials
 * that run. Works without scripts; with them it asks for itself again when the database changed
 * (server-sent events). Reads through views, loads nothing from elsewhere. */
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
	/* Where the live copy of a program's stream is while its trial runs (run/program_run.h; the
	 * caller frees it), given `states`; NULL: only what is kept is shown. */
	char *(*live_log)(const char *states, const char *identity, const char *stream);
	const char *states;
};

struct server;

/* Serve until server_stop. What the options point to must live as long. On success *out is the
 * caller's. Returns 0, or -1 with e. */
int server_start(const struct serve_options *options, struct err *e, struct server **out);
unsigned server_port(const struct server *s);
void server_stop(struct server *s); /* NULL is fine */

#endif
