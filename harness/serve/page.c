/* page.c - the frame and the pieces of page.h. */
#include "page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../report/html.h"
#include "../store/read.h"

enum { SHORT_IDENTITY = 12, PAGES_MAX = 1000000 };

void page_url(struct str *out, const char *text)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";

	for (const unsigned char *s = (const unsigned char *)text; *s; s++)
		if (strchr(plain, *s))
			str_add_bytes(out, (const char *)s, 1);
		else
			str_addf(out, "%%%02X", *s);
}

void page_link(
	struct str *out, const char *path, const char *name, const char *value, const char *text)
{
	str_addf(out, "<a href=\"%s?%s=", path, name);
	page_url(out, value);
	str_add(out, "\">");
	html_text(out, text);
	str_add(out, "</a>");
}

int page_number(const struct http_request *r, long *page, struct err *e)
{
	char *end;

	*page = strtol(http_value(r, "page", "1"), &end, 10);
	if (*end || *page < 1 || *page > PAGES_MAX)
		return err_set(e, ERR_USAGE, "page is a whole number from 1 on");
	return 0;
}

void page_heading(struct visit *v, const char *text)
{
	html_element(v->out, "h2", NULL, text);
}

static void nav_link(struct str *out, const struct visit *v, const char *path, const char *text)
{
	str_addf(out, "<a href=\"%s\"%s>%s</a>\n", path,
		strcmp(v->request->path, path) ? "" : " aria-current=\"page\"", text);
}

void page_frame(struct str *out, const struct visit *v, const char *inside)
{
	str_add(out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<link rel=\"icon\" href=\"data:,\">\n"
		"<link rel=\"stylesheet\" href=\"/style.css\">\n<title>");
	html_text(out, v->title);
	str_add(out, " - Retrial</title>\n<script src=\"/live.js\" defer></script>\n</head>\n");
	str_add(out, "<body>\n<header>\n<nav aria-label=\"Pages\">\n");
	nav_link(out, v, "/", "Sweeps");
	nav_link(out, v, "/runs", "Runs");
	str_add(out, "<span id=\"live\" role=\"status\"></span>\n</nav>\n");
	html_element(out, "h1", NULL, v->title);
	str_addf(out, "</header>\n<main>\n%s</main>\n</body>\n</html>\n", inside);
}

/* ---- rows ---- */

void page_value(struct str *out, const struct value *v)
{
	switch (v->kind) {
	case VALUE_INTEGER: str_addf(out, "%lld", (long long)v->integer); break;
	case VALUE_REAL: str_addf(out, "%.6g", v->real); break;
	case VALUE_TEXT: html_text(out, v->text); break;
	default: break;
	}
}

static bool is_number(const struct rows *r, int column)
{
	for (size_t i = 0; i < r->row_count; i++) {
		const enum value_kind kind =
			r->values[i * (size_t)r->column_count + (size_t)column].kind;
		if (kind == VALUE_TEXT || kind == VALUE_BLOB)
			return false;
	}
	return true;
}

/* Is there something to show in this column? */
static bool is_shown(const struct rows *r, int column)
{
	if (r->columns[column][0] == '_')
		return false;
	for (size_t i = 0; i < r->row_count; i++)
		if (r->values[i * (size_t)r->column_count + (size_t)column].kind != VALUE_NULL)
			return true;
	return false;
}

void page_cell_html(struct str *out, const char *column, const struct value *v)
{
	const char *text = v->kind == VALUE_TEXT ? v->text : "";
	char shown[SHORT_IDENTITY + 1];
	const bool number = v->kind == VALUE_INTEGER || v->kind == VALUE_REAL;

	if (!strcmp(column, "trial") && text[0]) {
		snprintf(shown, sizeof(shown), "%s", text);
		str_add(out, "<th scope=\"row\">");
		page_link(out, "/trial", "id", text, shown);
		str_add(out, "</th>");
	} else if (!strcmp(column, "sweep") && text[0]) {
		str_add(out, "<td>");
		page_link(out, "/sweep", "name", text, text);
		str_add(out, "</td>");
	} else if (!strcmp(column, "state") && text[0]) {
		str_add(out, "<td><span class=\"state ");
		html_text(out, text);
		str_add(out, "\">");
		html_text(out, text);
		str_add(out, "</span></td>");
	} else {
		str_add(out, number ? "<td class=\"number\">" : "<td>");
		page_value(out, v);
		str_add(out, "</td>");
	}
}

void page_rows(struct str *out, const struct rows *r, const char *caption)
{
	str_add(out, "<div class=\"wide\" tabindex=\"0\">\n<table>\n");
	if (caption)
		html_element(out, "caption", NULL, caption);
	str_add(out, "<thead><tr>");
	for (int c = 0; c < r->column_count; c++) {
		if (!is_shown(r, c))
			continue;
		str_add(out,
			is_number(r, c) ? "<th scope=\"col\" class=\"number\">"
					: "<th scope=\"col\">");
		html_text(out, r->columns[c]);
		str_add(out, "</th>");
	}
	str_add(out, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < r->row_count; i++) {
		str_add(out, "<tr>");
		for (int c = 0; c < r->column_count; c++)
			if (is_shown(r, c))
				page_cell_html(out, r->columns[c],
					&r->values[i * (size_t)r->column_count + (size_t)c]);
		str_add(out, "</tr>\n");
	}
	str_add(out, "</tbody>\n</table>\n</div>\n");
}

int page_query(struct visit *v, const char *query, const char *name, const char *value,
	struct err *e, struct rows **out)
{
	const char *const parameters[] = { name, value, NULL };

	return store_query(v->store, store_internal_query(query), name ? parameters : NULL, e, out);
}
