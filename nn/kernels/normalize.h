/* normalize.h - what batch normalisation does to one block: its sums, and the passes over its
 * activations. batchnorm.c joins the blocks. */
#ifndef NN_KERNELS_NORMALIZE_H
#define NN_KERNELS_NORMALIZE_H

#include "kernels.h"
#include "sum.h"

/* All bits set in the lanes lane .. lane + W - 1 that are below `used`. */
INLINE vi lanes_in_use(int lane, int used)
{
	vi number = { 0 };
	UNROLL for (int l = 0; l < W; l++) number[l] = lane + l;
	return number < used;
}

static void normalize_statistics(float *mean, float *squares, const float *in, int channels,
	size_t positions, int used, float *scratch)
{
	const float number = (float)positions * (float)used;
	for (int lane = 0; lane < LANES; lane += W)
		for (size_t c = 0; c < (size_t)channels; c++) {
			const float *p = in + c * positions * LANES + lane;
			vf sum = { 0 };
			for (size_t k = 0; k < positions; k++)
				sum += load(p + k * LANES);
			store(scratch + c * LANES + lane,
				keep_where(lanes_in_use(lane, used), sum));
		}
	sum_all_rows(mean, scratch, (size_t)channels);
	for (int c = 0; c < channels; c++)
		mean[c] /= number;
	for (int lane = 0; lane < LANES; lane += W)
		for (size_t c = 0; c < (size_t)channels; c++) {
			const float *p = in + c * positions * LANES + lane;
			const vf centre = all(mean[c]);
			vf sum = { 0 };
			for (size_t k = 0; k < positions; k++) {
				vf d = load(p + k * LANES) - centre;
				sum = fma_(d, d, sum);
			}
			store(scratch + c * LANES + lane,
				keep_where(lanes_in_use(lane, used), sum));
		}
	sum_all_rows(squares, scratch, (size_t)channels);
}

static void normalize_forward(float *out, const float *in, const float *mean, const float *scale,
	const float *shift, int channels, size_t positions)
{
	for (int c = 0; c < channels; c++)
		for (size_t end = positions * LANES; end > 0; end -= W, in += W, out += W)
			store(out, fma_(load(in) - all(mean[c]), all(scale[c]), all(shift[c])));
}

static void normalize_slopes(float *sum, float *product, const float *dout, const float *in,
	const float *mean, int channels, size_t positions, float *scratch)
{
	const size_t plane = positions * LANES,
		     products = ((size_t)channels + 15) / 16 * 16 * LANES;
	for (int lane = 0; lane < LANES; lane += W)
		for (size_t c = 0; c < (size_t)channels; c++) {
			const float *x = in + c * plane + lane, *d = dout + c * plane + lane;
			const vf centre = all(mean[c]);
			vf of_slopes = { 0 }, of_products = { 0 };
			for (size_t k = 0; k < plane; k += LANES) {
				vf slope = load(d + k);
				of_slopes += slope;
				of_products = fma_(slope, load(x + k) - centre, of_products);
			}
			store(scratch + c * LANES + lane, of_slopes);
			store(scratch + products + c * LANES + lane, of_products);
		}
	sum_all_rows(sum, scratch, (size_t)channels);
	sum_all_rows(product, scratch + products, (size_t)channels);
}

static void normalize_backward(float *din, const float *dout, const float *in, const float *mean,
	const float *scale, const float *offset, const float *tilt, int channels, size_t positions,
	int used)
{
	const size_t plane = positions * LANES;
	for (int lane = 0; lane < LANES; lane += W) {
		const vi kept = lanes_in_use(lane, used);
		for (size_t c = 0; c < (size_t)channels; c++)
			for (size_t k = c * plane + (size_t)lane; k < (c + 1) * plane; k += LANES) {
				vf flat = load(dout + k) - all(offset[c]);
				vf slope = fma_(load(in + k) - all(mean[c]), -all(tilt[c]), flat);
				store(din + k, keep_where(kept, slope * all(scale[c])));
			}
	}
}

#endif
