/* quant.h - post-training quantisation to 8 bits, and inference in whole numbers alone.
 *
 * The scheme is that of Jacob et al. (2018) and of the common int8 runtimes:
 *   activations  real = scale (q - zero_point), q in 0 .. 255, one scale and zero point a layer.
 * After a ReLU the zero point is 0. An image's bytes are its activations as they are: scale 1/255,
 * zero point 0. kernels      real = kernel_scale[o] q, q in -127 .. 127, symmetric, a scale for
 * each output channel. biases       real = scale of the input * kernel_scale[o] * q, 32 bits. A sum
 * of products is a 32-bit whole number that is exact, whatever its order; it goes into the scale of
 * the output by (sum * multiplier + 2^(shift - 1)) >> shift,        multiplier in 1 .. 2^30, shift
 * in 30 .. 62, in 64 bits: scale of input * kernel_scale[o] / scale of output, rounded once, halves
 * upwards; then the zero point is added and the result clamped to 0 .. 255. Logits (convolutions
 * and dense layers that outputs alone read) stay 32-bit numbers of one scale for all classes. So
 * results are the same on every machine, compiler and kernel variant by construction.
 *
 * Pooling, ReLU, ReLU6, dropout, shuffled and padded channels keep the scale of their input (means
 * are rounded, halves upwards). Concatenation, sums and products have their own: every input of a
 * concatenation is requantised to it, a sum adds up its inputs at 2^-30 of the output's scale and
 * is rounded once. Other activations are a table of 256 bytes, a normalisation of the input one for
 * each of its constants. A batch normalisation is refused: fold it first (fold.h).
 *
 * How scales are found (nn_quant_fit): the smallest and largest activation of every layer over the
 * images of a calibration set, computed in fp32 as nn_evaluate does it; a range always has 0 in it.
 * A ReLU6 that alone reads a layer gives it its range, and so does a ReLU behind a depthwise
 * convolution, a sum or a product.
 * Kernels: largest |weight| / 127. Everything is rounded to the nearest, halves away from 0. */
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

/* From the scale of a sum to that of the output. */
struct nn_quant_factor {
	int32_t multiplier, shift;
};

/* Of a layer's output; and its weights, NULL where it has none. */
struct nn_quant_layer {
	float *scale;                    /* [1]; layers that keep their input's have its pointers */
	int32_t *zero_point;             /* [1] */
	int8_t *kernel;                  /* as in net.h */
	int32_t *bias;                   /* [out channels] */
	float *kernel_scale;             /* [out channels] */
	float *mean, *factor;            /* of a normalisation: [1 a channel, or 1 a number] */
	struct nn_quant_factor *factors; /* [out channels], of a concatenation or a sum [inputs], of
					    a product [1]: made from the scales by nn_quant_check */
	bool wide;                       /* its output are 32-bit logits */
};

/* What a file holds: these arrays, by name, determine everything. */
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

/* The quantised network of net, which must outlive it: all numbers zero, to be set by nn_quant_fit
 * or read from a file into tensors[].data and then checked. NULL with the reason in error: a layer
 * that cannot be quantised, or memory. Freed by nn_quant_free, which takes NULL. */
struct nn_quant *nn_quant_new(const struct nn_net *net, char error[NN_QUANT_ERROR]);
void nn_quant_free(struct nn_quant *q);

/* Quantise these weights, calibrated on images `order`[count] (NULL: the first `count`). Includes
 * the check. kernels: NULL: the fastest; the result is the same bits for any. Returns 0, or -1 with
 * q->error. */
int nn_quant_fit(struct nn_quant *q, const float *params, const struct nn_images *images,
	const uint32_t *order, uint32_t count, const struct nn_kernels *kernels);

/* Are the numbers such that inference is defined: scales finite and above 0, zero points in range,
 * no sum beyond 32 bits, no factor above 1? Makes the factors. Returns 0, or -1 with q->error,
 * which names the layer. */
int nn_quant_check(struct nn_quant *q);

/* ---- inference, one image at a time (quant_infer.c) ---- */

struct nn_quant_infer;

/* For a checked q, which must outlive it. All memory is had here; a call allocates nothing.
 * kernels: NULL: the fastest. NULL when memory runs out. Freed by nn_quant_infer_free, which takes
 * NULL. */
struct nn_quant_infer *nn_quant_infer_new(
	const struct nn_quant *q, const struct nn_kernels *kernels);
void nn_quant_infer_free(struct nn_quant_infer *f);

/* Run an image of the network's input shape, [channels][height][width] bytes. Every input sees it.
 */
void nn_quant_infer_bytes(struct nn_quant_infer *f, const uint8_t *image);

/* Of the last image: logits of output k, [classes], until the next call; real = logit * the scale
 * of the layer that the output reads. And the class: the first of the largest. */
const int32_t *nn_quant_infer_logits(const struct nn_quant_infer *f, int output);
int nn_quant_infer_class(const struct nn_quant_infer *f, int output);

#endif
