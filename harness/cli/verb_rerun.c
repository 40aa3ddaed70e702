/* verb_rerun.c - retrial rerun: run one recorded trial again, from the database alone, as a new
 * attempt. */
#include <stdlib.h>
#include <string.h>

#include "../plan/identity.h"
#include "../plan/trial_kind.h"
#include "../report/show.h"
#include "../run/local.h"
#include "../store/read.h"
#include "frozen_cli.h"
#include "kernels_cli.h"
#include "places.h"
#include "run_cli.h"

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	CLI_OPTION_DATA,
	{ "threads", 0, "N", "threads (default 1); any number gives the same bits" },
	CLI_OPTION_KERNELS,
	CLI_OPTION_PROGRESS,
	{ 0 },
};

/* The trial as the database has it. `data` belongs to rows. */
struct recorded {
	struct sweep *sweep_file;    /* when it says how the trial is executed: as it was frozen */
	struct frozen_trial *frozen; /* likewise: what is run instead of trial; else NULL */
	struct trial trial;          /* its phases are those below */
	struct phase_config phases[PHASES_MAX];
	struct rows *rows;
	int64_t sweep;    /* 0: no sweep has it any more */
	const char *data; /* digest of what it was trained on; NULL: it never came to its end */
};

/* Phases are called what they were called when the trial was run first: names are not part of its
 * configuration, but claims and figures ask for phases by name. */
static int name_phases(struct store *store, struct recorded *r, struct err *e)
{
	const char *const parameters[] = { "trial", r->trial.identity, NULL };
	struct rows *names;
	if (store_ask(store, "trial_phase_names", parameters, e, &names))
		return -1;
	memcpy(r->phases, r->trial.phases, sizeof(*r->phases) * (size_t)r->trial.phase_count);
	r->trial.phases = r->phases;
	for (size_t i = 0; i < names->row_count; i++) {
		const struct value *v = names->values + i * (size_t)names->column_count;
		if (v[0].integer >= 0 && v[0].integer < r->trial.phase_count)
			snprintf(r->phases[v[0].integer].name, PHASE_NAME_MAX, "%s", v[1].text);
	}
	rows_free(names);
	return 0;
}

/* How it is executed: the sweep file says. */
static int find_file(struct store *store, struct recorded *r, const char *config, struct err *e)
{
	const char *const parameters[] = { "trial", r->trial.identity, NULL };
	struct rows *file;
	if (store_ask(store, "rerun_program", parameters, e, &file))
		return -1;
	const bool any = file->row_count > 0;
	int result = frozen_sweep(any ? file->values[0].text : "", any ? file->values[1].text : "",
		e, &r->sweep_file);
	if (!result)
		result = frozen_trial(r->sweep_file, config, e, &r->frozen);
	rows_free(file);
	return result;
}

static int find_trial(const struct cli *c, struct store *store, struct recorded *out, struct err *e)
{
	char identity[DIGEST_TEXT];
	const char *const parameters[] = { "trial", identity, NULL };
	if (show_find(store, c->arguments[0], identity, e)
		|| store_ask(store, "rerun_trial", parameters, e, &out->rows)
		|| trial_from_canonical(out->rows->values[0].text, &out->trial, e))
		return -1;
	const struct value *v = out->rows->values;
	out->sweep = v[1].integer;
	out->data = v[3].kind == VALUE_TEXT ? v[3].text : NULL;
	if (!trial_kind_of_trial(&out->trial)->networks)
		return find_file(store, out, v[0].text, e);
	if (v[2].kind == VALUE_TEXT && out->trial.label_count < LABELS_MAX) {
		struct label *l = &out->trial.labels[out->trial.label_count++];
		snprintf(l->name, sizeof(l->name), "recipe");
		snprintf(l->value, sizeof(l->value), "%s", v[2].text);
	}
	return name_phases(store, out, e);
}

/* Say what came out, beside the attempt before. Returns the exit code, or -1 with e. */
static int compare(struct store *store, const char *identity, bool networks, struct err *e)
{
	const char *const parameters[] = { "trial", identity, NULL };
	struct rows *rows;
	if (store_ask(store, "rerun_compare", parameters, e, &rows))
		return -1;
	const struct value *v = rows->values;
	const bool alone = v[1].kind == VALUE_NULL, differs = !alone && v[2].integer > 0;
	const char *other = networks ? "other digests than" : "other results than",
		   *same = networks ? "the same bits as" : "the same results as";
	printf("%.12s  attempt %lld: done", identity, (long long)v[0].integer);
	if (alone)
		printf("; there is no earlier one %s to compare it with\n",
			networks ? "of this core version" : "on these inputs");
	else
		printf("; %s attempt %lld%s\n", differs ? other : same, (long long)v[1].integer,
			differs ? " (retrial verify and diff say where)" : "");
	rows_free(rows);
	return differs ? ERR_FAILED : ERR_NONE;
}

/* Run it. Returns the exit code, or -1 with e. */
static int run_again(struct store *store, struct recorded *r, struct local_options *local,
	enum progress_kind kind, struct err *e)
{
	struct sweep sweep = { .name = "rerun", .trials = &r->trial, .trial_count = 1 };
	if (r->frozen)
		frozen_alone(r->sweep_file, r->frozen, &sweep);
	struct local_summary summary;
	struct str facts = { 0 };
	run_cli_facts(&facts, local->kernels, kind != PROGRESS_NONE);
	if (r->sweep_file)
		run_cli_study_facts(r->sweep_file->path, &facts);
	struct progress *progress = progress_begin(kind, &sweep, 1);
	local->facts = facts.s;
	local->again = true;
	local->again_sweep = r->sweep;
	local->again_data = r->data;
	local->stop = run_cli_catch_signals();
	local->context = progress;
	local->event = progress_event;
	const int result = local_run(store, &sweep, local, &summary, e);
	progress_end(progress);
	str_free(&facts);
	if (result)
		return -1;
	if (summary.elsewhere)
		return err_set(e, ERR_FAILED, "trial %.12s is being run right now (retrial status)",
			r->trial.identity);
	if (run_cli_signal())
		return 128 + run_cli_signal();
	if (summary.machine)
		return err_set(e, ERR_ENVIRONMENT, "the machine failed: %s", summary.reason);
	return summary.done ? compare(store, r->trial.identity, !r->frozen, e) : ERR_FAILED;
}

static int run(const struct cli *c)
{
	struct err e = { 0 };
	struct recorded r = { .sweep = 0 };
	struct places places;
	struct store *store;
	enum progress_kind kind = PROGRESS_NONE;
	bool bad = false;
	struct local_options local = { .keep_weights = true,
		.workers = 1,
		.threads = (int)cli_number(c, "threads", 1, NN_THREADS_MAX, 1, &bad) };
	if (bad)
		return ERR_USAGE;
	if (c->argument_count != 1)
		return cli_misuse(c,
			"one trial is expected (the beginning of its identity), %d arguments were "
			"given",
			c->argument_count);
	if (kernels_cli_find(c, &local.kernels) || run_cli_progress(c, &kind))
		return ERR_USAGE;
	places_fill(&places, c);
	local.places = &places.dataset;
	if (store_open(cli_get(c, "db", "results/retrial.db"), STORE_CHANGE, &e, &store))
		return cli_fail(&e);
	int result = find_trial(c, store, &r, &e);
	/* Networks start from nothing; a program's scratch folder is there. */
	char *states = r.frozen ? run_cli_states(cli_get(c, "db", "results/retrial.db")) : NULL;
	local.states = states;
	if (!result)
		result = run_again(store, &r, &local, kind, &e);
	trial_free(&r.trial);
	frozen_trial_free(r.frozen);
	sweep_free(r.sweep_file);
	free(states);
	rows_free(r.rows);
	store_close(store);
	return result < 0 ? cli_fail(&e) : result;
}

const struct cli_verb verb_rerun = {
	.name = "rerun",
	.arguments = "TRIAL",
	.summary = "run one recorded trial again, as a new attempt",
	.examples = "  retrial rerun 3522efb88fae",
	.options = options,
	.run = run,
};
