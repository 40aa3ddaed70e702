/* sparkline.c - see sparkline.h. */
#include "sparkline.h"

#include <math.h>
#include <string.h>

void sparkline_add(struct sparkline *s, double value)
{
	if (!isfinite(value))
		return;
	if (s->count == SPARKLINE_VALUES)
		memmove(s->values, s->values + 1, (size_t)--s->count * sizeof(*s->values));
	s->values[s->count++] = value;
}

void sparkline_text(const struct sparkline *s, char out[SPARKLINE_BYTES])
{
	static const char bars[][4] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	enum { BARS = sizeof(bars) / sizeof(*bars) };
	double low = INFINITY, high = -INFINITY;
	char *at = out;
	for (int i = 0; i < s->count; i++) {
		low = fmin(low, s->values[i]);
		high = fmax(high, s->values[i]);
	}
	for (int i = 0; i < s->count && s->count > 1; i++) {
		const double part = high > low ? (s->values[i] - low) / (high - low) : 0.5;
		memcpy(at, bars[(int)lround(part * (BARS - 1))], 3);
		at += 3;
	}
	*at = '\0';
}
