/* report_method.h - what a study asked and how it was done, for the report's page. */
#ifndef REPORT_REPORT_METHOD_H
#define REPORT_REPORT_METHOD_H

#include "../base/str.h"
#include "study.h"

/* Append a paragraph: the labels that vary, with their values. Nothing when none does. */
void report_asked(struct str *out, const struct study *study);

/* Append a table: what varies, what all trials share, seeds, the phases of each recipe or the
 * program's command, data sets with their digests. */
void report_method(struct str *out, const struct study *study);

#endif
