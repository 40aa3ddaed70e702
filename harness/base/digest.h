/* digest.h - SHA-256 (libcrypto), written as 64 lower-case hexadecimal digits, so that sha256sum
 * can check it. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>

#include "err.h"

enum { DIGEST_TEXT = 65 }; /* 64 digits and the NUL */

/* Digest of one array. */
void digest_bytes(const void *bytes, size_t count, char text[DIGEST_TEXT]);

/* Digest of several pieces: begin, add any number, end (which frees). Never fails but for memory,
 * which ends the program. */
struct digest;
struct digest *digest_begin(void);
void digest_add(struct digest *d, const void *bytes, size_t count);
void digest_end(struct digest *d, char text[DIGEST_TEXT]);

/* Digest of a file's bytes, read in pieces. Returns 0, or -1 with e (ERR_ENVIRONMENT). */
int digest_file(const char *path, char text[DIGEST_TEXT], struct err *e);

/* SHA-1 of one array, only to compare with checksums that were published so. */
enum { DIGEST_SHA1_TEXT = 41 };
void digest_sha1_bytes(const void *bytes, size_t count, char text[DIGEST_SHA1_TEXT]);

/* The library that computes them, with its version: "OpenSSL 3.0.11 ...". */
const char *digest_library(void);

#endif
