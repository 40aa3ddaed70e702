/* http.h - a read-only web server on one address: requests, answers, and the rules of every answer.
 * Only http.c includes libmicrohttpd; it knows no page.
 *
 * Rules: only GET and HEAD (405 otherwise). The Host header must name this server (403 otherwise),
 * so that no foreign page reaches it by a name that resolves to loopback. The
 * Content-Security-Policy loads nothing from elsewhere. No referrer, no framing, and no caching
 * unless an answer `stays`. With a token, every request needs it: first as ?token=..., then as a
 * cookie (401 otherwise). */
#ifndef SERVE_HTTP_H
#define SERVE_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/err.h"
#include "../base/str.h"

/* Values of the query string, in its order. */
enum { HTTP_VALUES_MAX = 256 };
struct http_request {
	const char *path; /* "/runs", decoded */
	struct {
		const char *name, *value;
	} values[HTTP_VALUES_MAX];
	size_t value_count;
	bool fragment; /* the live page requests its own update */
};

/* The first value of this name, or fallback; the i-th value (from 0), or NULL. */
const char *http_value(const struct http_request *r, const char *name, const char *fallback);
const char *http_nth(const struct http_request *r, const char *name, size_t i);

/* The answer. Zero-initialised: 200, HTML, the policy of pages. http.c takes ownership of body. */
struct http_answer {
	unsigned status;          /* 0: 200 */
	const char *content_type; /* NULL: text/html; charset=utf-8. A constant */
	const char *policy;       /* Content-Security-Policy; NULL: that of pages. A constant */
	bool stays;               /* the browser may cache it: an asset, an image */
	struct str body;
};

/* Fills the answer. Called by several threads at the same time. */
typedef void http_handler(void *context, const struct http_request *r, struct http_answer *out);

struct http_options {
	const char *address; /* numeric: "127.0.0.1", "::1", "0.0.0.0" */
	unsigned port;       /* 0: any free port */
	const char *token;   /* NULL: none is required */
	unsigned threads;
};

struct http;

/* Is this numeric address a loopback address? */
bool http_is_loopback(const char *address);

/* Listen and answer until http_stop. On success *out is owned by the caller. Returns 0, or -1 with
 * e (ERR_USAGE: no such address; ERR_ENVIRONMENT: the port is taken). */
int http_start(const struct http_options *options, http_handler *handler, void *context,
	struct err *e, struct http **out);
unsigned http_port(const struct http *h);
void http_stop(struct http *h); /* accepts NULL */

#endif
