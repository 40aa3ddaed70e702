/* histogram.h - many durations in little space: counts in bins that are 1 % wide. */
#ifndef MODEL_HISTOGRAM_H
#define MODEL_HISTOGRAM_H

#include <stddef.h>

#include "../base/str.h"

/* The quantile `share` of the sorted values, by nearest rank: the value at position ceil(share *
 * count), counted from 1. count is above 0. */
double histogram_quantile(const double *sorted, size_t count, double share);

/* Append the sorted values as JSON: [[seconds, count], ...], one pair per bin that is not empty, in
 * ascending order. Bin k is from 1e-9 * 1.01^k to the next; its seconds are the geometric mean of
 * its ends, so every value in it is within 0.5 % of them. Values below 1e-9 are in bin 0. */
void histogram_json(const double *sorted, size_t count, struct str *out);

#endif
