/* verb_init.c - `retrial init`: a commented study that runs as it is, in a folder of its own. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/file.h"
#include "../base/str.h"
#include "cli.h"

static const char study[] =
	"# A study for retrial. `retrial help WORD` explains every word of this file,\n"
	"# `retrial help sweep` is the whole reference.\n"
	"retrial: 1\n"
	"name: %s\n"
	"title: Is the wider network more accurate?\n"
	"seeds: 6                      # replicates of every configuration; raise it at any time\n"
	"\n"
	"# Settings of all trials. `synthetic` is made by the program: it needs no download.\n"
	"# `retrial data list` shows the other data sets, `retrial data import` adds your own.\n"
	"base: {dataset: synthetic, recipe: short, validation: 500, train_limit: 2000}\n"
	"\n"
	"# What is tried: every combination of these values.\n"
	"axes:\n"
	"  model: [small, wide]\n"
	"  # single.lr: [1e-3, 1e-2]   # the learning rate of the phase `single`, if you like\n"
	"\n"
	"# How a network is trained: a list of phases.\n"
	"recipes:\n"
	"  short:\n"
	"    - {phase: single, optimizer: {adam: {lr: 1e-3}}, epochs: 3}\n"
	"\n"
	"# What the networks are: layers. The last one has as many units as there are classes.\n"
	"models:\n"
	"  small:\n"
	"    stem: [{conv: {name: conv, filters: 4, kernel: 3, activation: relu}}, {maxpool: "
	"{size: 2}}]\n"
	"    submodel_head: [{dense: {name: classifier, units: classes}}]\n"
	"  wide:\n"
	"    stem: [{conv: {name: conv, filters: 16, kernel: 3, activation: relu}}, {maxpool: "
	"{size: 2}}]\n"
	"    submodel_head: [{dense: {name: classifier, units: classes}}]\n"
	"\n"
	"# What is made of the results. A label is a path of axes, such as model.\n"
	"tables:\n"
	"  - id: accuracy\n"
	"    title: Test accuracy\n"
	"    rows: [model]\n"
	"    metrics: [test_accuracy, params]\n"
	"    baseline: {model: small}    # compared with it, paired by seed\n"
	"figures:\n"
	"  - {id: accuracy, kind: accuracy, title: Test accuracy by model, series: model,\n"
	"     metric: test_accuracy}\n";

static const char ignored[] = "# what retrial makes: results, figures, caches\n"
			      "results/\n";

/* A name for the study: that of the folder, as far as it is one. */
static void study_name(const char *folder, struct str *out)
{
	const char *end = folder + strlen(folder);
	while (end > folder && end[-1] == '/')
		end--;
	const char *start = end;
	while (start > folder && start[-1] != '/')
		start--;
	for (const char *p = start; p < end && out->length < 60; p++) {
		const bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')
			|| (*p >= '0' && *p <= '9');
		if (letter || (out->length && strchr("-_", *p)))
			str_add_bytes(out, p, 1);
	}
	if (!out->length)
		str_add(out, "study");
}

static int write_new(const char *folder, const char *name, const char *text, struct err *e)
{
	struct str path = { 0 };
	str_addf(&path, "%s/%s", folder, name);
	const int result = file_exists(path.s)
		? err_set(e, ERR_USAGE, "%s is already there: nothing was written", path.s)
		: file_write(path.s, text, strlen(text), e);
	str_free(&path);
	return result;
}

static int run(const struct cli *c)
{
	struct err e = { 0 };
	struct str name = { 0 }, text = { 0 };
	if (c->argument_count > 1)
		return cli_misuse(c, "expected one folder or nothing");
	const bool here = c->argument_count == 0;
	const char *folder = here ? "." : c->arguments[0];
	int result = 0;
	study_name(here ? "study" : folder, &name);
	str_addf(&text, study, name.s);
	if (mkdir(folder, 0777) && errno != EEXIST)
		result = err_errno(&e, folder);
	if (!result)
		result = write_new(folder, "study.yaml", text.s, &e);
	if (!result && write_new(folder, ".gitignore", ignored, &e)) /* the user's own stays */
		fprintf(stderr, "retrial init: %s/.gitignore stays as it is\n", folder);
	if (!result)
		printf("%s/study.yaml is a study of 12 trials. Next:\n\n"
		       "%s%s%s"
		       "  retrial run study.yaml      # train what is missing: a few seconds\n"
		       "  retrial table study.yaml    # mean, standard deviation, n, tests\n"
		       "  retrial plot study.yaml     # figures, into results/figures\n",
			folder, here ? "" : "  cd ", here ? "" : folder, here ? "" : "\n");
	str_free(&name);
	str_free(&text);
	return result ? cli_fail(&e) : ERR_NONE;
}

static const struct cli_option options[] = { { 0 } };

const struct cli_verb verb_init = {
	.name = "init",
	.arguments = "[DIR]",
	.summary = "make a folder with a commented study that runs as it is",
	.examples = "  retrial init my-study && cd my-study\n",
	.options = options,
	.run = run,
};
