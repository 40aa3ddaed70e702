/* verb_run.c - retrial run: run the missing trials of a sweep. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../base/facts.h"
#include "../base/machine.h"
#include "../base/worktree.h"
#include "../run/local.h"
#include "../run/shards.h"
#include "../run/slurm_watch.h"
#include "../store/attempts.h"
#include "events.h"
#include "kernels_cli.h"
#include "places.h"
#include "robustness_cli.h"
#include "run_cli.h"
#include "slurm_cli.h"
#include "sweep_cli.h"

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	CLI_OPTION_DATA,
	{ "workers", 'j', "N",
		"trials at the same time (default: the processors this process may use)" },
	{ "threads", 0, "N", "threads per trial (default 1); any number gives the same bits" },
	CLI_OPTION_KERNELS,
	CLI_OPTION_SEEDS,
	CLI_OPTION_SET,
	{ "retry", 0, "WHAT",
		"also run trials again that ended badly: failed (with timeouts) or all (also "
		"diverged)" },
	{ "on-error", 0, "WHAT",
		"after a trial that ended badly: continue (default), or stop and start no other "
		"trial" },
	{ "shard", 0, "I/N",
		"run only part I of N (from 1); parts share no trial and cover the plan" },
	{ "trials", 0, "FILE", "run only the trials in a list that --executor slurm has written" },
	{ "task", 0, "N", "run only task N of that list" },
	{ "states", 0, "FOLDER",
		"folder for checkpoints and shared phases; several machines may use one (default: "
		"states, beside the database)" },
	CLI_OPTIONS_SLURM,
	{ "take-over", 0, NULL,
		"also run trials that a dead run on another machine (or container) has begun" },
	{ "max-trials", 0, "N", "start at most N trials" },
	{ "time-limit", 0, "SECONDS",
		"after this time, finish the running epochs and stop; the next run continues" },
	{ "trial-limit", 0, "SECONDS", "kill trials that take longer; they end as timeout" },
	{ "trial-memory", 0, "MB", "limit of the address space of a worker process" },
	{ "checkpoint", 0, "SECONDS",
		"shortest time between two checkpoints of a trial (default 10)" },
	{ "no-weights", 0, NULL,
		"do not keep the trained weights in the database (60 kB per fold in the paper)" },
	{ "no-share", 0, NULL, "do not share phases between trials whose recipes begin alike" },
	{ "allow-dirty", 0, NULL,
		"run although the sweep file requires a clean tree (clean_tree: required); the "
		"changes are recorded" },
	CLI_OPTION_PROGRESS,
	{ "dry-run", 'n', NULL, "run nothing; show the plan, as retrial plan does" },
	{ "json", 0, NULL,
		"print events as JSON Lines: start, epoch, phase, end, skipped, summary, "
		"robustness" },
	{ NULL, 0, NULL, NULL },
};

/* One of two words, the first the default. */
static int find_word(const struct cli *c, const char *option, const char *first, const char *second,
	bool *is_second)
{
	const char *word = cli_get(c, option, first);
	*is_second = strcmp(word, second) == 0;
	return *is_second || strcmp(word, first) == 0
		? 0
		: cli_misuse(c, "--%s=%s: %s or %s", option, word, first, second);
}

/* What the options say of retries and limits. */
static int read_limits(const struct cli *c, struct local_options *o)
{
	bool bad = false, all = false;
	const long numbers[] = {
		cli_number(c, "max-trials", 1, 1000000000, 0, &bad),
		bad ? 0 : cli_number(c, "time-limit", 1, 1000000000, 0, &bad),
		bad ? 0 : cli_number(c, "trial-limit", 1, 1000000000, 0, &bad),
		bad ? 0 : cli_number(c, "trial-memory", 64, 100000000, 0, &bad),
		bad ? 0 : cli_number(c, "checkpoint", 0, 1000000, 10, &bad),
	};
	if (bad || (cli_has(c, "retry") && find_word(c, "retry", "failed", "all", &all))
		|| find_word(c, "on-error", "continue", "stop", &o->stop_on_error))
		return ERR_USAGE;
	o->retry = !cli_has(c, "retry") ? RETRY_NONE : all ? RETRY_ALL : RETRY_FAILED;
	o->max_trials = (size_t)numbers[0];
	o->time_limit = (double)numbers[1];
	o->trial_seconds = (double)numbers[2];
	o->trial_bytes = (size_t)numbers[3] << 20;
	o->checkpoint_seconds = (double)numbers[4];
	o->take_over = cli_has(c, "take-over");
	o->share = !cli_has(c, "no-share");
	o->keep_weights = !cli_has(c, "no-weights");
	return 0;
}

static void print_summary(const struct local_summary *s, const char *db)
{
	fprintf(stderr, "%zu of %zu trials done (%zu now, %zu before)", s->done + s->cached,
		s->planned, s->done, s->cached);
	const struct {
		size_t count;
		const char *what;
	} others[] = {
		{ s->failed, "failed" },
		{ s->diverged, "diverged" },
		{ s->timeout, "timed out" },
		{ s->interrupted, "interrupted" },
		{ s->bad_before, "ended badly before (--retry)" },
		{ s->elsewhere, "being run elsewhere" },
		{ s->skipped, "skipped (no data)" },
	};
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (others[i].count)
			fprintf(stderr, ", %zu %s", others[i].count, others[i].what);
	fprintf(stderr, "; %.1f s; %s\n", s->seconds, db);
}

/* Who has the trials that another run is at, until when, and what to do about it. */
static int print_elsewhere(struct store *store, size_t count, struct err *e)
{
	struct store_elsewhere at;
	if (store_elsewhere(store, &at, e))
		return -1;
	fprintf(stderr, "retrial run: %zu trial%s being run elsewhere: ", count,
		count == 1 ? " is" : "s are");
	if (at.running == 0)
		fprintf(stderr, "that run has ended by now; run again\n");
	else if (at.here == at.running)
		fprintf(stderr, "by process %ld on this machine; run again when it has ended\n",
			at.pid);
	else
		fprintf(stderr,
			"on another machine (or in a container with another host name), last sign "
			"of life %s; without a further one they are free at %s; if that run is "
			"dead, "
			"--take-over takes them now\n",
			at.heartbeat, at.free_at[0] ? at.free_at : "the next start");
	return 0;
}

/* The reason when nothing else has said it (-q), and what to do when the machine failed. */
static void print_reason(const struct local_summary *s, bool quiet)
{
	if (s->machine)
		fprintf(stderr,
			"retrial run: the machine failed at %zu trial%s: %s; the next run tries "
			"again\n",
			s->machine, s->machine == 1 ? "" : "s", s->reason);
	else if (quiet && s->reason[0])
		fprintf(stderr, "retrial run: %zu trial%s ended badly, the first: %s\n",
			s->failed + s->diverged + s->timeout,
			s->failed + s->diverged + s->timeout == 1 ? "" : "s", s->reason);
	run_cli_tell_lack(s);
}

/* What the options say, ready to run. */
struct request {
	struct local_options local;
	enum progress_kind progress;
	bool json;
	bool slurm;
	bool dirty_allowed; /* the sweep requires a clean tree, this is none, and --allow-dirty was
			       given */
	struct places places;
};

static int read_options(const struct cli *c, struct request *r)
{
	bool bad = false;
	if (c->argument_count != 1)
		return cli_misuse(c, "one sweep file is expected, %d arguments were given",
			c->argument_count);
	r->local.workers = (int)cli_number(c, "workers", 1, 1024, machine_processors(), &bad);
	r->local.threads = bad ? 0 : (int)cli_number(c, "threads", 1, NN_THREADS_MAX, 1, &bad);
	if (bad)
		return ERR_USAGE;
	int result = kernels_cli_find(c, &r->local.kernels);
	if (!result)
		result = run_cli_progress(c, &r->progress);
	if (!result)
		result = read_limits(c, &r->local);
	if (!result)
		result = slurm_cli_find(c, &r->slurm);
	r->json = cli_has(c, "json");
	places_fill(&r->places, c);
	r->local.places = &r->places.dataset;
	return result;
}

static void show_and_print(void *progress, const struct local_event *event)
{
	progress_event(progress, event);
	events_print(event);
}

/* ---- a clean tree ---- */

static void print_changes(const char *lines)
{
	enum { SHOWN_MAX = 8 };
	int n = 0;
	for (const char *p = lines; *p; p += strcspn(p, "\n") + (p[strcspn(p, "\n")] == '\n'))
		if (n++ < SHOWN_MAX)
			fprintf(stderr, "  %.*s\n", (int)strcspn(p, "\n"), p);
	if (n > SHOWN_MAX)
		fprintf(stderr, "  and %d more\n", n - SHOWN_MAX);
}

/* Are there changes that no commit has, in what the program was built from or in the tree that it
 * lies in now? A program that was built outside git (from a release's archive) names the digest of
 * its sources instead: it has no tree that could be clean. */
static bool is_dirty(struct str *changes)
{
	if (strcmp(facts_dirty(), "unknown") == 0)
		return false;
	const char *unknown = worktree_changes(changes); /* installed somewhere else, it lies in no
							    tree: then the build's word counts */
	return strcmp(facts_dirty(), "yes") == 0 || (!unknown && changes->length);
}

/* What a sweep file that requires a clean tree comes to: both the tree that this program was built
 * from and the repository of the study have to be clean. Sets r->dirty_allowed when --allow-dirty
 * made the difference. */
static int check_clean_tree(const struct cli *c, const struct sweep *sweep, struct request *r)
{
	struct str changes = { 0 };
	int result = 0;
	bool dirty = sweep->clean_tree && is_dirty(&changes);
	const bool of_study = sweep->clean_tree && !dirty;
	if (of_study) {
		str_clear(&changes);
		run_cli_study_changes(sweep, &changes);
		dirty = changes.length > 0;
	}
	if (dirty) {
		r->dirty_allowed = cli_has(c, "allow-dirty");
		if (!r->dirty_allowed) {
			const bool built = !of_study && strcmp(facts_dirty(), "yes") == 0;
			result = ERR_USAGE;
			fprintf(stderr,
				"retrial run: %s requires a clean tree (clean_tree: required), but "
				"%s\n",
				sweep->path,
				built ? "this program was built from a tree with changes that are "
					"not committed"
					: of_study
					? "there are changes in its own repository that are not "
					  "committed"
					: "there are changes that are not committed");
			print_changes(changes.s ? changes.s : "");
			fprintf(stderr,
				"commit them%s, or run it all the same with --allow-dirty (which "
				"is recorded with the results)\n",
				built ? " and build again" : "");
		}
	}
	str_free(&changes);
	return result;
}

/* When the trials are done: their networks on corrupted test images, if the sweep asks for that.
 * Returns the exit code. */
static int run_robustness(const struct request *r, const struct sweep *sweep, struct store *store,
	const struct local_options *local, double spent)
{
	const double limit = r->local.time_limit;
	const struct robustness_options o = { .workers = r->local.workers,
		.kernels = r->local.kernels,
		.places = r->local.places,
		.time_limit = limit > 0 && spent >= limit ? 1e-9
			: limit > 0                       ? limit - spent
							  : 0,
		.stop = local->stop };
	return sweep->robustness_count && !run_cli_signal()
		? robustness_cli_run(store, sweep, &o, r->progress, r->json)
		: 0;
}

/* ---- where trials run ---- */

/* Where the trials of a sweep are executed. Returns the exit code, or -1 with e. */
struct executor {
	const char *name;
	int (*run)(const struct cli *c, const struct request *r, struct store *store,
		const struct sweep *sweep, const struct local_options *local, const char *db,
		struct local_summary *summary, struct err *e);
};

/* On this machine, now. */
static int run_here(const struct cli *c, const struct request *r, struct store *store,
	const struct sweep *sweep, const struct local_options *local, const char *db,
	struct local_summary *summary, struct err *e)
{
	(void)c;
	if (r->progress != PROGRESS_NONE)
		slurm_cli_warn(sweep, db);
	if (local_run(store, sweep, local, summary, e))
		return -1;
	if (r->json)
		events_print_summary(summary);
	if (r->progress != PROGRESS_NONE)
		print_summary(summary, db);
	if (!run_cli_signal()) {
		print_reason(summary, r->progress == PROGRESS_NONE);
		if (summary->elsewhere && print_elsewhere(store, summary->elsewhere, e))
			return -1;
	}
	return run_cli_exit_code(summary, local->stop_on_error);
}

static int run_on_cluster(const struct cli *c, const struct request *r, struct store *store,
	const struct sweep *sweep, const struct local_options *local, const char *db,
	struct local_summary *summary, struct err *e)
{
	const int code =
		slurm_cli_run(c, store, sweep, local, db, r->progress == PROGRESS_NONE, summary, e);
	if (code < 0 || !cli_has(c, "wait"))
		return code;
	if (r->json)
		events_print_summary(summary);
	if (r->progress != PROGRESS_NONE)
		print_summary(summary, db);
	if (run_cli_signal())
		fprintf(stderr, "retrial run: the tasks stay in Slurm (retrial cancel %s)\n",
			sweep->name);
	return code;
}

static const struct executor executor_local = { "local", run_here },
			     executor_slurm = { "slurm", run_on_cluster };

/* "3/20": wanted[] gets part 3 of 20. */
static int choose_shard(const struct cli *c, const struct sweep *sweep, bool *wanted, struct err *e)
{
	enum { SHARDS_MAX = 1000000 };
	const char *text = cli_get(c, "shard", "");
	char *slash, *end = NULL;
	const long part = strtol(text, &slash, 10),
		   count = *slash == '/' ? strtol(slash + 1, &end, 10) : 0;
	if (!end || *end || part < 1 || count < part || count > SHARDS_MAX)
		return cli_misuse(c, "--shard=%s: I/N, from 1/N to N/N, as 3/20", text);
	size_t *shard = malloc((sweep->trial_count + 1) * sizeof(*shard)), used;
	if (!shard)
		return err_nomem(e);
	const int result = shards_cut(sweep, NULL, NULL, (size_t)count, e, shard, &used);
	for (size_t i = 0; i < sweep->trial_count && !result; i++)
		wanted[i] = shard[i] == (size_t)part - 1;
	free(shard);
	return result;
}

/* The part of the sweep that --shard or --trials name. Returns 0 with *part made, the exit code, or
 * -1 with e. */
static int choose_part(
	const struct cli *c, const struct sweep *sweep, struct sweep_part *part, struct err *e)
{
	bool bad = false;
	const long task = cli_number(c, "task", 1, 1000000000, -1, &bad);
	if (bad)
		return ERR_USAGE;
	if (cli_has(c, "shard") && cli_has(c, "trials"))
		return cli_misuse(c, "--shard or --trials, not both");
	bool *wanted = calloc(sweep->trial_count + 1, sizeof(*wanted));
	if (!wanted)
		return err_nomem(e);
	struct str warning = { 0 };
	int result = cli_has(c, "shard") ? choose_shard(c, sweep, wanted, e)
					 : slurm_read_list(cli_get(c, "trials", ""), task, sweep,
						 NN_CORE_VERSION, wanted, &warning, e);
	if (warning.length)
		fprintf(stderr, "warning: %s\n", warning.s);
	str_free(&warning);
	if (!result)
		result = sweep_part_make(sweep, wanted, e, part);
	free(wanted);
	return result;
}

static int run_sweep(
	const struct cli *c, const struct request *r, const struct sweep *sweep, const char *db)
{
	struct err e = { 0 };
	struct store *store;
	struct local_summary summary;
	struct str facts = { 0 };
	if (store_open(db, STORE_WRITE, &e, &store))
		return cli_fail(&e);
	if (store_warning(store) && r->progress != PROGRESS_NONE)
		fprintf(stderr, "warning: %s\n", store_warning(store));
	run_cli_facts(&facts, r->local.kernels, r->progress != PROGRESS_NONE);
	run_cli_study_facts(sweep->path, &facts);
	if (r->dirty_allowed)
		facts_add(
			&facts, "clean_tree", "required, but changes were allowed (--allow-dirty)");
	struct progress *progress = progress_begin(
		r->progress, sweep, r->slurm ? SLURM_WATCH_LANES + 1 : r->local.workers);
	struct local_options local = r->local;
	local.facts = facts.s;
	char *states = run_cli_states(db);
	local.states = cli_get(c, "states", states);
	local.states_shared = cli_has(c, "states") || sweep->positions;
	local.temporary = places_temporary();
	local.stop = run_cli_catch_signals();
	local.context = progress;
	local.event = r->json ? show_and_print : progress_event;
	if (r->json)
		signal(SIGPIPE, SIG_IGN); /* the run goes on when nobody listens any more */
	const struct executor *executor = r->slurm ? &executor_slurm : &executor_local;
	const int code = executor->run(c, r, store, sweep, &local, db, &summary, &e);
	progress_end(progress);
	str_free(&facts);
	free(states);
	const int robustness =
		code < 0 || r->slurm ? 0 : run_robustness(r, sweep, store, &local, summary.seconds);
	store_close(store);
	if (code < 0)
		return cli_fail(&e);
	if (run_cli_signal())
		return 128 + run_cli_signal();
	return code ? code : robustness;
}

/* The whole sweep, or a part of it. */
static int run_chosen(const struct cli *c, const struct request *r, const struct sweep *sweep)
{
	const char *db = cli_get(c, "db", "results/retrial.db");
	struct sweep_part part;
	struct err e = { 0 };
	if (!cli_has(c, "shard") && !cli_has(c, "trials"))
		return cli_has(c, "task") ? cli_misuse(c, "--task is for --trials")
					  : run_sweep(c, r, sweep, db);
	int result = choose_part(c, sweep, &part, &e);
	if (result)
		return result < 0 ? cli_fail(&e) : result;
	result = run_sweep(c, r, &part.sweep, db);
	sweep_part_free(&part);
	return result;
}

static int run(const struct cli *c)
{
	if (cli_has(c, "dry-run"))
		return verb_plan.run(c);
	struct request r = { .progress = PROGRESS_NONE };
	struct sweep *sweep;
	int result = read_options(c, &r);
	if (!result)
		result = sweep_cli_read(c, c->arguments[0], &sweep);
	if (result)
		return result;
	result = check_clean_tree(c, sweep, &r);
	if (!result)
		result = run_chosen(c, &r, sweep);
	sweep_free(sweep);
	return result;
}

const struct cli_verb verb_run = {
	.name = "run",
	.arguments = "SWEEP.yaml",
	.summary = "run the missing trials of a sweep; results go to the database",
	.examples =
		"  retrial run experiments/paper.yaml\n"
		"  retrial run experiments/paper.yaml --seeds 10 -j 8      # more seeds: what is "
		"done stays\n"
		"  retrial run experiments/demo.yaml --set batch_size=64\n"
		"  retrial run experiments/paper.yaml --shard 3/20 --db part-3.db\n"
		"  retrial run experiments/paper.yaml --executor slurm --slurm "
		"time=1:00:00 --per-task 25",
	.options = options,
	.run = run,
};
