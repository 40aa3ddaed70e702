/* pack.h - writes files from memory as a .tar.zst, with the same bytes at any time and on any
 * machine, and unpacks such an archive (libarchive). Knows nothing of trials. */
#ifndef BUNDLE_PACK_H
#define BUNDLE_PACK_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/err.h"
#include "../base/str.h"

/* Files to pack, added in any order. Zero-initialise; free with pack_free. */
struct pack {
	struct pack_file {
		char *name; /* "results/trials.csv" */
		char *bytes;
		size_t count;
		bool executable; /* by its owner, when unpacked */
	} * files;
	size_t count;
};

/* Add a file. The pack takes ownership of bytes (free), also on failure. A duplicate name is an
 * assertion failure; a name that pack_unpack would refuse (from a hostile database) is ERR_USAGE.
 * Returns 0, or -1 with e. */
int pack_add(struct pack *p, const char *name, char *bytes, size_t count, struct err *e);
/* Would pack_unpack accept this name? It must stay below its folder, have no hidden component, and
 * be printable. */
bool pack_name_is_good(const char *name);
/* Move all files of another pack to this one. Returns 0, or -1 with e. */
int pack_take(struct pack *p, struct pack *from, struct err *e);
/* pack_add with a text, which is empty afterwards. Returns 0, or -1 with e. */
int pack_add_text(struct pack *p, const char *name, struct str *text, struct err *e);
/* Add all regular files below a folder under prefix/, hidden ones excepted. Returns 0, or -1 with
 * e. */
int pack_add_folder(struct pack *p, const char *folder, const char *prefix, struct err *e);

/* Write the archive: below its folder `top`, SHA256SUMS (for sha256sum -c), then all files sorted
 * by name. Returns 0, or -1 with e. */
int pack_write(struct pack *p, const char *top, const char *path, struct err *e);
void pack_free(struct pack *p);

/* Unpack an archive of pack_write into an empty folder. Every file must match its checksum in
 * SHA256SUMS; missing and additional files are errors. Names that lead out of the folder, links and
 * devices are refused. Returns 0, or -1 with e (ERR_FAILED: a checksum differs; ERR_USAGE: not a
 * bundle; ERR_ENVIRONMENT: cannot be read or written). */
int pack_unpack(const char *path, const char *folder, struct err *e);

#endif
