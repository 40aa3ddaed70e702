/* verb_init.c - `retrial init`: a commented study that runs as it is, in a folder of its own. */
#include <string.h>

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
	"  # train.lr: [1e-3, 1e-2]    # the learning rate of the phase `train`, if you like\n"
	"\n"
	"# How a network is trained: a list of phases.\n"
	"recipes:\n"
	"  short:\n"
	"    - {phase: train, optimizer: {adam: {lr: 1e-3}}, epochs: 3}\n"
	"\n"
	"# What the networks are: layers. The last one has as many units as there are classes.\n"
	"models:\n"
	"  small:\n"
	"    network:\n"
	"      - {conv: {name: conv, filters: 4, kernel: 3, activation: relu}}\n"
	"      - {maxpool: {size: 2}}\n"
	"      - {dense: {name: classifier, units: classes}}\n"
	"  wide:\n"
	"    network:\n"
	"      - {conv: {name: conv, filters: 16, kernel: 3, activation: relu}}\n"
	"      - {maxpool: {size: 2}}\n"
	"      - {dense: {name: classifier, units: classes}}\n"
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

static const char program_study[] =
	"# A study of your own program for retrial. `retrial help program` explains its keys.\n"
	"retrial: 1\n"
	"name: %s\n"
	"title: Which step size finds the minimum?\n"
	"seeds: 8                      # replicates: {seed} is a different number in each\n"
	"\n"
	"# How a trial is run: a list of words, no shell. {NAME} is replaced by a parameter's "
	"value.\n"
	"program:\n"
	"  command: [sh, program.sh, \"{step}\", \"{iterations}\", \"{seed}\"]\n"
	"  inputs: program.sh          # when one of these files changes, its trials run again\n"
	"\n"
	"# What the program takes, with types and ranges.\n"
	"parameters:\n"
	"  step: {type: real, above: 0}\n"
	"  iterations: {type: integer, at_least: 1}\n"
	"\n"
	"# What it reports: JSON Lines in the file that RETRIAL_OUT names.\n"
	"# A program that must not be changed: {match: 'loss=([0-9.e-]+)'} reads what it prints.\n"
	"metrics:\n"
	"  loss: {better: lower, decimals: 4}\n"
	"\n"
	"base: {iterations: 20}\n"
	"axes: {step: [0.01, 0.1, 0.3]}\n"
	"tables:\n"
	"  - {id: loss, title: Loss at the end, rows: [step], metrics: [loss], baseline: {step: "
	"0.1}}\n"
	"claims:\n"
	"  - {id: C1, title: a step of 0.1 beats 0.01, where: {step: 0.1}, than: {step: 0.01},\n"
	"     metric: loss, compare: lower}\n"
	"figures:\n"
	"  - {id: loss, kind: accuracy, title: Loss at the end with every seed as a point,\n"
	"     series: step, metric: loss}\n";

static const char program_text[] =
	"#!/bin/sh\n"
	"# program.sh STEP ITERATIONS SEED: gradient descent on a noisy parabola. Put your own "
	"here.\n"
	"awk -v step=\"$1\" -v iterations=\"$2\" -v seed=\"$3\" 'BEGIN {\n"
	"\tsrand(seed)\n"
	"\tx = 4 * rand() - 2\n"
	"\tfor (i = 1; i <= iterations; i++) x -= step * (2 * x + 0.1 * (rand() - 0.5))\n"
	"\tprintf \"{\\\"loss\\\": %.10g}\\n\", x * x\n"
	"}' >\"$RETRIAL_OUT\"\n";

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

/* The files of the study; none is overwritten. */
static int write_study(const char *folder, const char *name, bool program, struct err *e)
{
	struct str text = { 0 };

	str_addf(&text, program ? program_study : study, name);
	int result = write_new(folder, "study.yaml", text.s, e);
	if (!result && program)
		result = write_new(folder, "program.sh", program_text, e);
	str_free(&text);
	return result;
}

static int run(const struct cli *c)
{
	struct err e = { 0 };
	struct str name = { 0 };
	if (c->argument_count > 1)
		return cli_misuse(c, "expected one folder or nothing");
	const bool here = c->argument_count == 0, program = cli_has(c, "program");
	const char *folder = here ? "." : c->arguments[0];
	struct str cd = { 0 };
	study_name(here ? "study" : folder, &name);
	int result = file_make_folder(folder, &e);
	if (!result)
		result = write_study(folder, name.s, program, &e);
	if (!result && write_new(folder, ".gitignore", ignored, &e)) /* the user's own stays */
		fprintf(stderr, "retrial init: %s/.gitignore stays as it is\n", folder);
	if (!here) {
		str_addf(&cd, "  cd %s", folder[0] == '-' ? "./" : "");
		str_add_word(&cd, folder);
		str_add(&cd, "\n");
	}
	if (!result)
		printf("%s/study.yaml is a study of %d trials. Next:\n\n"
		       "%s"
		       "  retrial run study.yaml      # run the missing trials: a few seconds\n"
		       "  retrial table study.yaml    # mean, standard deviation, n, tests\n"
		       "  retrial plot study.yaml     # figures, into results/figures\n",
			folder, program ? 24 : 12, cd.s ? cd.s : "");
	str_free(&cd);
	str_free(&name);
	return result ? cli_fail(&e) : ERR_NONE;
}

static const struct cli_option options[] = {
	{ "program", 0, NULL, "trials run your own program; a small example is included" },
	{ 0 },
};

const struct cli_verb verb_init = {
	.name = "init",
	.arguments = "[DIR]",
	.summary = "make a folder with a commented study that runs as it is",
	.examples = "  retrial init my-study && cd my-study\n"
		    "  retrial init --program my-solver    # trials run your own program\n",
	.options = options,
	.run = run,
};
