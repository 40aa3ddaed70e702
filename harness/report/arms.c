/* arms.c - see arms.h. */
#include "arms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"

#define COLLAPSED 0.6
#define BIMODAL_RANGE 0.03
#define SPREAD 3
#define SPREAD_LEAST 0.01
#define DEAD_SHARE 0.25
enum { BIMODAL_LEAST = 6, VALUES_MAX = 1024 };

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorted; room for VALUES_MAX. */
static size_t values_of(
	const struct study *study, const struct arm *arm, int metric, double values[VALUES_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < arm->count && n < VALUES_MAX; i++) {
		const double value = study_value(study, arm->samples[i], metric);
		if (isfinite(value))
			values[n++] = value;
	}
	qsort(values, n, sizeof(*values), ascending);
	return n;
}

static void begin(struct str *out, const struct arm *arm)
{
	str_addf(out, "%s%s: ", out->length ? " " : "", arm->name);
}

static void check_collapse(struct str *out, const struct arm *arm, const double *x, size_t n)
{
	size_t below = 0;

	while (below < n && x[below] < COLLAPSED * x[n - 1])
		below++;
	if (!below)
		return;
	begin(out, arm);
	str_addf(out, "collapsed for %zu of %zu seeds (%.1f %%, the best has %.1f %%).", below, n,
		100 * x[0], 100 * x[n - 1]);
}

static void check_bimodal(struct str *out, const struct arm *arm, const double *x, size_t n)
{
	size_t at = 0;

	if (n < BIMODAL_LEAST || x[n - 1] - x[0] < BIMODAL_RANGE)
		return;
	for (size_t i = 1; i < n; i++)
		if (!at || x[i] - x[i - 1] > x[at] - x[at - 1])
			at = i;
	const double share = n < 8 ? 0.7 : n < 10 ? 0.6 : 0.5;
	if (x[at] - x[at - 1] <= share * (x[n - 1] - x[0]) || at < 2 || n - at < 2)
		return;
	begin(out, arm);
	str_addf(out, "bimodal (%zu seeds at %.1f to %.1f %%, %zu at %.1f to %.1f %%).", at,
		100 * x[0], 100 * x[at - 1], n - at, 100 * x[at], 100 * x[n - 1]);
}

static void check_spread(struct str *out, const struct arm *arm, double sd, double other)
{
	if (!(sd >= SPREAD_LEAST) || !(sd > SPREAD * other))
		return;
	begin(out, arm);
	str_addf(out, "an sd of %.2f pp over seeds, the other side has %.2f.", 100 * sd,
		100 * other);
}

static void check_dead(struct str *out, const struct study *study, const struct arm *arm)
{
	struct err none = { 0 };
	const int share = study_metric(study, "dead_share", "", "arms", &none),
		  units = study_metric(study, "dead_units", "", "arms", &none);
	double values[VALUES_MAX] = { 0 };

	if (share < 0 || units < 0)
		return;
	size_t n = values_of(study, arm, share, values);
	const double worst = stats_mean(values, n);
	if (!(worst > DEAD_SHARE))
		return;
	n = values_of(study, arm, units, values);
	begin(out, arm);
	str_addf(out, "%.1f dead units per network, %.0f %% of the worst layer.",
		stats_mean(values, n), 100 * worst);
}

void arms_check(struct str *out, const struct study *study, const struct arm *arm,
	const struct arm *other, int metric, bool accuracy)
{
	double x[VALUES_MAX] = { 0 }, y[VALUES_MAX] = { 0 };
	const size_t n = values_of(study, arm, metric, x);

	if (accuracy && n) {
		check_collapse(out, arm, x, n);
		check_bimodal(out, arm, x, n);
	}
	if (accuracy && other) {
		const size_t m = values_of(study, other, metric, y);
		check_spread(out, arm, stats_sd(x, n), stats_sd(y, m));
	}
	check_dead(out, study, arm);
}
