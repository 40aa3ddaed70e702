/* band.h - a quantity along an axis (epochs, folds) for several seeds: its mean with a band, and
 * every seed as a line, as blocks of a figure's data. */
#ifndef REPORT_BAND_H
#define REPORT_BAND_H

#include "figure.h"

/* y[seed * length + i] at the axis position x[i]; NAN where there is nothing. */
struct curve {
	double *y;
	const double *x; /* [length], ascending; NULL: 1, 2, 3 ... */
	size_t seeds, length;
	bool any_sign; /* values may be negative: a band may go below 0 */
};

/* What has been drawn so far reaches from low to high (NAN: nothing yet) and to the axis position
 * `longest`. */
struct extent {
	double low, high, longest;
};

/* n below which a band goes from the smallest to the largest value; from it on it is mean +-
 * standard deviation. */
enum { BAND_SD_MIN = 5 };

/* Append a block of position, mean, low, high, seeds: where all seeds have a value. ceiling: what
 * no band goes beyond (100 for per cent, INFINITY for none); none goes below 0
 * but for any_sign. */
void band_mean(struct figure *f, const struct curve *c, double ceiling, const char *comment,
	struct extent *reach);
/* Append a block of position, value: a line a seed. */
void band_seeds(struct figure *f, const struct curve *c, const char *comment, struct extent *reach);

#endif
