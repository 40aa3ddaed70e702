/* serve.c - which address is which page, a database connection a thread, and what is kept between
 * requests: opened data sets, reports, and how often the database has changed. */
#include "serve.h"

#include <pthread.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "assets.h"
#include "../report/html.h"
#include "../store/read.h"
#include "page.h"
#include "report_page.h"

enum { DATASETS_MAX = 32, OK = 200, BAD_REQUEST = 400, NOT_FOUND = 404, FAILED = 500 };

struct server {
	const struct serve_options *options;
	struct http *http;
	pthread_key_t stores; /* a connection a thread */
	bool has_key;
	pthread_mutex_t lock; /* for all below */
	struct store *watch;  /* sees the changes that others commit */
	struct {
		char name[64];
		struct dataset *dataset;
	} datasets[DATASETS_MAX];
	int dataset_count;
	struct report_cache *reports;
};

static void close_store(void *store)
{
	store_close(store);
}

/* This thread's connection. */
static struct store *open_store(struct server *s, struct err *e)
{
	struct store *store = pthread_getspecific(s->stores);

	if (store)
		return store;
	if (store_open(s->options->database, STORE_READ, e, &store))
		return NULL;
	pthread_setspecific(s->stores, store);
	return store;
}

const struct dataset *page_dataset(struct visit *v, const char *name)
{
	struct server *s = v->server;
	struct dataset *found = NULL;
	struct err ignored = { 0 };

	pthread_mutex_lock(&s->lock);
	int i = 0;
	while (i < s->dataset_count && strcmp(s->datasets[i].name, name))
		i++;
	if (i < s->dataset_count) {
		found = s->datasets[i].dataset;
	} else if (i < DATASETS_MAX && strlen(name) < sizeof(s->datasets[i].name)) {
		/* One that cannot be had is not looked for at every request. */
		if (dataset_open(name, s->options->data, &ignored, &found))
			found = NULL;
		memcpy(s->datasets[i].name, name, strlen(name) + 1);
		s->datasets[i].dataset = found;
		s->dataset_count++;
	}
	pthread_mutex_unlock(&s->lock);
	return found;
}

const struct dataset_places *page_places(const struct visit *v)
{
	return v->server->options->data;
}

const struct serve_options *page_options(const struct visit *v)
{
	return v->server->options;
}

/* ---- what is no page ---- */

/* One event, then the end: the browser asks again after the time that it is told. So no connection
 * is kept for a reader who only waits. */
static int events(struct server *s, struct http_answer *out, struct err *e)
{
	struct rows *r = NULL;

	pthread_mutex_lock(&s->lock);
	const int result =
		store_query(s->watch, store_internal_query("serve_version"), NULL, e, &r);
	pthread_mutex_unlock(&s->lock);
	if (result)
		return -1;
	const int64_t version = r->row_count ? r->values[0].integer : 0;
	rows_free(r);
	out->content_type = "text/event-stream";
	str_addf(&out->body, "retry: 1500\nevent: version\ndata: %lld\n\n", (long long)version);
	return 0;
}

static const char *asset_type(const char *path)
{
	return strstr(path, ".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8";
}

/* Returns whether the path is one of an asset. */
static bool asset(const char *path, struct http_answer *out)
{
	for (size_t i = 0; i < asset_count; i++)
		if (!strcmp(path + 1, assets[i].name)) {
			out->content_type = asset_type(path);
			str_add(&out->body, assets[i].text);
			return true;
		}
	return false;
}

static void put32(struct str *out, uint32_t x)
{
	const unsigned char bytes[4] = { (unsigned char)x, (unsigned char)(x >> 8),
		(unsigned char)(x >> 16), (unsigned char)(x >> 24) };
	str_add_bytes(out, (const char *)bytes, 4);
}

/* A test image as a Windows bitmap, which every browser shows: 24 bits, rows from below. */
static void bitmap(const struct dataset *d, uint32_t index, struct str *out)
{
	const size_t plane = (size_t)d->height * (size_t)d->width;
	const uint8_t *image = d->test_images + index * plane * (size_t)d->channels;
	const uint32_t stride = ((uint32_t)d->width * 3 + 3) / 4 * 4,
		       size = stride * (uint32_t)d->height;

	str_add_bytes(out, "BM", 2);
	put32(out, 54 + size);
	put32(out, 0);
	put32(out, 54);
	put32(out, 40);
	put32(out, (uint32_t)d->width);
	put32(out, (uint32_t)d->height);
	put32(out, 1 | 24u << 16);
	put32(out, 0);
	put32(out, size);
	for (int i = 0; i < 4; i++)
		put32(out, 0);
	for (int y = d->height; y-- > 0;) {
		for (int x = 0; x < d->width; x++)
			for (int c = 2; c >= 0; c--) { /* blue, green, red */
				const size_t channel = d->channels == 3 ? (size_t)c : 0;
				str_add_bytes(out,
					(const char *)&image[channel * plane
						+ (size_t)y * (size_t)d->width + (size_t)x],
					1);
			}
		str_add_bytes(out, "\0\0\0", stride - (uint32_t)d->width * 3);
	}
}

static int picture(struct visit *v, struct http_answer *out, struct err *e)
{
	const char *name = http_value(v->request, "dataset", ""),
		   *index = http_value(v->request, "index", "");
	const struct dataset *d = page_dataset(v, name);
	char *end;
	const unsigned long i = strtoul(index, &end, 10);

	if (!d || d->reals || *end || end == index || i >= d->test_count)
		return err_set(e, ERR_USAGE, "there is no such image");
	out->content_type = "image/bmp";
	out->stays = true;
	bitmap(d, (uint32_t)i, &out->body);
	return 0;
}

/* ---- pages ---- */

static const struct {
	const char *path;
	int (*make)(struct visit *v, struct err *e);
} pages[] = {
	{ "/", page_sweeps },
	{ "/runs", page_runs },
	{ "/curves", page_curves },
	{ "/compare", page_compare },
	{ "/trial", page_trial },
	{ "/sweep", page_sweep },
};

static void show_error(struct visit *v, struct str *inside, const struct err *e, unsigned *status)
{
	str_clear(inside);
	*status = e->kind == ERR_USAGE ? BAD_REQUEST : FAILED;
	snprintf(v->title, sizeof(v->title), "This cannot be shown");
	str_add(inside, "<p class=\"error\" role=\"alert\">");
	html_text(inside, e->text);
	str_add(inside, "</p>\n<p><a href=\"/\">All sweeps</a></p>\n");
}

/* Returns 0 when the path is none of a page. */
static int page(struct visit *v, struct http_answer *out)
{
	struct err e = { 0 };
	size_t i = 0;

	while (i < sizeof(pages) / sizeof(pages[0]) && strcmp(pages[i].path, v->request->path))
		i++;
	if (i == sizeof(pages) / sizeof(pages[0]))
		return 0;
	v->out = &v->inside;
	if (pages[i].make(v, &e))
		show_error(v, v->out, &e, &out->status);
	else
		out->status = v->status;
	page_frame(&out->body, v, v->inside.s ? v->inside.s : "");
	str_free(&v->inside);
	return 1;
}

static void respond(void *context, const struct http_request *r, struct http_answer *out)
{
	struct server *s = context;
	struct err e = { 0 };
	struct visit v = { .server = s, .request = r };
	int result = 0;

	if (asset(r->path, out))
		return;
	v.store = open_store(s, &e);
	if (!v.store)
		result = -1;
	else if (!strcmp(r->path, "/events"))
		result = events(s, out, &e);
	else if (!strcmp(r->path, "/image"))
		result = picture(&v, out, &e);
	else if (!strcmp(r->path, "/report"))
		result = report_page(s->reports, &v, s->options, out, &e);
	else if (!page(&v, out)) {
		err_set(&e, ERR_USAGE, "there is no such page");
		result = -1;
		out->status = NOT_FOUND;
	}
	if (!result)
		return;
	struct str inside = { 0 };
	unsigned status = out->status;
	show_error(&v, &inside, &e, &out->status);
	out->status = status ? status : out->status;
	str_clear(&out->body);
	page_frame(&out->body, &v, inside.s);
	out->content_type = NULL;
	str_free(&inside);
}

/* ---- start and end ---- */

int server_start(const struct serve_options *options, struct err *e, struct server **out)
{
	struct server *s = calloc(1, sizeof(*s));

	if (!s)
		return err_nomem(e);
	s->options = options;
	pthread_mutex_init(&s->lock, NULL);
	s->has_key = pthread_key_create(&s->stores, close_store) == 0;
	s->reports = report_cache_new();
	if (!s->has_key || !s->reports) {
		err_nomem(e);
		goto fail;
	}
	if (store_open(options->database, STORE_READ, e, &s->watch)
		|| http_start(&options->http, respond, s, e, &s->http))
		goto fail;
	*out = s;
	return 0;
fail:
	server_stop(s);
	return -1;
}

unsigned server_port(const struct server *s)
{
	return http_port(s->http);
}

void server_stop(struct server *s)
{
	if (!s)
		return;
	http_stop(s->http); /* its threads end, and close their stores */
	for (int i = 0; i < s->dataset_count; i++)
		dataset_close(s->datasets[i].dataset);
	report_cache_free(s->reports);
	store_close(s->watch);
	if (s->has_key)
		pthread_key_delete(s->stores);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
