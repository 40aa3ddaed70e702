/* layers.c - the networks of a model by the names of their layers. Knows no shapes and no weights.
 */
#include "layers.h"

#include <string.h>

/* The layers with weights of a block, each as prefix + name. */
static void add_block(const struct model_config *m, enum model_block b, const char *prefix,
	struct layer_list *out)
{
	const size_t length = strlen(prefix);
	for (int i = 0; i < m->counts[b]; i++) {
		const struct layer_config *l = &m->layers[b][i];
		if (!layer_has_weights(l))
			continue;
		char *path = out->path[out->count++];
		memcpy(path, prefix, length);
		memcpy(path + length, l->name, strlen(l->name) + 1);
	}
}

enum network network_of_phase(const struct phase_config *phases, int index)
{
	for (; index >= 0; index--) {
		switch (phases[index].kind) {
		case PHASE_SINGLE: return NETWORK_SUBMODEL;
		case PHASE_DUAL: return NETWORK_DUAL;
		case PHASE_SCRATCH:
		case PHASE_UNIFY: return NETWORK_UNIFIED;
		case PHASE_TEACHER: return NETWORK_TEACHER;
		case PHASE_UNFREEZE:
		case PHASE_KFOLD: break;
		}
	}
	return NETWORK_UNIFIED;
}

void network_layers(const struct model_config *m, enum network n, struct layer_list *out)
{
	static const char *const stems[] = { "stem1/", "stem2/" };
	out->count = 0;
	if (n == NETWORK_TEACHER) {
		add_block(m, BLOCK_TEACHER, "teacher/", out);
		return;
	}
	for (int stem = 0; stem < (n == NETWORK_SUBMODEL ? 1 : 2); stem++) {
		add_block(m, BLOCK_STEM, stems[stem], out);
		add_block(m, n == NETWORK_UNIFIED ? BLOCK_UNIFIED_STEM : BLOCK_SUBMODEL_HEAD,
			stems[stem], out);
	}
	if (n == NETWORK_SUBMODEL)
		add_block(m, BLOCK_EXIT, stems[0], out);
	if (n == NETWORK_UNIFIED)
		add_block(m, BLOCK_UNIFIED_HEAD, "", out);
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

int network_freeze(const struct layer_list *layers, const char *entry, bool frozen[LAYERS_MAX])
{
	int matches = 0;
	for (int i = 0; i < layers->count; i++) {
		if (!entry_matches(entry, layers->path[i]))
			continue;
		frozen[i] = true;
		matches++;
	}
	return matches;
}
