/* trial_title.h - the name of a trial on one line of the live display: the labels that vary in its
 * sweep, and its seed. */
#ifndef CLI_TRIAL_TITLE_H
#define CLI_TRIAL_TITLE_H

#include "../plan/sweep.h"

enum { TITLE_MAX = 160 };

/* "fashion-mnist paper-notebook lr 0.01 seed 3": values of data sets and recipes, other labels with
 * the last part of their name; only labels with several values. Where nothing varies the data set
 * and the recipe. What is too long begins with the trial's identity and keeps its end. */
void trial_title(const struct sweep *sweep, const struct trial *t, char out[TITLE_MAX]);

/* The title in so many columns, filled up with blanks. Of one that is too long the identity and the
 * end are left: two trials never look alike. */
void trial_title_fit(const struct trial *t, const char *title, int columns, char out[TITLE_MAX]);

#endif
