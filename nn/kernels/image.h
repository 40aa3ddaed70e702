/* image.h - loads images into lanes, and the bilinear warp. */
#ifndef NN_KERNELS_IMAGE_H
#define NN_KERNELS_IMAGE_H

#include "kernels.h"
#include "lanes.h"

/* p / 255 for whole p in 0 .. 255, correctly rounded without a division: one Newton step on the
 * rounded product (tested for all 256). */
INLINE vf over_255(vf p)
{
	const vf r = all(1.0f / 255);
	vf q = p * r;
	return fma_(fma_(q, all(-255.0f), p), r, q);
}

static void load_images(float *out, const uint8_t *const images[16], size_t count)
{
	for (int lane = 0; lane < LANES; lane += W)
		for (size_t i = 0; i < count; i += W) {
			vf r[W];
			for (int j = 0; j < W; j++) {
				const uint8_t *image = images[lane + j];
				if (!image) {
					r[j] = (vf){ 0 };
				} else if (i + W <= count) {
					r[j] = load_bytes(image + i);
				} else {
					uint8_t rest[W] = { 0 };
					memcpy(rest, image + i, count - i);
					r[j] = load_bytes(rest);
				}
			}
			transpose(r);
			for (size_t j = 0; j < W && i + j < count; j++)
				store(out + (i + j) * LANES + lane, over_255(r[j]));
		}
}

static void interleave(float *out, const float *images, size_t stride, size_t count)
{
	for (int lane = 0; lane < LANES; lane += W)
		for (size_t i = 0; i < count; i += W) {
			vf r[W];
			UNROLL for (int j = 0; j < W; j++) r[j] =
				load_any(images + (size_t)(lane + j) * stride + i);
			transpose(r);
			for (size_t j = 0; j < W && i + j < count; j++)
				store(out + (i + j) * LANES + lane, r[j]);
		}
}

/* Position x on an axis of `size` pixels that is mirrored at both edges (period 2 size): the result
 * is in [-0.5, size - 0.5], plus 1 for the padding. */
INLINE vf reflect(vf x, float size)
{
	vf t = (vf)((vi)(x + all(0.5f)) & 0x7FFFFFFF);
	t = t - from_int(truncate_(t * all(0.5f / size))) * all(2 * size);
	t = min_(all(2 * size) - t, t);
	t = min_(all(size), max_((vf){ 0 }, t)); /* rounding may have put it slightly outside */
	return t + all(0.5f);
}

/* The pairs base[at], base[at + 1] of W positions. */
INLINE void gather_pairs(const float *base, vi at, vf *first, vf *second)
{
#if W == 16
	__m512i i = (__m512i)at;
	vf a = (vf)_mm512_i32gather_pd(_mm512_castsi512_si256(i), base, 4);
	vf b = (vf)_mm512_i32gather_pd(_mm512_extracti64x4_epi64(i, 1), base, 4);
	*first = SHUFFLE(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
	*second = SHUFFLE(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
#elif W == 8
	__m256i i = (__m256i)at;
	vf a = (vf)_mm256_i32gather_pd((const double *)base, _mm256_castsi256_si128(i), 4);
	vf b = (vf)_mm256_i32gather_pd((const double *)base, _mm256_extracti128_si256(i, 1), 4);
	*first = SHUFFLE(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
	*second = SHUFFLE(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
#else
	for (int l = 0; l < W; l++) {
		(*first)[l] = base[at[l]];
		(*second)[l] = base[at[l] + 1];
	}
#endif
}

/* The start of the vector at x in a row of `width`, moved so that it does not exceed the row: the
 * last two vectors may overlap. */
INLINE int within(int x, int width)
{
	return x + W <= width || width < W ? x : width - W;
}

/* Store the first `count` lanes. */
INLINE void store_some(float *to, vf v, int count)
{
	if (count >= W)
		store_any(to, v);
	else
		memcpy(to, &v, (size_t)count * sizeof(*to));
}

/* The image as floats with a border of one pixel that repeats its edge. */
INLINE void pad_image(float *padded, const uint8_t *image, int height, int width)
{
	const int row = width + 2;
	for (int y = 0; y < height; y++) {
		const uint8_t *from = image + y * width;
		float *to = padded + (y + 1) * row;
		for (int k = 0; k < width; k += W) {
			const int x = within(k, width);
			uint8_t few[W] = { 0 };
			if (width < W)
				memcpy(few, from, (size_t)width);
			store_some(to + 1 + x, over_255(load_bytes(width < W ? few : from + x)),
				width - x);
		}
		to[0] = to[1];
		to[width + 1] = to[width];
	}
	memcpy(padded, padded + row, (size_t)row * sizeof(*padded));
	memcpy(padded + (height + 1) * row, padded + height * row, (size_t)row * sizeof(*padded));
}

/* The same for an image of floats. */
INLINE void pad_values(float *padded, const float *image, int height, int width)
{
	const int row = width + 2;
	for (int y = 0; y < height; y++) {
		float *to = padded + (y + 1) * row;
		memcpy(to + 1, image + y * width, (size_t)width * sizeof(*to));
		to[0] = to[1];
		to[width + 1] = to[width];
	}
	memcpy(padded, padded + row, (size_t)row * sizeof(*padded));
	memcpy(padded + (height + 1) * row, padded + height * row, (size_t)row * sizeof(*padded));
}

static void warp_padded(float *out, struct nn_warp_shape shape, const float map[6],
	float brightness, const float *padded)
{
	const int h = shape.height, w = shape.width, row = w + 2, plane = (h + 2) * row;
	vi steps;
	for (int l = 0; l < W; l++)
		steps[l] = l;
	for (int y = 0; y < h; y++) {
		const vf x_base = all(map[1] * (float)y + map[2]),
			 y_base = all(map[4] * (float)y + map[5]);
		for (int k = 0; k < w; k += W) {
			const int x = within(k, w);
			vf column = from_int(steps + x);
			vf sx = reflect(fma_(column, all(map[0]), x_base), (float)w);
			vf sy = reflect(fma_(column, all(map[3]), y_base), (float)h);
			vi ix = truncate_(sx), iy = truncate_(sy);
			vf fx = sx - from_int(ix), fy = sy - from_int(iy);
			vi at = iy * row + ix;
			for (int c = 0; c < shape.channels; c++) {
				vf nw, ne, sw, se;
				gather_pairs(padded + c * plane, at, &nw, &ne);
				gather_pairs(padded + c * plane + row, at, &sw, &se);
				vf north = fma_(ne - nw, fx, nw), south = fma_(se - sw, fx, sw);
				vf v = fma_(south - north, fy, north);
				v = min_(all(1.0f), max_((vf){ 0 }, v + all(brightness)));
				store_some(out + (c * h + y) * w + x, v, w - x);
			}
		}
	}
}

static void warp(float *out, const uint8_t *image, struct nn_warp_shape shape, const float map[6],
	float brightness, float *padded)
{
	const int h = shape.height, w = shape.width, plane = (h + 2) * (w + 2);
	for (int c = 0; c < shape.channels; c++)
		pad_image(padded + c * plane, image + c * h * w, h, w);
	warp_padded(out, shape, map, brightness, padded);
}

static void warp_again(float *image, struct nn_warp_shape shape, const float map[6],
	float brightness, float *padded)
{
	const int h = shape.height, w = shape.width, plane = (h + 2) * (w + 2);
	for (int c = 0; c < shape.channels; c++)
		pad_values(padded + c * plane, image + c * h * w, h, w);
	warp_padded(image, shape, map, brightness, padded);
}

#endif
