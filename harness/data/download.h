/* download.h - downloads one file by HTTP or HTTPS into a folder. Resumes an interrupted download
 * and gives up on a stalled server. Knows no data set; the caller checks the content. No other file
 * of data/ includes libcurl's headers. The library is loaded when a download begins; without it the
 * download fails with an error. */
#ifndef DATA_DOWNLOAD_H
#define DATA_DOWNLOAD_H

#include <stdatomic.h>
#include <stdint.h>

#include "../base/err.h"

struct download_options {
	uint64_t max_bytes; /* a longer answer is an error */
	long stall_seconds; /* limit without a byte, and for connecting; at least 1 */
	/* Not 0: stop at once with an error; the partial file stays. NULL: never. */
	const atomic_int *stop;
	void *context;
	/* Bytes; total 0: unknown. NULL: not wanted. */
	void (*progress)(void *context, uint64_t done, uint64_t total);
};

/* Download url to path. An existing file is taken for the beginning of the content, and only the
 * rest is requested; a server without ranges starts again. Follows a few redirections. Returns 0,
 * or -1 with e (ERR_ENVIRONMENT: "URL: why"); path then has the partial content, for the next call.
 * A complete file is downloaded again: the caller looks first. */
int download(
	const char *url, const char *path, const struct download_options *options, struct err *e);

#endif
