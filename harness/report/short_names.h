/* short_names.h - texts cut to the room that a figure has for them: class names, labels. */
#ifndef REPORT_SHORT_NAMES_H
#define REPORT_SHORT_NAMES_H

#include <stddef.h>

#include "../base/str.h"

/* Append to out[i] the text i, with at most `most` (4 or more) characters. A long one loses its
 * middle, or what all texts begin with; "…" stands for it. Different texts stay different: where no
 * cut can do that, each gets its number. The same in every locale. */
void short_names(const char *const *texts, size_t count, int most, struct str *out);

/* Characters of a UTF-8 text. */
int short_names_length(const char *text);

#endif
