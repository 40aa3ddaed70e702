/* page.h - what all pages of the live view share: the frame, links, tables made from rows, and the
 * context of a request. */
#ifndef SERVE_PAGE_H
#define SERVE_PAGE_H

#include "../base/str.h"
#include "../data/dataset.h"
#include "../store/open.h"
#include "../store/rows.h"
#include "http.h"

struct server;
struct serve_options;

/* One request. A page appends the content of <main> to out and sets the title. If it returns -1
 * with e, its output is dropped and the message is shown instead. */
struct visit {
	struct server *server;
	struct store *store; /* of this thread, read-only */
	const struct http_request *request;
	struct str *out;
	struct str inside; /* a page's out points to this */
	char title[256];
	unsigned status; /* of an answer that is a page but not 200; 0: 200 */
};

/* The pages, by path; each in page_NAME.c. Return 0, or -1 with e (ERR_USAGE: the address asks for
 * something that does not exist). */
int page_sweeps(struct visit *v, struct err *e);  /* / ?page= */
int page_runs(struct visit *v, struct err *e);    /* /runs ?where= ?sort= ?columns= ?page= */
int page_curves(struct visit *v, struct err *e);  /* /curves ?trial= ... */
int page_compare(struct visit *v, struct err *e); /* /compare ?trial= ?trial= */
int page_trial(struct visit *v, struct err *e);   /* /trial ?id= */
int page_sweep(struct visit *v, struct err *e);   /* /sweep ?name= ?metric= ?against= ?series= */

/* Append the whole page: the frame around `inside`. */
void page_frame(struct str *out, const struct visit *v, const char *inside);

/* A data set, for images and class names; opened once. NULL when it cannot be opened. */
const struct dataset *page_dataset(struct visit *v, const char *name);

/* What the server was started with. */
const struct serve_options *page_options(const struct visit *v);

/* The data paths. */
const struct dataset_places *page_places(const struct visit *v);

/* ---- pieces ---- */

void page_heading(struct visit *v, const char *text); /* an <h2> */

/* Append the text, escaped as a value of a query string. */
void page_url(struct str *out, const char *text);

/* <a href="PATH?NAME=VALUE">TEXT</a> */
void page_link(
	struct str *out, const char *path, const char *name, const char *value, const char *text);

/* A value for readers: real numbers with six digits, "" for NULL. */
void page_value(struct str *out, const struct value *v);

/* A table of these rows. Column "trial" links to the trial (12 digits shown), "sweep" to the sweep;
 * "state" is coloured. Columns without values, and those whose name begins with _, are left out. */
void page_rows(struct str *out, const struct rows *r, const char *caption);

/* One cell of such a table. */
void page_cell_html(struct str *out, const char *column, const struct value *v);

enum { PAGE_ROWS = 100 }; /* rows of a list on one page */

/* The requested page of a list, from 1. Returns 0, or -1 with e (ERR_USAGE). */
int page_number(const struct http_request *r, long *page, struct err *e);

/* Run a query of store/queries/internal with one parameter. *out is owned by the caller. */
int page_query(struct visit *v, const char *query, const char *name, const char *value,
	struct err *e, struct rows **out);

/* Learning curves of trials: four charts. Trials with equal labels are replicates, drawn as mean
 * and band. */
int page_add_curves(struct visit *v, const char *const *trials, const char *const *labels,
	size_t count, struct err *e);

/* The output of a trial's program, so far if it still runs. For a trial of the core *is_program is
 * false and nothing is added. */
int page_add_log(struct visit *v, const char *trial, bool *is_program, struct err *e);

#endif
