/* sum.h - sums over the 16 lanes of a block, in the one fixed order: lane l + lane l+8, then l+4,
 * l+2, l+1. */
#ifndef NN_KERNELS_SUM_H
#define NN_KERNELS_SUM_H

#include "lanes.h"

/* The W sums of W rows of 16 lanes at `rows`. */
INLINE vf sum_rows(const float *rows)
{
#if W == 16
	vf t[8], u[4];
	UNROLL for (int j = 0; j < 8; j++)
	{
		vf a = load(rows + j * LANES), b = load(rows + (j + 8) * LANES);
		t[j] = SHUFFLE(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
			+ SHUFFLE(
				a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
	}
	UNROLL for (int j = 0; j < 4; j++) u[j] =
		SHUFFLE(t[j], t[j + 4], 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27)
		+ SHUFFLE(
			t[j], t[j + 4], 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
	UNROLL for (int j = 0; j < 2; j++) t[j] =
		SHUFFLE(u[j], u[j + 2], 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
		+ SHUFFLE(
			u[j], u[j + 2], 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
	return SHUFFLE(t[0], t[1], 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30)
		+ SHUFFLE(t[0], t[1], 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
#elif W == 8
	vf t[8], u[4];
	UNROLL for (int j = 0; j < 8; j++) t[j] =
		load(rows + j * LANES) + load(rows + j * LANES + 8);
	UNROLL for (int j = 0; j < 4; j++) u[j] = SHUFFLE(t[j], t[j + 4], 0, 1, 2, 3, 8, 9, 10, 11)
		+ SHUFFLE(t[j], t[j + 4], 4, 5, 6, 7, 12, 13, 14, 15);
	UNROLL for (int j = 0; j < 2; j++) t[j] = SHUFFLE(u[j], u[j + 2], 0, 1, 8, 9, 4, 5, 12, 13)
		+ SHUFFLE(u[j], u[j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
	return SHUFFLE(t[0], t[1], 0, 8, 2, 10, 4, 12, 6, 14)
		+ SHUFFLE(t[0], t[1], 1, 9, 3, 11, 5, 13, 7, 15);
#else
	vf t[4];
	UNROLL for (int j = 0; j < 4; j++)
	{
		const float *r = rows + j * LANES;
		t[j] = (load(r) + load(r + 8)) + (load(r + 4) + load(r + 12));
	}
	vf u0 = SHUFFLE(t[0], t[2], 0, 1, 4, 5) + SHUFFLE(t[0], t[2], 2, 3, 6, 7);
	vf u1 = SHUFFLE(t[1], t[3], 0, 1, 4, 5) + SHUFFLE(t[1], t[3], 2, 3, 6, 7);
	return SHUFFLE(u0, u1, 0, 4, 2, 6) + SHUFFLE(u0, u1, 1, 5, 3, 7);
#endif
}

/* out[i] = sum of row i; a sum of zero is +0. Rows up to the next multiple of W are read: the
 * caller's scratch has them. */
INLINE void sum_all_rows(float *out, const float *rows, size_t count)
{
	size_t i = 0;
	for (; i + W <= count; i += W)
		store_any(out + i, sum_rows(rows + i * LANES) + (vf){ 0 });
	if (i < count) {
		vf last = sum_rows(rows + i * LANES) + (vf){ 0 };
		memcpy(out + i, &last, (count - i) * sizeof(*out));
	}
}

#endif
