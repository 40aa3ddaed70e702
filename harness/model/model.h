/* model.h - a trained network in memory, where it comes from, and the files that it is written as:
 * a row of model_formats a format. Knows no database: run/trained.h takes a recorded trial's
 * network from there. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "../../nn/nn.h"
#include "../base/digest.h"
#include "../base/err.h"
#include "../base/str.h"
#include "exits.h"

/* What is known of where a network comes from; "", 0 or NULL where nothing is. */
struct model_facts {
	char identity[DIGEST_TEXT]; /* the trial's */
	char *config;     /* its canonical text (plan/identity.h), with the recipe; owned */
	int fold;         /* of k-fold, from 0; -1 outside */
	int core_version; /* of the training core */
	char weights_digest[DIGEST_TEXT]; /* of params as 32-bit little-endian floats */
	char dataset[64];                 /* trained on, tested on */
	char data_digest[DIGEST_TEXT], data_variant[32];
	/* On the first test_count test images, an output of the network: */
	int test_count;
	double test_accuracy[NN_OUTPUTS_MAX];
	char predictions_digest[NN_OUTPUTS_MAX]
			       [DIGEST_TEXT]; /* of the predicted classes, a byte an image */
};

/* The input of every network is one image [channels][height][width] of bytes that count as p / 255;
 * a network with several inputs sees the same image in each. */
struct model {
	struct nn_net net;
	float *params; /* [net.parameter_count], in the order of net.tensors; owned. NULL: quant has
			  the numbers */
	struct nn_quant *quant; /* of a network in 8 bits; refers to net, so the struct stays where
				   it was made; owned */
	struct model_facts facts;
};

/* Free what the model owns; the struct belongs to the caller. */
void model_free(struct model *m);

/* ---- formats ---- */

/* What writing needs beside the model. */
struct model_writing {
	const char *
		name; /* of the file, without folder and ending: names in C source are made of it */
	const struct nn_images *
		images; /* training images, for formats that are calibrated; NULL: there are none */
};

/* A format's files as bytes. Zero-initialise; freed with model_files_free. */
struct model_files {
	struct str main;       /* the file itself */
	struct str header;     /* c: the header beside it (the same name with .h); else empty */
	size_t constant_bytes; /* c: of the constants in the program; else 0 */
};
void model_files_free(struct model_files *f);

struct model_format {
	const char *name;   /* as in --format and in the database */
	const char *ending; /* ".safetensors": how its files are told apart when they are read */
	const char *title;  /* one line */
	bool exact;         /* what is read again predicts the same bits */
	bool calibrated;    /* writing needs images */
	/* Returns 0, or -1 with e (ERR_USAGE: a network that the format cannot hold). */
	int (*write)(const struct model *m, const struct model_writing *how,
		struct model_files *out, struct err *e);
	/* Read again; NULL: not possible. bytes may be anybody's: what is wrong is refused
	 * (ERR_USAGE, without the file's name), nothing is believed of sizes. Returns 0 with *out
	 * to be freed (model_free), or -1 with e. */
	int (*read)(const char *bytes, size_t count, struct model *out, struct err *e);
};

/* All formats; ends with a row without a name. */
extern const struct model_format model_formats[];

/* The format of that name, or NULL; e (may be NULL) says which there are. */
const struct model_format *model_format_find(const char *name, struct err *e);
/* The format that the name of a file tells, or NULL. */
const struct model_format *model_format_of_path(const char *path);

/* Read a file of any format that can be read. Returns 0 with *format (may be NULL) and *out to be
 * freed (model_free), or -1 with e (ERR_USAGE: the file is wrong; ERR_ENVIRONMENT: it cannot be
 * read). */
int model_file_read(
	const char *path, struct model *out, const struct model_format **format, struct err *e);

/* The same network in 8 bits, with batch normalisations folded, calibrated on the last 1,000
 * training images. Returns 0 with *out, or -1 with e (ERR_USAGE: a layer cannot be quantised);
 * either way *out is to be freed (model_free). */
int model_quantise(
	const struct model *m, const struct nn_images *training, struct model *out, struct err *e);

/* ---- evaluation ---- */

/* The test accuracy of each output and its predictions: predictions[k] NULL, or room for
 * images->count classes. kernels: NULL: the fastest. Returns 0, or -1 with e (ERR_USAGE: the images
 * have another shape, or labels beyond the network's classes). */
int model_evaluate(const struct model *m, const struct nn_images *images,
	const struct nn_kernels *kernels, double accuracy[NN_OUTPUTS_MAX],
	uint8_t *const predictions[NN_OUTPUTS_MAX], struct err *e);

/* The same where images may leave at an early exit. Returns 0, or -1 with e (ERR_USAGE: no exit, of
 * int8, images of another shape). */
int model_evaluate_exit(const struct model *m, const struct nn_images *images,
	const struct nn_kernels *kernels, double at_least, struct exit_score *out, struct err *e);

#endif
