/* completion.h - what could stand where the cursor is, for `retrial completion` and the shells that
 * ask it. */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "../base/str.h"

/* words[0 .. count-1] are the words behind `retrial` up to the cursor; the last is the one that is
 * being typed, and may be "". Appends a line "WORD<tab>EXPLANATION" for everything that begins as
 * it does, or one line for what a shell knows better:
 * ":yaml" (sweep files and folders), ":files" or ":folders". Reads the database that the words
 * name, if it is there; never an error. */
void completion_list(const char *const *words, int count, struct str *out);

#endif
