/* slurm_cli.c - see slurm_cli.h. */
#include "slurm_cli.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/file.h"
#include "../run/slurm_ended.h"
#include "../run/slurm_files.h"
#include "../run/slurm_watch.h"
#include "../store/read.h"
#include "forecast_cli.h"
#include "run_cli.h"

enum { TEMPLATE_MAX = 1 << 20, PAIRS_MAX = 32, TICK_MS = 400 };

/* How often tasks' databases are read, and how often Slurm is asked: at first, and at most. */
static const double LOOK_SECONDS = 1, ASK_SECONDS = 3, ASK_SECONDS_MAX = 30;

int slurm_cli_find(const struct cli *c, bool *slurm)
{
	static const struct {
		const char *name, *instead;
	} local[] = {
		{ "workers",
			"a task runs as many trials at a time as it has processors (--slurm "
			"cpus-per-task=N)" },
		{ "max-trials", "all missing trials are submitted" },
		{ "time-limit", "--slurm time=H:MM:SS limits each task" },
	};
	static const char *const only[] = { "slurm", "tasks", "per-task", "wait", "collect",
		"template", "print" };
	const char *name = cli_get(c, "executor", "local");
	*slurm = strcmp(name, "slurm") == 0;
	if (!*slurm && strcmp(name, "local") != 0)
		return cli_misuse(c, "--executor=%s: local or slurm", name);
	for (size_t i = 0; i < sizeof(only) / sizeof(*only) && !*slurm; i++)
		if (cli_has(c, only[i]))
			return cli_misuse(c, "--%s is for --executor slurm", only[i]);
	for (size_t i = 0; i < sizeof(local) / sizeof(*local) && *slurm; i++)
		if (cli_has(c, local[i].name))
			return cli_misuse(c, "--%s is not for --executor slurm: %s", local[i].name,
				local[i].instead);
	if (*slurm && (cli_has(c, "shard") || cli_has(c, "trials")))
		return cli_misuse(c,
			"--executor slurm cuts the plan itself: without --shard or "
			"--trials");
	if (cli_has(c, "tasks") && cli_has(c, "per-task"))
		return cli_misuse(c, "--tasks or --per-task, not both");
	return 0;
}

/* ---- the command of a task ---- */

/* A path as it is from anywhere: tasks may begin in another folder. */
static void add_path(struct str *out, const char *path)
{
	struct str absolute = { 0 };
	if (path[0] != '/') {
		char *here = getcwd(NULL, 0);
		str_addf(&absolute, "%s/", here ? here : ".");
		free(here);
	}
	str_add(&absolute, path);
	str_add_word(out, absolute.s);
	str_free(&absolute);
}

/* The options of this call that a task needs, too. */
static void add_options(const struct cli *c, struct str *out)
{
	static const struct {
		const char *name;
		bool value;
	} passed[] = { { "threads", true }, { "kernels", true }, { "seeds", true }, { "set", true },
		{ "retry", true }, { "on-error", true }, { "trial-limit", true },
		{ "trial-memory", true }, { "checkpoint", true }, { "no-weights", false },
		{ "no-share", false }, { "allow-dirty", false } };
	for (size_t i = 0; i < sizeof(passed) / sizeof(*passed); i++) {
		const char *value;
		if (cli_has(c, passed[i].name) && !passed[i].value)
			str_addf(out, " --%s", passed[i].name);
		for (int n = 0; passed[i].value && (value = cli_get_nth(c, passed[i].name, n));
			n++) {
			str_addf(out, " --%s ", passed[i].name);
			str_add_word(out, value);
		}
	}
	if (cli_has(c, "data")) {
		str_add(out, " --data ");
		add_path(out, cli_get(c, "data", NULL));
	}
}

/* "/usr/bin/retrial run FOLDER/sweep.yaml --states ..." */
static int make_commands(const struct cli *c, const struct sweep *sweep, const char *db,
	struct str *run, struct str *collect, struct err *e)
{
	char program[PATH_MAX], path[PATH_MAX];
	const ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	if (length <= 0)
		return err_errno(e, "/proc/self/exe");
	program[length] = '\0';
	if (!realpath(sweep->path, path))
		return err_errno(e, sweep->path);
	char *states = run_cli_states(db);
	struct str both = { 0 };
	str_add_word(&both, program);
	str_add(&both, " run ");
	str_add_word(&both, path);
	add_options(c, &both);
	str_addf(run, "%s --states ", both.s);
	add_path(run, cli_get(c, "states", states));
	str_addf(collect, "%s --executor slurm --collect --db ", both.s);
	add_path(collect, db);
	str_add(collect, "\n");
	str_free(&both);
	free(states);
	return 0;
}

/* ---- options of sbatch ---- */

/* "a=1,b=2" to "--a=1", "--b=2". */
struct pairs {
	struct str made[PAIRS_MAX];
	const char *words[PAIRS_MAX];
	size_t count;
};

/* A comma begins another option only before "NAME=": values may have commas (nodelist=n1,n2). */
static bool begins_option(const char *text)
{
	const size_t name = strspn(text, "abcdefghijklmnopqrstuvwxyz-");
	return name > 0 && text[name] == '=';
}

/* What would break the submission or hide its logs, also abbreviated: sbatch takes "out" for
 * "output". */
static bool is_ours(const char *text)
{
	static const char *const names[] = { "array", "comment", "error", "output", "parsable",
		"wrap" };
	const size_t length = strcspn(text, "=,");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (length > 0 && strncmp(text, names[i], length) == 0)
			return true;
	return false;
}

static int read_pairs(const struct cli *c, struct pairs *p)
{
	const char *text;
	for (int n = 0; (text = cli_get_nth(c, "slurm", n)); n++)
		while (*text) {
			size_t length = strcspn(text, ",");
			while (text[length] && !begins_option(text + length + 1))
				length += 1 + strcspn(text + length + 1, ",");
			if (is_ours(text))
				return cli_misuse(c,
					"--slurm=%s: --array, --comment, --error, --output, "
					"--parsable and --wrap are retrial's own",
					text);
			if (!begins_option(text) || p->count == PAIRS_MAX)
				return cli_misuse(c,
					"--slurm=%s: NAME=VALUE is expected, as partition=gpu (the "
					"options of sbatch), at most %d",
					text, PAIRS_MAX);
			struct str *word = &p->made[p->count];
			str_add(word, "--");
			str_add_bytes(word, text, length);
			p->words[p->count++] = word->s;
			text += length + (text[length] == ',');
		}
	return 0;
}

/* ---- the queue ---- */

void slurm_cli_describe(const struct slurm_queue *q, struct str *out)
{
	size_t tasks = 0, running = 0, shown = 0;
	const char *reason = NULL;
	struct str nodes = { 0 };
	for (size_t i = 0; i < q->count; i++) {
		const struct slurm_task *t = &q->tasks[i];
		if (t->number < 0)
			continue;
		tasks++;
		if (strcmp(t->state, "PENDING") == 0) {
			if (!reason && strcmp(t->reason, "None") != 0)
				reason = t->reason;
			continue;
		}
		running++;
		if (t->node[0] && shown++ < 8)
			str_addf(&nodes, "%s%s", nodes.length ? ", " : "", t->node);
	}
	if (tasks) {
		str_addf(out, "%zu task%s in Slurm: %zu running", tasks, tasks == 1 ? "" : "s",
			running);
		if (nodes.length)
			str_addf(out, " (%s%s)", nodes.s, shown > 8 ? ", ..." : "");
		str_addf(out, ", %zu waiting", tasks - running);
		if (reason)
			str_addf(out, " (%s)", reason);
	}
	str_free(&nodes);
}

/* ---- the run ---- */

struct cluster {
	const struct cli *cli;
	struct store *store;
	const struct sweep *sweep;
	const struct local_options *local;
	struct local_summary *summary;
	char *folder;
	bool quiet;
	bool *missing; /* [trial_count] */
	bool *queued, *expected;
	struct slurm_queue queue;
	size_t conflicts, missing_count, queued_count;
};

static void tell(const struct cluster *x, struct local_event event)
{
	event.trial = x->sweep->trials;
	x->local->event(x->local->context, &event);
}

/* Ask Slurm, take what has come, look what is missing, and what of that is in the queue. */
static int look(struct cluster *x, struct err *e)
{
	size_t tasks, conflicts;
	char text[80];
	struct str problems = { 0 };
	slurm_queue_free(&x->queue);
	int result = slurm_queue_read(x->folder, e, &x->queue);
	if (!result)
		result = slurm_collect(
			x->store, x->folder, &x->queue, &tasks, &conflicts, &problems, e);
	if (!result) {
		x->conflicts += conflicts;
		if (problems.length)
			fprintf(stderr, "%s", problems.s);
		if (tasks) {
			snprintf(text, sizeof(text), "results of %zu task%s taken over", tasks,
				tasks == 1 ? "" : "s");
			tell(x, (struct local_event){ .kind = LOCAL_NOTE, .text = text });
		}
		memset(x->missing, 0, x->sweep->trial_count);
		memset(x->queued, 0, x->sweep->trial_count);
		result = local_missing(x->store, x->sweep, x->local, x->missing, x->summary, e);
	}
	if (!result)
		result = slurm_mark_queued(x->sweep, x->folder, &x->queue, x->queued, e);
	str_free(&problems);
	x->missing_count = x->queued_count = 0;
	for (size_t i = 0; i < x->sweep->trial_count && !result; i++) {
		x->queued[i] = x->queued[i] && x->missing[i];
		x->queued_count += x->queued[i];
		x->missing[i] = x->missing[i] && !x->queued[i];
		x->missing_count += x->missing[i];
	}
	x->summary->interrupted = x->missing_count;
	x->summary->elsewhere = x->queued_count;
	return result;
}

/* Tasks that Slurm holds for ever make way. */
static int remove_stuck(struct cluster *x, struct err *e)
{
	struct slurm_queue stuck = { .tasks = calloc(x->queue.count + 1, sizeof(*stuck.tasks)) };
	if (!stuck.tasks)
		return err_nomem(e);
	for (size_t i = 0; i < x->queue.count; i++)
		if (x->queue.tasks[i].stuck)
			stuck.tasks[stuck.count++] = x->queue.tasks[i];
	int result = 0;
	if (stuck.count) {
		fprintf(stderr, "%zu task%s that Slurm would hold for ever (%s): cancelled\n",
			stuck.count, stuck.count == 1 ? "" : "s", stuck.tasks[0].reason);
		result = slurm_cancel(&stuck, e);
	}
	slurm_queue_free(&stuck);
	return result;
}

/* The seconds that the missing trials will take, by those that are done; NULL where there is
 * nothing to go by for one of them (then epochs and images count). The caller's. */
static double *seconds_expected(const struct cluster *x)
{
	struct forecast *f = NULL;
	const size_t count = x->sweep->trial_count;
	double *work = malloc((count + 1) * sizeof(*work));
	bool known = work && !forecast_cli_make(x->cli, x->store, x->sweep, NULL, &f);
	for (size_t i = 0; known && i < count; i++) {
		const struct forecast_trial *t = &f->trials[i];
		work[i] = t->seconds + (t->saved > 0 ? t->saved : 0);
		known = !x->missing[i] || (isfinite(work[i]) && work[i] > 0);
	}
	forecast_free(f);
	if (known)
		return work;
	free(work);
	return NULL;
}

/* Why trials are missing that were submitted before. Returns whether there are any whose task was
 * at work. */
static bool tell_unfinished(const struct cluster *x)
{
	struct slurm_ended *list = NULL;
	size_t count = 0;
	struct str text = { 0 };
	if (!file_exists(x->folder)
		|| slurm_ended_read(
			x->store, x->sweep->name, x->folder, &x->queue, &list, &count, NULL))
		return false;
	const bool died = slurm_ended_describe(x->folder, list, count, "", &text);
	if (text.length && !x->quiet)
		fputs(text.s, stderr);
	str_free(&text);
	free(list);
	return died;
}

static int submit(struct cluster *x, const char *db, bool print, struct err *e)
{
	struct pairs pairs = { .count = 0 };
	struct str run = { 0 }, collect = { 0 }, text = { 0 };
	bool bad = false;
	char *template = NULL;
	size_t template_bytes, tasks = 0;
	struct slurm_options o = { .print = print, .core_version = NN_CORE_VERSION };
	int result = read_pairs(x->cli, &pairs);
	o.options = pairs.words;
	o.option_count = pairs.count;
	o.tasks = (size_t)cli_number(x->cli, "tasks", 1, 10000000, 0, &bad);
	o.per_task = bad ? 0 : (size_t)cli_number(x->cli, "per-task", 1, 10000000, 0, &bad);
	if (result || bad) {
		result = ERR_USAGE;
		goto out;
	}
	if (cli_has(x->cli, "template")
		&& file_read(cli_get(x->cli, "template", ""), TEMPLATE_MAX, &template,
			&template_bytes, e)) {
		result = -1;
		goto out;
	}
	o.template = template;
	result = make_commands(x->cli, x->sweep, db, &run, &collect, e);
	o.run = run.s;
	o.collect = collect.s;
	if (!result) {
		double *work = seconds_expected(x);
		result = slurm_submit(x->sweep, x->missing, work, x->folder, &o, &tasks, &text, e);
		free(work);
	}
	if (!result && print)
		fputs(text.s, stdout);
	else if (!result && !x->quiet)
		fprintf(stderr,
			"%zu trials submitted in %zu task%s: job %s; logs and results in %s\n",
			x->missing_count, tasks, tasks == 1 ? "" : "s", text.s, x->folder);
out:
	for (size_t i = 0; i < pairs.count; i++)
		str_free(&pairs.made[i]);
	free(template);
	str_free(&run);
	str_free(&collect);
	str_free(&text);
	return result;
}

/* ---- waiting ---- */

static bool any_alive(const struct slurm_queue *q)
{
	for (size_t i = 0; i < q->count; i++)
		if (q->tasks[i].number > 0 && !q->tasks[i].stuck)
			return true;
	return false;
}

/* What Slurm says, when it is not what it said the last time. */
static void tell_queue(const struct cluster *x, struct str *said)
{
	struct str now = { 0 };
	slurm_cli_describe(&x->queue, &now);
	if (now.length && (!said->s || strcmp(said->s, now.s) != 0))
		tell(x, (struct local_event){ .kind = LOCAL_NOTE, .text = now.s });
	str_clear(said);
	str_add(said, now.s ? now.s : "");
	str_free(&now);
}

/* Trials that are neither done nor given up. */
static void settle(struct cluster *x, struct slurm_watch *watch)
{
	for (size_t i = 0; i < x->sweep->trial_count; i++)
		x->expected[i] = x->missing[i] || x->queued[i];
	slurm_watch_settle(watch, &x->queue, x->expected);
}

/* Until no task is left that could end: what they do is shown as a local run shows it, what they
 * have written is taken as they end. Slurm is asked seldom when it takes long. */
static int wait_for_tasks(struct cluster *x, struct err *e)
{
	struct slurm_watch *watch;
	struct str said = { 0 };
	if (slurm_watch_new(x->sweep, x->folder, x->local, e, &watch))
		return -1;
	const double begun = clock_seconds();
	double asked = begun, looked = 0;
	int result = 0;
	settle(x, watch);
	tell_queue(x, &said);
	while (!result && any_alive(&x->queue) && !run_cli_signal()) {
		const double now = clock_seconds();
		const double pause = ASK_SECONDS + (now - begun) / 30;
		nanosleep(&(struct timespec){ .tv_nsec = TICK_MS * 1000000L }, NULL);
		tell(x, (struct local_event){ .kind = LOCAL_TICK });
		if (now - looked >= LOOK_SECONDS && (!x->quiet || cli_has(x->cli, "json"))) {
			slurm_watch_look(watch, &x->queue);
			looked = now;
		}
		if (now - asked < (pause < ASK_SECONDS_MAX ? pause : ASK_SECONDS_MAX))
			continue;
		asked = now;
		result = look(x, e);
		if (!result) {
			settle(x, watch);
			tell_queue(x, &said);
		}
	}
	slurm_watch_free(watch);
	str_free(&said);
	return result;
}

static int exit_code(const struct cluster *x, bool submitted)
{
	if (x->conflicts)
		return ERR_FAILED;
	if (submitted)
		return x->summary->bad_data ? ERR_ENVIRONMENT : ERR_NONE;
	run_cli_tell_lack(x->summary);
	return run_cli_exit_code(x->summary, x->local->stop_on_error);
}

/* How things stand before tasks are waited for. */
struct stand {
	struct local_summary summary;
	int64_t stopped; /* attempts that ended on request */
	double begun;
};

static int64_t count_stopped(const struct cluster *x)
{
	struct rows *r;
	if (store_ask(x->store, "slurm_stopped",
		    (const char *const[]){ "sweep", x->sweep->name, NULL }, NULL, &r))
		return 0;
	const int64_t count = r->row_count ? rows_integer(r, 0, 0) : 0;
	rows_free(r);
	return count;
}

/* The summary of a run that has waited, as a local run gives it. Tasks that neither finished a
 * trial nor stopped one on request met something that the next ones would meet, too. */
static void sum_up(struct cluster *x, const struct stand *before, bool died)
{
	struct local_summary *s = x->summary;
	s->done = s->cached - before->summary.cached;
	s->cached = before->summary.cached;
	s->failed = s->bad_before - before->summary.bad_before;
	s->bad_before = before->summary.bad_before;
	s->seconds = clock_seconds() - before->begun;
	if (!died || s->done || s->failed || count_stopped(x) > before->stopped)
		return;
	s->machine = s->interrupted;
	fprintf(stderr,
		"retrial run: none of the tasks finished a trial or stopped at a checkpoint; their "
		"logs are in %s\n",
		x->folder);
}

/* The end of all tasks. Trials that ended badly once more are not missing, also with --retry. */
static int wait_for_end(struct cluster *x, const struct stand *before, struct err *e)
{
	const struct local_options *local = x->local;
	struct local_options plain = *local;
	plain.retry = RETRY_NONE;
	if (look(x, e) || wait_for_tasks(x, e))
		return -1;
	x->local = &plain;
	const int result = look(x, e);
	x->local = local;
	if (!result)
		sum_up(x, before, tell_unfinished(x) && !run_cli_signal());
	return result;
}

static int run(struct cluster *x, const char *db, struct err *e)
{
	const bool print = cli_has(x->cli, "print"), collect = cli_has(x->cli, "collect"),
		   waits = cli_has(x->cli, "wait");
	if (print) { /* what would be submitted if nothing were in Slurm: needs none here */
		if (local_missing(x->store, x->sweep, x->local, x->missing, x->summary, e))
			return -1;
		return submit(x, db, true, e);
	}
	const size_t submissions = slurm_submissions(x->folder);
	if (look(x, e) || (!collect && remove_stuck(x, e)))
		return -1;
	const struct stand before = { *x->summary, count_stopped(x), clock_seconds() };
	const bool submits = !collect && x->missing_count > 0;
	if (submits) {
		tell_unfinished(x);
		if (store_share(x->store, e))
			return -1;
		const int lock = slurm_lock(x->folder, submissions, e);
		const int code = lock < 0 ? -1 : submit(x, db, false, e);
		if (lock >= 0)
			close(lock);
		if (code)
			return code;
	}
	if (waits && wait_for_end(x, &before, e))
		return -1;
	struct str text = { 0 };
	slurm_cli_describe(&x->queue, &text);
	if (!submits && !waits && !x->quiet)
		fprintf(stderr, "%zu of %zu trials done, %zu in Slurm, %zu missing%s%s\n",
			x->summary->cached, x->summary->planned, x->queued_count, x->missing_count,
			text.length ? "; " : "", text.length ? text.s : "");
	str_free(&text);
	return exit_code(x, submits && !waits);
}

void slurm_cli_warn(const struct sweep *sweep, const char *db)
{
	struct slurm_queue q;
	size_t tasks = 0;
	char *folder = slurm_folder(db, sweep->name, NULL);
	if (folder && file_exists(folder) && !slurm_queue_read(folder, NULL, &q)) {
		for (size_t i = 0; i < q.count; i++)
			tasks += q.tasks[i].number > 0 && !q.tasks[i].stuck;
		slurm_queue_free(&q);
	}
	if (tasks)
		fprintf(stderr,
			"warning: %zu task%s of this sweep %s in Slurm, and may run the same "
			"trials "
			"(retrial status %s)\n",
			tasks, tasks == 1 ? "" : "s", tasks == 1 ? "is" : "are", sweep->name);
	free(folder);
}

int slurm_cli_run(const struct cli *c, struct store *store, const struct sweep *sweep,
	const struct local_options *local, const char *db, bool quiet,
	struct local_summary *summary, struct err *e)
{
	struct cluster x = { .cli = c,
		.store = store,
		.sweep = sweep,
		.local = local,
		.summary = summary,
		.quiet = quiet,
		.folder = slurm_folder(db, sweep->name, e),
		.missing = calloc(sweep->trial_count + 1, sizeof(bool)),
		.queued = calloc(sweep->trial_count + 1, sizeof(bool)),
		.expected = calloc(sweep->trial_count + 1, sizeof(bool)) };
	int result = -1;
	if (!x.missing || !x.queued || !x.expected)
		err_nomem(e);
	else if (x.folder)
		result = run(&x, db, e);
	slurm_queue_free(&x.queue);
	free(x.folder);
	free(x.missing);
	free(x.queued);
	free(x.expected);
	return result;
}
