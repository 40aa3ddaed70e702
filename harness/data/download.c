/* download.c - see download.h. */
#include "download.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REDIRECTIONS = 5, STATUS_WHOLE_THERE = 416 };

struct transfer {
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
	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
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
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR,
		"http,https"); /* the content is checked by its digest */
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)REDIRECTIONS);
	curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, o->stall_seconds);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, o->stall_seconds);
	curl_easy_setopt(curl, CURLOPT_RESUME_FROM_LARGE, t->begin);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, t);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "retrial");
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
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
	return err_set(e, ERR_ENVIRONMENT, "%s: %s", url, why[0] ? why : curl_easy_strerror(code));
}

/* One request. Returns 0; 1 when nothing can be had from here on as the beginning that is there is
 * no beginning of the file; -1 with e. */
static int request(const char *url, struct transfer *t, struct err *e)
{
	char why[CURL_ERROR_SIZE] = "";
	t->curl = curl_easy_init();
	if (!t->curl)
		return err_nomem(e);
	set_up(t->curl, url, t, why);
	const CURLcode code = curl_easy_perform(t->curl);
	long status = 0;
	curl_off_t length = -1;
	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(t->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	int result = 0;
	/* A server that ignores the range and sends the whole is noticed by libcurl before the
	 * first byte. */
	if (t->begin > 0 && (code == CURLE_RANGE_ERROR || status == STATUS_WHOLE_THERE))
		result = 1;
	else if (code != CURLE_OK)
		result = explain(t, code, url, why, e);
	curl_easy_cleanup(t->curl);
	return result;
}

int download(
	const char *url, const char *path, const struct download_options *options, struct err *e)
{
	struct transfer t = { .options = options, .path = path };
	static atomic_int initialised;
	if (!atomic_exchange(&initialised, 1))
		curl_global_init(CURL_GLOBAL_DEFAULT);
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
