/* import.h - a user's own pictures into one file that sweeps can name (imported.h), and a data set
 * out again as files that others read. */
#ifndef DATA_IMPORT_H
#define DATA_IMPORT_H

#include "dataset.h"

struct import_options {
	bool keep_order; /* of the files; otherwise by content (order.h), which mixes the classes */
	int width, height;   /* resize pictures (picture.h); 0: all have to be of one size */
	double test_share;   /* pictures in CLASS/ alone: the fraction of each class for testing */
	uint64_t seed;       /* ... and which of them */
	bool split_given;    /* the user has said one of these two */
	const char *variant; /* CIFAR-100: fine or coarse labels; EMNIST: which part; NULL: fine,
				the only one */
};

/* Read a data set from `path` and write it as PLACE/NAME/DIGEST.data. path is a folder with one of
 *
 * - IDX files: train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte,
 *   t10k-labels-idx1-ubyte (plain, .gz or .xz);
 * - CIFAR-10's binary records in files that end in .bin; those for testing begin with "test" (32 x
 *   32 pixels, three colours);
 * - CIFAR-100's train.bin and test.bin (32 x 32 pixels, three colours);
 * - SVHN's train_32x32.mat and test_32x32.mat (digit 10 becomes 0);
 * - EMNIST's emnist-PART-train-images-idx3-ubyte and the other three: pictures are turned upright,
 *   labels are numbered from 0;
 * - NumPy's x_train.npy, y_train.npy, x_test.npy and y_test.npy (or path is an .npz with these):
 *   bytes are pictures, (images, height, width) or with 1 or 3 channels as the last or the second
 *   axis; other numbers, feature vectors (images, features) too, are kept as 32-bit floats;
 * - folders train and test with a folder of pictures (PNG, JPEG) for each class, grey or coloured;
 * - a folder of pictures for each class, which is split here: each class by the same share.
 *
 * Classes are in the order of their names. Alpha is laid on black, 16-bit pictures lose their lower
 * half, palettes are resolved. The result does not depend on the names or the order of the files
 * (but with keep_order). *in_both: test pictures that are training pictures as well. On success
 * *out is the open data set, owned by the caller. Returns 0, or -1 with e (ERR_USAGE: the name, or
 * what is wrong with which file). */
int dataset_import(const char *name, const char *path, const char *place,
	const struct import_options *o, struct err *e, uint32_t *in_both, struct dataset **out);

/* Remove the imported set of this name from a place; digest: the beginning of that of the content
 * that is meant, if there are several (NULL: there is one). Returns 0, or -1 with e (ERR_USAGE:
 * there is none, or a published set has the name, or several). */
int dataset_remove(const char *name, const char *place, const char *digest, struct err *e);

enum dataset_format { DATASET_IDX, DATASET_CIFAR, DATASET_PNG };

/* Write d into a folder, in a form that dataset_import reads. CIFAR needs 32 x 32 pixels in three
 * colours, IDX one colour (ERR_USAGE). Returns 0, or -1 with e. */
int dataset_export(
	const struct dataset *d, enum dataset_format format, const char *folder, struct err *e);

#endif
