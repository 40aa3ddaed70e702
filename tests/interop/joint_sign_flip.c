/* joint_sign_flip.c - p values and intervals of families of paired comparisons
 * (stats_joint_sign_flip), for another program to compare (tests/interop/statistics.sh). Standard
 * input has families: pairs, count, and the differences, a pair a line. Standard output has a line
 * for each comparison: p, low, high ("nan" without an interval). */
#include <stdio.h>
#include <stdlib.h>

#include "harness/report/stats.h"

int main(void)
{
	size_t pairs, count;

	while (scanf("%zu %zu", &pairs, &count) == 2) {
		double *difference = calloc(pairs * count + 1, sizeof(*difference)),
		       *p = calloc(count + 1, sizeof(*p));
		struct interval *intervals = calloc(count + 1, sizeof(*intervals));
		bool bad = !difference || !p || !intervals;
		for (size_t i = 0; i < pairs * count && !bad; i++)
			bad = scanf("%lf", &difference[i]) != 1;
		bad = bad || stats_joint_sign_flip(difference, pairs, count, 0.05, p, intervals);
		for (size_t c = 0; c < count && !bad; c++)
			printf("%.17g %.17g %.17g\n", p[c], intervals[c].low, intervals[c].high);
		free(difference);
		free(p);
		free(intervals);
		if (bad)
			return 1;
	}
	return 0;
}
