/* label_text.h - in words the labels of a trial that the database keeps as a JSON object. */
#ifndef REPORT_LABEL_TEXT_H
#define REPORT_LABEL_TEXT_H

#include "../base/str.h"

/* Append " model=wide batch_size=16". The data set, the recipe and `augment=none` are left out:
 * who prints a trial names the first two anyway. Of several objects, the first; a text that is no
 * object, or NULL, adds nothing. */
void label_text(struct str *out, const char *labels);

#endif
