/* logs.h - the output of a program: the beginning and the end of each stream, in memory, and a file
 * that can be followed while the program runs. */
#ifndef RUN_LOGS_H
#define RUN_LOGS_H

#include <stddef.h>
#include <stdint.h>

#include "../base/err.h"
#include "../base/str.h"

enum { LOGS_HEAD_BYTES = 256 * 1024, LOGS_TAIL_BYTES = 768 * 1024 };

struct log_stream {
	struct str head;
	char *tail; /* [LOGS_TAIL_BYTES], a ring */
	uint64_t total;
	int file; /* live; -1: none */
	size_t file_bytes;
};

/* path: of the live file, which is made anew; it holds at most as much as is kept, then begins
 * again. NULL: none. A file that cannot be made is left out. */
void log_open(struct log_stream *log, const char *path);
int log_add(struct log_stream *log, const char *bytes, size_t count, struct err *e);
void log_close(struct log_stream *log);

/* All that was kept; between beginning and end a line says how many bytes are left out. */
void log_text(const struct log_stream *log, struct str *out);

/* The last lines, at most so many and so many bytes, as one text without control characters:
 * for an error message. */
void log_last_lines(const struct log_stream *log, int lines, size_t bytes, struct str *out);

/* Bytes as text that no terminal obeys: control characters but newline and tab, and what is not
 * UTF-8, as \xNN. */
void log_escape(const char *bytes, size_t count, struct str *out);

#endif
