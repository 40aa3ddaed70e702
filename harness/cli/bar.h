/* bar.h - a bar with times on one line of a terminal. */
#ifndef CLI_BAR_H
#define CLI_BAR_H

#include <stddef.h>

/* "2:05", from an hour on "1:02:05". */
void bar_time(double seconds, char *out, size_t size);

/* "NAME  [#####...]  TEXT": part (0 to 1) of the bar is filled; it is as long as the line has room,
 * and left out where that is too little. */
void bar_line(const char *name, double part, const char *text, int columns, char *out, size_t size);

#endif
