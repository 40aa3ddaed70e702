/* trial.c - the few questions that everybody asks a trial. */
#include "trial.h"

#include <stdlib.h>
#include <string.h>

#include "param.h"
#include "sweep.h"

const char *phase_kind_name(enum phase_kind kind)
{
	return param_find(SCOPE_PHASE, "phase")->names[kind];
}

void trial_default_model(struct trial *t)
{
	const char *name = param_find(SCOPE_TRIAL, "model")->fallback;
	memcpy(t->model, name, strlen(name) + 1);
	t->networks = model_lightweight();
}

uint32_t trial_validation(const struct trial *t, uint32_t train_images)
{
	if (t->validation >= 1)
		return (uint32_t)t->validation;
	const uint32_t share = (uint32_t)(t->validation * train_images + 0.5);
	return share > 0 ? share : 1;
}

const struct model_config *trial_networks(const struct trial *t)
{
	return t->networks ? t->networks : model_lightweight();
}

const char *label_value(const struct trial *t, const char *name)
{
	for (int i = 0; i < t->label_count; i++)
		if (strcmp(t->labels[i].name, name) == 0)
			return t->labels[i].value;
	return NULL;
}

bool trial_uses_augment(const struct trial *t)
{
	for (int i = 0; i < t->phase_count; i++) {
		const struct phase_config *p = &t->phases[i];
		const bool second = p->kind == PHASE_DUAL && p->inputs[1] == INPUT_AUGMENTED;
		const bool both = p->kind == PHASE_SINGLE && p->both;
		if (p->inputs[0] == INPUT_AUGMENTED || second || both)
			return true;
	}
	return false;
}

void trial_free(struct trial *t)
{
	free(t->memory);
	t->memory = NULL;
	t->networks = NULL;
	t->phases = NULL;
	t->program = NULL;
	t->values = NULL;
	t->phase_count = 0;
}
