/* err.h - how a function says why it failed. One text, one kind. Only harness/cli prints. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <stddef.h>

/* The kinds are the program's exit codes (retrial(1), "EXIT STATUS"), so that text and reason stay
 * together. */
enum err_kind {
	ERR_NONE = 0,
	ERR_FAILED = 1, /* the work was done, but something differs or a trial failed */
	ERR_USAGE = 2,  /* the user's mistake: wrong option, bad sweep file, bad query */
	ERR_ENVIRONMENT =
		3, /* the machine's: data missing, disk full, database unreadable, out of memory */
	ERR_UNFINISHED = 4, /* stopped before the end, by a limit or another run: more to do */
};

/* Owned by whoever starts the work (usually a verb), passed down by pointer, initialised with {0}.
 */
struct err {
	enum err_kind kind;
	char text[4096]; /* UTF-8, no newline at the end; cut with "..." where it would not fit */
};

/* Set kind and text (replacing what was there). Always returns -1, so that callers can `return
 * err_set(...)`. e may be NULL. */
int err_set(struct err *e, enum err_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Put more context before the text: "experiments/a.yaml: " + what was there. Returns -1. */
int err_prefix(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "out of memory", ERR_ENVIRONMENT. Returns -1. */
int err_nomem(struct err *e);

/* For the few functions that cannot return an error (growing strings, digests): print it and end
 * the process with ERR_ENVIRONMENT. The database keeps its content; the next run continues. */
void err_end_nomem(void) __attribute__((noreturn));

/* malloc() that calls err_end_nomem() when there is no memory; only a count of 0 may give NULL. For
 * libraries that do not check what their allocator returns. The caller frees the memory. */
void *err_malloc(size_t count);

/* "PATH: strerror(errno)", ERR_ENVIRONMENT. Returns -1. */
int err_errno(struct err *e, const char *path);

#endif
