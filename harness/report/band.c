/* band.c - see band.h. */
#include "band.h"

#include <math.h>

#include "stats.h"

enum { SEEDS_MAX = 1024 };

static void stretch(struct extent *reach, double x, double y)
{
	reach->low = isnan(reach->low) || y < reach->low ? y : reach->low;
	reach->high = isnan(reach->high) || y > reach->high ? y : reach->high;
	reach->longest = x > reach->longest ? x : reach->longest;
}

static double position(const struct curve *c, size_t i)
{
	return c->x ? c->x[i] : (double)i + 1;
}

void band_mean(struct figure *f, const struct curve *c, double ceiling, const char *comment,
	struct extent *reach)
{
	double y[SEEDS_MAX];

	figure_block(f, comment);
	for (size_t x = 0; x < c->length; x++) {
		size_t n = 0;
		for (size_t s = 0; s < c->seeds && n < SEEDS_MAX; s++)
			if (!isnan(c->y[s * c->length + x]))
				y[n++] = c->y[s * c->length + x];
		if (n < c->seeds) /* a mean of those that go on longest would be of other seeds */
			continue;
		const bool range = c->seeds < BAND_SD_MIN;
		const double mean = stats_mean(y, n), sd = stats_sd(y, n);
		const double low = fmax(c->any_sign ? -INFINITY : 0,
				     range || n < 2 ? stats_min(y, n) : mean - sd),
			     high = fmin(ceiling, range || n < 2 ? stats_max(y, n) : mean + sd);
		stretch(reach, position(c, x), low);
		stretch(reach, position(c, x), high);
		figure_row(f, (const double[]){ position(c, x), mean, low, high, (double)n }, 5);
	}
}

void band_seeds(struct figure *f, const struct curve *c, const char *comment, struct extent *reach)
{
	figure_block(f, comment);
	for (size_t s = 0; s < c->seeds; s++) {
		bool any = false;
		for (size_t x = 0; x < c->length; x++) {
			const double y = c->y[s * c->length + x];
			if (isnan(y))
				continue;
			stretch(reach, position(c, x), y);
			figure_row(f, (const double[]){ position(c, x), y }, 2);
			any = true;
		}
		if (any)
			figure_gap(f);
	}
}
