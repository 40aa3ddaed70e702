/* share.h - files that come with the program: plots/ and experiments/. Beside the program in its
 * source tree, in ../share/retrial beside an installed one. */
#ifndef BASE_SHARE_H
#define BASE_SHARE_H

#include "err.h"
#include "str.h"

/* Append the path of a file or folder of these ("plots/style.gp"), or both paths where it was
 * looked for when it is in neither. Returns 0; or -1 with e (ERR_ENVIRONMENT). */
int share_find(const char *name, struct str *out, struct str *looked, struct err *e);

#endif
