/* download.c - see download.h. */
#include "download.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REDIRECTIONS = 5, STATUS_WHOLE_THERE = 416 };

/* libcurl's functions, loaded when a download begins: the program runs without the library. */
struct functions {
	CURLcode (*global_init)(long flags);
	CURL *(*init)(void);
	CURLcode (*set)(CURL *, CURLoption, ...);
	CURLcode (*perform)(CURL *);
	CURLcode (*get)(CURL *, CURLINFO, ...);
	void (*cleanup)(CURL *);
	const char *(*text)(CURLcode);
};

struct transfer {
	const struct functions *curl_functions;
	const struct download_options *options;
	const char *path;
	FILE *file;
	curl_off_t begin;   /* bytes that were there before */
	curl_off_t written; /* of this answer */
	CURL *curl;
	bool too_long, disk_failed;
};

/* The first bytes of an answer: is it the rest that was asked for, or the whole again? */
static int begin_body(struct transfer *t)
{
	long status = 0;
	t->curl_functions->get(t->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status == 206 || t->begin == 0)
		return 0;
	t->begin = 0;
	rewind(t->file);
	return ftruncate(fileno(t->file), 0);
}

static size_t take(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *t = context;
	const size_t length = size * count;
	if (t->written == 0 && begin_body(t))
		t->disk_failed = true;
	t->too_long = (uint64_t)(t->begin + t->written) + length > t->options->max_bytes;
	if (t->too_long || t->disk_failed)
		return CURL_WRITEFUNC_ERROR;
	t->disk_failed = fwrite(bytes, 1, length, t->file) != length;
	t->written += (curl_off_t)length;
	return t->disk_failed ? CURL_WRITEFUNC_ERROR : length;
}

static int on_progress(void *context, curl_off_t total, curl_off_t now, curl_off_t upload_total,
	curl_off_t upload_now)
{
	(void)upload_total;
	(void)upload_now;
	const struct transfer *t = context;
	if (t->options->stop && atomic_load(t->options->stop))
		return 1;
	if (t->options->progress && now > 0)
		t->options->progress(t->options->context, (uint64_t)(t->begin + now),
			total > 0 ? (uint64_t)(t->begin + total) : 0);
	return 0;
}

static void set_up(CURL *curl, const char *url, struct transfer *t, char why[CURL_ERROR_SIZE])
{
	const struct download_options *o = t->options;
	CURLcode (*set)(CURL *, CURLoption, ...) = t->curl_functions->set;
	set(curl, CURLOPT_URL, url);
	set(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	set(curl, CURLOPT_REDIR_PROTOCOLS_STR,
		"http,https"); /* the content is checked by its digest */
	set(curl, CURLOPT_FOLLOWLOCATION, 1L);
	set(curl, CURLOPT_MAXREDIRS, (long)REDIRECTIONS);
	set(curl, CURLOPT_FAILONERROR, 1L);
	set(curl, CURLOPT_NOSIGNAL, 1L);
	set(curl, CURLOPT_CONNECTTIMEOUT, o->stall_seconds);
	set(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	set(curl, CURLOPT_LOW_SPEED_TIME, o->stall_seconds);
	set(curl, CURLOPT_RESUME_FROM_LARGE, t->begin);
	set(curl, CURLOPT_WRITEFUNCTION, take);
	set(curl, CURLOPT_WRITEDATA, t);
	set(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	set(curl, CURLOPT_XFERINFODATA, t);
	set(curl, CURLOPT_NOPROGRESS, 0L);
	set(curl, CURLOPT_USERAGENT, "retrial");
	set(curl, CURLOPT_ERRORBUFFER, why);
}

static int explain(
	const struct transfer *t, CURLcode code, const char *url, const char *why, struct err *e)
{
	if (t->disk_failed)
		return err_errno(e, t->path);
	if (t->too_long)
		return err_set(e, ERR_ENVIRONMENT,
			"%s: longer than %llu bytes: this cannot be the file", url,
			(unsigned long long)t->options->max_bytes);
	if (code == CURLE_ABORTED_BY_CALLBACK)
		return err_set(e, ERR_ENVIRONMENT, "%s: interrupted (what came is kept)", url);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return err_set(e, ERR_ENVIRONMENT, "%s: no answer for %ld s", url,
			t->options->stall_seconds);
	return err_set(
		e, ERR_ENVIRONMENT, "%s: %s", url, why[0] ? why : t->curl_functions->text(code));
}

/* One request. Returns 0; 1 when nothing can be had from here on as the beginning that is there is
 * no beginning of the file; -1 with e. */
static int request(const char *url, struct transfer *t, struct err *e)
{
	char why[CURL_ERROR_SIZE] = "";
	t->curl = t->curl_functions->init();
	if (!t->curl)
		return err_nomem(e);
	set_up(t->curl, url, t, why);
	const CURLcode code = t->curl_functions->perform(t->curl);
	long status = 0;
	curl_off_t length = -1;
	t->curl_functions->get(t->curl, CURLINFO_RESPONSE_CODE, &status);
	t->curl_functions->get(t->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	int result = 0;
	/* A server that ignores the range and sends the whole is noticed by libcurl before the
	 * first byte. */
	if (t->begin > 0 && (code == CURLE_RANGE_ERROR || status == STATUS_WHOLE_THERE))
		result = 1;
	else if (code != CURLE_OK)
		result = explain(t, code, url, why, e);
	t->curl_functions->cleanup(t->curl);
	return result;
}

/* The library stays loaded until the program ends. */
static int load(struct functions *f, struct err *e)
{
	const struct {
		const char *name;
		void *at; /* of the pointer to the function */
	} wanted[] = { { "curl_global_init", &f->global_init }, { "curl_easy_init", &f->init },
		{ "curl_easy_setopt", &f->set }, { "curl_easy_perform", &f->perform },
		{ "curl_easy_getinfo", &f->get }, { "curl_easy_cleanup", &f->cleanup },
		{ "curl_easy_strerror", &f->text } };
	void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
	bool complete = library != NULL;
	for (size_t i = 0; complete && i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		void *function = dlsym(library, wanted[i].name);
		memcpy(wanted[i].at, &function, sizeof(function));
		complete = function != NULL;
	}
	if (complete)
		return 0;
	const char *why = dlerror();
	return err_set(e, ERR_ENVIRONMENT,
		"libcurl cannot be loaded (%s): downloads need it (Debian: apt-get install "
		"libcurl4)",
		why ? why : "no message");
}

int download(
	const char *url, const char *path, const struct download_options *options, struct err *e)
{
	struct functions functions;
	struct transfer t = { .curl_functions = &functions, .options = options, .path = path };
	static atomic_int initialised;
	if (load(&functions, e))
		return -1;
	if (!atomic_exchange(&initialised, 1))
		functions.global_init(CURL_GLOBAL_DEFAULT);
	t.file = fopen(path, "ab");
	if (!t.file)
		return err_errno(e, path);
	struct stat info;
	if (fstat(fileno(t.file), &info) == 0)
		t.begin = (curl_off_t)info.st_size;
	int result = request(url, &t, e);
	if (result == 1) { /* from the start */
		t.begin = t.written = 0;
		result = ftruncate(fileno(t.file), 0) ? err_errno(e, path) : request(url, &t, e);
	}
	if (fflush(t.file) && result == 0)
		result = err_errno(e, path);
	fclose(t.file);
	return result;
}
