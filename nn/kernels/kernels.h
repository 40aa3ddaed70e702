/* kernels.h - the contract of the compute kernels: one table of functions a variant (plain.c, neon.c, avx2.c, avx512.c).
 *
 * All variants give the same bits. Activations are one block of 16 images, [channel][y][x][16] floats, 64-byte aligned; weights are as in
 * net.h, with any alignment. "plane" is the number of floats from one channel to the next, "row" from one row to the next: an input may be
 * larger than the part that is read. Outputs overlap no inputs. No kernel allocates; scratch is given by the caller. */
#ifndef NN_KERNELS_KERNELS_H
#define NN_KERNELS_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../optimizer.h"

/* A 3x3 valid convolution, ReLU and 2x2 max pooling in one: of the output only pool_height x pool_width windows are computed. */
struct nn_conv_pool {
	int in_channels, out_channels;
	int pool_height, pool_width;
	size_t in_row, in_plane;         /* of the input, in floats */
};

/* A general convolution, stride 1. Output y, x reads input y + ky - pad_top, x + kx - pad_left; what lies outside is 0 (and skipped). */
struct nn_conv {
	int in_channels, out_channels;
	int kernel_height, kernel_width, pad_top, pad_left;
	int in_height, in_width;         /* of the input that may be read */
	int out_height, out_width;
	size_t in_row, in_plane;
	bool relu;
};

struct nn_pool_shape {
	int channels, size, out_height, out_width;
	size_t in_row, in_plane;
};

/* Bilinear warp of one image (augment.h). */
struct nn_warp_shape {
	int channels, height, width;
};

struct nn_kernels {
	const char *name;

	/* out[i][lane] = images[lane][i] / 255, correctly rounded. images: 16 pointers to `count` bytes each; NULL: zeros. */
	void (*load_images)(float *out, const uint8_t *const images[16], size_t count);
	/* out[i][lane] = images[lane * stride + i]; count is any number, stride at least count rounded up to 16. */
	void (*interleave)(float *out, const float *images, size_t stride, size_t count);
	/* out[c][y][x] = the warped image; map and brightness as in struct nn_warp. padded: scratch, channels * (height + 2) * (width + 2) + 16 floats. */
	void (*warp)(float *out, const uint8_t *image, struct nn_warp_shape shape, const float map[6], float brightness, float *padded);

	/* out[o][py][px] = max over the window of max(0, b[o] + sum over i, ky, kx of w[o][i][ky][kx] * in[i][y + ky][x + kx]);
	 * argmax: 0..3, the first maximum in scan order, -1 where the ReLU is closed. argmax may be NULL. */
	void (*conv_pool_forward)(float *out, int32_t *argmax, const float *in, const float *w, const float *b, const struct nn_conv_pool *s);
	/* din (laid out as in) = gradient of the input: windows in scan order; in each, rows of the window, then o, ky, kx; then added to din,
	 * which is set to zero first. scratch: 4 * out_channels * 16 floats. */
	void (*conv_pool_backward_input)(float *din, const float *dout, const int32_t *argmax, const float *w, const struct nn_conv_pool *s,
	                                 float *scratch);
	/* dw, db = gradient for this block: windows in scan order, positions of a window in scan order, then the lanes (8, 4, 2, 1).
	 * scratch: 2 * (4 * pool_height * pool_width + 9 * in_channels + 16) * 16 floats. */
	void (*conv_pool_backward_weights)(float *dw, float *db, const float *in, const float *dout, const int32_t *argmax,
	                                   const struct nn_conv_pool *s, float *scratch);

	/* out[o][y][x] = b[o] + sum over i, ky, kx; then ReLU if asked for. */
	void (*conv_forward)(float *out, const float *in, const float *w, const float *b, const struct nn_conv *s);
	/* din[i][y][x] = sum over o, ky, kx of w[o][i][ky][kx] * dout[o][y - ky + pad_top][x - kx + pad_left]. din is laid out as in. */
	void (*conv_backward_input)(float *din, const float *dout, const float *w, const struct nn_conv *s);
	/* dw, db: positions in scan order, then the lanes. scratch: 8 * (in_channels * kernel_height * kernel_width + 16) * 16 floats. */
	void (*conv_backward_weights)(float *dw, float *db, const float *in, const float *dout, const struct nn_conv *s, float *scratch);

	/* out[o] = b[o] + sum over i of w[o][i] * in[i]; then ReLU if asked for. */
	void (*dense_forward)(float *out, const float *in, const float *w, const float *b, int inputs, int outputs, bool relu);
	/* din[i] = sum over o of w[o][i] * dout[o]. */
	void (*dense_backward_input)(float *din, const float *dout, const float *w, int inputs, int outputs);
	/* dw[o][i] = sum over the lanes (8, 4, 2, 1) of dout[o] * in[i]; db[o] = sum over the lanes of dout[o].
	 * scratch: 16 * (inputs rounded up to 16) floats. */
	void (*dense_backward_weights)(float *dw, float *db, const float *in, const float *dout, int inputs, int outputs, float *scratch);

	/* General max pooling; argmax: position within the window in scan order. */
	void (*pool_forward)(float *out, int32_t *argmax, const float *in, const struct nn_pool_shape *s);
	void (*pool_backward)(float *din, const float *dout, const int32_t *argmax, const struct nn_pool_shape *s); /* din is set to zero first */

	/* Element by element over `count` vectors of 16. */
	void (*relu_forward)(float *out, const float *in, size_t count);
	void (*relu_backward)(float *din, const float *dout, const float *out, size_t count); /* din = out > 0 ? dout : 0; din may be dout */
	void (*multiply)(float *out, const float *a, const float *b, size_t count);
	void (*add)(float *sum, const float *a, size_t count);                                /* sum += a */

	/* Softmax cross-entropy of 16 images: loss[lane] = log sum exp(logits) - logits[label]; dlogits = (softmax - onehot) * scale[lane];
	 * best[lane] = the first largest logit. dlogits may be NULL. */
	void (*softmax_loss)(float *loss, int32_t *best, float *dlogits, const float *logits, int classes, const int32_t *labels, const float *scale);

	/* One optimizer step over count parameters, any alignment (optimizer.h has the formulas). */
	void (*nadam)(float *w, float *m, float *v, const float *g, size_t count, const struct nn_step_factors *f);
	void (*sgd)(float *w, float *m, const float *g, size_t count, const struct nn_step_factors *f);
};

extern const struct nn_kernels nn_kernels_plain, nn_kernels_avx2, nn_kernels_avx512, nn_kernels_neon;

#endif
