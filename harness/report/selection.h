/* selection.h - an arm at its best setting: of its trials, those whose labels `select` have the
 * values with the best mean of a validation metric over seeds. The test images choose nothing. */
#ifndef REPORT_SELECTION_H
#define REPORT_SELECTION_H

#include "../base/str.h"
#include "study.h"

/* Keep the best setting's samples: *count of them are left, in their order. Settings without a
 * value of `by` are left out; of equally good ones, and when nothing has a value, the first is
 * kept. Without labels in `by` nothing changes. said (may be NULL) gets what was chosen, such as
 * "single.lr = 0.001 has the best validation accuracy of 3 (18 of 18 trials)". */
void selection_keep(const struct study *study, const struct selection *by,
	const struct sample **samples, size_t *count, struct str *said);

#endif
