/* clock.h - seconds of the monotonic clock: for durations, never for dates. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

double clock_seconds(void);

#endif
