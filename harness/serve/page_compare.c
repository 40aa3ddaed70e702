/* page_compare.c - two trials side by side, as `retrial diff` says it, and their curves. */
#include <stdio.h>
#include <string.h>

#include "../report/diff.h"
#include "../report/html.h"
#include "../report/show.h"
#include "page.h"

int page_compare(struct visit *v, struct err *e)
{
	const char *const given[2] = { http_nth(v->request, "trial", 0),
		http_nth(v->request, "trial", 1) };
	char identities[2][DIGEST_TEXT], shown[2][16];
	struct str text = { 0 };
	bool same;

	snprintf(v->title, sizeof(v->title), "Two trials side by side");
	if (!given[0] || !given[1] || http_nth(v->request, "trial", 2))
		return err_set(e, ERR_USAGE, "choose two trials in the table of runs");
	for (int i = 0; i < 2; i++) {
		if (show_find(v->store, given[i], identities[i], e))
			return -1;
		snprintf(shown[i], sizeof(shown[i]), "%.12s", identities[i]);
	}
	const struct dataset_places *places = page_places(v);
	if (diff_trials(v->store, identities[0], identities[1], places, false, &text, &same, e)) {
		str_free(&text);
		return -1;
	}
	str_add(v->out, "<p>");
	page_link(v->out, "/trial", "id", identities[0], shown[0]);
	str_add(v->out, " and ");
	page_link(v->out, "/trial", "id", identities[1], shown[1]);
	str_add(v->out, same ? ": the same configuration and the same results.</p>\n" : "</p>\n");
	str_add(v->out, "<pre tabindex=\"0\">");
	html_text(v->out, text.s ? text.s : "");
	str_add(v->out, "</pre>\n");
	str_free(&text);
	page_heading(v, "Curves");
	return page_add_curves(v, (const char *const[]){ identities[0], identities[1] },
		(const char *const[]){ shown[0], shown[1] }, 2, e);
}
