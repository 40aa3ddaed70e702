/* dataset.h - data sets by name, decoded into plain arrays, with a digest of these arrays.
 * Read-only for everybody.
 *
 * Files are compared with the manifest (manifest.c) by content, so that results can name their
 * data. A file with unknown content is refused, even if it is well-formed. */
#ifndef DATA_DATASET_H
#define DATA_DATASET_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/digest.h"
#include "../base/err.h"

/* Images are uint8 [count][channels][height][width] (CIFAR's planar order), or with `reals` float32
 * of the same shape (dataset_reals). Labels are uint8 [count], below `classes`. The memory is one
 * read-only mapping; worker processes made by fork share it. */
struct dataset {
	char name[64];
	int channels, height, width, classes;
	bool reals; /* an imported set of floats (import.h), not images */
	uint32_t train_count, test_count;
	const uint8_t *train_images, *train_labels, *test_images, *test_labels;
	/* Of the decoded arrays and their shapes, in the order above: the same for .gz, plain and
	 * archives. */
	char digest[DIGEST_TEXT];
	/* "canonical", or a known variant such as "20-stand-ins"; "imported" for imported sets. Any
	 * other content is refused. */
	char variant[32];
	char source[512]; /* the folder or file it was read from; "made" for synthetic */
	char origin[128]; /* of an imported set: how it was made from its files; "": unknown */
	/* Of an imported set: one after the other, each with its NUL, owned. NULL: see
	 * dataset_class_name. */
	char *class_names;
	void *memory; /* owned */
	uint64_t memory_bytes;
};

/* Data paths, searched in this order. Each may be NULL. The command line fills them in
 * (cli/places.h). */
struct dataset_places {
	const char *folder;      /* --data */
	const char *environment; /* the value of $RETRIAL_DATA */
	const char *xdg_data;    /* $XDG_DATA_HOME/retrial or ~/.local/share/retrial */
	const char *system;      /* NULL: /usr/share/datasets */
	/* Folder for decoded archives ($XDG_CACHE_HOME/retrial or ~/.cache/retrial); NULL: none. */
	const char *cache;
};

/* Open a data set: mnist, fashion-mnist, cifar10; synthetic and synthetic-colour (generated,
 * seeded, 28x28x1 and 32x32x3, ten classes that can be learned); or an imported set (import.h).
 *
 * Each data path is searched in turn, PLACE/NAME/ and PLACE/ itself: IDX files plain, .gz or .xz;
 * the CIFAR binary archive (.tar.gz, .tar.xz) or its files unpacked. A damaged file in one place is
 * an error; the search does not go on.
 *
 * On success *out is owned by the caller (dataset_close). Returns 0, or -1 with e. ERR_ENVIRONMENT:
 * "data set cifar10 not found: looked in A, B; ..." with what to do, or the file and what is wrong
 * with it (truncated, wrong magic number, a label out of range, content of another data set,
 * unknown digest). ERR_USAGE: a name that is no data set (with "did you mean"). */
int dataset_open(
	const char *name, const struct dataset_places *places, struct err *e, struct dataset **out);
/* The same; after -1, *missing says whether the set was not found (the user may fetch it), or was
 * found and is wrong. */
int dataset_open_or_miss(const char *name, const struct dataset_places *places, struct err *e,
	bool *missing, struct dataset **out);
void dataset_close(struct dataset *d);

/* The training or test images of a set of floats, shape as above; NULL for a set of bytes. */
const float *dataset_reals(const struct dataset *d, bool test);

/* An entry of the manifest; the data set itself is not read. */
struct dataset_info {
	const char *name, *title, *licence,
		*fetch_hint; /* the command or package that provides it */
	int channels, height, width, classes;
	uint32_t train_count, test_count;
	bool reals; /* an imported set of floats */
};
const struct dataset_info *dataset_manifest(int *count);
const struct dataset_info *dataset_find(const char *name); /* NULL: not in it */

/* Call take with the name of every imported data set; a set in two places comes twice. Names are
 * valid during the call. */
void dataset_imported(const struct dataset_places *places,
	void (*take)(void *context, const char *name), void *context);

/* Of an imported data set, what its header says: channels to reals of *out, the rest is 0. Its
 * images are not read. False if no place has it, or if it could not be opened. */
bool dataset_imported_info(
	const char *name, const struct dataset_places *places, struct dataset_info *out);

/* Name of class k of a data set ("T-shirt/top", "airplane"), or its number as text; "?" if k is not
 * below `classes`. */
const char *dataset_class(const struct dataset *d, int k);
/* The same for a published set by its name; the set need not be there. */
const char *dataset_class_name(const char *dataset, int k);

#endif
