/* bar.c - see bar.h. */
#include "bar.h"

#include <stdio.h>
#include <string.h>

void bar_time(double seconds, char *out, size_t size)
{
	const long s = (long)(seconds + 0.5);
	if (s < 3600)
		snprintf(out, size, "%ld:%02ld", s / 60, s % 60);
	else
		snprintf(out, size, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
}

void bar_line(const char *name, double part, const char *text, int columns, char *out, size_t size)
{
	enum { BAR_MAX = 28, BAR_MIN = 8 };
	const int room = columns - 1 - (int)strlen(name) - (int)strlen(text) - 6,
		  bar = room > BAR_MAX ? BAR_MAX : room, filled = (int)(part * bar);
	if (bar >= BAR_MIN)
		snprintf(out, size, "%s  [%.*s%.*s]  %s", name, filled,
			"############################", bar - filled,
			"............................", text);
	else
		snprintf(out, size, "%s  %s", name, text);
}
