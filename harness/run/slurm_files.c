/* slurm_files.c - see slurm_files.h. */
#include "slurm_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/facts.h"
#include "../base/file.h"

enum { LIST_MAX = 256 << 20, JOBS_MAX = 1 << 20 };

static const char list_head[] = "retrial tasks, core ";

int slurm_list_open(const char *path, struct slurm_list *out, struct err *e)
{
	size_t count;
	*out = (struct slurm_list){ 0 };
	if (file_read(path, LIST_MAX, &out->text, &count, e))
		return -1;
	const size_t head = strlen(list_head);
	char *end = out->text;
	if (strncmp(out->text, list_head, head) == 0)
		out->core_version = (int)strtol(out->text + head, &end, 10);
	sscanf(end, ", commit %40[0-9a-f]", out->commit);
	if (end == out->text || (*end != '\n' && *end != ',')) {
		slurm_list_close(out);
		return err_set(e, ERR_USAGE, "%s: not a list of trials (it begins with \"%s\")",
			path, list_head);
	}
	out->at = end + strcspn(end, "\n");
	out->at += *out->at == '\n';
	return 0;
}

void slurm_list_close(struct slurm_list *list)
{
	free(list->text);
	list->text = NULL;
}

long slurm_list_next(struct slurm_list *list, char identity[DIGEST_TEXT])
{
	char *end; /* (sscanf would measure the whole rest of the text each time) */
	const long number = strtol(list->at, &end, 10);
	const size_t length = *end == ' ' ? strcspn(end + 1, "\n") : 0;
	if (number <= 0 || length != DIGEST_TEXT - 1)
		return 0;
	memcpy(identity, end + 1, length);
	identity[length] = '\0';
	list->at = end + 1 + length;
	list->at += *list->at == '\n';
	return number;
}

void slurm_list_head(struct str *out, int core_version)
{
	str_addf(out, "%s%d", list_head, core_version);
	if (facts_commit()[0])
		str_addf(out, ", commit %s", facts_commit());
	str_add(out, "\n");
}

size_t slurm_submissions(const char *folder)
{
	DIR *d = opendir(folder);
	size_t count = 0;
	for (struct dirent *entry; d && (entry = readdir(d));)
		count += entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
	if (d)
		closedir(d);
	return count;
}

int slurm_lock(const char *folder, size_t submissions, struct err *e)
{
	struct str path = { 0 };
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = -1;
	str_addf(&path, "%s/lock", folder);
	if (file_make_folder(folder, e))
		goto out;
	fd = open(path.s, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0) {
		err_errno(e, path.s);
		goto out;
	}
	const bool taken = fcntl(fd, F_SETLK, &whole) && (errno == EACCES || errno == EAGAIN);
	if (taken || slurm_submissions(folder) != submissions) {
		err_set(e, ERR_UNFINISHED,
			"another run is submitting this study or has just done so: run again");
		close(fd);
		fd = -1;
	}
out:
	str_free(&path);
	return fd;
}

int slurm_jobs_add(
	const char *submission, size_t first, size_t count, const char *job, struct err *e)
{
	struct str path = { 0 };
	str_addf(&path, "%s/jobs.txt", submission);
	FILE *f = fopen(path.s, "ae");
	int result = f && fprintf(f, "%zu %s %zu\n", first, job, count) > 0 ? 0 : -1;
	if (f && fclose(f))
		result = -1;
	if (result)
		err_errno(e, path.s);
	str_free(&path);
	return result;
}

char *slurm_jobs_read(const char *folder, const char *submission)
{
	struct str path = { 0 };
	char *text;
	size_t bytes;
	str_addf(&path, "%s/%s/jobs.txt", folder, submission);
	if (file_read(path.s, JOBS_MAX, &text, &bytes, NULL))
		text = NULL;
	str_free(&path);
	return text;
}

bool slurm_jobs_find(const char *jobs, long number, long *first, char job[24])
{
	long begin, best = -1;
	char array[24];
	int length;
	for (const char *at = jobs; sscanf(at, "%ld %23s%n", &begin, array, &length) == 2;) {
		const char *count = at + length;
		const bool ends = *count == ' ' && number > begin + strtol(count, NULL, 10);
		if (begin < number && begin > best && !ends) {
			best = begin;
			memcpy(job, array, sizeof(array));
		}
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
	*first = best;
	return best >= 0;
}

void slurm_log_path(const char *folder, const char *submission, long number, struct str *out)
{
	char *jobs = slurm_jobs_read(folder, submission);
	long first;
	char job[24];
	if (jobs && slurm_jobs_find(jobs, number, &first, job))
		str_addf(out, "%s/%s/%s_%ld.log", folder, submission, job, number - first);
	free(jobs);
}

/* "NUMBER SIZE TIME\n" of a database as it lies there, its log included: what has been merged. */
void slurm_merge_mark(const char *path, long number, char mark[SLURM_MARK_MAX])
{
	struct stat info = { 0 }, log = { 0 };
	struct str log_path = { 0 };
	str_addf(&log_path, "%s-wal", path);
	if (stat(path, &info))
		info.st_size = -1;
	if (stat(log_path.s, &log))
		log.st_size = 0;
	str_free(&log_path);
	snprintf(mark, SLURM_MARK_MAX, "%ld %lld %lld.%09ld %lld\n", number,
		(long long)info.st_size, (long long)info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
		(long long)log.st_size);
}

bool slurm_has_mark(const char *marks, const char *mark)
{
	const char *at = marks ? strstr(marks, mark) : NULL;
	while (at && at > marks && at[-1] != '\n')
		at = strstr(at + 1, mark);
	return at;
}

bool slurm_is_merged(const char *folder, const char *submission, long number)
{
	struct str db = { 0 }, path = { 0 };
	char mark[SLURM_MARK_MAX], *marks = NULL;
	size_t bytes;
	str_addf(&db, "%s/%s/%05ld.db", folder, submission, number);
	str_addf(&path, "%s/%s/merged", folder, submission);
	bool merged = !file_exists(db.s);
	if (!merged && file_read(path.s, SLURM_MARKS_MAX, &marks, &bytes, NULL) == 0) {
		slurm_merge_mark(db.s, number, mark);
		merged = slurm_has_mark(marks, mark);
		free(marks);
	}
	str_free(&db);
	str_free(&path);
	return merged;
}
