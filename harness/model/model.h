/* model.h - a trained network in memory, where it comes from, and its file formats: one row of
 * model_formats each. Knows no database; run/trained.h reads a recorded trial's network from it. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "../../nn/nn.h"
#include "../base/digest.h"
#include "../base/err.h"
#include "../base/str.h"
#include "exits.h"

/* The origin of a network; "", 0 or NULL if unknown. */
struct model_facts {
	char identity[DIGEST_TEXT]; /* the trial's */
	char *config;     /* its canonical text (plan/identity.h), with the recipe; owned */
	int fold;         /* of k-fold, from 0; -1 outside */
	int core_version; /* of the training core */
	char weights_digest[DIGEST_TEXT]; /* of params as 32-bit little-endian floats */
	char dataset[64];                 /* trained on, tested on */
	char data_digest[DIGEST_TEXT], data_variant[32];
	bool reals; /* the data set's numbers are floats, which the network takes as they are */
	/* Of an imported set: one after the other, each with its NUL, owned. NULL: those of the
	 * published set `dataset` (model_class_name). */
	char *class_names;
	size_t class_names_length;
	/* On the first test_count test images, for each output of the network. */
	int test_count;
	double test_accuracy[NN_OUTPUTS_MAX];
	/* Of the predicted classes, one byte per image. */
	char predictions_digest[NN_OUTPUTS_MAX][DIGEST_TEXT];
};

/* The input of every network is one image [channels][height][width]: bytes, which are divided by
 * 255, or floats (not in 8 bits). A network with several inputs sees the same image in each. */
struct model {
	struct nn_net net;
	/* [net.parameter_count], in the order of net.tensors; owned. NULL: the parameters are in
	 * quant. */
	float *params;
	/* A network in 8 bits; owned. It points to net, so the struct must not be copied. */
	struct nn_quant *quant;
	struct model_facts facts;
};

/* Free what the model owns; the struct belongs to the caller. */
void model_free(struct model *m);

/* Name of class k (below the outputs of the network), or its number, written to number. */
const char *model_class_name(const struct model *m, int k, char number[16]);

/* ---- formats ---- */

/* Further inputs of writing. */
struct model_writing {
	/* Name of the file without folder and extension; C source derives its names from it. */
	const char *name;
	/* Training images, for formats that need calibration; NULL: there are none. */
	const struct nn_images *images;
};

/* The files of a format as bytes. Zero-initialise; free with model_files_free. */
struct model_files {
	struct str main;       /* the file itself */
	struct str header;     /* c: the header beside it (same name, .h); else empty */
	size_t constant_bytes; /* c: size of the constants in the program; else 0 */
};
void model_files_free(struct model_files *f);

struct model_format {
	const char *name;   /* as in --format and in the database */
	const char *ending; /* file name extension, ".safetensors"; selects the format to read */
	const char *title;  /* one line */
	bool exact;         /* a model read back predicts the same bits */
	bool calibrated;    /* writing needs images */
	/* Returns 0, or -1 with e (ERR_USAGE: the format cannot represent the network). */
	int (*write)(const struct model *m, const struct model_writing *how,
		struct model_files *out, struct err *e);
	/* NULL: the format cannot be read. bytes may come from an untrusted file: no size in it is
	 * trusted, and errors are ERR_USAGE without the file's name. Returns 0 with *out (free it
	 * with model_free), or -1 with e. */
	int (*read)(const char *bytes, size_t count, struct model *out, struct err *e);
};

/* All formats; ends with a row without a name. */
extern const struct model_format model_formats[];

/* The format of that name, or NULL with e (may be NULL), which lists the formats. */
const struct model_format *model_format_find(const char *name, struct err *e);
/* The format of a file by its extension, or NULL. */
const struct model_format *model_format_of_path(const char *path);

/* Read a file of any readable format. Returns 0 with *format (may be NULL) and *out (free it with
 * model_free), or -1 with e (ERR_USAGE: the content is wrong; ERR_ENVIRONMENT: not readable). */
int model_file_read(
	const char *path, struct model *out, const struct model_format **format, struct err *e);

/* The same network in 8 bits, batch normalisations folded, calibrated on the last 1,000 training
 * images. Returns 0, or -1 with e (ERR_USAGE: a layer cannot be quantised, or the images are
 * floats). In both cases free *out with model_free. */
int model_quantise(
	const struct model *m, const struct nn_images *training, struct model *out, struct err *e);

/* ---- evaluation ---- */

/* The test accuracy of each output, and its predictions: predictions[k] is NULL or [images->count]
 * classes. kernels: NULL means the fastest. Returns 0, or -1 with e (ERR_USAGE: the images have
 * another shape, labels beyond the network's classes, or floats for a network in 8 bits). */
int model_evaluate(const struct model *m, const struct nn_images *images,
	const struct nn_kernels *kernels, double accuracy[NN_OUTPUTS_MAX],
	uint8_t *const predictions[NN_OUTPUTS_MAX], struct err *e);

/* Images exit early if the largest probability of the exit is at least `at_least`. Returns 0, or -1
 * with e (ERR_USAGE: no exit, an int8 network, images of another shape). */
int model_evaluate_exit(const struct model *m, const struct nn_images *images,
	const struct nn_kernels *kernels, double at_least, struct exit_score *out, struct err *e);

#endif
