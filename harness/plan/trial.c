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

/* A number of images, or below 1 a fraction of so many. */
static uint32_t count_share(double share, uint32_t images)
{
	if (share >= 1 || share == 0)
		return (uint32_t)share;
	const uint32_t count = (uint32_t)(share * images + 0.5);
	return count > 0 ? count : 1;
}

uint32_t trial_validation(const struct trial *t, uint32_t train_images)
{
	return count_share(t->validation, train_images);
}

uint32_t trial_phase_validation(const struct trial *t, int phase, uint32_t train_images)
{
	const double own = t->phases[phase].validation;
	return count_share(own < 0 ? t->validation : own, train_images);
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

bool phase_uses_augment(const struct phase_config *p)
{
	const bool second = p->kind == PHASE_DUAL && p->inputs[1] == INPUT_AUGMENTED;
	return p->inputs[0] == INPUT_AUGMENTED || second || p->both;
}

bool trial_uses_augment(const struct trial *t)
{
	for (int i = 0; i < t->phase_count; i++)
		if (phase_uses_augment(&t->phases[i]))
			return true;
	return false;
}

const struct augment_config *trial_phase_augment(const struct trial *t, int phase)
{
	return t->phases[phase].own_augment ? &t->phases[phase].augment : &t->augment;
}

const struct augment_config *trial_first_augment(const struct trial *t)
{
	for (int i = 0; i < t->phase_count; i++)
		if (phase_uses_augment(&t->phases[i]))
			return trial_phase_augment(t, i);
	return NULL;
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
