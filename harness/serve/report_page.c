/* report_page.c - a report on demand (report_page.h). */
#include "report_page.h"

#include <pthread.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../base/file.h"
#include "../report/crossed.h"
#include "../report/report.h"

enum { KEPT = 4 };

struct report_cache {
	pthread_mutex_t lock; /* one report at a time: the others wait for it and take it over */
	struct {
		char sweep[64];
		char stamp[64];
		struct str page;
	} kept[KEPT];
	int next;
};

/* A report may show what was so when it was made, but must not be one of an older database. */
static int stamp_of(struct visit *v, char *stamp, size_t size, struct err *e)
{
	struct rows *r;

	if (page_query(v, "serve_stamp", NULL, NULL, e, &r))
		return -1;
	snprintf(stamp, size, "%s", r->row_count ? value_text(rows_named(r, 0, "stamp")) : "");
	rows_free(r);
	return 0;
}

struct report_cache *report_cache_new(void)
{
	struct report_cache *c = calloc(1, sizeof(*c));

	if (c)
		pthread_mutex_init(&c->lock, NULL);
	return c;
}

void report_cache_free(struct report_cache *c)
{
	if (!c)
		return;
	for (int i = 0; i < KEPT; i++)
		str_free(&c->kept[i].page);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

static int make(struct visit *v, const struct serve_options *options, const struct study *study,
	struct str *out, struct err *e)
{
	char folder[] = "/tmp/retrial-serve-XXXXXX";
	struct str command = { 0 };

	if (!mkdtemp(folder))
		return err_errno(e, folder);
	str_addf(&command, "retrial report %s --db %s", study->sweep->path, options->database);
	const struct report_context context = {
		.command = command.s,
		.database = options->database,
		.scripts = options->scripts ? options->scripts : "",
		.data = options->data,
		.augment = options->augment,
		.figures = folder,
	};
	const int result = report_make(v->store, study, &context, out, e);
	file_remove_tree(folder);
	str_free(&command);
	return result;
}

/* From the sweep file as the database keeps it: that is what the plan was frozen from. */
static int read_study(struct visit *v, const char *name, struct sweep **sweep, struct study **study,
	struct err *e)
{
	const struct sweep_options as_the_file_says = { .frozen = true };
	struct rows *r;

	if (page_query(v, "serve_sweep", "sweep", name, e, &r))
		return -1;
	int result = 0;
	if (!r->row_count)
		result = err_set(e, ERR_USAGE, "there is no sweep '%s' in this database", name);
	if (!result) {
		const char *text = value_text(rows_named(r, 0, "_text"));
		result = sweep_parse(value_text(rows_named(r, 0, "path")), text, strlen(text),
			&as_the_file_says, e, sweep);
	}
	rows_free(r);
	return result ? -1 : study_read(v->store, *sweep, e, study);
}

int report_page(struct report_cache *c, struct visit *v, const struct serve_options *options,
	struct http_answer *out, struct err *e)
{
	const char *name = http_value(v->request, "sweep", "");
	struct sweep *sweep = NULL;
	struct study *study = NULL;
	char stamp[64];
	int result = -1, at = 0;

	if (stamp_of(v, stamp, sizeof(stamp), e))
		return -1;
	pthread_mutex_lock(&c->lock);
	while (at < KEPT && (strcmp(c->kept[at].sweep, name) || strcmp(c->kept[at].stamp, stamp)))
		at++;
	if (at == KEPT) {
		struct str page = { 0 };
		if (strlen(name) >= sizeof(c->kept[0].sweep)) {
			err_set(e, ERR_USAGE, "there is no such sweep");
			goto out;
		}
		if (read_study(v, name, &sweep, &study, e)
			|| crossed_read(v->store, study, page_places(v), e)
			|| make(v, options, study, &page, e)) {
			str_free(&page);
			goto out;
		}
		at = c->next++ % KEPT;
		str_free(&c->kept[at].page);
		c->kept[at].page = page;
		memcpy(c->kept[at].sweep, name, strlen(name) + 1);
		memcpy(c->kept[at].stamp, stamp, sizeof(stamp));
	}
	str_add_bytes(&out->body, c->kept[at].page.s, c->kept[at].page.length);
	/* The page is complete in itself: its styles and pictures are inside. */
	out->policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
		      "frame-ancestors 'none'";
	result = 0;
out:
	pthread_mutex_unlock(&c->lock);
	study_free(study);
	sweep_free(sweep);
	return result;
}
