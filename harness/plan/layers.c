/* layers.c - the networks of the model `lightweight` by the names of their layers. Knows no shapes and no weights. */
#include "layers.h"

#include <string.h>

static const char *const single_layers[] = { "stem1/conv1", "stem1/conv2", "stem1/dense", NULL };

static const char *const dual_layers[] = {
	"stem1/conv1", "stem1/conv2", "stem1/dense", "stem2/conv1", "stem2/conv2", "stem2/dense", NULL,
};

static const char *const unified_layers[] = {
	"stem1/conv1", "stem1/conv2", "stem1/wide", "stem2/conv1", "stem2/conv2", "stem2/wide", "dense", "classifier", NULL,
};

enum network network_of_phase(const struct phase_config *phases, int index)
{
	for (; index >= 0; index--) {
		switch (phases[index].kind) {
		case PHASE_SINGLE:
			return NETWORK_SINGLE;
		case PHASE_DUAL:
			return NETWORK_DUAL;
		case PHASE_SCRATCH:
		case PHASE_UNIFY:
			return NETWORK_UNIFIED;
		case PHASE_UNFREEZE:
		case PHASE_KFOLD:
			break;
		}
	}
	return NETWORK_UNIFIED;
}

const char *const *network_layers(enum network n)
{
	return n == NETWORK_SINGLE ? single_layers : n == NETWORK_DUAL ? dual_layers : unified_layers;
}

static bool entry_matches(const char *entry, const char *path)
{
	if (strcmp(entry, path) == 0)
		return true;
	const size_t length = strlen(entry);
	for (const char *part = path; part; part = strchr(part, '/')) {
		part += *part == '/';
		if (strcspn(part, "/") == length && strncmp(part, entry, length) == 0)
			return true;
	}
	return false;
}

int network_freeze(enum network n, const char *entry, bool frozen[LAYERS_MAX])
{
	const char *const *layers = network_layers(n);
	int matches = 0;
	for (int i = 0; layers[i]; i++) {
		if (!entry_matches(entry, layers[i]))
			continue;
		frozen[i] = true;
		matches++;
	}
	return matches;
}
