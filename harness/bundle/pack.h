/* pack.h - a .tar.zst of files in memory, with the same bytes whenever and wherever it is made, and
 * such a file taken apart again (libarchive). Knows nothing of trials. */
#ifndef BUNDLE_PACK_H
#define BUNDLE_PACK_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/err.h"
#include "../base/str.h"

/* Files to be packed, added in any order. Zero-initialise. */
struct pack {
	struct pack_file {
		char *name; /* "results/trials.csv" */
		char *bytes;
		size_t count;
		bool executable; /* by its owner, once it is unpacked */
	} * files;
	size_t count;
};

/* Add a file. bytes are the pack's from now on (free), also when this fails. A name that is there
 * already is our own bug; one that pack_unpack would refuse (a hostile database names its sweeps)
 * is ERR_USAGE. Returns 0, or -1 with e. */
int pack_add(struct pack *p, const char *name, char *bytes, size_t count, struct err *e);
/* Is it a name that pack_unpack takes: below the folder it is unpacked in, no part of it hidden,
 * and printable? */
bool pack_name_is_good(const char *name);
/* All files of another pack, which is empty afterwards. Returns 0, or -1 with e. */
int pack_take(struct pack *p, struct pack *from, struct err *e);
/* pack_add with a text, which is empty afterwards. */
int pack_add_text(struct pack *p, const char *name, struct str *text, struct err *e);
/* Add all regular files below a folder under prefix/; hidden ones are left out. Returns 0, or -1
 * with e. */
int pack_add_folder(struct pack *p, const char *folder, const char *prefix, struct err *e);

/* Write all files, by name, and before them SHA256SUMS (as sha256sum -c reads it), below the folder
 * `top` of the archive. Returns 0, or -1 with e. */
int pack_write(struct pack *p, const char *top, const char *path, struct err *e);
void pack_free(struct pack *p);

/* Take an archive of pack_write apart into a folder that is empty; every file has to have the sum
 * that SHA256SUMS says, and none may be missing or more. Names that lead out of the folder, links
 * and devices are refused. Returns 0, or -1 with e (ERR_FAILED: a sum differs; ERR_USAGE: this is
 * no bundle; ERR_ENVIRONMENT: cannot be read or written). */
int pack_unpack(const char *path, const char *folder, struct err *e);

#endif
