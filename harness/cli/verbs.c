/* verbs.c - the list of verbs, by what they are for. Help, completion and the man page read it. */
#include <string.h>

#include "parse.h"

static const struct {
	const char *group;
	const struct cli_verb *verb;
} verbs[] = {
#define ROW(group, name) { #group, &verb_##name },
	CLI_VERBS(ROW)
};
enum { VERB_COUNT = sizeof(verbs) / sizeof(*verbs) };

const struct cli_verb *cli_verb_at(size_t i)
{
	return i < VERB_COUNT ? verbs[i].verb : NULL;
}

const struct cli_verb *cli_verb_find(const char *name)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (strcmp(verbs[i].verb->name, name) == 0)
			return verbs[i].verb;
	return NULL;
}

static const char *title(const char *group)
{
	static const char *const titles[][2] = { { "study", "plan and run a study" },
		{ "inspect", "look at its trials" }, { "publish", "make what a paper needs" },
		{ "data", "keep data and results" }, { "help", "help" } };
	size_t i = 0;
	while (strcmp(titles[i][0], group) != 0)
		i++;
	return titles[i][1];
}

void cli_print_usage(FILE *out)
{
	fprintf(out,
		"retrial - reproducible research experiments\n\n"
		"  retrial init my-study             a study to start from, in a new folder\n"
		"  retrial run study.yaml            run the missing trials of a study\n"
		"  retrial table study.yaml          its results: mean, sd, n, comparison\n");
	for (size_t i = 0; i < VERB_COUNT; i++) {
		if (i == 0 || strcmp(verbs[i].group, verbs[i - 1].group) != 0)
			fprintf(out, "\n%s:\n", title(verbs[i].group));
		fprintf(out, "  %-10s %s\n", verbs[i].verb->name, verbs[i].verb->summary);
	}
	fprintf(out,
		"\nretrial VERB --help shows the options of a verb; retrial help WORD explains a "
		"word of\nsweep files; retrial help sweep is their whole reference.\n");
}
