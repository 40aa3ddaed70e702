/* histogram.h - many durations in little space: how many fall into each of bins 1 % wide. */
#ifndef MODEL_HISTOGRAM_H
#define MODEL_HISTOGRAM_H

#include <stddef.h>

#include "../base/str.h"

/* The value below which that share of the sorted values lies: the one at place ceil(share * count),
 * from 1 (nearest rank). count above 0. */
double histogram_quantile(const double *sorted, size_t count, double share);

/* Append the sorted values as JSON: [[seconds, count], ...], a pair for each bin that has any, by
 * seconds. Bin k is from 1e-9 * 1.01^k to the next; its seconds are the geometric middle, so that
 * every value in it is within 0.5 % of them. Values below 1e-9 are in bin 0. */
void histogram_json(const double *sorted, size_t count, struct str *out);

#endif
