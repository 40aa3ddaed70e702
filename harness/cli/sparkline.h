/* sparkline.h - the last values of a series as a line of bars, scaled from the smallest to the
 * largest of them. */
#ifndef CLI_SPARKLINE_H
#define CLI_SPARKLINE_H

enum { SPARKLINE_VALUES = 12, SPARKLINE_BYTES = 3 * SPARKLINE_VALUES + 1 };

/* Zero-initialise. */
struct sparkline {
	double values[SPARKLINE_VALUES];
	int count;
};

/* NaN is left out. */
void sparkline_add(struct sparkline *s, double value);
/* Nothing for fewer than two values. */
void sparkline_text(const struct sparkline *s, char out[SPARKLINE_BYTES]);

#endif
