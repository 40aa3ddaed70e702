/* kernels.h - the contract of the compute kernels: one table of functions per kernel variant
 * (plain.c, neon.c, avx2.c, avx512.c).
 *
 * All variants give the same bits. Activations are one block of 16 images, [channel][y][x][16]
 * floats, 64-byte aligned. Weights are as in net.h, with any alignment. "plane" is the distance
 * from one channel to the next, "row" from one row to the next, both in floats: an input may be
 * larger than the part that is read. Outputs do not overlap inputs. Kernels allocate nothing; the
 * caller gives them scratch memory. */
#ifndef NN_KERNELS_KERNELS_H
#define NN_KERNELS_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../net.h"
#include "../optimizer.h"

/* The activation behind an operation, applied in the same pass. */
enum nn_rectifier { NN_NOT_RECTIFIED, NN_RECTIFIED, NN_RECTIFIED_6 }; /* ReLU, ReLU6 */

/* A 3x3 valid convolution, ReLU and 2x2 max pooling in one. Only pool_height x pool_width windows
 * are computed. */
struct nn_conv_pool {
	int in_channels, out_channels;
	int pool_height, pool_width;
	size_t in_row, in_plane; /* of the input, in floats */
};

/* A batch normalisation and the rectifier behind it, for a block whose first `used` lanes count.
 * One number for each channel; only the way back needs offset and tilt. */
struct nn_normalized {
	int channels, used;
	size_t positions;
	enum nn_rectifier rectifier;
	const float *mean, *scale, *shift, *offset, *tilt;
};

/* A general convolution. Output (y, x) reads input (y * stride + ky - pad_top, x * stride + kx -
 * pad_left); taps outside the input are 0 (and skipped). Only general_* support stride_width and
 * dilation: (y * stride + ky * dilation - pad_top, x * stride_width + kx * dilation_width -
 * pad_left). */
struct nn_conv {
	int in_channels, out_channels; /* depthwise: the same */
	int kernel_height, kernel_width, stride, pad_top, pad_left;
	int stride_width, dilation, dilation_width;
	int in_height, in_width; /* of the input that may be read */
	int out_height, out_width;
	size_t in_row, in_plane;
	bool relu;
	/* conv_forward and depthwise_forward: then this, from its first channel on; NULL: nothing
	 */
	const struct nn_normalized *normalized;
};

/* Sizes for the kernels of a convolution. NN_CONV_PATCH, NN_CONV_POINTS: floats of a packed patch,
 * of the patches of a 1x1 kernel. nn_conv_filters: filters whose weight gradients are computed
 * together: of a 1x1 kernel, those whose sums take NN_CONV_SUMS floats; else those whose packed
 * gradients take NN_CONV_PLANES, a plane being padded by less than NN_CONV_PAD. NN_CONV_BAND:
 * positions that a 1x1 kernel's gradient processes at a time. nn_conv_scratch: floats of scratch
 * memory. */
enum {
	NN_CONV_PATCH = 6144,
	NN_CONV_POINTS = 12288,
	NN_CONV_SUMS = 131072,
	NN_CONV_PLANES = 212992,
	NN_CONV_PAD = 1024,
	NN_CONV_BAND = 64
};

/* A 1x1 kernel that reads no padding: a matrix product over positions. */
static inline bool nn_conv_points(const struct nn_conv *s)
{
	return s->kernel_height == 1 && s->kernel_width == 1 && s->pad_top == 0 && s->pad_left == 0
		&& (s->out_height - 1) * s->stride < s->in_height
		&& (s->out_width - 1) * s->stride < s->in_width;
}

static inline int nn_conv_filters(const struct nn_conv *s)
{
	const int fit = nn_conv_points(s)
		? NN_CONV_SUMS / ((s->in_channels + 16) * 16)
		: (int)(NN_CONV_PLANES
			/ ((size_t)s->out_height * (size_t)s->out_width * 16 + NN_CONV_PAD)),
		  filters = fit >= 12 ? fit / 12 * 12 : (nn_conv_points(s) ? 4 : 6);
	return filters < s->out_channels ? filters : s->out_channels;
}

static inline int nn_conv_band(const struct nn_conv *s)
{
	const int rows = NN_CONV_BAND / s->out_width;
	return rows < 1 ? 1 : (rows < s->out_height ? rows : s->out_height);
}

static inline size_t nn_conv_scratch(const struct nn_conv *s)
{
	const size_t taps = (size_t)(s->kernel_height * s->kernel_width),
		     filters = (size_t)nn_conv_filters(s), band = (size_t)nn_conv_band(s);
	const size_t one = 16 * (size_t)s->kernel_height * 4 * (size_t)(s->kernel_width + 1),
		     patch = (one > NN_CONV_POINTS ? one : NN_CONV_POINTS)
		+ 2 * (size_t)s->kernel_width + 16;
	const size_t points = 16
		* (filters * ((size_t)s->in_channels + 16) + filters + 16
			+ (filters < (size_t)s->in_channels ? filters : (size_t)s->in_channels)
				* band * (size_t)s->out_width);
	const size_t planes = 16 * (filters + 16) + 16 * 12 * (4 * taps + 16)
		+ filters * (16 * (size_t)s->out_height * (size_t)s->out_width + NN_CONV_PAD)
		+ 4 * (16 * (size_t)s->in_height * (size_t)s->in_width + NN_CONV_PAD)
		+ 8 * (size_t)s->out_height * taps; /* spans, as floats */
	const size_t weights = nn_conv_points(s) ? points : planes;
	return patch > weights ? patch : weights;
}

struct nn_pool_shape {
	int channels, size, out_height, out_width;
	size_t in_row, in_plane;
};

/* Average pooling with windows side by side. Rows and columns that do not fill a window are not
 * read. */
struct nn_average {
	int channels, window_height, window_width, out_height, out_width;
	size_t in_row, in_plane;
};

/* Pooling in general. Window (y, x) begins at row y * stride - pad_top, column x * stride_width -
 * pad_left. Only the part inside the input counts; it is never empty. */
struct nn_window {
	int channels, window_height, window_width, stride, stride_width, pad_top, pad_left;
	int in_height, in_width; /* of the input that may be read */
	int out_height, out_width;
	size_t in_row, in_plane;
};

/* The target of class k is share + (first[lane] == k ? first_share : 0) + (second[lane] == k ?
 * second_share : 0). */
struct nn_soft_labels {
	int32_t first[16], second[16]; /* 64-byte aligned */
	float first_share, second_share, share;
};

/* Bilinear warp of one image (augment.h). */
struct nn_warp_shape {
	int channels, height, width;
};

/* One image by position (infer.h). A map is stored in phases x phases planes: position (y, x) is in
 * plane (y % phases, x % phases), at row y / phases and column x / phases, row-major. Lanes run
 * over consecutive positions of a plane, across the ends of rows, so everything that a pool window
 * reads is at a fixed distance from its lane. Results at the ends of rows are dropped. Kernels may
 * read 16 floats and four rows past the end of the map, and write 16 floats past the end of an
 * output plane. */
struct nn_infer_pool {
	int in_channels, out_channels;
	int phases; /* of the input, even; the output has half as many */
	size_t in_row, in_plane, in_channel, out_plane,
		out_channel; /* floats; planes of a channel side by side */
	struct {
		int vectors;           /* of an output plane, with what is dropped */
		const int32_t *lanes;  /* [vectors][lanes of this variant]: which lanes are kept, in
					  front */
		const int32_t *starts; /* [vectors]: where in the plane they go */
	} pack;
};

/* A dense layer of one image. in[c][i]: channels x positions, in_channel floats from one channel to
 * the next; w [channels * positions][outputs]. 16 floats past the end of w and b may be read and of
 * out written. */
struct nn_infer_dense {
	const float *in, *w, *b;
	float *out;
	int channels, positions, outputs;
	size_t in_channel;
	bool relu;
};

/* One image by channel: maps [y][x][channel], 64-byte aligned, channels rounded up to whole
 * vectors, in_pixel and out_pixel floats from one position to the next. The input of a convolution
 * or dense layer has in_channel floats from one channel to the next, so that it may also be an
 * image: [channel][y][x]. Fields are as in struct nn_conv; depthwise and pooling: the kernel is the
 * window. A convolution is followed by a batch normalisation if numbers (mean, scale and shift,
 * [out_pixel] each) is not NULL, then by a rectifier. */
struct nn_channel_conv {
	int in_channels, kernel_height, kernel_width, stride, pad_top, pad_left;
	int in_height, in_width, out_height, out_width;
	int group_width; /* of nn_channel_group */
	size_t in_channel, in_pixel, out_pixel;
	const float *numbers;
	enum nn_rectifier rectifier;
};

/* The weights of a convolution are stored in groups of output vectors. Returns the vectors of the
 * next group when `left` remain: 2, or 1 if there is only one. 3, if that leaves no single one,
 * where tiles of 3 vectors x 4 positions divide rows better than tiles of 2 x 6, in a variant of so
 * many lanes; and for the last group. width: of the rows. */
static inline size_t nn_channel_group(size_t left, int lanes, int width)
{
	const bool threes = lanes == 8 && width % 6 != 0 && width != 5;
	return left < 4 || (threes && left != 4) ? (left < 3 ? left : 3) : 2;
}

/* A dense layer whose input is such a map. */
struct nn_channel_dense {
	int channels, positions;
	size_t in_channel, in_pixel, out_pixel;
	bool relu;
};

enum nn_channel_pool { NN_CHANNEL_MAX, NN_CHANNEL_RECTIFIED_MAX, NN_CHANNEL_MEAN };

/* The weights of a dense layer are stored in groups of output vectors: NN_CHANNEL_DENSE vectors
 * each as long as so many remain, then NN_CHANNEL_FEW, then 1. */
enum { NN_CHANNEL_DENSE = 8, NN_CHANNEL_FEW = 2 };

/* 8 bits (quant.h). Maps are stored in quads of four neighbouring channels: channel c is byte
 * [c / 4][y][x][c % 4]; channels missing in the last quad have weights of 0. Kernels are stored
 * alike. A tap is the quad of the input at a fixed offset from the output's position, with a word
 * of four signed weights for each output channel o: word [o / 4][tap][o % 4]; missing channels are
 * 0. Up to 64 bytes may be read past a map's last row, and written past the end of each row of the
 * output. */
struct nn_quant_conv_pool {
	int taps;
	const int32_t *offsets; /* [taps]: bytes from the quad at the output's position */
	const int32_t *weights;
	const int32_t *biases, *multipliers, *shifts; /* [out_channels rounded up to 4] */
	int out_channels, pool_height, pool_width;
	size_t in_row, out_row, out_plane; /* bytes from row to row, of the output also from quad to
					      quad of channels */
};

/* Dense: word [quad of inputs][output]; rows of `stride` words, a multiple of 16. Up to 16 words
 * past `sums` may be written. */
struct nn_quant_dense {
	const int32_t *weights, *biases; /* biases: [stride] */
	int quads, outputs;
	size_t stride;
};

/* Sums of any convolution along one row of its output: in[taps][positions] is the input of each tap
 * minus the zero point; weights[outputs][taps]; positions is a multiple of 16. */
struct nn_quant_rows {
	int taps, outputs;
	size_t positions;
};

/* One image in 8 bits. conv_pool: a valid convolution of stride 1, ReLU, 2x2 max pooling and
 * requantisation to bytes with zero point 0. dense, rows: the sums. Integers: any order of
 * summation gives the same result. */
struct nn_quant_kernels {
	void (*conv_pool)(uint8_t *out, const uint8_t *in, const struct nn_quant_conv_pool *s);
	void (*dense)(int32_t *sums, const uint8_t *in, const struct nn_quant_dense *s);
	/* sums[outputs][positions]; sums and in are 64-byte aligned */
	void (*rows)(int32_t *sums, const int32_t *in, const int8_t *weights, const int32_t *biases,
		const struct nn_quant_rows *s);
};

struct nn_kernels {
	const char *name;
	int lanes; /* of a hardware vector: W in lanes.h */

	/* out[i][lane] = images[lane][i] / 255, correctly rounded. images: 16 pointers to `count`
	 * bytes each; NULL counts as zeros. */
	void (*load_images)(float *out, const uint8_t *const images[16], size_t count);
	/* out[i][lane] = images[lane * stride + i]; count is any number, stride at least count
	 * rounded up to 16. */
	void (*interleave)(float *out, const float *images, size_t stride, size_t count);
	/* out[c][y][x] = the warped image; map and brightness as in struct nn_warp. padded:
	 * scratch, channels * (height + 2) * (width + 2) + 16 floats. */
	void (*warp)(float *out, const uint8_t *image, struct nn_warp_shape shape,
		const float map[6], float brightness, float *padded);
	/* The same for an image that was warped before, in place. */
	void (*warp_again)(float *image, struct nn_warp_shape shape, const float map[6],
		float brightness, float *padded);

	/* out[o][py][px] = max over the window of max(0, b[o] + sum over i, ky, kx of
	 * w[o][i][ky][kx] * in[i][y + ky][x + kx]); argmax: 0..3, the first maximum in scan order,
	 * -1 where the ReLU is closed. argmax may be NULL. */
	void (*conv_pool_forward)(float *out, int32_t *argmax, const float *in, const float *w,
		const float *b, const struct nn_conv_pool *s);
	/* din (laid out as in) = gradient of the input: windows in scan order; in each, rows of the
	 * window, then o, ky, kx; then added to din, which is set to zero first. scratch: 4 *
	 * out_channels * 16 floats. */
	void (*conv_pool_backward_input)(float *din, const float *dout, const int32_t *argmax,
		const float *w, const struct nn_conv_pool *s, float *scratch);
	/* dw, db = gradient for this block: windows in scan order, positions of a window in scan
	 * order, then the lanes (8, 4, 2, 1). scratch: 4 * (4 * pool_height * pool_width + 9 *
	 * in_channels + 16) * 16 floats. */
	void (*conv_pool_backward_weights)(float *dw, float *db, const float *in, const float *dout,
		const int32_t *argmax, const struct nn_conv_pool *s, float *scratch);

	/* out[o][y][x] = b[o] + sum over i, ky, kx; then ReLU if asked for. scratch of these three:
	 * nn_conv_scratch(s) floats. */
	void (*conv_forward)(float *out, const float *in, const float *w, const float *b,
		const struct nn_conv *s, float *scratch);
	/* din[i][y][x] = sum over o, ky, kx of w[o][i][ky][kx] * dout[o][(y - ky + pad_top) /
	 * stride][(x - kx + pad_left) / stride], where these are whole numbers and inside. din is
	 * laid out as in. */
	void (*conv_backward_input)(float *din, const float *dout, const float *w,
		const struct nn_conv *s, float *scratch);
	/* dw, db (NULL: there is no bias): positions in scan order, then the lanes. */
	void (*conv_backward_weights)(float *dw, float *db, const float *in, const float *dout,
		const struct nn_conv *s, float *scratch);

	/* The same with out[c] from in[c] alone and w[c][ky][kx]. scratch: (kernel_height *
	 * kernel_width + 32) * 16 floats. */
	void (*depthwise_forward)(float *out, const float *in, const float *w, const float *b,
		const struct nn_conv *s, float *scratch);
	void (*depthwise_backward_input)(float *din, const float *dout, const float *w,
		const struct nn_conv *s, float *scratch);
	void (*depthwise_backward_weights)(float *dw, float *db, const float *in, const float *dout,
		const struct nn_conv *s, float *scratch);

	/* The same as conv_*, in the same order, with any strides and dilation; slower. scratch:
	 * (kernel_height * kernel_width + 32) * 16 floats. */
	void (*general_forward)(float *out, const float *in, const float *w, const float *b,
		const struct nn_conv *s);
	void (*general_backward_input)(
		float *din, const float *dout, const float *w, const struct nn_conv *s);
	void (*general_backward_weights)(float *dw, float *db, const float *in, const float *dout,
		const struct nn_conv *s, float *scratch);

	/* out[o] = b[o] + sum over i of w[o][i] * in[i]; then ReLU if asked for. */
	void (*dense_forward)(float *out, const float *in, const float *w, const float *b,
		int inputs, int outputs, bool relu);
	/* din[i] = sum over o of w[o][i] * dout[o]. */
	void (*dense_backward_input)(
		float *din, const float *dout, const float *w, int inputs, int outputs);
	/* dw[o][i] = sum over the lanes (8, 4, 2, 1) of dout[o] * in[i]; db[o] = sum over the lanes
	 * of dout[o]; if `add`, added to what dw and db hold. scratch: 16 * (inputs rounded up to
	 * an odd multiple of 16) floats. */
	void (*dense_backward_weights)(float *dw, float *db, const float *in, const float *dout,
		int inputs, int outputs, bool add, float *scratch);

	/* General max pooling; argmax: position within the window in scan order. */
	void (*pool_forward)(
		float *out, int32_t *argmax, const float *in, const struct nn_pool_shape *s);
	void (*pool_backward)(float *din, const float *dout, const int32_t *argmax,
		const struct nn_pool_shape *s); /* 0 but at the maxima */

	/* out = (the window's sum, in scan order) * (1 / its size, rounded). din = dout * (1 /
	 * size), 0 outside of all windows. */
	void (*average_forward)(float *out, const float *in, const struct nn_average *s);
	void (*average_backward)(float *din, const float *dout, const struct nn_average *s);

	/* Max pooling (largest) and average pooling (mean) with windows that may overlap or extend
	 * beyond the map. argmax: position within the window in scan order, positions outside the
	 * map included. Gradients are added window by window, and position by position within one,
	 * in scan order. The mean is over the positions inside the map. */
	void (*largest_forward)(
		float *out, int32_t *argmax, const float *in, const struct nn_window *s);
	void (*largest_backward)(
		float *din, const float *dout, const int32_t *argmax, const struct nn_window *s);
	void (*mean_forward)(float *out, const float *in, const struct nn_window *s);
	void (*mean_backward)(float *din, const float *dout, const struct nn_window *s);

	/* Batch normalisation of a block [channels][positions][16] whose first `used` lanes count,
	 * and the rectifier behind it. Sums per channel: by lane over the positions in scan order,
	 * then over the lanes (8, 4, 2, 1). scratch: 2 * (channels rounded up to 16) * 16 floats.
	 * slope is dout where the rectifier passed its input, as seen in out or, if out is NULL, in
	 * what forward computes from in; else it is 0.
	 *   statistics  mean[c] = sum / (positions * used), squares[c] = sum of (in - mean[c])^2
	 *   forward     out = rectified (in - mean[c]) * scale[c] + shift[c]
	 *   slopes      sum[c] = sum of slope, product[c] = sum of slope * (in - mean[c]); dout
	 *               must be 0 in the other lanes
	 *   backward    din = (slope - offset[c] - (in - mean[c]) * tilt[c]) * scale[c], 0 in the
	 *               other lanes */
	void (*normalize_statistics)(float *mean, float *squares, const float *in, int channels,
		size_t positions, int used, float *scratch);
	void (*normalize_forward)(float *out, const float *in, const float *mean,
		const float *scale, const float *shift, int channels, size_t positions,
		enum nn_rectifier r);
	void (*normalize_slopes)(float *sum, float *product, const float *dout, const float *in,
		const float *out, const struct nn_normalized *s, float *scratch);
	void (*normalize_backward)(float *din, const float *dout, const float *in, const float *out,
		const struct nn_normalized *s);
	/* out = rectified (a + b), `count` vectors of 16; out may be a */
	void (*sum_two)(
		float *out, const float *a, const float *b, size_t count, enum nn_rectifier r);

	/* Element by element over `count` vectors of 16. */
	void (*relu_forward)(float *out, const float *in, size_t count);
	void (*relu_backward)(float *din, const float *dout, const float *out,
		size_t count); /* din = out > 0 ? dout : 0; din may be dout */
	void (*relu6_forward)(float *out, const float *in, size_t count);
	void (*relu6_backward)(float *din, const float *dout, const float *out,
		size_t count); /* din = 0 < out < 6 ? dout : 0 */
	void (*silu_forward)(float *out, const float *in, size_t count);
	/* din = dout * s (1 + in (1 - s)), s = 1 / (1 + e^-in), relative error of s below 4e-7. */
	void (*silu_backward)(float *din, const float *dout, const float *in, size_t count);
	/* tanh, sigmoid, leaky ReLU, GELU, hard swish, hard sigmoid (net.h). The relative error of
	 * tanh and sigmoid is below 4e-7, the absolute error of the normal distribution function
	 * below 3e-7. */
	void (*activate)(float *out, const float *in, size_t count, enum nn_kind kind, float slope);
	/* din = dout * the derivative at `in`; out: the activation's output at `in`. */
	void (*activate_backward)(float *din, const float *dout, const float *in, const float *out,
		size_t count, enum nn_kind kind, float slope);
	void (*multiply)(
		float *out, const float *a, const float *b, size_t count); /* out may be a */
	void (*add)(float *sum, const float *a, size_t count);             /* sum += a */
	void (*lerp)(float *x, const float *target, float share,
		size_t count); /* x += (target - x) * share */

	/* Softmax cross-entropy of 16 images: loss[lane] = log sum exp(logits) - logits[label];
	 * dlogits = (softmax - onehot) * scale[lane]; best[lane] = the first largest logit. dlogits
	 * may be NULL. */
	void (*softmax_loss)(float *loss, int32_t *best, float *dlogits, const float *logits,
		int classes, const int32_t *labels, const float *scale);

	/* The same with targets t of the classes instead of one label: loss = log sum exp(logits) -
	 * sum over classes of t * logits, dlogits = (softmax - t) * scale. */
	void (*soft_loss)(float *loss, int32_t *best, float *dlogits, const float *logits,
		int classes, const struct nn_soft_labels *labels, const float *scale);

	/* Distillation (Hinton et al., 2015) from the teacher's logits at temperature T, after one
	 * of the two above. With p and q the softmax of teacher / T and of logits / T: loss = (1 -
	 * share) * loss + share * T^2 * sum of p * log(p / q), dlogits = (1 - share) * dlogits +
	 * share * T * (q - p) * scale. */
	void (*distill)(float *loss, float *dlogits, const float *logits, const float *teacher,
		int classes, float share, float temperature, const float *scale);

	/* out[c][p] = in[c][p] * by[c], 16 images; out may be in. dby[c] = sum over the positions,
	 * in scan order, of dout[c][p] * in[c][p]. */
	void (*gate)(float *out, const float *in, const float *by, int channels, size_t positions);
	void (*gate_backward)(
		float *dby, const float *dout, const float *in, int channels, size_t positions);
	/* map = step * the integer nearest to map / step (ties to even), limited to the integers
	 * low .. high. */
	void (*round_map)(float *map, size_t count, float step, float low, float high);

	/* One step of each kind of optimizer over count parameters of any alignment (optimizer.h
	 * has the formulas). m and v are its state; neither may be NULL, even if it is not used. */
	void (*step[NN_ADADELTA + 1])(float *w, float *m, float *v, const float *g, size_t count,
		const struct nn_step_factors *f);
	/* g = (g * scale, limited to +- limit) + l2 * w, for count parameters of any alignment. */
	void (*shape_gradient)(
		float *g, const float *w, size_t count, float scale, float limit, float l2);

	/* One image by position, with the orders of summation given above. infer_split: bytes / 255
	 * into four planes, to[phase * plane + i] = row[4 * i + phase] / 255, 0 <= i < groups, of
	 * which up to the next multiple of 16 may be read and written. infer_pool: convolution,
	 * ReLU and pooling. infer_dense: one dense layer, or two of the same sizes. infer_softmax:
	 * of up to 256 logits; 16 more may be read. */
	void (*infer_split)(float *to, size_t plane, const uint8_t *row, int groups);
	void (*infer_pool)(float *out, const float *in, const float *w, const float *b,
		const struct nn_infer_pool *s);
	void (*infer_dense)(const struct nn_infer_dense layers[], int count);
	void (*infer_softmax)(float *probabilities, const float *logits, int classes);

	/* One image by channel, with the same orders of summation. w: [inputs][ky][kx][vectors of a
	 * group]; dense: see NN_CHANNEL_DENSE; depthwise: [ky][kx][out_pixel]; b: [out_pixel].
	 * scratch: 2 * kernel_width floats. numbers: mean, scale and shift, [pixel] each. bytes /
	 * 255: also of an image. */
	void (*channel_conv)(float *out, const float *in, const float *w, const float *b,
		const struct nn_channel_conv *s, float *scratch);
	void (*channel_depthwise)(float *out, const float *in, const float *w, const float *b,
		const struct nn_channel_conv *s, float *scratch);
	void (*channel_pool)(float *out, const float *in, const struct nn_channel_conv *s,
		enum nn_channel_pool kind);
	void (*channel_normalize)(float *out, const float *in, const float *numbers, size_t pixel,
		size_t positions, enum nn_rectifier r);
	void (*bytes_over_255)(float *out, const uint8_t *bytes, size_t count);
	void (*channel_dense)(float *out, const float *in, const float *w, const float *b,
		const struct nn_channel_dense *s);

	struct nn_quant_kernels quant;
};

extern const struct nn_kernels nn_kernels_plain, nn_kernels_avx2, nn_kernels_avx512,
	nn_kernels_neon;
extern const struct nn_quant_kernels nn_quant_vnni; /* for processors with AVX-512 and its VNNI */

#endif
