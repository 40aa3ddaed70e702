/* download.h - one file by HTTP or HTTPS into a folder: goes on where it was cut off, gives up on a
 * server that stalls. Knows no data set; whether the content is right is the caller's to check. The
 * only file of data/ that includes libcurl's headers. The library itself is loaded when a download
 * begins; without it that is an error. */
#ifndef DATA_DOWNLOAD_H
#define DATA_DOWNLOAD_H

#include <stdatomic.h>
#include <stdint.h>

#include "../base/err.h"

struct download_options {
	uint64_t max_bytes; /* a longer answer is an error */
	long stall_seconds; /* at most so long without a byte, and for a connection; at least 1 */
	const atomic_int
		*stop; /* not 0: end at once with an error; what is there stays. NULL: never */
	void *context;
	void (*progress)(void *context, uint64_t done,
		uint64_t total); /* bytes; total 0: not known. NULL: not wanted */
};

/* Download url to path. What is there already is taken for its beginning, and only the rest is
 * asked for; a server that cannot do so starts again. Follows a few redirections. Returns 0, or -1
 * with e (ERR_ENVIRONMENT: "URL: why"): then path holds what came, for the next time. A file that
 * is already whole stays as it is. */
int download(
	const char *url, const char *path, const struct download_options *options, struct err *e);

#endif
