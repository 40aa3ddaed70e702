/* loss.h - softmax cross-entropy, with one label or with soft labels, and distillation. The
 * exponential and the logarithm are computed here, in single precision. */
#ifndef NN_KERNELS_LOSS_H
#define NN_KERNELS_LOSS_H

#include "kernels.h"
#include "lanes.h"

/* e^x for x <= 0, relative error below 2e-7; x below -87 counts as -87; NaN stays NaN. */
INLINE vf exp_negative(vf x)
{
	x = max_(all(-87.0f), x);
	/* n = the whole number nearest to x / ln 2: adding 1.5 * 2^23 leaves no bits for a
	 * fraction. ln 2 in two parts, the first short. */
	vf n = fma_(x, all(1.44269504f), all(12582912.0f)) - all(12582912.0f);
	vf r = fma_(n, all(-0.693359375f), x);
	r = fma_(n, all(2.12194440e-4f), r);
	vf p = all(1.0f / 720);
	p = fma_(p, r, all(1.0f / 120));
	p = fma_(p, r, all(1.0f / 24));
	p = fma_(p, r, all(1.0f / 6));
	p = fma_(p, r, all(0.5f));
	p = fma_(p, r, all(1.0f));
	p = fma_(p, r, all(1.0f));
	/* A NaN is not converted to an integer: the result would differ between processors. */
	vi exponent = truncate_(keep_where(x == x, n)) + 127;
	return p * (vf)(exponent << 23);
}

/* Natural logarithm of 1 <= x < 2^24, absolute error below 3e-7. NaN and infinity stay. */
INLINE vf log_of_sum(vf x)
{
	vi bits = (vi)x;
	vi big = ((bits & 0x7FFFFF) > 0x3504F3) & 1; /* mantissa above sqrt 2: halve it */
	vf exponent = from_int(((bits >> 23) & 255) - 127 + big);
	vf m = (vf)((bits & 0x7FFFFF) | ((127 - big) << 23));
	vf z = (m - all(1.0f)) / (m + all(1.0f)),
	   z2 = z * z; /* |z| <= 0.1716: log m = 2 artanh z */
	vf p = fma_(all(2.0f / 9), z2, all(2.0f / 7));
	p = fma_(p, z2, all(2.0f / 5));
	p = fma_(p, z2, all(2.0f / 3));
	p = fma_(p, z2, all(2.0f));
	vf answer = fma_(exponent, all(0.69314718f), p * z);
	vi finite = (bits & 0x7F800000) != 0x7F800000;
	return select_(finite, answer, x);
}

static void softmax_loss(float *loss, int32_t *best, float *dlogits, const float *logits,
	int classes, const int32_t *labels, const float *scale)
{
	for (int lane = 0; lane < LANES; lane += W) {
		const float *z = logits + lane;
		vf largest = load(z);
		vi at = { 0 };
		for (int k = 1; k < classes; k++) {
			vf v = load(z + k * LANES);
			at = select_int(v > largest, all_int(k), at);
			largest = max_(v, largest);
		}
		store_int(best + lane, at);
		vi label = load_int(labels + lane);
		vf sum = { 0 }, of_label = { 0 };
		for (int k = 0; k < classes; k++) {
			vf v = load(z + k * LANES) - largest;
			sum += exp_negative(v);
			of_label = select_(label == k, v, of_label);
		}
		store(loss + lane, log_of_sum(sum) - of_label);
		if (!dlogits)
			continue;
		vf factor = load(scale + lane), over = factor / sum;
		for (int k = 0; k < classes; k++) {
			vf v = exp_negative(load(z + k * LANES) - largest) * over;
			store(dlogits + lane + k * LANES, v - keep_where(label == k, factor));
		}
	}
}

static void soft_loss(float *loss, int32_t *best, float *dlogits, const float *logits, int classes,
	const struct nn_soft_labels *labels, const float *scale)
{
	for (int lane = 0; lane < LANES; lane += W) {
		const float *z = logits + lane;
		vf largest = load(z);
		vi at = { 0 };
		for (int k = 1; k < classes; k++) {
			vf v = load(z + k * LANES);
			at = select_int(v > largest, all_int(k), at);
			largest = max_(v, largest);
		}
		store_int(best + lane, at);
		const vi first = load_int(labels->first + lane),
			 second = load_int(labels->second + lane);
		const vf first_share = all(labels->first_share),
			 second_share = all(labels->second_share), share = all(labels->share);
		vf sum = { 0 }, of_labels = { 0 };
		for (int k = 0; k < classes; k++) {
			vf v = load(z + k * LANES) - largest;
			vf target = share + keep_where(first == k, first_share)
				+ keep_where(second == k, second_share);
			sum += exp_negative(v);
			of_labels = fma_(target, v, of_labels);
		}
		store(loss + lane, log_of_sum(sum) - of_labels);
		if (!dlogits)
			continue;
		const vf factor = load(scale + lane), over = all(1.0f) / sum;
		for (int k = 0; k < classes; k++) {
			vf target = share + keep_where(first == k, first_share)
				+ keep_where(second == k, second_share);
			vf v = fma_(exp_negative(load(z + k * LANES) - largest), over, -target);
			store(dlogits + lane + k * LANES, v * factor);
		}
	}
}

/* The largest of the classes' logits. */
INLINE vf largest_of(const float *z, int classes)
{
	vf largest = load(z);
	for (int k = 1; k < classes; k++)
		largest = max_(load(z + k * LANES), largest);
	return largest;
}

/* Sum of e^((z - largest) / T). */
INLINE vf partition(const float *z, int classes, vf largest, vf inverse)
{
	vf sum = { 0 };
	for (int k = 0; k < classes; k++)
		sum += exp_negative((load(z + k * LANES) - largest) * inverse);
	return sum;
}

static void distill(float *loss, float *dlogits, const float *logits, const float *teacher,
	int classes, float share, float temperature, const float *scale)
{
	const vf rest = all(1.0f - share), inverse = all(1.0f / temperature);
	for (int lane = 0; lane < LANES; lane += W) {
		const float *z = logits + lane, *t = teacher + lane;
		const vf z_largest = largest_of(z, classes), t_largest = largest_of(t, classes);
		const vf z_sum = partition(z, classes, z_largest, inverse),
			 t_sum = partition(t, classes, t_largest, inverse);
		const vf factor = load(scale + lane) * all(share * temperature);
		vf apart = log_of_sum(z_sum) - log_of_sum(t_sum);
		for (int k = 0; k < classes; k++) {
			const vf zk = (load(z + k * LANES) - z_largest) * inverse,
				 tk = (load(t + k * LANES) - t_largest) * inverse;
			const vf p = exp_negative(tk) / t_sum, q = exp_negative(zk) / z_sum;
			apart = fma_(p, tk - zk, apart);
			if (dlogits) {
				float *d = dlogits + lane + k * LANES;
				store(d, fma_(q - p, factor, load(d) * rest));
			}
		}
		store(loss + lane,
			fma_(apart, all(share * temperature * temperature),
				load(loss + lane) * rest));
	}
}

#endif
