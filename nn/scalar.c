/* scalar.c - exp, log, sin, cos and the normal quantile from +, -, *, / and sqrt alone. */
#include "scalar.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

static double from_bits(uint64_t bits)
{
	double x;
	memcpy(&x, &bits, sizeof(x));
	return x;
}

static uint64_t to_bits(double x)
{
	uint64_t bits;
	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

/* ln 2 in two parts: the high one has 32 trailing zero bits, so that n * high is exact for |n| <
 * 2^20. */
static const double LN2_HIGH = 0x1.62e42feep-1, LN2_LOW = 0x1.a39ef35793c76p-33;

/* The nearest whole number, for |x| < 2^51: adding 1.5 * 2^52 leaves no bits for a fraction. */
static double nearest(double x)
{
	return (x + 0x1.8p52) - 0x1.8p52;
}

/* 2^n for -1022 <= n <= 1023. */
static double power_of_two(int n)
{
	return from_bits((uint64_t)(n + 1023) << 52);
}

double nn_exp(double x)
{
	if (!(x == x))
		return x;
	if (x > 709.782712893384)
		return __builtin_inf();
	if (x < -745.2)
		return 0;
	double n = nearest(x * 1.4426950408889634);
	double r = (x - n * LN2_HIGH) - n * LN2_LOW;
	/* Taylor series on |r| <= 0.3466: the 14th term is below 2^-57. */
	double p = 1;
	for (int k = 14; k >= 1; k--)
		p = 1 + p * r / k;
	int e = (int)n;
	if (e > 1023) /* in two steps where 2^e itself would overflow or be denormal */
		return p * 2 * power_of_two(e - 1);
	if (e < -1022)
		return p * power_of_two(e + 100) * power_of_two(-100);
	return p * power_of_two(e);
}

double nn_log(double x)
{
	if (!(x == x) || x < 0)
		return __builtin_nan("");
	if (x == 0)
		return -__builtin_inf();
	if (x == __builtin_inf())
		return x;
	int e = 0;
	if (x < 0x1p-1022) { /* denormal */
		x *= 0x1p54;
		e = -54;
	}
	uint64_t bits = to_bits(x);
	e += (int)(bits >> 52) - 1023;
	double m = from_bits((bits & 0xFFFFFFFFFFFFFull) | 0x3FF0000000000000ull); /* 1 <= m < 2 */
	if (m > 1.4142135623730951) {
		m *= 0.5;
		e++;
	}
	/* log m = 2 artanh(f / (2 + f)), |z| <= 0.1716; written as f - s (f - R), which keeps the
	 * leading digits of f exact. */
	double f = m - 1;
	double z = f / (2 + f), z2 = z * z;
	double series = 0;
	for (int k = 21; k >= 3; k -= 2)
		series = (series + 1.0 / k) * z2;
	double half_square = 0.5 * f * f;
	return e * LN2_HIGH + ((e * LN2_LOW + z * (half_square + 2 * series)) - half_square + f);
}

void nn_sincos(double x, double *sine, double *cosine)
{
	/* Quarter turns: pi/2 in three parts of 33, 33 and 53 bits. */
	double n = nearest(x * 0.63661977236758134);
	double r = ((x - n * 0x1.921fb544p0) - n * 0x1.0b4611a6p-34) - n * 0x1.3198a2e037073p-69;
	double r2 = r * r;
	double s = 0, c = 0; /* Taylor series on |r| <= pi/4 */
	for (int k = 10; k >= 1; k--) {
		s = -(1 + s) * r2 / ((2 * k) * (2 * k + 1));
		c = -(1 + c) * r2 / ((2 * k - 1) * (2 * k));
	}
	s = r + r * s;
	c = 1 + c;
	switch ((int)n & 3) {
	case 0:
		*sine = s;
		*cosine = c;
		break;
	case 1:
		*sine = c;
		*cosine = -s;
		break;
	case 2:
		*sine = -s;
		*cosine = -c;
		break;
	default:
		*sine = -c;
		*cosine = s;
		break;
	}
}

/* (a[0] + a[1] r + ... + a[7] r^7) / (b[0] + ... + b[7] r^7) */
static double rational7(const double a[8], const double b[8], double r)
{
	double above = a[7], below = b[7];
	for (int i = 6; i >= 0; i--) {
		above = above * r + a[i];
		below = below * r + b[i];
	}
	return above / below;
}

double nn_normal_quantile(double p)
{
	assert(p > 0 && p < 1);
	static const double centre_a[8] = { 3.3871328727963666080e0, 1.3314166789178437745e+2,
		1.9715909503065514427e+3, 1.3731693765509461125e+4, 4.5921953931549871457e+4,
		6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3 };
	static const double centre_b[8] = { 1, 4.2313330701600911252e+1, 6.8718700749205790830e+2,
		5.3941960214247511077e+3, 2.1213794301586595867e+4, 3.9307895800092710610e+4,
		2.8729085735721942674e+4, 5.2264952788528545610e+3 };
	static const double middle_a[8] = { 1.42343711074968357734e0, 4.63033784615654529590e0,
		5.76949722146069140550e0, 3.64784832476320460504e0, 1.27045825245236838258e0,
		2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4 };
	static const double middle_b[8] = { 1, 2.05319162663775882187e0, 1.67638483018380384940e0,
		6.89767334985100004550e-1, 1.48103976427480074590e-1, 1.51986665636164571966e-2,
		5.47593808499534494600e-4, 1.05075007164441684324e-9 };
	static const double tail_a[8] = { 6.65790464350110377720e0, 5.46378491116411436990e0,
		1.78482653991729133580e0, 2.96560571828504891230e-1, 2.65321895265761230930e-2,
		1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7 };
	static const double tail_b[8] = { 1, 5.99832206555887937690e-1, 1.36929880922735805310e-1,
		1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5,
		1.42151175831644588870e-7, 2.04426310338993978564e-15 };
	double q = p - 0.5;
	if (q >= -0.425 && q <= 0.425)
		return q * rational7(centre_a, centre_b, 0.180625 - q * q);
	double tail = q < 0 ? p : 1 - p;
	double r = __builtin_sqrt(-nn_log(tail));
	double z =
		r <= 5 ? rational7(middle_a, middle_b, r - 1.6) : rational7(tail_a, tail_b, r - 5);
	return q < 0 ? -z : z;
}
