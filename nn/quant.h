/* quant.h - post-training quantisation to 8 bits, and inference in integers alone.
 *
 * The scheme is that of Jacob et al. (2018) and of the common int8 runtimes:
 *   activations  real = scale (q - zero_point), q in 0 .. 255, one scale and zero point per layer.
 *                After a ReLU the zero point is 0. An image's bytes are used unchanged: scale
 *                1/255, zero point 0
 *   kernels      real = kernel_scale[o] q, q in -127 .. 127, symmetric, one scale per output
 *                channel
 *   biases       real = scale of the input * kernel_scale[o] * q, 32 bits
 * A sum of products is an exact 32-bit integer, whatever its order. It is requantised to the scale
 * of the output by
 *   (sum * multiplier + 2^(shift - 1)) >> shift, in 64 bits,
 * with multiplier in 1 .. 2^30 and shift in 30 .. 62. multiplier / 2^shift stands for scale of the
 * input * kernel_scale[o] / scale of the output. This rounds once, halves upwards. Then the zero
 * point is added and the result clamped to 0 .. 255. Logits (convolutions and dense layers that
 * outputs alone read) stay 32-bit integers with one scale for all classes. So results are the same
 * on every machine, compiler and kernel variant by construction.
 *
 * Layers without weights:
 *   pooling, ReLU, ReLU6, dropout, shuffle, padding of channels
 *                      keep the scale of their input; means are rounded, halves upwards
 *   concatenation      has its own scale; every input is requantised to it
 *   sum                has its own scale; inputs are added at 2^-30 of it, and rounded once
 *   product            has its own scale
 *   other activations  a table of 256 bytes
 *   normalisation of an input
 *                      a table of 256 bytes for each of its constants
 *   batch normalisation
 *                      is refused: fold it first (fold.h)
 *
 * nn_quant_fit finds the scales. It takes the minimum and maximum activation of every layer over
 * the images of a calibration set, computed in fp32 as in nn_evaluate; a range always includes 0. A
 * layer whose only reader is a ReLU6 gets the range of the ReLU6. So does a depthwise convolution,
 * a sum or a product whose only reader is a ReLU. A scale is never finer than that of the sums it
 * is made from. Kernels: largest |weight| / 127. All of this is rounded to the nearest, halves away
 * from 0. */
#ifndef NN_QUANT_H
#define NN_QUANT_H

#include <stdbool.h>
#include <stdint.h>

#include "net.h"
#include "train.h"

enum {
	NN_QUANT_SHIFT_MIN = 30,
	NN_QUANT_SHIFT_MAX = 62,
	NN_QUANT_ERROR = 200,
	NN_QUANT_TENSORS_MAX = 5 * NN_LAYERS_MAX
};

/* Requantisation from the scale of a sum to that of the output. */
struct nn_quant_factor {
	int32_t multiplier, shift;
};

/* The quantisation of a layer's output, and its weights; NULL where it has none. */
struct nn_quant_layer {
	float *scale;         /* [1]; a layer that keeps its input's scale shares its pointers */
	int32_t *zero_point;  /* [1] */
	int8_t *kernel;       /* as in net.h */
	int32_t *bias;        /* [out channels] */
	float *kernel_scale;  /* [out channels] */
	float *mean, *factor; /* normalisation: [channels], or [numbers of the input] */
	/* Made from the scales by nn_quant_check: [out channels]; concatenation or sum: [inputs];
	 * product: [1]. */
	struct nn_quant_factor *factors;
	bool wide; /* the output is 32-bit logits */
};

/* The contents of a model file: these arrays, by name, determine everything. */
enum nn_quant_type { NN_QUANT_I8, NN_QUANT_I32, NN_QUANT_F32 };
struct nn_quant_tensor {
	char name[NN_NAME_MAX + 16]; /* "stem1/conv1/kernel", ".../bias", ".../kernel_scale",
					".../scale", ".../zero_point" */
	enum nn_quant_type type;
	int dimensions[4], rank;
	size_t count;
	void *data;
};

struct nn_quant {
	const struct nn_net *net;
	struct nn_quant_layer layers[NN_LAYERS_MAX];
	struct nn_quant_tensor tensors[NN_QUANT_TENSORS_MAX];
	int tensor_count;
	char error[NN_QUANT_ERROR];
	void *memory;
};

/* The quantised network of net, which must outlive it. All its numbers are zero: set them with
 * nn_quant_fit, or read them from a file into tensors[].data and call nn_quant_check. NULL with the
 * reason in error: a layer that cannot be quantised, or memory. Freed by nn_quant_free, which
 * accepts NULL. */
struct nn_quant *nn_quant_new(const struct nn_net *net, char error[NN_QUANT_ERROR]);
void nn_quant_free(struct nn_quant *q);

/* Quantise these weights, calibrated on the images `order`[count] (NULL: the first `count`), and
 * check the result (nn_quant_check). kernels: NULL means the fastest; the result is the same bits
 * for any. Returns 0, or -1 with q->error. */
int nn_quant_fit(struct nn_quant *q, const float *params, const struct nn_images *images,
	const uint32_t *order, uint32_t count, const struct nn_kernels *kernels);

/* Check that inference is defined: scales are finite and above 0, zero points are in range, no sum
 * exceeds 32 bits, no factor exceeds 1. Computes the factors. Returns 0, or -1 with q->error, which
 * names the layer. */
int nn_quant_check(struct nn_quant *q);

/* ---- inference, one image at a time (quant_infer.c) ---- */

struct nn_quant_infer;

/* For a checked q, which must outlive it. All memory is allocated here; the other calls allocate
 * nothing. kernels: NULL means the fastest. Returns NULL when memory runs out. Freed by
 * nn_quant_infer_free, which accepts NULL. */
struct nn_quant_infer *nn_quant_infer_new(
	const struct nn_quant *q, const struct nn_kernels *kernels);
void nn_quant_infer_free(struct nn_quant_infer *f);

/* Run an image of the network's input shape, [channels][height][width] bytes. All inputs see it. */
void nn_quant_infer_bytes(struct nn_quant_infer *f, const uint8_t *image);

/* Results of the last image. The logits of an output, [classes], valid until the next call: real =
 * logit * the scale of the layer that the output reads. The class: the first of the largest. */
const int32_t *nn_quant_infer_logits(const struct nn_quant_infer *f, int output);
int nn_quant_infer_class(const struct nn_quant_infer *f, int output);

#endif
