/* slurm_queue.c - what squeue says of a study's tasks, and scancel. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/command.h"
#include "../base/file.h"
#include "slurm.h"

enum { ANSWER_SECONDS = 30, ANSWER_BYTES_MAX = 64 << 20, FIELDS = 7, CANCEL_AT_ONCE = 500 };

char *slurm_folder(const char *db, const char *sweep, struct err *e)
{
	struct str path = { 0 };
	const char *slash = strrchr(db, '/');
	if (db[0] != '/') {
		char *here = getcwd(NULL, 0);
		if (!here) {
			err_errno(e, "the current folder");
			return NULL;
		}
		str_addf(&path, "%s/", here);
		free(here);
	}
	if (slash)
		str_add_bytes(&path, db, (size_t)(slash + 1 - db));
	str_addf(&path, "slurm/%s", sweep);
	return str_take(&path);
}

int slurm_ask(const char *const *words, double seconds, struct str *answer, struct err *e)
{
	struct str messages = { 0 };
	const struct command c = { .words = words,
		.seconds = seconds,
		.max_bytes = ANSWER_BYTES_MAX,
		.out = answer,
		.messages = &messages };
	int code, result = 0;
	const enum command_end end = command_run(&c, &code);
	const char *why = command_complaint(end, code);
	if (end == COMMAND_ENDED && code == 127)
		result = err_set(e, ERR_ENVIRONMENT,
			"%s: not found: there is no Slurm on this machine", words[0]);
	else if (end == COMMAND_ENDED && code)
		result = err_set(e, ERR_ENVIRONMENT, "%s: exit code %d: %.*s", words[0], code,
			(int)(messages.s ? strcspn(messages.s, "\n") : 0),
			messages.s ? messages.s : "");
	else if (why)
		result =
			err_set(e, ERR_ENVIRONMENT, "%s: %s (limit: %g s)", words[0], why, seconds);
	str_free(&messages);
	return result;
}

static void copy_field(char *to, size_t size, const char *from, size_t length)
{
	snprintf(to, size, "%.*s", (int)length, from);
}

/* These never start by themselves. */
static bool is_stuck(const char *reason)
{
	return strstr(reason, "DependencyNeverSatisfied")
		|| (strstr(reason, "launch") && strstr(reason, "held"));
}

/* The folder that lines named last: many lines in a row name the same one, and not always by the
 * same path (./results, a symbolic link). */
struct named_folder {
	struct str path;
	bool is_ours;
};

static bool is_folder(
	struct named_folder *last, const char *path, size_t length, const char *folder)
{
	if (!last->path.s || last->path.length != length
		|| strncmp(last->path.s, path, length) != 0) {
		str_clear(&last->path);
		str_add_bytes(&last->path, path, length);
		last->is_ours =
			strcmp(last->path.s, folder) == 0 || file_same(last->path.s, folder);
	}
	return last->is_ours;
}

/* One line of squeue: "JOB|INDEX|STATE|REASON|NODES|START|COMMENT", the comment ours:
 * "retrial FOLDER/SUBMISSION OFFSET", or "merge" in place of the offset. Returns whether it is of
 * the study. */
static bool read_line(const char *line, size_t length, const char *folder,
	struct named_folder *last, struct slurm_task *t)
{
	const char *fields[FIELDS], *end = line + length;
	size_t lengths[FIELDS];
	for (int i = 0; i < FIELDS; i++) {
		const char *stop = i < FIELDS - 1 ? memchr(line, '|', (size_t)(end - line)) : end;
		if (!stop)
			return false;
		fields[i] = line;
		lengths[i] = (size_t)(stop - line);
		line = stop + 1;
	}
	static const char ours[] = "retrial ";
	struct str comment = { 0 };
	str_add_bytes(&comment, fields[6], lengths[6]);
	const size_t head = strlen(ours);
	const bool begins = comment.length > head && strncmp(comment.s, ours, head) == 0;
	char *path = begins ? comment.s + head : NULL, *offset = begins ? strrchr(path, ' ') : NULL;
	if (offset)
		*offset++ = '\0';
	const char *slash = offset ? strrchr(path, '/') : NULL;
	const bool is_ours = slash && is_folder(last, path, (size_t)(slash - path), folder);
	if (is_ours) {
		const bool array = lengths[1] > 0 && fields[1][0] >= '0' && fields[1][0] <= '9';
		const long index = array ? strtol(fields[1], NULL, 10) : 0;
		*t = (struct slurm_task){ .number = strcmp(offset, "merge") == 0
				? -1
				: index + strtol(offset, NULL, 10) };
		copy_field(t->submission, sizeof(t->submission), slash + 1, strlen(slash + 1));
		snprintf(t->job, sizeof(t->job), "%.*s", (int)lengths[0], fields[0]);
		if (array)
			snprintf(t->job, sizeof(t->job), "%.*s_%ld",
				(int)(lengths[0] < 12 ? lengths[0] : 12), fields[0], index);
		copy_field(t->state, sizeof(t->state), fields[2], lengths[2]);
		copy_field(t->reason, sizeof(t->reason), fields[3], lengths[3]);
		copy_field(t->node, sizeof(t->node), fields[4], lengths[4]);
		copy_field(t->since, sizeof(t->since), fields[5], lengths[5]);
		t->stuck = strcmp(t->state, "PENDING") == 0 && is_stuck(t->reason);
	}
	str_free(&comment);
	return is_ours;
}

int slurm_queue_read(const char *folder, struct err *e, struct slurm_queue *out)
{
	char user[48];
	struct str answer = { 0 };
	snprintf(user, sizeof(user), "--user=%lu", (unsigned long)getuid());
	const char *const words[] = { "squeue", "--noheader", "--array", user,
		"--format=%F|%K|%T|%r|%N|%S|%k", NULL };
	*out = (struct slurm_queue){ 0 };
	int result = slurm_ask(words, ANSWER_SECONDS, &answer, e);
	size_t capacity = 0;
	struct named_folder last = { .is_ours = false };
	for (const char *line = answer.s; !result && line && *line;) {
		const size_t length = strcspn(line, "\n");
		if (out->count == capacity) {
			capacity = capacity ? 2 * capacity : 64;
			struct slurm_task *more = realloc(out->tasks, capacity * sizeof(*more));
			if (!more) {
				result = err_nomem(e);
				break;
			}
			out->tasks = more;
		}
		out->count += read_line(line, length, folder, &last, &out->tasks[out->count]);
		line += length + (line[length] == '\n');
	}
	str_free(&answer);
	str_free(&last.path);
	if (result)
		slurm_queue_free(out);
	return result;
}

void slurm_queue_free(struct slurm_queue *q)
{
	free(q->tasks);
	*q = (struct slurm_queue){ 0 };
}

int slurm_cancel(const struct slurm_queue *q, struct err *e)
{
	for (size_t from = 0; from < q->count; from += CANCEL_AT_ONCE) {
		const char *words[CANCEL_AT_ONCE + 2] = { "scancel" };
		struct str answer = { 0 };
		for (size_t i = 0; i < CANCEL_AT_ONCE && from + i < q->count; i++)
			words[i + 1] = q->tasks[from + i].job;
		const int result = slurm_ask(words, ANSWER_SECONDS, &answer, e);
		str_free(&answer);
		if (result)
			return -1;
	}
	return 0;
}
