/* engine.c - the engines: the core, with its data sets, and programs, with their inputs. */
#include "engine.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/command.h"
#include "../base/facts.h"
#include "../data/opened.h"
#include "../plan/trial_kind.h"
#include "../store/read.h"
#include "inputs.h"
#include "split.h"
#include "program_run.h"

enum { VERSION_SECONDS = 20, PACKAGES_BYTES = 4 << 20 };

const struct engine *engine_of(const struct sweep *sweep)
{
	return trial_kind_of(sweep) == &trial_kind_program ? &engine_program : &engine_core;
}

/* ---- the core ---- */

struct core {
	const struct dataset_places *places;
	struct opened_sets sets;
};

static int core_begin(const struct sweep *sweep, const struct local_options *options,
	struct str *facts, struct err *e, void **state)
{
	struct core *c = calloc(1, sizeof(*c));
	(void)sweep;
	(void)facts;
	if (!c)
		return err_nomem(e);
	c->places = options->places;
	*state = c;
	return 0;
}

static struct engine_limits core_limits(const struct sweep *sweep)
{
	(void)sweep;
	return (struct engine_limits){ .seconds = 0 };
}

static int core_basis(void *state, const struct trial *t, struct engine_basis *out, struct err *e)
{
	struct core *c = state;
	const struct opened *o = opened_find(&c->sets, t->dataset, c->places);
	if (!o)
		return err_set(e, ERR_USAGE, "more than %d data sets in one sweep", OPENED_MAX);
	*out = (struct engine_basis){ .digest = o->data ? o->data->digest : NULL,
		.core_version = NN_CORE_VERSION,
		.reason = o->why,
		.damaged = o->damaged,
		.what = o->data };
	return 0;
}

static int core_check(const struct trial *t, const struct engine_basis *basis, struct err *e)
{
	return split_check(t, basis->what, e);
}

static int core_run(const struct trial *t, const struct engine_basis *basis,
	const struct trial_options *options, const struct trial_sink *sink, struct trial_end *end)
{
	return trial_run(t, basis->what, options, sink, end);
}

static void core_explain(struct store *s, const struct trial *t, const struct engine_basis *basis,
	const char *recorded, struct str *why)
{
	(void)s;
	str_addf(why,
		"%s is not the one that the trial was trained on: its digest is %.16s..., "
		"recorded is %.16s...; name a folder with the other one (--data)",
		t->dataset, basis->digest, recorded);
}

static void core_end(void *state)
{
	struct core *c = state;
	if (c)
		opened_close(&c->sets);
	free(c);
}

const struct engine engine_core = { .begin = core_begin,
	.limits = core_limits,
	.basis = core_basis,
	.check = core_check,
	.run = core_run,
	.explain = core_explain,
	.end = core_end,
	.kill_signal = SIGKILL };

/* ---- programs ---- */

struct program {
	const struct program_config *config;
	struct inputs inputs;
};

/* What a command says of the environment. One that fails is an error: the record would be
 * incomplete, and nobody would notice. */
static int ask(const struct program_config *p, const char *const *command, const char *name,
	struct str *facts, struct err *e)
{
	struct str text = { 0 };
	if (!command)
		return 0;
	char *folder = program_input_folder(p);
	const struct command asked = { .words = command,
		.folder = folder,
		.seconds = VERSION_SECONDS,
		.max_bytes = PACKAGES_BYTES,
		.out = &text,
		.messages = &text };
	int code;
	const enum command_end end = command_run(&asked, &code);
	const char *why = command_complaint(end, code);
	if (text.length && text.s[text.length - 1] == '\n')
		text.s[--text.length] = '\0';
	if (!why && !facts_add_lines(facts, name, &text))
		why = "what it prints is no UTF-8 text";
	free(folder);
	str_free(&text);
	return why ? err_set(e, ERR_ENVIRONMENT, "program: %s, asked for by %s: %s", command[0],
		       strcmp(name, "study_packages") == 0 ? "packages" : "version", why)
		   : 0;
}

static int program_begin(const struct sweep *sweep, const struct local_options *options,
	struct str *facts, struct err *e, void **state)
{
	struct program *p = calloc(1, sizeof(*p));
	(void)options;
	if (!p)
		return err_nomem(e);
	p->config = sweep->program;
	*state = p;
	if (inputs_read(p->config, &p->inputs, e)
		|| ask(p->config, p->config->version, "study_version", facts, e)
		|| ask(p->config, p->config->packages, "study_packages", facts, e))
		return -1;
	for (int i = 0; i < p->config->variable_count; i++) {
		struct str name = { 0 }, value = { 0 };
		str_addf(&name, "environment_%s", p->config->variables[i].name);
		str_add(&value, p->config->variables[i].value);
		facts_add_lines(facts, name.s, &value);
		str_free(&name);
		str_free(&value);
	}
	return 0;
}

static struct engine_limits program_limits(const struct sweep *sweep)
{
	return (struct engine_limits){ sweep->program->timeout, sweep->program->retries };
}

/* Inputs may change while a sweep runs: then later trials run on what is there now. */
static int program_basis(
	void *state, const struct trial *t, struct engine_basis *out, struct err *e)
{
	struct program *p = state;
	(void)t;
	if (inputs_changed(&p->inputs)) {
		inputs_free(&p->inputs);
		if (inputs_read(p->config, &p->inputs, e))
			return -1;
	}
	*out = (struct engine_basis){ .digest = p->inputs.digest, .what = &p->inputs };
	return 0;
}

static int run_program(const struct trial *t, const struct engine_basis *basis,
	const struct trial_options *options, const struct trial_sink *sink, struct trial_end *end)
{
	return program_run(t, basis->what, options, sink, end);
}

static void program_explain(struct store *s, const struct trial *t,
	const struct engine_basis *basis, const char *recorded, struct str *why)
{
	const char *const parameters[] = { "inputs", recorded, NULL };
	struct rows *files = NULL;
	struct str what = { 0 };
	struct err ignored = { 0 };
	if (store_ask(s, "input_files", parameters, &ignored, &files) == 0)
		inputs_compare(basis->what, files, &what);
	str_addf(why,
		"trial %.12s: its inputs are not those that it was run on (%s); retrial run runs "
		"it on those that are there now",
		t->identity, what.length ? what.s : "nothing is recorded of them");
	rows_free(files);
	str_free(&what);
}

static void program_end(void *state)
{
	struct program *p = state;
	if (p)
		inputs_free(&p->inputs);
	free(p);
}

const struct engine engine_program = { .begin = program_begin,
	.limits = program_limits,
	.basis = program_basis,
	.run = run_program,
	.explain = program_explain,
	.end = program_end,
	.kill_signal = SIGTERM,
	.has_inputs = true };

int engine_read_inputs(const struct sweep *sweep, struct inputs *out, struct err *e)
{
	return inputs_read(sweep->program, out, e);
}

const struct inputs *engine_inputs(const struct engine_basis *basis)
{
	return basis->what;
}
