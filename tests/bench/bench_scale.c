/* bench_scale.c - what a study of 1,000 and of 100,000 trials in 10 and 1,000 tasks costs beside
 * its trainings: planning and submitting (to a stub sbatch that checks what it is given), status,
 * merging the tasks' databases, and looking again. The results are made up. Prints seconds of wall
 * time and memory, and the cost per trial of the large study against the small one; no gate.
 *   bench-scale RETRIAL FOLDER */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/file.h"
#include "harness/data/dataset.h"
#include "harness/run/shards.h"
#include "harness/run/slurm.h"
#include "harness/store/attempts.h"
#include "harness/store/sweeps.h"
#include "nn/nn.h"
#include "store_study.h"

enum { STEPS = 5 };

static const char *const step_names[STEPS] = { "plan and submit", "status", "merge", "status again",
	"nothing left" };

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "bench-scale: %s\n", what);
	exit(1);
}

/* The sweep of bench_plan.c, with a data set that is there. */
static void write_sweep(const char *path, int trials)
{
	struct str text = { 0 };
	struct err e = { 0 };
	str_add(&text,
		"retrial: 1\nname: large\nseeds: 10\nbase: {dataset: synthetic, validation: 1000, "
		"recipe: "
		"one}\naxes:\n"
		"  batch_size: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n  dual.lr: [1e-6");
	for (int i = 2; i <= trials / 100; i++)
		str_addf(&text, ", %de-6", i);
	str_add(&text,
		"]\nrecipes:\n  one: [{phase: dual, epochs: 20}, {phase: unify, heads: [copy, "
		"random], epochs: 10, freeze: [classifier]}, {phase: unfreeze, epochs: 50}]\n");
	if (file_write(path, text.s, text.length, &e))
		fail(e.text);
	str_free(&text);
}

/* The databases that the tasks would have written: the same cut of the plan, an epoch and a phase
 * of made-up numbers a trial. */
static void write_results(const struct sweep *sweep, const char *submission, size_t tasks)
{
	struct err e = { 0 };
	struct dataset *data;
	const struct dataset_places places = { 0 };
	size_t *shard = calloc(sweep->trial_count, sizeof(*shard)), used;
	bool *wanted = calloc(sweep->trial_count, sizeof(*wanted));
	if (!shard || !wanted || dataset_open("synthetic", &places, &e, &data)
		|| shards_cut(sweep, NULL, NULL, tasks, &e, shard, &used))
		fail(e.text);
	for (size_t task = 0; task < used; task++) {
		struct sweep_part part;
		struct str path = { 0 };
		struct writer w = { 0 };
		for (size_t i = 0; i < sweep->trial_count; i++)
			wanted[i] = shard[i] == task;
		str_addf(&path, "%s/%05zu.db", submission, task + 1);
		if (sweep_part_make(sweep, wanted, &e, &part)
			|| store_open(path.s, STORE_WRITE, &e, &w.store)
			|| store_group_begin(w.store, &e)
			|| store_sweep(w.store, &part.sweep, &w.sweep_id, &e)
			|| store_environment(w.store, "machine\tbench\n", &w.environment, &e))
			fail(e.text);
		w.sweep = &part.sweep;
		w.core_version = NN_CORE_VERSION;
		w.data_digest = data->digest;
		w.number = part.positions;
		for (size_t i = 0; i < part.sweep.trial_count; i++)
			if (write_trial(&w, i, FOLDS, &e))
				fail(e.text);
		if (store_group_end(w.store, true, &e))
			fail(e.text);
		store_close(w.store);
		sweep_part_free(&part);
		str_free(&path);
	}
	free(shard);
	free(wanted);
	dataset_close(data);
}

/* Run the program; its processor seconds, with those of its children, and its largest memory in
 * MiB.
 */
static void measure(const char *const *words, double *seconds, double *mib)
{
	struct rusage usage;
	int status;
	fflush(NULL);
	const pid_t pid = fork();
	if (pid == 0) {
		if (!freopen("/dev/null", "w", stdout))
			_exit(127);
		execv(words[0], (char *const *)words);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0 || !WIFEXITED(status)
		|| WEXITSTATUS(status) != 0) {
		fprintf(stderr, "bench-scale: %s %s ended with status %x\n", words[0], words[1],
			status);
		exit(1);
	}
	*seconds = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
		+ 1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
	*mib = (double)usage.ru_maxrss / 1024;
}

static void study(const char *retrial, const char *folder, int trials, size_t tasks,
	double seconds[STEPS], double mib[STEPS])
{
	struct str sweep_path = { 0 }, db = { 0 }, submission = { 0 };
	char count[24];
	struct err e = { 0 };
	struct sweep *sweep;
	snprintf(count, sizeof(count), "%zu", tasks);
	str_addf(&sweep_path, "%s/%d/large.yaml", folder, trials);
	str_addf(&db, "%s/%d/r.db", folder, trials);
	str_addf(&submission, "%s/%d/slurm/large/00001", folder, trials);
	write_sweep(sweep_path.s, trials);
	const char *const run[] = { retrial, "run", sweep_path.s, "--db", db.s, "--executor",
		"slurm", "--tasks", count, "-q", NULL };
	const char *const collect[] = { retrial, "run", sweep_path.s, "--db", db.s, "--executor",
		"slurm", "--collect", "-q", NULL };
	const char *const show[] = { retrial, "status", "--db", db.s, NULL };
	measure(run, &seconds[0], &mib[0]);
	measure(show, &seconds[1], &mib[1]);
	if (sweep_read(sweep_path.s, NULL, &e, &sweep))
		fail(e.text);
	write_results(sweep, submission.s, tasks);
	sweep_free(sweep);
	measure(collect, &seconds[2], &mib[2]);
	measure(show, &seconds[3], &mib[3]);
	measure(run, &seconds[4], &mib[4]);
	str_free(&sweep_path);
	str_free(&db);
	str_free(&submission);
}

int main(int argc, char **argv)
{
	double small[STEPS], large[STEPS], small_mib[STEPS], large_mib[STEPS];
	if (argc != 3)
		fail("RETRIAL FOLDER are expected");
	study(argv[1], argv[2], 1000, 10, small, small_mib);
	study(argv[1], argv[2], 100000, 1000, large, large_mib);
	printf("%-16s  %21s  %21s  %s\n", "", "1,000 trials, 10 tasks", "100,000, 1,000 tasks",
		"per trial, large / small");
	for (int i = 0; i < STEPS; i++)
		printf("%-16s  %8.2f s %7.0f MiB  %8.2f s %7.0f MiB  %.2f\n", step_names[i],
			small[i], small_mib[i], large[i], large_mib[i], large[i] / 100 / small[i]);
	return 0;
}
