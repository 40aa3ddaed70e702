/* histogram.c - see histogram.h. */
#include "histogram.h"

#include <math.h>

static const double smallest = 1e-9, width = 1.01;

double histogram_quantile(const double *sorted, size_t count, double share)
{
	const double rank = ceil(share * (double)count);
	const size_t at = rank < 1 ? 0 : (size_t)rank - 1;
	return sorted[at < count ? at : count - 1];
}

static long bin_of(double seconds)
{
	return seconds > smallest ? (long)floor(log(seconds / smallest) / log(width)) : 0;
}

void histogram_json(const double *sorted, size_t count, struct str *out)
{
	str_add(out, "[");
	for (size_t i = 0, next; i < count; i = next) {
		const long bin = bin_of(sorted[i]);
		for (next = i + 1; next < count && bin_of(sorted[next]) == bin;)
			next++;
		str_addf(out, "%s[%.6g,%zu]", i ? "," : "",
			smallest * pow(width, (double)bin + 0.5), next - i);
	}
	str_add(out, "]");
}
