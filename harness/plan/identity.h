/* identity.h - when are two trials the same? When their canonical texts are. */
#ifndef PLAN_IDENTITY_H
#define PLAN_IDENTITY_H

#include "../base/err.h"
#include "trial.h"

/* The canonical text: JSON with sorted keys and shortest round-trip numbers; values equal to their
 * default are left out, so that a parameter added later with a default changes no old identity;
 * labels and names of phases are left out. A model stands with all its layers, by block; its name
 * is left out. The paper's (model_lightweight) is the default: it is left out whatever the sweep
 * file calls it and however it writes it. Owned by the caller (free). It can be read back
 * (trial_from_canonical), so a trial can be re-run from the database alone. */
char *trial_canonical(const struct trial *t);

/* The trial that a canonical text describes, identity filled in, no labels; freed with trial_free.
 * Returns 0, or -1 with e (ERR_USAGE) and *out empty. */
int trial_from_canonical(const char *text, struct trial *out, struct err *e);

/* Fill t->identity: SHA-256 of the canonical text. */
void trial_identify(struct trial *t);

/* The identity of the trial's first `phases` phases: trials with the same one can share these
 * phases. */
void trial_beginning(const struct trial *t, int phases, char identity[DIGEST_TEXT]);

#endif
