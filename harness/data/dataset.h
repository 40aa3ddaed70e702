/* dataset.h - data sets by name, decoded into plain arrays, with a digest of what was decoded.
 * Read-only for everybody.
 *
 * What is read is compared with the manifest (manifest.c) by content, so that results can say which
 * data they are of: a file that is no known content is refused, however well-formed it is. */
#ifndef DATA_DATASET_H
#define DATA_DATASET_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/digest.h"
#include "../base/err.h"

/* Images are uint8 [count][channels][height][width] (CIFAR's planar order), or with `reals` float32
 * of the same shape, as they lie in memory (dataset_reals); labels uint8 [count] below `classes`.
 * The memory is one read-only mapping: worker processes made by fork share it. */
struct dataset {
	char name[64];
	int channels, height, width, classes;
	bool reals; /* an imported set of floats (import.h): no pictures */
	uint32_t train_count, test_count;
	const uint8_t *train_images, *train_labels, *test_images, *test_labels;
	char digest[DIGEST_TEXT]; /* of the decoded arrays and their shapes, in the order above: the
				     same for .gz, plain and archives */
	char variant[32];  /* "canonical", or a known variant such as "20-stand-ins"; anything else
			      is refused */
	char source[512];  /* the folder or file it was read from; "made" for synthetic */
	char origin[128];  /* of an imported set: how it was made of its files; "": not known */
	char *class_names; /* of an imported set: one after the other, each with its NUL, owned;
			      NULL: see dataset_class_name */
	void *memory;      /* owned */
	uint64_t memory_bytes;
};

/* Where to look, in this order. Every one may be NULL. The command line fills this in
 * (cli/places.h). */
struct dataset_places {
	const char *folder;      /* --data */
	const char *environment; /* the value of $RETRIAL_DATA */
	const char *xdg_data;    /* $XDG_DATA_HOME/retrial or ~/.local/share/retrial */
	const char *system;      /* NULL: /usr/share/datasets */
	const char *cache;       /* where decoded archives are kept ($XDG_CACHE_HOME/retrial or
				    ~/.cache/retrial); NULL: nowhere */
};

/* Open a data set: mnist, fashion-mnist, cifar10, synthetic and synthetic-colour (made, not read:
 * seeded, 28x28x1 and 32x32x3, ten classes that can be learned). Tries, in every place in turn,
 * PLACE/NAME/ and PLACE/ itself: IDX files plain, .gz or .xz; the CIFAR binary archive (.tar.gz,
 * .tar.xz) or its files unpacked. On success *out is owned by the caller (dataset_close). Returns
 * 0, or -1 with e: ERR_ENVIRONMENT "data set cifar10 not found: looked in A, B; ..." with what to
 * do, or what is wrong with which file (truncated, wrong magic number, a label out of range,
 * content of another data set, digest of no known content); ERR_USAGE for a name that is no data
 * set (with "did you mean"). A damaged file in one place is an error, not a reason to look further.
 * A name that is not one of these is looked for among the imported sets (import.h), in the same
 * places. */
int dataset_open(
	const char *name, const struct dataset_places *places, struct err *e, struct dataset **out);
/* The same for those who treat the two kinds of failure differently: after -1, *missing says
 * whether the set is nowhere (the user may get it) or something that is there is wrong. */
int dataset_open_or_miss(const char *name, const struct dataset_places *places, struct err *e,
	bool *missing, struct dataset **out);
void dataset_close(struct dataset *d);

/* The numbers of a set of floats: of its training or test images; NULL for one of bytes. */
const float *dataset_reals(const struct dataset *d, bool test);

/* What the manifest knows of a data set, without reading it. */
struct dataset_info {
	const char *name, *title, *licence,
		*fetch_hint; /* fetch_hint: the command or package that provides it */
	int channels, height, width, classes;
	uint32_t train_count, test_count;
};
const struct dataset_info *dataset_manifest(int *count);

/* Call take with the name of every imported data set; a set in two places comes twice. Names are
 * lent. */
void dataset_imported(const struct dataset_places *places,
	void (*take)(void *context, const char *name), void *context);

/* Name of class k of a data set ("T-shirt/top", "airplane"), or its number as text; "?" beyond the
 * classes. */
const char *dataset_class(const struct dataset *d, int k);
/* The same of a published set by its name, without having it. */
const char *dataset_class_name(const char *dataset, int k);

#endif
