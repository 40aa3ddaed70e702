/* page_runs.c - the table of runs: the conditions, columns and sorting of `retrial runs`, by pages;
 * ticked runs go on to their curves or side by side. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../report/html.h"
#include "../report/runs.h"
#include "page.h"

enum { CONDITIONS_MAX = 32 };

/* What the address asks for. Texts point into the request, conditions into `words`. */
struct asked {
	const char *where, *sort, *columns;
	long page; /* from 1 */
	char *words;
	const char *conditions[CONDITIONS_MAX];
	size_t count;
};

/* Conditions are separated by blanks; a value with blanks stands in double quotes, which may begin
 * anywhere in the condition. */
static int split(struct asked *a, struct err *e)
{
	a->words = strdup(a->where);
	if (!a->words)
		return err_nomem(e);
	char *to = a->words;
	for (const char *s = a->where; *s;) {
		bool quoted = false;
		s += strspn(s, " \t\r\n");
		if (!*s)
			break;
		if (a->count == CONDITIONS_MAX)
			return err_set(e, ERR_USAGE, "more than %d conditions", CONDITIONS_MAX);
		a->conditions[a->count++] = to;
		for (; *s && (quoted || !strchr(" \t\r\n", *s)); s++)
			if (*s == '"')
				quoted = !quoted;
			else
				*to++ = *s;
		if (*s)
			s++;
		*to++ = '\0';
	}
	return 0;
}

static int read_request(const struct http_request *r, struct asked *out, struct err *e)
{
	*out = (struct asked){
		.where = http_value(r, "where", ""),
		.sort = http_value(r, "sort", ""),
		.columns = http_value(r, "columns", ""),
	};
	return page_number(r, &out->page, e) ? -1 : split(out, e);
}

/* The address of this table with another sorting or page. */
static void add_address(struct str *out, const struct asked *a, const char *sort, long page)
{
	str_add(out, "/runs?where=");
	page_url(out, a->where);
	str_add(out, "&amp;columns=");
	page_url(out, a->columns);
	str_add(out, "&amp;sort=");
	page_url(out, sort);
	if (page > 1)
		str_addf(out, "&amp;page=%ld", page);
}

static void add_form(struct str *out, const struct asked *a)
{
	str_add(out,
		"<form class=\"filter\" action=\"/runs\">\n<label>Conditions <input name=\"where\" "
		"size=\"40\" placeholder=\"state=done test_accuracy&gt;0.9\" value=\"");
	html_text(out, a->where);
	str_add(out,
		"\"></label>\n<label>Columns <input name=\"columns\" size=\"30\" "
		"placeholder=\"trial,batch_size,test_accuracy\" value=\"");
	html_text(out, a->columns);
	str_add(out,
		"\"></label>\n<label>Sort by <input name=\"sort\" size=\"16\" "
		"placeholder=\"-test_accuracy\" value=\"");
	html_text(out, a->sort);
	str_add(out,
		"\"></label>\n<button>Show</button>\n</form>\n"
		"<details class=\"notes\"><summary>How to write conditions</summary><p>NAME=VALUE, "
		"also with != &lt; &lt;= &gt; &gt;= or ~ (a pattern with * and ?), separated by "
		"blanks; all must hold. Names are labels, results and parameters, as in "
		"<code>retrial runs</code>. Put a value with blanks into double "
		"quotes.</p></details>\n");
}

/* A heading that sorts by its column, the other way round when it does so already. */
static void add_heading(struct str *out, const struct asked *a, const char *column)
{
	const bool up = !strcmp(a->sort, column),
		   down = a->sort[0] == '-' && !strcmp(a->sort + 1, column);
	char next[128];

	snprintf(next, sizeof(next), "%s%s", up ? "-" : "", column);
	str_addf(out, "<th scope=\"col\"%s><a href=\"",
		up             ? " aria-sort=\"ascending\""
			: down ? " aria-sort=\"descending\""
			       : "");
	add_address(out, a, next, 1);
	str_add(out, "\">");
	html_text(out, column);
	str_add(out, up ? " ▲" : down ? " ▼" : "");
	str_add(out, "</a></th>");
}

static void add_row(struct str *out, const struct rows *r, size_t row)
{
	const char *trial = value_text(rows_named(r, row, "trial"));

	str_add(out, "<tr><td>");
	if (trial[0]) {
		str_add(out, "<input type=\"checkbox\" name=\"trial\" value=\"");
		html_text(out, trial);
		str_addf(out, "\" aria-label=\"choose %.12s\">", trial);
	}
	str_add(out, "</td>");
	for (int c = 0; c < r->column_count; c++) {
		const struct value *v = &r->values[row * (size_t)r->column_count + (size_t)c];
		page_cell_html(out, r->columns[c], v);
	}
	str_add(out, "</tr>\n");
}

/* The rows from the first on. */
static void add_table(struct str *out, const struct asked *a, const struct rows *r, size_t first)
{
	str_add(out,
		"<form action=\"/curves\">\n<p class=\"choose\"><button>Curves of the "
		"chosen</button> "
		"<button formaction=\"/compare\">Compare two</button></p>\n"
		"<div class=\"wide\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">"
		"<span class=\"hidden\">choose</span></th>");
	for (int c = 0; c < r->column_count; c++)
		add_heading(out, a, r->columns[c]);
	str_add(out, "</tr></thead>\n<tbody>\n");
	for (size_t i = first; i < r->row_count && i < first + PAGE_ROWS; i++)
		add_row(out, r, i);
	str_add(out, "</tbody></table></div>\n</form>\n");
}

/* rows: how many there are from the first of the first page on, as far as they were read. */
static void add_pager(struct str *out, const struct asked *a, size_t from, size_t rows)
{
	const size_t to = rows < from + PAGE_ROWS ? rows : from + PAGE_ROWS;

	str_add(out, "<p class=\"pager\">");
	if (a->page > 1) {
		str_add(out, "<a rel=\"prev\" href=\"");
		add_address(out, a, a->sort, a->page - 1);
		str_add(out, "\">previous</a> ");
	}
	if (to > from)
		str_addf(out, "rows %zu to %zu ", from + 1, to);
	else
		str_add(out, "no runs fulfil this ");
	if (rows > to) {
		str_add(out, "<a rel=\"next\" href=\"");
		add_address(out, a, a->sort, a->page + 1);
		str_add(out, "\">next</a>");
	}
	str_add(out, "</p>\n");
}

int page_runs(struct visit *v, struct err *e)
{
	struct asked a = { 0 };
	struct rows *r = NULL;
	int result = -1;

	snprintf(v->title, sizeof(v->title), "Runs");
	if (read_request(v->request, &a, e))
		goto out;
	const size_t from = (size_t)(a.page - 1) * PAGE_ROWS;
	/* Nothing asked for: only the page is read, whatever the number of trials. */
	const bool plain = !a.count && !a.sort[0] && !a.columns[0];
	const struct runs_query q = {
		.page = plain,
		.from = (long)from,
		.conditions = a.conditions,
		.condition_count = a.count,
		.sort = a.sort[0] ? a.sort : NULL,
		.columns = a.columns[0] ? a.columns : NULL,
		/* One more tells whether there is another page. */
		.limit = (plain ? 0 : (long)from) + PAGE_ROWS + 1,
	};
	add_form(v->out, &a);
	if (runs_read(v->store, &q, e, &r)) {
		if (e->kind != ERR_USAGE)
			goto out;
		/* What was typed stays in the form, to be mended. */
		str_add(v->out, "<p class=\"error\" role=\"alert\">");
		html_text(v->out, e->text);
		str_add(v->out, "</p>\n");
		v->status = 400;
		result = 0;
		goto out;
	}
	const size_t first = plain ? 0 : from;
	if (r->row_count > first)
		add_table(v->out, &a, r, first);
	add_pager(v->out, &a, from, from - first + r->row_count);
	result = 0;
out:
	rows_free(r);
	free(a.words);
	return result;
}
