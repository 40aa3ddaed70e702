/* archive.c - see archive.h. */
#include "archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 1 << 17, MEMBERS_MAX = 32 };

static int archive_fail(struct archive *a, const char *path, struct err *e)
{
	const char *reason = archive_error_string(a);
	return err_set(
		e, ERR_ENVIRONMENT, "%s: cannot be read: %s", path, reason ? reason : "damaged");
}

/* Only these filters: each is known by its magic number, so a plain file is never taken for a
 * compressed one. */
static struct archive *open_reader(
	const char *path, int (*support_format)(struct archive *), struct err *e)
{
	struct archive *a = archive_read_new();
	if (!a) {
		err_nomem(e);
		return NULL;
	}
	if (archive_read_support_filter_gzip(a) != ARCHIVE_OK
		|| archive_read_support_filter_xz(a) != ARCHIVE_OK
		|| support_format(a) != ARCHIVE_OK
		|| archive_read_open_filename(a, path, BLOCK_BYTES) != ARCHIVE_OK) {
		archive_fail(a, path, e);
		archive_read_free(a);
		return NULL;
	}
	return a;
}

/* Read the current entry to its end. Memory grows with what is really there, never with what a
 * header promises. */
static int read_entry(struct archive *a, const char *path, size_t max_bytes, char **bytes,
	size_t *count, struct err *e)
{
	size_t capacity = max_bytes < BLOCK_BYTES ? max_bytes + 1 : BLOCK_BYTES, used = 0;
	char *block = malloc(capacity);
	if (!block)
		return err_nomem(e);
	for (;;) {
		const la_ssize_t got = archive_read_data(a, block + used, capacity - used);
		if (got < 0) {
			archive_fail(a, path, e);
			goto fail;
		}
		if (got == 0)
			break;
		used += (size_t)got;
		if (used > max_bytes) {
			err_set(e, ERR_ENVIRONMENT,
				"%s: too long: uncompressed more than the expected %zu bytes", path,
				max_bytes);
			goto fail;
		}
		if (used < capacity)
			continue;
		capacity = capacity > max_bytes / 2 ? max_bytes + 1 : 2 * capacity;
		char *larger = realloc(block, capacity);
		if (!larger) {
			err_nomem(e);
			goto fail;
		}
		block = larger;
	}
	*bytes = block;
	*count = used;
	return 0;
fail:
	free(block);
	return -1;
}

static int support_raw(struct archive *a)
{
	if (archive_read_support_format_raw(a) != ARCHIVE_OK)
		return ARCHIVE_FATAL;
	return archive_read_support_format_empty(a); /* "raw" does not take an empty file */
}

int archive_unpack_file(
	const char *path, size_t max_bytes, char **bytes, size_t *count, struct err *e)
{
	struct archive *a = open_reader(path, support_raw, e);
	if (!a)
		return -1;
	int result;
	struct archive_entry *entry;
	const int status = archive_read_next_header(a, &entry);
	if (status == ARCHIVE_EOF) { /* an empty file */
		*bytes = calloc(1, 1);
		*count = 0;
		result = *bytes ? 0 : err_nomem(e);
	} else if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
		result = archive_fail(a, path, e);
	} else {
		result = read_entry(a, path, max_bytes, bytes, count, e);
	}
	archive_read_free(a);
	return result;
}

/* ---- tar and zip ---- */

static int support_archives(struct archive *a)
{
	if (archive_read_support_format_tar(a) != ARCHIVE_OK)
		return ARCHIVE_FATAL;
	return archive_read_support_format_zip(a);
}

static int find_name(const char *path_in_archive, const char *const *names, int name_count)
{
	if (!path_in_archive)
		return -1;
	const char *slash = strrchr(path_in_archive, '/');
	const char *last = slash ? slash + 1 : path_in_archive;
	for (int i = 0; i < name_count; i++)
		if (strcmp(last, names[i]) == 0)
			return i;
	return -1;
}

static int take_entry(struct archive *a, const char *path, int member, size_t max_bytes,
	archive_take *take, void *context, struct err *e)
{
	char *bytes = NULL;
	size_t count = 0;
	if (read_entry(a, path, max_bytes, &bytes, &count, e))
		return -1;
	const int result = take(context, member, bytes, count, e);
	free(bytes);
	return result;
}

int archive_unpack_members(const char *path, const char *const *names, int name_count,
	size_t max_bytes, archive_take *take, void *context, struct err *e)
{
	assert(name_count <= MEMBERS_MAX);
	struct archive *a = open_reader(path, support_archives, e);
	if (!a)
		return -1;
	char found[MEMBERS_MAX] = { 0 };
	int found_count = 0, result = 0;
	while (result == 0 && found_count < name_count) {
		struct archive_entry *entry;
		const int status = archive_read_next_header(a, &entry);
		if (status == ARCHIVE_EOF)
			break;
		if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
			result = archive_fail(a, path, e);
			break;
		}
		const int member = find_name(archive_entry_pathname(entry), names, name_count);
		if (member < 0 || found[member] || archive_entry_filetype(entry) != AE_IFREG)
			continue;
		found[member] = 1;
		found_count++;
		result = take_entry(a, path, member, max_bytes, take, context, e);
	}
	for (int i = 0; result == 0 && i < name_count; i++)
		if (!found[i])
			result = err_set(e, ERR_ENVIRONMENT, "%s: there is no %s in this archive",
				path, names[i]);
	archive_read_free(a);
	return result;
}

const char *archive_library(void)
{
	return archive_version_details();
}
