/* report_page.h - the report of a sweep (report/report.h) as a page of the server: made on request
 * and cached until the database changes. */
#ifndef SERVE_REPORT_PAGE_H
#define SERVE_REPORT_PAGE_H

#include "page.h"
#include "serve.h"

struct report_cache;

struct report_cache *report_cache_new(void); /* NULL without memory */
void report_cache_free(struct report_cache *c);

/* /report ?sweep=NAME. Returns 0, or -1 with e. */
int report_page(struct report_cache *c, struct visit *v, const struct serve_options *options,
	struct http_answer *out, struct err *e);

#endif
