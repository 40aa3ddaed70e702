/* fetch.c - see fetch.h. */
#include "fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "../base/file.h"
#include "../base/str.h"
#include "download.h"
#include "manifest.h"
#include "source.h"

enum { TRIES = 3 }; /* of one mirror, each going on where the one before was cut off */

struct fetch {
	const struct manifest_set *set;
	const struct fetch_options *options;
	char *target, *work; /* FOLDER/NAME, and the folder inside it where files wait until all are
				there */
	const char *file;    /* being downloaded */
	struct str reasons;  /* of every mirror that failed */
};

static void on_progress(void *context, uint64_t done, uint64_t total)
{
	const struct fetch *f = context;
	if (f->options->progress)
		f->options->progress(f->options->context, f->file, done, total);
}

static bool is_stopped(const struct fetch *f)
{
	return f->options->stop && atomic_load(f->options->stop);
}

static char *path_of(const char *folder, const char *name)
{
	struct str path = { 0 };
	str_addf(&path, "%s/%s", folder, name);
	return str_take(&path);
}

/* One file from one mirror. Returns 0; -1: not from there (f->reasons says why). */
static int try_mirror(struct fetch *f, const char *mirror, int file, const char *path)
{
	const struct download_options options = { .max_bytes = f->set->published_bytes_max,
		.stall_seconds = f->options->stall_seconds,
		.stop = f->options->stop,
		.context = f,
		.progress = on_progress };
	struct err e = { 0 };
	char *url = path_of(mirror, f->file);
	int result = -1;
	for (int i = 0; i < TRIES && result && !is_stopped(f); i++)
		result = download(url, path, &options, &e);
	if (result == 0 && source_verify(f->set, file, path, &e)) {
		err_prefix(&e, "%s: ", url);
		unlink(path);
		result = -1;
	}
	if (result)
		str_addf(&f->reasons, "%s%s", f->reasons.length ? "; " : "", e.text);
	free(url);
	return result;
}

static int fetch_file(struct fetch *f, int file, struct err *e)
{
	f->file = f->set->published[file];
	char *path = path_of(f->work, f->file);
	struct err ignored = { 0 };
	/* whole already: from an earlier fetch that got no further */
	int result = file_exists(path) && source_verify(f->set, file, path, &ignored) == 0 ? 0 : -1;
	if (result && f->options->mirror)
		result = try_mirror(f, f->options->mirror, file, path);
	for (int i = 0; i < MANIFEST_MIRRORS && f->set->mirrors[i] && result && !is_stopped(f); i++)
		result = try_mirror(f, f->set->mirrors[i], file, path);
	free(path);
	if (result == 0)
		return 0;
	if (is_stopped(f))
		return err_set(e, ERR_ENVIRONMENT, "interrupted; the same command goes on with %s",
			f->file);
	return err_set(e, ERR_ENVIRONMENT, "%s could not be had: %s", f->file,
		f->reasons.s ? f->reasons.s : "no mirror is known");
}

/* All files are there and right: into their place. */
static int put_in_place(struct fetch *f, struct err *e)
{
	for (int i = 0; i < MANIFEST_FILES && f->set->published[i]; i++) {
		char *from = path_of(f->work, f->set->published[i]),
		     *to = path_of(f->target, f->set->published[i]);
		const int result = rename(from, to) ? err_errno(e, to) : 0;
		free(from);
		free(to);
		if (result)
			return -1;
	}
	char *lock = path_of(f->work, "lock");
	unlink(lock);
	free(lock);
	rmdir(f->work);
	return 0;
}

/* The descriptor that holds the lock, or -1 with e. It goes with the process, however that ends. */
static int lock_work(const struct fetch *f, struct err *e)
{
	if (file_make_folder(f->work, e))
		return -1;
	char *path = path_of(f->work, "lock");
	const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		err_errno(e, path);
	else if (flock(fd, LOCK_EX | LOCK_NB)) {
		err_set(e, ERR_ENVIRONMENT, "%s: another fetch is at it", f->target);
		close(fd);
		free(path);
		return -1;
	}
	free(path);
	return fd;
}

static bool is_there(const struct fetch *f)
{
	const struct dataset_places places = { .folder = f->options->folder, .system = "" };
	struct dataset *d = NULL;
	struct err ignored = { 0 };
	const int result = dataset_open(f->set->info->name, &places, &ignored, &d);
	dataset_close(d);
	return result == 0;
}

int dataset_fetch(const char *name, const struct fetch_options *options, bool *there, struct err *e)
{
	struct fetch f = { .set = manifest_find(name), .options = options };
	struct dataset *none = NULL;
	*there = false;
	if (!f.set)
		return dataset_open(name, NULL, e, &none)
			? -1
			: err_set(e, ERR_USAGE, "%s: an imported data set: nothing to fetch", name);
	if (!f.set->published[0])
		return err_set(e, ERR_USAGE, "%s: %s", name, f.set->info->fetch_hint);
	f.target = path_of(options->folder, name);
	f.work = path_of(f.target, ".fetch");
	int result = 0, lock = -1;
	*there = is_there(&f);
	if (!*there)
		lock = lock_work(&f, e);
	if (!*there && lock < 0)
		result = -1;
	for (int i = 0; result == 0 && !*there && i < MANIFEST_FILES && f.set->published[i]; i++)
		result = fetch_file(&f, i, e);
	if (result == 0 && !*there)
		result = put_in_place(&f, e);
	if (result)
		err_prefix(e, "data set %s: ", name);
	if (lock >= 0)
		close(lock);
	str_free(&f.reasons);
	free(f.target);
	free(f.work);
	return result;
}
