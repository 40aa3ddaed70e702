/* page_sweeps.c - the first page: every sweep with its progress, and what runs at this moment. */
#include <stdio.h>

#include "../report/html.h"
#include "page.h"

/* "12 min", "3 h 20 min". */
static void add_duration(struct str *out, double seconds)
{
	const long minutes = (long)(seconds / 60 + 0.5);

	if (seconds < 90)
		str_addf(out, "%.0f s", seconds);
	else if (minutes < 120)
		str_addf(out, "%ld min", minutes);
	else
		str_addf(out, "%ld h %ld min", minutes / 60, minutes % 60);
}

/* From what finished trials took and how many run: known only when both are there. */
static void add_rest(struct str *out, const struct rows *r, size_t row)
{
	const int64_t left = rows_named(r, row, "left")->integer,
		      running = rows_named(r, row, "running")->integer;
	const struct value *mean = rows_named(r, row, "_mean_seconds");

	if (left && running && mean->kind != VALUE_NULL && mean->real > 0) {
		str_add(out, "about ");
		add_duration(out, mean->real * (double)left / (double)running);
	} else if (left && running) {
		str_add(out, "not known yet");
	} else if (left) {
		str_add(out, "not running");
	}
}

static void add_counts(struct str *out, const struct rows *r, size_t row)
{
	static const char *const bad[] = { "failed", "diverged", "timeout", "interrupted",
		"skipped" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const int64_t n = rows_named(r, row, bad[i])->integer;
		if (n)
			str_addf(out, "<span class=\"state %s\">%lld %s</span> ", bad[i],
				(long long)n, bad[i]);
	}
}

static void add_sweep(struct str *out, const struct rows *r, size_t row)
{
	const char *name = value_text(rows_named(r, row, "sweep")),
		   *title = value_text(rows_named(r, row, "title"));
	const int64_t done = rows_named(r, row, "done")->integer,
		      trials = rows_named(r, row, "trials")->integer;

	str_add(out, "<tr><th scope=\"row\">");
	page_link(out, "/sweep", "name", name, name);
	str_add(out, "<br><span class=\"notes title\">");
	html_text(out, title);
	str_addf(out,
		"</span></th><td><progress max=\"%lld\" value=\"%lld\" "
		"aria-label=\"done\"></progress> "
		"%lld of %lld done</td><td class=\"number\" data-label=\"running\">%lld</td>"
		"<td data-label=\"other\">",
		(long long)trials, (long long)done, (long long)done, (long long)trials,
		(long long)rows_named(r, row, "running")->integer);
	add_counts(out, r, row);
	str_add(out, "</td><td data-label=\"time left\">");
	add_rest(out, r, row);
	str_add(out, "</td><td>");
	page_link(out, "/report", "sweep", name, "report");
	str_add(out, "</td></tr>\n");
}

static void add_pager(struct str *out, long page, size_t from, size_t to, size_t count)
{
	if (count <= PAGE_ROWS)
		return;
	str_add(out, "<p class=\"pager\">");
	if (page > 1)
		str_addf(out, "<a rel=\"prev\" href=\"/?page=%ld\">previous</a> ", page - 1);
	if (to > from)
		str_addf(out, "sweeps %zu to %zu of %zu ", from + 1, to, count);
	else
		str_addf(out, "there are %zu sweeps ", count);
	if (to < count && to > from)
		str_addf(out, "<a rel=\"next\" href=\"/?page=%ld\">next</a>", page + 1);
	str_add(out, "</p>\n");
}

static void add_running(struct visit *v, struct rows *running)
{
	const bool more = running->row_count > PAGE_ROWS; /* the query reads one more */

	if (!running->row_count)
		return;
	page_heading(v, "Running now");
	running->row_count -= more;
	page_rows(v->out, running, NULL);
	running->row_count += more;
	if (more)
		str_addf(v->out,
			"<p class=\"pager\">the first %d; <a href=\"/runs?where=state%%3Drunning\">"
			"all that run</a></p>\n",
			PAGE_ROWS);
}

int page_sweeps(struct visit *v, struct err *e)
{
	struct rows *sweeps = NULL, *running = NULL;
	long page;

	snprintf(v->title, sizeof(v->title), "Sweeps");
	if (page_number(v->request, &page, e)
		|| page_query(v, "serve_sweeps", NULL, NULL, e, &sweeps))
		return -1;
	if (page_query(v, "serve_running", "sweep", NULL, e, &running)) {
		rows_free(sweeps);
		return -1;
	}
	const size_t count = sweeps->row_count, first = (size_t)(page - 1) * PAGE_ROWS,
		     from = first < count ? first : count,
		     to = count - from > PAGE_ROWS ? from + PAGE_ROWS : count;
	if (!count)
		str_add(v->out, "<p>No sweep was run into this database yet.</p>\n");
	else if (to > from)
		str_add(v->out,
			"<div class=\"wide\" tabindex=\"0\"><table class=\"stack\"><thead><tr>"
			"<th scope=\"col\">sweep</th><th scope=\"col\">progress</th>"
			"<th scope=\"col\" class=\"number\">running</th><th "
			"scope=\"col\">other</th>"
			"<th scope=\"col\">time left</th><th "
			"scope=\"col\">report</th></tr></thead>\n"
			"<tbody>\n");
	for (size_t i = from; i < to; i++)
		add_sweep(v->out, sweeps, i);
	if (to > from)
		str_add(v->out, "</tbody></table></div>\n");
	add_pager(v->out, page, from, to, count);
	if (page == 1)
		add_running(v, running);
	rows_free(running);
	rows_free(sweeps);
	return 0;
}
