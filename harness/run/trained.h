/* trained.h - the trained network of a recorded trial, from the database: its layers from the
 * recorded configuration, its weights from the table weights. */
#ifndef RUN_TRAINED_H
#define RUN_TRAINED_H

#include "../data/dataset.h"
#include "../model/model.h"
#include "../store/open.h"

enum { TRAINED_FIRST_FOLD = -1 };

/* The weights that the last phase of a finished trial leaves behind, of fold `fold` (from 0;
 * TRAINED_FIRST_FOLD: the first, or the only ones). places: where to find the data set if it is an
 * imported one, whose shape the network needs; may be NULL. Of several finished attempts the latest
 * that has weights counts; *attempt (may be NULL) is its number. Returns 0 with *out to be freed
 * (model_free), or -1 with e (ERR_USAGE: not finished, no such fold, no weights; the text says what
 * to do). */
int trained_load(struct store *s, const char *identity, int fold,
	const struct dataset_places *places, struct model *out, int64_t *attempt, struct err *e);

#endif
