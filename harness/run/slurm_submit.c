/* slurm_submit.c - the list of trials, the script, sbatch. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/facts.h"
#include "../base/file.h"
#include "shards.h"
#include "slurm.h"
#include "slurm_files.h"

enum {
	SUBMIT_SECONDS = 120,
	OPTIONS_MAX = 64,
	SUBMISSIONS_MAX = 100000,
	ARRAY_MAX_DEFAULT = 1001, /* Slurm's own default: one more than the largest index */
};

const char slurm_template[] = "#!/bin/sh\n"
			      "# Lines of your site: #SBATCH options, module load, source "
			      "venv/bin/activate ...\n"
			      "@RETRIAL@\n";

/* ---- the list of trials ---- */

/* Pointers to the trials, by identity: the same one may be in a plan under several labels. */
static int by_identity(const void *a, const void *b)
{
	return strcmp((*(const struct trial *const *)a)->identity,
		(*(const struct trial *const *)b)->identity);
}

static const struct trial **index_trials(const struct sweep *sweep, struct err *e)
{
	const struct trial **list = malloc((sweep->trial_count + 1) * sizeof(*list));
	if (!list) {
		err_nomem(e);
		return NULL;
	}
	for (size_t i = 0; i < sweep->trial_count; i++)
		list[i] = &sweep->trials[i];
	qsort(list, sweep->trial_count, sizeof(*list), by_identity);
	return list;
}

/* Mark all trials of that identity. Returns whether there is one. */
static bool mark(
	const struct sweep *sweep, const struct trial **list, const char *identity, bool *marked)
{
	size_t low = 0, high = sweep->trial_count;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (strcmp(list[middle]->identity, identity) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	const size_t first = low;
	for (; low < sweep->trial_count && strcmp(list[low]->identity, identity) == 0; low++)
		marked[list[low] - sweep->trials] = true;
	return low > first;
}

/* Lists of a program of another core version are refused; of another commit, it is said. */
static int check_list(const char *path, const struct slurm_list *list, int core_version,
	struct str *warning, struct err *e)
{
	if (list->core_version != core_version)
		return err_set(e, ERR_ENVIRONMENT,
			"%s: the list was made by a program of core version %d, this one has %d: "
			"their results are not the same; use one program on all machines",
			path, list->core_version, core_version);
	if (list->commit[0] && facts_commit()[0] && strcmp(list->commit, facts_commit()) != 0)
		str_addf(warning,
			"submitted by a program of commit %.12s, this one is of %.12s; their core "
			"version is the same, and so are their results",
			list->commit, facts_commit());
	return 0;
}

int slurm_read_list(const char *path, long task, const struct sweep *sweep, int core_version,
	bool *wanted, struct str *warning, struct err *e)
{
	struct slurm_list lines;
	char identity[DIGEST_TEXT];
	if (slurm_list_open(path, &lines, e))
		return -1;
	const struct trial **list = index_trials(sweep, e);
	int result = list ? check_list(path, &lines, core_version, warning, e) : -1;
	size_t found = 0;
	for (long number; !result && (number = slurm_list_next(&lines, identity));) {
		if (task >= 0 && number != task)
			continue;
		found++;
		if (!mark(sweep, list, identity, wanted))
			result = err_set(e, ERR_USAGE,
				"%s: trial %.12s is not in %s: the file, --seeds or --set have "
				"changed since the list was made; submit again",
				path, identity, sweep->path);
	}
	if (!result && found == 0)
		result = err_set(e, ERR_USAGE, "%s: no trials of task %ld", path, task);
	free(list);
	slurm_list_close(&lines);
	return result;
}

/* The numbers of a submission's tasks that wait or run, as a set. */
static int mark_submission(const struct sweep *sweep, const struct trial **list, const char *folder,
	const struct slurm_queue *q, const char *submission, bool *in_queue, struct err *e)
{
	struct slurm_list lines;
	char identity[DIGEST_TEXT];
	struct str path = { 0 };
	long most = 0;
	for (size_t i = 0; i < q->count; i++)
		if (q->tasks[i].number > most)
			most = q->tasks[i].number;
	bool *queued = calloc((size_t)most + 1, sizeof(*queued));
	if (!queued)
		return err_nomem(e);
	for (size_t i = 0; i < q->count; i++)
		if (q->tasks[i].number > 0 && !q->tasks[i].stuck
			&& strcmp(q->tasks[i].submission, submission) == 0)
			queued[q->tasks[i].number] = true;
	str_addf(&path, "%s/%s/trials.txt", folder, submission);
	const int result = slurm_list_open(path.s, &lines, e);
	if (!result) {
		for (long number; (number = slurm_list_next(&lines, identity));)
			if (number <= most && queued[number])
				mark(sweep, list, identity, in_queue);
		slurm_list_close(&lines);
	}
	str_free(&path);
	free(queued);
	return result;
}

int slurm_mark_queued(const struct sweep *sweep, const char *folder, const struct slurm_queue *q,
	bool *in_queue, struct err *e)
{
	const struct trial **list = index_trials(sweep, e);
	int result = list ? 0 : -1;
	for (size_t i = 0; i < q->count && !result; i++) {
		bool seen = false;
		for (size_t k = 0; k < i && !seen; k++)
			seen = strcmp(q->tasks[k].submission, q->tasks[i].submission) == 0;
		if (!seen)
			result = mark_submission(
				sweep, list, folder, q, q->tasks[i].submission, in_queue, e);
	}
	free(list);
	return result;
}

static void write_list(const struct sweep *sweep, const size_t *shard, size_t tasks,
	int core_version, struct str *out)
{
	slurm_list_head(out, core_version);
	for (size_t i = 0; i < sweep->trial_count; i++)
		if (shard[i] < tasks)
			str_addf(out, "%zu %s\n", shard[i] + 1, sweep->trials[i].identity);
}

/* ---- the script ---- */

/* What a task does, with the submission's folder. A template may have "set -e", but the script goes
 * on when the trials were interrupted. Slurm's warning before the time limit (USR1) lets
 * the trials write their checkpoints, and the task goes back into the queue; TERM (scancel,
 * preemption) does the former only. */
static void write_commands(struct str *out, const char *submission, const char *run)
{
	str_add(out, "retrial_folder=");
	str_add_word(out, submission);
	str_add(out,
		"\nset +e\n"
		"retrial_task=$(printf %05d $((SLURM_ARRAY_TASK_ID + ${1:-0})))\n"
		"retrial_pid='' retrial_limit=0\n"
		"trap 'retrial_limit=1; [ -z \"$retrial_pid\" ] || kill -TERM \"$retrial_pid\"' "
		"USR1\n"
		"trap '[ -z \"$retrial_pid\" ] || kill -TERM \"$retrial_pid\"' TERM INT\n");
	str_addf(out,
		"%s --trials \"$retrial_folder/trials.txt\" --task \"$retrial_task\" \\\n"
		"\t--db \"$retrial_folder/$retrial_task.db\" --take-over --progress lines \\\n"
		"\t-j \"${SLURM_CPUS_PER_TASK:-1}\" &\n",
		run);
	str_add(out,
		"retrial_pid=$!\n"
		"[ \"$retrial_limit\" = 0 ] || kill -TERM \"$retrial_pid\"\n"
		"wait \"$retrial_pid\"; retrial_status=$?\n"
		"while kill -0 \"$retrial_pid\" 2>/dev/null; do wait \"$retrial_pid\"; "
		"retrial_status=$?; done\n"
		"if [ \"$retrial_limit\" = 1 ] && [ \"$retrial_status\" -gt 128 ] &&\n"
		"\t[ \"${SLURM_RESTART_COUNT:-0}\" -lt 100 ]; then\n"
		"\tscontrol requeue \"${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID\"\n"
		"fi\n"
		"exit \"$retrial_status\"\n");
}

/* The line of the template that is the place, apart from blanks: its beginning, *rest what follows
 * it; NULL: there is none. */
static const char *find_place(const char *template, const char *place, const char **rest)
{
	for (const char *line = template; *line;) {
		const char *at = line + strspn(line, " \t");
		const size_t length = strcspn(line, "\n");
		*rest = at + strlen(place);
		if (strncmp(at, place, strlen(place)) == 0
			&& *rest + strspn(*rest, " \t\r") == line + length)
			return at;
		line += length + (line[length] == '\n');
	}
	return NULL;
}

static int write_script(struct str *out, const char *template, const char *commands, struct err *e)
{
	static const char place[] = "@RETRIAL@";
	const char *rest, *at = find_place(template, place, &rest);
	if (!at || strncmp(template, "#!", 2) != 0)
		return err_set(e, ERR_USAGE,
			"the template must begin with \"#!\" (the shell) and have a line \"%s\", "
			"where the task's commands go",
			place);
	str_add_bytes(out, template, (size_t)(at - template));
	str_add(out, commands);
	str_add(out, rest);
	return 0;
}

/* ---- sbatch ---- */

/* sbatch's words; those that are made here stay in `made` until the words have been used. */
struct words {
	const char *list[OPTIONS_MAX + 16];
	size_t count;
	struct str made[8];
	size_t made_count;
};

static void add_word(struct words *w, const char *word)
{
	w->list[w->count++] = word;
	w->list[w->count] = NULL;
}

static void __attribute__((format(printf, 2, 3)))
make_word(struct words *w, const char *format, ...)
{
	struct str *made = &w->made[w->made_count++];
	va_list list;
	va_start(list, format);
	str_addv(made, format, list);
	va_end(list);
	add_word(w, made->s);
}

static void free_words(struct words *w)
{
	for (size_t i = 0; i < w->made_count; i++)
		str_free(&w->made[i]);
}

/* The user's come last: the last one of a kind counts. */
static void add_options(struct words *w, const struct slurm_options *o)
{
	for (size_t i = 0; i < o->option_count && i < OPTIONS_MAX; i++)
		add_word(w, o->options[i]);
}

/* An option with a folder in a file name that Slurm puts numbers into, at each "%". */
static void add_path(struct words *w, const char *option, const char *folder, const char *name)
{
	struct str *made = &w->made[w->made_count++];
	str_add(made, option);
	for (; *folder; folder++) {
		str_add_bytes(made, folder, 1);
		str_add(made, *folder == '%' ? "%" : "");
	}
	str_addf(made, "/%s", name);
	add_word(w, made->s);
}

/* Both streams into one log, whatever a template or the environment says of one of them. */
static void add_log(struct words *w, const char *folder, const char *name)
{
	add_path(w, "--output=", folder, name);
	add_path(w, "--error=", folder, name);
}

static void array_words(struct words *w, const struct sweep *sweep, const char *submission,
	size_t first, size_t count, const struct slurm_options *o)
{
	add_word(w, "sbatch");
	add_word(w, "--parsable");
	make_word(w, "--job-name=retrial-%s", sweep->name);
	make_word(w, "--comment=retrial %s %zu", submission, first);
	make_word(w, "--array=1-%zu", count);
	add_log(w, submission, "%A_%a.log");
	add_word(w, "--open-mode=append");
	add_word(w, "--requeue");
	add_word(w, "--signal=B:USR1@60");
	add_options(w, o);
	make_word(w, "%s/task.sh", submission);
	make_word(w, "%zu", first);
}

static void merge_words(struct words *w, const struct sweep *sweep, const char *submission,
	const char *dependency, const struct slurm_options *o)
{
	add_word(w, "sbatch");
	add_word(w, "--parsable");
	make_word(w, "--job-name=retrial-%s", sweep->name);
	make_word(w, "--comment=retrial %s merge", submission);
	add_log(w, submission, "merge.log");
	add_word(w, "--open-mode=append");
	add_options(w, o);
	make_word(w, "--dependency=afterany%s", dependency);
	make_word(w, "%s/merge.sh", submission);
}

/* Run sbatch; *job gets the id that it answers with. */
static int submit(const struct words *w, char job[24], struct err *e)
{
	struct str out = { 0 };
	int result = slurm_ask(w->list, SUBMIT_SECONDS, &out, e);
	if (!result) {
		const size_t digits = out.s ? strspn(out.s, "0123456789") : 0;
		if (digits == 0 || digits > 20)
			result = err_set(e, ERR_ENVIRONMENT, "sbatch: an answer without a job id");
		else
			snprintf(job, 24, "%.*s", (int)digits, out.s);
	}
	str_free(&out);
	return result;
}

/* The largest index of an array here, at least 1. */
static size_t array_max(void)
{
	static const char key[] = "MaxArraySize";
	struct str out = { 0 };
	struct err ignored = { 0 };
	const char *const words[] = { "scontrol", "show", "config", NULL };
	long size = ARRAY_MAX_DEFAULT;
	if (slurm_ask(words, SUBMIT_SECONDS, &out, &ignored) == 0 && out.s) {
		const char *at = strstr(out.s, key);
		at = at ? strchr(at, '=') : NULL;
		size = at ? strtol(at + 1, NULL, 10) : size;
	}
	str_free(&out);
	return size > 2 ? (size_t)size - 1 : 1;
}

/* ---- a submission ---- */

/* Make the next numbered folder; its path. */
static int make_folder(const char *folder, struct str *path, struct err *e)
{
	if (file_make_folder(folder, e))
		return -1;
	for (int n = 1; n < SUBMISSIONS_MAX; n++) {
		str_clear(path);
		str_addf(path, "%s/%05d", folder, n);
		if (mkdir(path->s, 0777) == 0)
			return 0;
		if (!file_exists(path->s))
			return err_errno(e, path->s);
	}
	return err_set(e, ERR_ENVIRONMENT, "%s: full", folder);
}

static int write_in(const char *submission, const char *name, const struct str *text, struct err *e)
{
	struct str path = { 0 };
	str_addf(&path, "%s/%s", submission, name);
	const int result = file_write(path.s, text->s, text->length, e);
	str_free(&path);
	return result;
}

static void print_words(struct str *out, const struct words *w)
{
	str_add(out, "#");
	for (size_t i = 0; i < w->count; i++) {
		str_add(out, " ");
		str_add_word(out, w->list[i]);
	}
	str_add(out, "\n");
}

/* The job that merges what the arrays have written. */
static int submit_merge(const struct sweep *sweep, const char *submission, const char *dependency,
	const struct slurm_options *o, struct str *text, struct err *e)
{
	char job[24];
	struct words w = { .count = 0 };
	merge_words(&w, sweep, submission, dependency, o);
	const int result = submit(&w, job, e);
	free_words(&w);
	if (!result)
		str_addf(text, ", then %s to merge", job);
	return result;
}

/* What of a submission that broke off is in Slurm all the same. */
static void say_submitted(
	struct err *e, size_t submitted, size_t tasks, bool merges, const struct str *jobs)
{
	const struct err why = *e;
	err_set(e, why.kind, "%s; %zu of %zu task%s %s submitted (job %s)%s", why.text, submitted,
		tasks, tasks == 1 ? "" : "s", submitted == 1 ? "is" : "are", jobs->s,
		submitted < tasks ? ": run again for the others"
			: merges  ? ""
				  : ", but not the job that merges: the next run does that");
}

static int submit_all(const struct sweep *sweep, const char *submission, size_t tasks,
	const struct slurm_options *o, struct str *text, struct err *e)
{
	const size_t most = array_max();
	struct str dependency = { 0 };
	size_t submitted = 0;
	char job[24];
	int result = 0;
	while (submitted < tasks && !result) {
		const size_t first = submitted, count = tasks - first < most ? tasks - first : most;
		struct words w = { .count = 0 };
		array_words(&w, sweep, submission, first, count, o);
		result = submit(&w, job, e);
		free_words(&w);
		if (!result) {
			submitted += count;
			str_addf(&dependency, ":%s", job);
			str_addf(text, "%s%s", text->length ? ", " : "", job);
			result = slurm_jobs_add(submission, first, count, job, e);
		}
	}
	struct err no_merge = { 0 };
	const bool merges =
		submitted && !submit_merge(sweep, submission, dependency.s, o, text, &no_merge);
	if (!result && !merges)
		result = err_set(e, no_merge.kind, "%s", no_merge.text);
	if (result && submitted)
		say_submitted(e, submitted, tasks, merges, text);
	str_free(&dependency);
	return result;
}

/* The script as it would be submitted, with the commands that would do it. */
static void print_script(const struct sweep *sweep, const char *submission, size_t tasks,
	const struct str *script, const struct slurm_options *o, struct str *text)
{
	const size_t most = array_max();
	struct str dependency = { 0 };
	str_add(text, script->s);
	for (size_t first = 0; first < tasks; first += most) {
		struct words array = { .count = 0 };
		array_words(&array, sweep, submission, first,
			tasks - first < most ? tasks - first : most, o);
		print_words(text, &array);
		free_words(&array);
		str_addf(&dependency, ":ARRAY%zu", first / most + 1);
	}
	struct words merge = { .count = 0 };
	merge_words(&merge, sweep, submission, dependency.s ? dependency.s : "", o);
	print_words(text, &merge);
	free_words(&merge);
	str_free(&dependency);
}

/* With the trials dealt out: files and jobs. */
static int make_submission(const struct sweep *sweep, const size_t *shard, const char *folder,
	size_t tasks, const struct slurm_options *o, struct str *text, struct err *e)
{
	const char *template = o->template ? o->template : slurm_template;
	struct str submission = { 0 }, list = { 0 }, commands = { 0 }, script = { 0 },
		   merge = { 0 };
	int result = 0;
	if (o->print)
		str_addf(&submission, "%s/00001", folder);
	else
		result = make_folder(folder, &submission, e);
	if (!result) {
		write_commands(&commands, submission.s, o->run);
		result = write_script(&script, template, commands.s, e);
	}
	if (!result)
		result = write_script(&merge, template, o->collect, e);
	if (!result && o->print) {
		print_script(sweep, submission.s, tasks, &script, o, text);
	} else if (!result) {
		write_list(sweep, shard, tasks, o->core_version, &list);
		result = write_in(submission.s, "trials.txt", &list, e)
				|| write_in(submission.s, "task.sh", &script, e)
				|| write_in(submission.s, "merge.sh", &merge, e)
				|| submit_all(sweep, submission.s, tasks, o, text, e)
			? -1
			: 0;
	}
	str_free(&submission);
	str_free(&list);
	str_free(&commands);
	str_free(&script);
	str_free(&merge);
	return result;
}

int slurm_submit(const struct sweep *sweep, const bool *wanted, const double *work,
	const char *folder, const struct slurm_options *o, size_t *tasks, struct str *text,
	struct err *e)
{
	size_t trials = 0;
	for (size_t i = 0; i < sweep->trial_count; i++)
		trials += wanted[i];
	const size_t count = o->tasks ? o->tasks
		: o->per_task         ? (trials + o->per_task - 1) / o->per_task
				      : trials;
	size_t *shard = malloc((sweep->trial_count + 1) * sizeof(*shard));
	if (!shard)
		return err_nomem(e);
	int result = shards_cut(sweep, wanted, work, count, e, shard, tasks);
	if (!result)
		result = make_submission(sweep, shard, folder, *tasks, o, text, e);
	free(shard);
	return result;
}
