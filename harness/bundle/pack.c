/* pack.c - see pack.h. */
#include "pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/digest.h"
#include "../base/file.h"

static const char sums_name[] = "SHA256SUMS";
enum {
	FILE_BYTES_MAX = 2000000000,
	FILES_MAX = 100000,
	NAME_BYTES_MAX = 1000,
	TIME = 1735689600, /* every file's time: 2025-01-01 */
	RATIO_MAX = 200    /* unpacked to packed; databases and tables are at 2 to 20 */
};

/* What a stranger's bundle may take: all of it is in memory before it is checked. A small one may
 * have any ratio. */
static const size_t total_bytes_max = 4000000000, total_bytes_free = 100000000;

bool pack_name_is_good(const char *name)
{
	if (strlen(name) > NAME_BYTES_MAX || !str_is_utf8(name) || str_has_control(name, false)
		|| strchr(name, '\\'))
		return false;
	for (const char *part = name; part; part = strchr(part, '/')) {
		part += *part == '/';
		if (part[0] == '/' || part[0] == '\0' || part[0] == '.')
			return false;
	}
	return true;
}

/* ---- collecting ---- */

int pack_add(struct pack *p, const char *name, char *bytes, size_t count, struct err *e)
{
	if (!pack_name_is_good(name)) {
		free(bytes);
		return err_set(e, ERR_USAGE, "a bundle holds no file of this name: '%s'", name);
	}
	struct pack_file *larger = reallocarray(p->files, p->count + 1, sizeof(*larger));
	if (larger) {
		p->files = larger;
		larger[p->count] =
			(struct pack_file){ .name = strdup(name), .bytes = bytes, .count = count };
	}
	if (!larger || !larger[p->count].name) {
		free(bytes);
		return err_nomem(e);
	}
	p->count++;
	return 0;
}

int pack_take(struct pack *p, struct pack *from, struct err *e)
{
	if (!from->count)
		return 0;
	struct pack_file *larger = reallocarray(p->files, p->count + from->count, sizeof(*larger));
	if (!larger)
		return err_nomem(e);
	memcpy(larger + p->count, from->files, from->count * sizeof(*larger));
	p->files = larger;
	p->count += from->count;
	free(from->files);
	*from = (struct pack){ 0 };
	return 0;
}

int pack_add_text(struct pack *p, const char *name, struct str *text, struct err *e)
{
	const size_t length = text->length;
	return pack_add(p, name, str_take(text), length, e);
}

static int add_entry(struct pack *p, const char *path, const char *name, struct err *e)
{
	struct stat info;
	if (stat(path, &info))
		return err_errno(e, path);
	if (S_ISDIR(info.st_mode))
		return pack_add_folder(p, path, name, e);
	if (!S_ISREG(info.st_mode))
		return 0;
	char *bytes;
	size_t count;
	return file_read(path, FILE_BYTES_MAX, &bytes, &count, e)
		? -1
		: pack_add(p, name, bytes, count, e);
}

int pack_add_folder(struct pack *p, const char *folder, const char *prefix, struct err *e)
{
	DIR *d = opendir(folder);
	if (!d)
		return err_errno(e, folder);
	int result = 0;
	for (struct dirent *entry; result == 0 && (entry = readdir(d));) {
		if (entry->d_name[0] == '.')
			continue;
		struct str path = { 0 }, name = { 0 };
		str_addf(&path, "%s/%s", folder, entry->d_name);
		str_addf(&name, "%s/%s", prefix, entry->d_name);
		result = add_entry(p, path.s, name.s, e);
		str_free(&path);
		str_free(&name);
	}
	closedir(d);
	return result;
}

void pack_free(struct pack *p)
{
	for (size_t i = 0; i < p->count; i++) {
		free(p->files[i].name);
		free(p->files[i].bytes);
	}
	free(p->files);
	*p = (struct pack){ 0 };
}

/* ---- writing ---- */

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct pack_file *)a)->name, ((const struct pack_file *)b)->name);
}

static int fail(struct archive *a, const char *path, struct err *e)
{
	const char *reason = archive_error_string(a);
	return err_set(e, ERR_ENVIRONMENT, "%s: %s", path, reason ? reason : "cannot be written");
}

static int write_entry(struct archive *a, const char *top, const struct pack_file *f,
	const char *path, struct err *e)
{
	struct archive_entry *entry = archive_entry_new();
	struct str full = { 0 };
	if (!entry)
		return err_nomem(e);
	str_addf(&full, "%s/%s", top, f->name);
	archive_entry_set_pathname(entry, full.s);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, f->executable ? 0755 : 0644);
	archive_entry_set_size(entry, (la_int64_t)f->count);
	archive_entry_set_mtime(entry, TIME, 0);
	int result = archive_write_header(a, entry) == ARCHIVE_OK ? 0 : -1;
	if (result == 0 && f->count
		&& archive_write_data(a, f->bytes, f->count) != (la_ssize_t)f->count)
		result = -1;
	if (result)
		fail(a, path, e);
	archive_entry_free(entry);
	str_free(&full);
	return result;
}

static void list_sums(const struct pack *p, struct str *out)
{
	for (size_t i = 0; i < p->count; i++) {
		char digest[DIGEST_TEXT];
		digest_bytes(p->files[i].bytes ? p->files[i].bytes : "", p->files[i].count, digest);
		str_addf(out, "%s  %s\n", digest, p->files[i].name);
	}
}

/* Whole or not at all: beside its place first. */
int pack_write(struct pack *p, const char *top, const char *path, struct err *e)
{
	struct str sums = { 0 }, beside = { 0 };
	struct archive *a = archive_write_new();
	if (!a)
		return err_nomem(e);
	if (p->count)
		qsort(p->files, p->count, sizeof(*p->files), compare);
	for (size_t i = 1; i < p->count; i++)
		assert(strcmp(p->files[i - 1].name, p->files[i].name) != 0);
	list_sums(p, &sums);
	str_addf(&beside, "%s.new", path);
	int result = archive_write_add_filter_zstd(a) == ARCHIVE_OK
			&& archive_write_set_format_pax_restricted(a) == ARCHIVE_OK
			&& archive_write_open_filename(a, beside.s) == ARCHIVE_OK
		? 0
		: fail(a, beside.s, e);
	char name[sizeof(sums_name)];
	memcpy(name, sums_name, sizeof(name));
	const struct pack_file list = { .name = name, .bytes = sums.s, .count = sums.length };
	if (result == 0)
		result = write_entry(a, top, &list, beside.s, e);
	for (size_t i = 0; result == 0 && i < p->count; i++)
		result = write_entry(a, top, &p->files[i], beside.s, e);
	if (archive_write_close(a) != ARCHIVE_OK && result == 0)
		result = fail(a, beside.s, e);
	archive_write_free(a);
	if (result == 0 && rename(beside.s, path))
		result = err_errno(e, path);
	if (result)
		remove(beside.s);
	str_free(&sums);
	str_free(&beside);
	return result;
}

/* ---- taking apart ---- */

/* The name below the archive's one folder, or NULL when it leads elsewhere. */
static const char *name_below_top(const char *name)
{
	const char *below = name ? strchr(name, '/') : NULL;
	if (!below || below == name || !below[1] || !pack_name_is_good(name))
		return NULL;
	return below + 1;
}

static int read_member(struct archive *a, struct archive_entry *entry, const char *path,
	size_t *left, struct pack *into, struct err *e)
{
	const char *name = archive_entry_filetype(entry) == AE_IFREG
		? name_below_top(archive_entry_pathname(entry))
		: NULL;
	if (!name) {
		const char *given = archive_entry_pathname(entry);
		return err_set(e, ERR_USAGE, "%s: this is no bundle: it holds '%s'", path,
			given ? given : "?");
	}
	if (into->count == FILES_MAX)
		return err_set(
			e, ERR_USAGE, "%s: this is no bundle: more than %d files", path, FILES_MAX);
	struct str bytes = { 0 };
	char block[65536];
	la_ssize_t n;
	while ((n = archive_read_data(a, block, sizeof(block))) > 0 && bytes.length < FILE_BYTES_MAX
		&& (size_t)n <= *left) {
		str_add_bytes(&bytes, block, (size_t)n);
		*left -= (size_t)n;
	}
	if (n > 0 && (size_t)n > *left) {
		str_free(&bytes);
		return err_set(e, ERR_USAGE,
			"%s: it unpacks to far more than its size: at %s the limit of %d times its "
			"size, or of %zu bytes, is reached",
			path, name, RATIO_MAX, total_bytes_max);
	}
	if (n) {
		str_free(&bytes);
		return n < 0 ? fail(a, path, e)
			     : err_set(e, ERR_USAGE, "%s: %s is larger than %d bytes", path, name,
				     FILE_BYTES_MAX);
	}
	const bool executable = archive_entry_perm(entry) & 0100;
	if (pack_add_text(into, name, &bytes, e))
		return -1;
	into->files[into->count - 1].executable = executable;
	return 0;
}

static int read_all(const char *path, struct pack *into, struct err *e)
{
	struct archive *a = archive_read_new();
	struct stat info;
	if (!a)
		return err_nomem(e);
	size_t left = stat(path, &info) ? 0 : (size_t)info.st_size * RATIO_MAX;
	left = left < total_bytes_free ? total_bytes_free : left;
	left = left > total_bytes_max ? total_bytes_max : left;
	int result = archive_read_support_filter_zstd(a) == ARCHIVE_OK
			&& archive_read_support_format_tar(a) == ARCHIVE_OK
			&& archive_read_open_filename(a, path, 1 << 17) == ARCHIVE_OK
		? 0
		: fail(a, path, e);
	struct archive_entry *entry;
	int code = ARCHIVE_OK;
	while (result == 0 && (code = archive_read_next_header(a, &entry)) == ARCHIVE_OK)
		result = read_member(a, entry, path, &left, into, e);
	if (result == 0 && code != ARCHIVE_EOF)
		result = fail(a, path, e);
	archive_read_free(a);
	return result;
}

/* The sums that the pack has are those that its list says, line by line. */
static int check_sums(struct pack *p, const char *path, struct err *e)
{
	size_t k = 0;
	if (p->count)
		qsort(p->files, p->count, sizeof(*p->files), compare);
	for (size_t i = 1; i < p->count; i++)
		if (strcmp(p->files[i - 1].name, p->files[i].name) == 0)
			return err_set(e, ERR_USAGE, "%s: this is no bundle: it holds %s twice",
				path, p->files[i].name);
	while (k < p->count && strcmp(p->files[k].name, sums_name))
		k++;
	if (k == p->count)
		return err_set(
			e, ERR_USAGE, "%s: this is no bundle: it holds no %s", path, sums_name);
	const struct pack_file list = p->files[k];
	p->files[k] = p->files[--p->count];
	if (p->count)
		qsort(p->files, p->count, sizeof(*p->files), compare);
	struct str now = { 0 };
	list_sums(p, &now);
	int result = 0;
	if (now.length != list.count || (list.count && memcmp(now.s, list.bytes, list.count))) {
		const char *there = list.bytes ? list.bytes : "", *ours = now.s ? now.s : "";
		while (*there && strcspn(there, "\n") == strcspn(ours, "\n")
			&& strncmp(there, ours, strcspn(there, "\n") + 1) == 0) {
			ours += strcspn(ours, "\n") + (ours[strcspn(ours, "\n")] == '\n');
			there += strcspn(there, "\n") + (there[strcspn(there, "\n")] == '\n');
		}
		result = err_set(e, ERR_FAILED,
			"%s: changed since it was made: %s says '%.*s', the archive holds '%.*s'",
			path, sums_name, (int)strcspn(there, "\n"), there, (int)strcspn(ours, "\n"),
			ours);
	}
	str_free(&now);
	free(list.name);
	free(list.bytes);
	return result;
}

int pack_unpack(const char *path, const char *folder, struct err *e)
{
	struct pack p = { 0 };
	int result = read_all(path, &p, e);
	if (result == 0)
		result = check_sums(&p, path, e);
	for (size_t i = 0; result == 0 && i < p.count; i++) {
		struct str to = { 0 };
		str_addf(&to, "%s/%s", folder, p.files[i].name);
		result = file_write(to.s, p.files[i].bytes, p.files[i].count, e);
		if (result == 0 && p.files[i].executable && chmod(to.s, 0755))
			result = err_errno(e, to.s);
		str_free(&to);
	}
	pack_free(&p);
	return result;
}
