/* trial_table.h - a list of trials from a CSV file: a column a parameter, a line a trial. What
 * `retrial plan --csv` writes is read back. */
#ifndef PLAN_TRIAL_TABLE_H
#define PLAN_TRIAL_TABLE_H

#include "blocks.h"

/* Read the file that the node names. The first line names the parameters as paths; an empty field
 * sets nothing; the columns seed and trial are passed over (seeds: says which seeds), and lines
 * that are equal but for them are one. Values of lists are joined with '+'. Returns NULL after an
 * error. */
const struct dimension *trial_table_dimension(struct study *s, const struct node *file);

#endif
