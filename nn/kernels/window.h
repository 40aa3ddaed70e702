/* window.h - pooling with windows that may overlap or extend beyond the map. elementwise.h and
 * average.h have windows side by side. */
#ifndef NN_KERNELS_WINDOW_H
#define NN_KERNELS_WINDOW_H

#include "kernels.h"
#include "lanes.h"

/* The part of a window inside the input: rows and columns of the window, ends excluded. */
struct part {
	int row, column; /* of the window's corner in the input; may be negative */
	int top, bottom, left, right;
};

INLINE struct part part_at(const struct nn_window *s, int y, int x)
{
	struct part p = { .row = y * s->stride - s->pad_top,
		.column = x * s->stride_width - s->pad_left };
	p.top = p.row < 0 ? -p.row : 0;
	p.left = p.column < 0 ? -p.column : 0;
	p.bottom =
		p.row + s->window_height > s->in_height ? s->in_height - p.row : s->window_height;
	p.right =
		p.column + s->window_width > s->in_width ? s->in_width - p.column : s->window_width;
	return p;
}

INLINE size_t place(const struct nn_window *s, const struct part *p, int ky, int kx)
{
	return (size_t)(p->row + ky) * s->in_row + (size_t)(p->column + kx) * LANES;
}

static void largest_forward(float *out, int32_t *argmax, const float *in, const struct nn_window *s)
{
	for (int c = 0; c < s->channels; c++, in += s->in_plane)
		for (int y = 0; y < s->out_height; y++)
			for (int x = 0; x < s->out_width; x++, out += LANES, argmax += LANES) {
				const struct part p = part_at(s, y, x);
				for (int lane = 0; lane < LANES; lane += W) {
					vf best = load(in + place(s, &p, p.top, p.left) + lane);
					vi at = all_int(p.top * s->window_width + p.left);
					for (int ky = p.top; ky < p.bottom; ky++)
						for (int kx = p.left; kx < p.right; kx++) {
							vf v = load(
								in + place(s, &p, ky, kx) + lane);
							at = select_int(v > best,
								all_int(ky * s->window_width + kx),
								at);
							best = max_(v, best);
						}
					store(out + lane, best);
					store_int(argmax + lane, at);
				}
			}
}

static void largest_backward(
	float *din, const float *dout, const int32_t *argmax, const struct nn_window *s)
{
	memset(din, 0, (size_t)s->channels * s->in_plane * sizeof(*din));
	for (int c = 0; c < s->channels; c++, din += s->in_plane)
		for (int y = 0; y < s->out_height; y++)
			for (int x = 0; x < s->out_width; x++, dout += LANES, argmax += LANES) {
				const struct part p = part_at(s, y, x);
				for (int lane = 0; lane < LANES; lane += W)
					for (int ky = p.top; ky < p.bottom; ky++)
						for (int kx = p.left; kx < p.right; kx++) {
							float *to =
								din + place(s, &p, ky, kx) + lane;
							const vi here = load_int(argmax + lane)
								== ky * s->window_width + kx;
							store(to,
								load(to)
									+ keep_where(here,
										load(dout + lane)));
						}
			}
}

INLINE vf share_of(const struct part *p)
{
	return all(1.0f / (float)((p->bottom - p->top) * (p->right - p->left)));
}

static void mean_forward(float *out, const float *in, const struct nn_window *s)
{
	for (int c = 0; c < s->channels; c++, in += s->in_plane)
		for (int y = 0; y < s->out_height; y++)
			for (int x = 0; x < s->out_width; x++, out += LANES) {
				const struct part p = part_at(s, y, x);
				for (int lane = 0; lane < LANES; lane += W) {
					vf sum = { 0 };
					for (int ky = p.top; ky < p.bottom; ky++)
						for (int kx = p.left; kx < p.right; kx++)
							sum += load(
								in + place(s, &p, ky, kx) + lane);
					store(out + lane, sum * share_of(&p));
				}
			}
}

static void mean_backward(float *din, const float *dout, const struct nn_window *s)
{
	memset(din, 0, (size_t)s->channels * s->in_plane * sizeof(*din));
	for (int c = 0; c < s->channels; c++, din += s->in_plane)
		for (int y = 0; y < s->out_height; y++)
			for (int x = 0; x < s->out_width; x++, dout += LANES) {
				const struct part p = part_at(s, y, x);
				for (int lane = 0; lane < LANES; lane += W) {
					const vf d = load(dout + lane) * share_of(&p);
					for (int ky = p.top; ky < p.bottom; ky++)
						for (int kx = p.left; kx < p.right; kx++) {
							float *to =
								din + place(s, &p, ky, kx) + lane;
							store(to, load(to) + d);
						}
				}
			}
}

#endif
