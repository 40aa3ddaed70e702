/* frozen_cli.c - see frozen_cli.h. */
#include "frozen_cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../plan/identity.h"

int frozen_sweep(const char *path, const char *text, struct err *e, struct sweep **out)
{
	const struct sweep_options as_frozen = { .frozen = true };
	if (!*text)
		return err_set(e, ERR_ENVIRONMENT, "no plan in the database has it any more");
	return sweep_parse(path, text, strlen(text), &as_frozen, e, out);
}

static bool same_command(const struct program_config *a, const struct program_config *b)
{
	if (a->argument_count != b->argument_count)
		return false;
	for (int i = 0; i < a->argument_count; i++)
		if (strcmp(a->command[i], b->command[i]) != 0)
			return false;
	return true;
}

int frozen_trial(
	const struct sweep *sweep, const char *canonical, struct err *e, struct frozen_trial **out)
{
	struct frozen_trial *t = calloc(1, sizeof(*t));
	if (!t)
		return err_nomem(e);
	if (trial_from_canonical(canonical, &t->trial, e)) {
		free(t);
		return -1;
	}
	const struct program_config *recorded = t->trial.program;
	if (!sweep->program || !recorded || !same_command(sweep->program, recorded)) {
		frozen_trial_free(t);
		return err_set(e, ERR_USAGE,
			"the sweep file has another command now: write it as it was, or run the "
			"sweep again");
	}
	t->program = *sweep->program;
	t->program.parameters = recorded->parameters;
	t->program.parameter_count = recorded->parameter_count;
	t->program.values_bytes = recorded->values_bytes;
	t->trial.program = &t->program;
	*out = t;
	return 0;
}

void frozen_alone(const struct sweep *sweep, struct frozen_trial *t, struct sweep *out)
{
	out->trials = &t->trial;
	out->trial_count = 1;
	out->program = &t->program;
	snprintf(out->path, sizeof(out->path), "%s", sweep->path);
}

void frozen_trial_free(struct frozen_trial *t)
{
	if (t)
		trial_free(&t->trial);
	free(t);
}
