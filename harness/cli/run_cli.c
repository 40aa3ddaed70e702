/* run_cli.c - see run_cli.h. */
#include "run_cli.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "../base/digest.h"
#include "../base/facts.h"
#include "../base/study_tree.h"
#include "../data/archive.h"
#include "../plan/trial_kind.h"
#include "../plan/yaml.h"
#include "../report/stats.h"
#include "../store/open.h"

int run_cli_progress(const struct cli *c, enum progress_kind *kind)
{
	const char *when = cli_get(c, "progress", "auto");
	bool screen =
		isatty(STDERR_FILENO) && getenv("TERM") && strcmp(getenv("TERM"), "dumb") != 0;
	if (strcmp(when, "auto") == 0)
		*kind = screen ? PROGRESS_SCREEN : PROGRESS_LINES;
	else if (strcmp(when, "always") == 0)
		*kind = PROGRESS_SCREEN;
	else if (strcmp(when, "lines") == 0)
		*kind = PROGRESS_LINES;
	else if (strcmp(when, "never") == 0)
		*kind = PROGRESS_NONE;
	else
		return cli_misuse(c, "--progress=%s: auto, always, lines or never", when);
	if (cli_has(c, "quiet"))
		*kind = PROGRESS_NONE;
	return 0;
}

/* 1 after a first Ctrl-C or SIGTERM, 2 after a second. */
static atomic_int stop;
static volatile sig_atomic_t stop_signal;

/* Batch systems send SIGTERM to a script and to all that it has started, and the script passes it
 * on: several within a second are one wish. */
static void on_signal(int number)
{
	static volatile sig_atomic_t last = -10;
	struct timespec now;
	const int saved = errno;
	clock_gettime(CLOCK_MONOTONIC, &now);
	errno = saved;
	const sig_atomic_t before = last;
	if (number == SIGTERM)
		last = (sig_atomic_t)(now.tv_sec & INT_MAX);
	if (number == SIGTERM && stop_signal == SIGTERM && now.tv_sec - before <= 1)
		return;
	stop_signal = number;
	atomic_fetch_add(&stop, 1);
}

const atomic_int *run_cli_catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	return &stop;
}

int run_cli_signal(void)
{
	return stop_signal;
}

/* Of the libraries that this process has loaded (not those that it was compiled with). */
static void add_libraries(struct str *out)
{
	struct str text = { 0 };
	str_addf(&text, "sqlite %s, gsl %s, %s, libyaml %s, jansson %s, %s",
		store_library_version(), stats_library_version(), archive_library(),
		yaml_library_version(), jansson_version_str(), digest_library());
	facts_add(out, "libraries", text.s);
	str_free(&text);
}

/* Rounded to a power of two: different facts are different environments, and there should be a few
 * of them, not one a run. */
static void add_load(struct str *out)
{
	double load;
	char text[32];
	int about = 1;
	if (getloadavg(&load, 1) != 1)
		return;
	while (about < load / 1.5)
		about *= 2;
	snprintf(text, sizeof(text), "about %d", load < 0.5 ? 0 : about);
	facts_add(out, "load_at_start", text);
}

void run_cli_facts(struct str *out, const struct nn_kernels *kernels, bool warn)
{
	if (facts_add_diff(out) && warn)
		fprintf(stderr,
			"warning: this program was built from a tree with changes that are not "
			"committed; the difference is kept with the results\n");
	facts_add_all(out, NN_CORE_VERSION);
	facts_add(out, "kernels", nn_kernels_name(kernels));
	add_libraries(out);
	add_load(out);
}

/* The folder of a file: the caller's. */
static char *folder_of(const char *path)
{
	struct str folder = { 0 };
	const char *slash = strrchr(path, '/');
	str_add_bytes(
		&folder, slash ? path : ".", slash ? (size_t)(slash - path) + (slash == path) : 1);
	return str_take(&folder);
}

void run_cli_study_facts(const char *sweep_path, struct str *out)
{
	char *folder = folder_of(sweep_path);
	study_tree_facts(folder, out);
	free(folder);
}

void run_cli_study_changes(const struct sweep *sweep, struct str *out)
{
	const char *slash = strrchr(sweep->path, '/'), *name = slash ? slash + 1 : sweep->path;
	char *folder = folder_of(sweep->path);
	study_tree_changes(folder, (const char *const[]){ name, NULL }, out);
	free(folder);
	const char *const *names;
	const int count = trial_kind_of(sweep)->inputs(sweep, &names, &folder);
	const char **inputs = calloc((size_t)count + 1, sizeof(*inputs));
	if (!inputs)
		err_end_nomem();
	for (int i = 0; i < count; i++)
		inputs[i] = names[i];
	if (count && !out->length)
		study_tree_changes(folder, inputs, out);
	free(folder);
	free(inputs);
}

char *run_cli_states(const char *db)
{
	struct str path = { 0 };
	const char *slash = strrchr(db, '/');
	if (slash)
		str_add_bytes(&path, db, (size_t)(slash + 1 - db));
	str_add(&path, "states");
	return str_take(&path);
}

static size_t ended_badly(const struct local_summary *s)
{
	return s->failed + s->diverged + s->timeout;
}

/* Nothing was run, and all that is left to run lacks its data. */
static bool lacks_data(const struct local_summary *s)
{
	return s->skipped && s->done + ended_badly(s) + s->interrupted + s->elsewhere == 0
		&& !s->more;
}

void run_cli_tell_lack(const struct local_summary *s)
{
	if (lacks_data(s))
		fprintf(stderr,
			"retrial run: nothing could be run: no data for %zu trial%s (retrial "
			"data)\n",
			s->skipped, s->skipped == 1 ? "" : "s");
}

int run_cli_exit_code(const struct local_summary *s, bool stop_on_error)
{
	const bool bad = ended_badly(s) + s->bad_before > 0;
	if (s->machine || s->bad_data)
		return ERR_ENVIRONMENT;
	if (bad && stop_on_error)
		return ERR_FAILED;
	if (s->interrupted || s->elsewhere || s->more)
		return ERR_UNFINISHED;
	if (bad)
		return ERR_FAILED;
	if (lacks_data(s))
		return ERR_ENVIRONMENT;
	return s->skipped ? ERR_UNFINISHED : ERR_NONE;
}
