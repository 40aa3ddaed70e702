/* import.h - imports a user's own images as one file that sweeps can name (imported.h), and exports
 * a data set as files for other programs. */
#ifndef DATA_IMPORT_H
#define DATA_IMPORT_H

#include "dataset.h"

struct import_options {
	bool keep_order;   /* of the files; else by content (order.h), which mixes the classes */
	int width, height; /* resize images to this size (picture.h); 0: all must have one size */
	double test_share; /* images in CLASS/ alone: the fraction of each class for testing */
	uint64_t seed;     /* the seed of that split */
	bool split_given;  /* the user has set test_share or seed */
	/* CIFAR-100: fine (NULL) or coarse labels; EMNIST: the part, NULL if there is only one. */
	const char *variant;
};

/* Read a data set from `path` and write it as PLACE/NAME/DIGEST.data. path is a folder with one of
 *
 * - IDX files: train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte,
 *   t10k-labels-idx1-ubyte (plain, .gz or .xz);
 * - CIFAR-10's binary records in files that end in .bin, test records in files that begin with
 *   "test" (32 x 32 pixels, three colours);
 * - CIFAR-100's train.bin and test.bin (32 x 32 pixels, three colours);
 * - SVHN's train_32x32.mat and test_32x32.mat (digit 10 becomes 0);
 * - EMNIST's emnist-PART-train-images-idx3-ubyte and the other three: images are turned upright,
 *   labels are numbered from 0;
 * - NumPy's x_train.npy, y_train.npy, x_test.npy and y_test.npy (or path is an .npz with these):
 *   bytes are images, (images, height, width) or with 1 or 3 channels as the last or the second
 *   axis; other numbers, feature vectors (images, features) too, are kept as 32-bit floats;
 * - folders train and test, each with a folder of images (PNG, JPEG) per class, grey or coloured;
 * - a folder of images per class, which is split here: the same fraction of each class.
 *
 * Classes are in the order of their names. Transparency is drawn on black, 16-bit images keep their
 * upper 8 bits, and palettes are resolved. The result depends on the content, not on the names or
 * the order of the files (except with keep_order). *in_both: the number of test images that are
 * training images as well. On success
 * *out is the open data set, owned by the caller. Returns 0, or -1 with e (ERR_USAGE: the name, or
 * what is wrong with which file). */
int dataset_import(const char *name, const char *path, const char *place,
	const struct import_options *o, struct err *e, uint32_t *in_both, struct dataset **out);

/* Delete the imported set of this name from a place. digest: the beginning of its content's digest,
 * to choose among several; NULL if there is only one. Returns 0, or -1 with e (ERR_USAGE: there is
 * none, or several, or a published set has the name). */
int dataset_remove(const char *name, const char *place, const char *digest, struct err *e);

enum dataset_format { DATASET_IDX, DATASET_CIFAR, DATASET_PNG };

/* Write d into a folder, in a form that dataset_import reads. CIFAR needs 32 x 32 pixels in three
 * colours, IDX one colour (ERR_USAGE). Returns 0, or -1 with e. */
int dataset_export(
	const struct dataset *d, enum dataset_format format, const char *folder, struct err *e);

#endif
