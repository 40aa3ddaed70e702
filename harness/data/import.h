/* import.h - a user's own pictures into one file that sweeps can name (imported.h), and a data set
 * out again as files that others read. */
#ifndef DATA_IMPORT_H
#define DATA_IMPORT_H

#include "dataset.h"

/* Read a data set from `path` and write it as PLACE/NAME/DIGEST.data. path is a folder with one of
 *   IDX files: train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte,
 * t10k-labels-idx1-ubyte (plain, .gz or .xz); CIFAR-10's binary records in files that end in .bin;
 * those for testing begin with "test" (32 x 32 pixels, three colours); folders train and test with
 * a folder of PNG files for each class: all of one size, grey or coloured; classes and pictures in
 * the order of their names. Alpha is laid on black, 16-bit pictures lose their lower half, palettes
 * are resolved. On success *out is the open data set, owned by the caller. Returns 0, or -1 with e
 * (ERR_USAGE: the name, or what is wrong with which file). */
int dataset_import(
	const char *name, const char *path, const char *place, struct err *e, struct dataset **out);

enum dataset_format { DATASET_IDX, DATASET_CIFAR, DATASET_PNG };

/* Write d into a folder, in a form that dataset_import reads. CIFAR needs 32 x 32 pixels in three
 * colours, IDX one colour (ERR_USAGE). Returns 0, or -1 with e. */
int dataset_export(
	const struct dataset *d, enum dataset_format format, const char *folder, struct err *e);

#endif
