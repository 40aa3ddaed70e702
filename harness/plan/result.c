/* result.c - names and ownership of results. Their form as JSON is in wire.c. */
#include "result.h"

#include <stdlib.h>

void phase_result_free(struct phase_result *r)
{
	for (int k = 0; k < OUTPUTS_MAX; k++) {
		free(r->predictions[k]);
		r->predictions[k] = NULL;
	}
}

const char *trial_state_name(enum trial_state state)
{
	static const char *const names[] = { "done", "failed", "diverged", "timeout", "interrupted",
		"machine" };
	return names[state];
}

const char *trial_state_recorded(enum trial_state state)
{
	return trial_state_name(state == TRIAL_MACHINE ? TRIAL_INTERRUPTED : state);
}
