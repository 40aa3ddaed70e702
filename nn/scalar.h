/* scalar.h - elementary functions in double precision. libm is not used because its results differ
 * between CPUs and versions. Only +, -, *, / and sqrt (IEEE 754) are used, in a fixed order. Errors
 * are deviations from the exact value; tests/unit/test_scalar.c checks them. */
#ifndef NN_SCALAR_H
#define NN_SCALAR_H

/* e^x, relative error below 4e-16 times (1 + |x|/700); 0 below -745, infinity above 709.79; NaN for
 * NaN. */
double nn_exp(double x);

/* Natural logarithm, relative error below 4e-16; -infinity at 0, NaN below 0. */
double nn_log(double x);

/* Sine and cosine, absolute error below 3e-16 for |x| <= 16 (enough for rotations). */
void nn_sincos(double x, double *sine, double *cosine);

/* Inverse of the standard normal distribution function, 0 < p < 1; relative error about 1e-15
 * (Wichura, algorithm AS 241, PPND16, Applied Statistics 37, 1988). */
double nn_normal_quantile(double p);

#endif
