/* page_log.c - the output of a trial's program on the trial's page: what is kept, or while it runs
 * what it has printed so far. Of a long one the end. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../plan/trial_kind.h"
#include "../report/html.h"
#include "../report/kept_log.h"
#include "../store/read.h"
#include "page.h"
#include "serve.h"

enum { SHOWN_BYTES = 65536 };

/* The end of the text from a whole line on. A byte 0 would end it early: it becomes U+FFFD. */
static void add_stream(struct visit *v, const char *trial, const char *stream, struct str *text)
{
	if (!text->length)
		return;
	for (size_t i = 0; i < text->length; i++)
		if (!text->s[i])
			text->s[i] = '\1'; /* html_text replaces it */
	const char *from = text->s;
	if (text->length > SHOWN_BYTES) {
		from = text->s + text->length - SHOWN_BYTES;
		const char *line = strchr(from, '\n');
		from = line ? line + 1 : from;
	}
	str_add(v->out, "<p class=\"notes\">");
	html_text(v->out, stream);
	if (from > text->s)
		str_addf(v->out,
			": the last %zu of %zu bytes; <code>retrial log %.12s</code> prints all "
			"that is kept",
			text->length - (size_t)(from - text->s), text->length, trial);
	str_add(v->out, "</p>\n<pre tabindex=\"0\" class=\"log\">");
	html_text(v->out, from);
	str_add(v->out, "</pre>\n");
}

/* A live file that is not there (another machine runs the trial) is left out. */
static void read_live(struct str *out, const char *path)
{
	char bytes[8192];
	const int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat s;

	if (file < 0)
		return;
	if (fstat(file, &s) == 0 && S_ISREG(s.st_mode))
		for (ssize_t n; (n = read(file, bytes, sizeof(bytes))) > 0;)
			str_add_bytes(out, bytes, (size_t)n);
	close(file);
}

static int add_kept(struct visit *v, const char *trial, const struct rows *r, struct err *e)
{
	for (size_t i = 0; i < r->row_count; i++) {
		struct str text = { 0 };
		if (kept_log(&text, r, i, e)) {
			str_free(&text);
			return -1;
		}
		add_stream(v, trial, value_text(rows_named(r, i, "stream")), &text);
		str_free(&text);
	}
	return 0;
}

static void add_live(struct visit *v, const char *trial)
{
	static const char *const streams[] = { "stdout", "stderr" };
	const struct serve_options *o = page_options(v);

	for (int i = 0; i < 2 && o->live_log; i++) {
		struct str text = { 0 };
		char *path = o->live_log(o->states, trial, streams[i]);
		if (path)
			read_live(&text, path);
		add_stream(v, trial, streams[i], &text);
		free(path);
		str_free(&text);
	}
}

int page_add_log(struct visit *v, const char *trial, bool *is_program, struct err *e)
{
	struct rows *r = NULL;
	int result = 0;

	if (store_ask(v->store, "log", (const char *const[]){ "trial", trial, NULL }, e, &r))
		return -1;
	*is_program = r->row_count
		&& !trial_kind_of_config(value_text(rows_named(r, 0, "config")))->networks;
	if (*is_program) {
		page_heading(v, "Log");
		const size_t before = v->out->length;
		if (strcmp(value_text(rows_named(r, 0, "state")), "running") != 0)
			result = add_kept(v, trial, r, e);
		else
			add_live(v, trial);
		if (!result && v->out->length == before)
			str_add(v->out,
				"<p class=\"notes\">The program has printed nothing.</p>\n");
	}
	rows_free(r);
	return result;
}
