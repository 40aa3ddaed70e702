/* gnuplot.h - runs gnuplot on a script, as a process of its own. The only place that knows how;
 * what is drawn is in plots/. */
#ifndef REPORT_GNUPLOT_H
#define REPORT_GNUPLOT_H

#include "../base/err.h"

/* Run `gnuplot -d -c script argument` in folder (script is relative to it), without a shell,
 * without the user's start-up files, in a locale with decimal points. What gnuplot says goes into
 * e. Returns 0, or -1: ERR_ENVIRONMENT when gnuplot is not there (with what to install) or fails.
 */
int gnuplot_run(const char *folder, const char *script, const char *argument, struct err *e);

#endif
