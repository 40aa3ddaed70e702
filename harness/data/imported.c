/* imported.c - see imported.h. */
#include "imported.h"

#include <assert.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../base/file.h"
#include "../base/str.h"
#include "import.h"
#include "manifest.h"
#include "memory.h"

/* The header page: these lines, then a line a class, then zeros. Version 1 has no line "origin",
 * version 3 is of floats. */
static const char first_line[] = "retrial imported data 2\n";
static const char reals_line[] = "retrial imported data 3\n";
static const char old_line[] = "retrial imported data 1\n";

bool imported_name_is_good(const char *name)
{
	const size_t length = strlen(name);
	return length > 0 && length < sizeof(((struct dataset *)0)->name)
		&& strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length && name[0] != '-'
		&& !manifest_find(name);
}

int imported_write(struct dataset *d, const char *place, char **path, struct err *e)
{
	struct str page = { 0 }, to = { 0 };
	str_addf(&page,
		"%sname %s\nshape %d %d %d\nclasses %d\ntrain %u\ntest %u\ndigest %s\norigin "
		"%s\n",
		d->reals ? reals_line : first_line, d->name, d->channels, d->height, d->width,
		d->classes, (unsigned)d->train_count, (unsigned)d->test_count, d->digest,
		d->origin);
	const size_t facts = page.length;
	for (int k = 0; k < d->classes; k++)
		str_addf(&page, "%s\n", dataset_class(d, k));
	int result = 0;
	if (page.length > MEMORY_HEADER_BYTES)
		result = err_set(e, ERR_USAGE,
			"the names of the %d classes have %zu bytes with their line ends, at most "
			"%zu would do: shorten them",
			d->classes, page.length - facts, MEMORY_HEADER_BYTES - facts);
	str_addf(&to, "%s/%s/%s.data", place, d->name, d->digest);
	if (result == 0) {
		memcpy(d->memory, page.s, page.length);
		result = file_write(to.s, d->memory, d->memory_bytes, e);
	}
	str_free(&page);
	*path = str_take(&to);
	return result;
}

/* A whole number of a header line. */
static bool take_number(const char **at, const char *name, long min, long max, long *out)
{
	const size_t length = strlen(name);
	if (strncmp(*at, name, length) || (*at)[length] != ' ')
		return false;
	char *end;
	*out = strtol(*at + length + 1, &end, 10);
	*at = end;
	return *out >= min && *out <= max;
}

static bool take_char(const char **at, char c)
{
	return *(*at) == c && (*at)++;
}

/* A line a class; each gets a NUL for its line end. */
static bool take_names(const char *at, struct dataset *d)
{
	int lines = 0;
	d->class_names = strdup(at);
	if (!d->class_names)
		return false;
	for (char *end = d->class_names; lines < d->classes && (end = strchr(end, '\n')); lines++)
		*end++ = '\0';
	return lines == d->classes;
}

static bool take_origin(const char **at, struct dataset *d)
{
	static const char name[] = "origin ";
	const char *text = *at + sizeof(name) - 1;
	if (strncmp(*at, name, sizeof(name) - 1) != 0)
		return false;
	const size_t length = strcspn(text, "\n");
	if (length >= sizeof(d->origin) || text[length] != '\n')
		return false;
	snprintf(d->origin, sizeof(d->origin), "%.*s", (int)length, text);
	*at = text + length + 1;
	return true;
}

/* What the header page says; false when it says nothing that can be. */
static bool read_header(const char *page, struct dataset *d)
{
	char line[128], digest[DIGEST_TEXT];
	const char *at = page;
	const bool old = strncmp(at, old_line, sizeof(old_line) - 1) == 0;
	d->reals = strncmp(at, reals_line, sizeof(reals_line) - 1) == 0;
	snprintf(line, sizeof(line), "%sname %s\n",
		old                ? old_line
			: d->reals ? reals_line
				   : first_line,
		d->name);
	if (strncmp(at, line, strlen(line)))
		return false;
	at += strlen(line);
	long channels, height, width, classes, train, test;
	if (!take_number(&at, "shape", 1, d->reals ? IMPORTED_CHANNELS_MAX : 3, &channels)
		|| (channels == 2 && !d->reals))
		return false;
	char *end;
	height = strtol(at, &end, 10);
	width = strtol(end, &end, 10);
	at = end;
	if (height < 1 || width < 1 || height > IMPORTED_SIDE_MAX || width > IMPORTED_SIDE_MAX
		|| !take_char(&at, '\n'))
		return false;
	if (!take_number(&at, "classes", 2, IMPORTED_CLASSES_MAX, &classes)
		|| !take_char(&at, '\n'))
		return false;
	if (!take_number(&at, "train", 1, IMPORTED_IMAGES_MAX, &train) || !take_char(&at, '\n'))
		return false;
	if (!take_number(&at, "test", 1, IMPORTED_IMAGES_MAX, &test) || !take_char(&at, '\n'))
		return false;
	if (sscanf(at, "digest %64[0-9a-f]\n", digest) != 1 || strlen(digest) != DIGEST_TEXT - 1)
		return false;
	const char *line_end = strchr(at, '\n');
	if (!line_end)
		return false;
	at = line_end + 1;
	d->channels = (int)channels, d->height = (int)height, d->width = (int)width,
	d->classes = (int)classes;
	d->train_count = (uint32_t)train, d->test_count = (uint32_t)test;
	memcpy(d->digest, digest, sizeof(digest));
	if (!old && !take_origin(&at, d))
		return false;
	return take_names(at, d);
}

static int read_page(const char *path, char page[MEMORY_HEADER_BYTES + 1], struct err *e)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, path);
	const ssize_t n = read(fd, page, MEMORY_HEADER_BYTES);
	close(fd);
	if (n != MEMORY_HEADER_BYTES)
		return err_set(e, ERR_ENVIRONMENT, "%s: no header page: the file is cut off", path);
	page[MEMORY_HEADER_BYTES] = '\0';
	return 0;
}

/* No label may lie beyond the classes: networks are made for them. */
static bool labels_fit(const struct dataset *d)
{
	int highest = 0;
	for (uint32_t i = 0; i < d->train_count; i++)
		highest = d->train_labels[i] > highest ? d->train_labels[i] : highest;
	for (uint32_t i = 0; i < d->test_count; i++)
		highest = d->test_labels[i] > highest ? d->test_labels[i] : highest;
	return highest < d->classes;
}

static int open_file(const char *path, const char *name, struct err *e, struct dataset **out)
{
	char page[MEMORY_HEADER_BYTES + 1], digest[DIGEST_TEXT];
	struct dataset *d = calloc(1, sizeof(*d));
	if (!d)
		return err_nomem(e);
	snprintf(d->name, sizeof(d->name), "%s", name);
	snprintf(d->variant, sizeof(d->variant), "imported");
	snprintf(d->source, sizeof(d->source), "%.*s", (int)sizeof(d->source) - 1, path);
	int result = read_page(path, page, e);
	if (result == 0 && !read_header(page, d))
		result = err_set(e, ERR_ENVIRONMENT,
			"%s: its header is not that of the imported data set %s", path, name);
	if (result == 0)
		result = memory_map_file(d, path, e);
	if (result == 0) {
		memory_digest(d, digest);
		if (strcmp(digest, d->digest))
			result = err_set(e, ERR_ENVIRONMENT,
				"%s: damaged: its content has the digest %s, its header says %s; "
				"import it again",
				path, digest, d->digest);
		else if (!labels_fit(d))
			result = err_set(e, ERR_ENVIRONMENT,
				"%s: damaged: a label is not below the %d classes", path,
				d->classes);
	}
	if (result) {
		dataset_close(d);
		return -1;
	}
	*out = d;
	return 1;
}

/* The files of a name in a place; freed with globfree. */
static size_t find(const char *place, const char *name, glob_t *found)
{
	struct str pattern = { 0 };
	for (const char *c = place; *c; c++)
		str_addf(&pattern, strchr("*?[\\", *c) ? "\\%c" : "%c", *c);
	str_addf(&pattern, "/%s/", name);
	for (int i = 0; i < DIGEST_TEXT - 1; i++)
		str_add(&pattern, "[0-9a-f]");
	str_add(&pattern, ".data");
	const int result = glob(pattern.s, 0, NULL, found);
	str_free(&pattern);
	return result == 0 ? found->gl_pathc : 0;
}

int imported_open(const char *place, const char *name, struct err *e, struct dataset **out)
{
	if (!imported_name_is_good(name))
		return 0;
	glob_t found = { 0 };
	const size_t count = find(place, name, &found);
	int result = 0;
	if (count > 1)
		result = err_set(e, ERR_ENVIRONMENT,
			"two contents of one name: %s and %s; remove the one that is not meant "
			"(retrial data rm %s DIGEST), or import it under another name",
			found.gl_pathv[0], found.gl_pathv[1], name);
	else if (count == 1)
		result = open_file(found.gl_pathv[0], name, e, out);
	globfree(&found);
	return result;
}

int imported_describe(const char *place, const char *name, struct dataset_info *out)
{
	char page[MEMORY_HEADER_BYTES + 1];
	struct dataset d = { 0 };
	struct err ignored;
	glob_t found = { 0 };
	if (!imported_name_is_good(name))
		return 0;
	const size_t count = find(place, name, &found);
	int result = count > 1 ? -1 : (int)count;
	snprintf(d.name, sizeof(d.name), "%s", name);
	if (result > 0 && (read_page(found.gl_pathv[0], page, &ignored) || !read_header(page, &d)))
		result = -1;
	*out = (struct dataset_info){ .channels = d.channels,
		.height = d.height,
		.width = d.width,
		.classes = d.classes,
		.train_count = d.train_count,
		.test_count = d.test_count,
		.reals = d.reals };
	free(d.class_names);
	globfree(&found);
	return result;
}

/* Does the file of a set have a name that begins so? */
static bool is_of(const char *path, const char *digest)
{
	return strncmp(strrchr(path, '/') + 1, digest, strlen(digest)) == 0;
}

int dataset_remove(const char *name, const char *place, const char *digest, struct err *e)
{
	glob_t found = { 0 };
	const char *path = NULL;
	size_t matches = 0;
	int result = 0;
	if (manifest_find(name))
		return err_set(e, ERR_USAGE,
			"%s is a published data set: only imported ones are removed", name);
	if (imported_name_is_good(name))
		find(place, name, &found);
	for (size_t i = 0; i < found.gl_pathc; i++)
		if (is_of(found.gl_pathv[i], digest ? digest : "")) {
			path = found.gl_pathv[i];
			matches++;
		}
	if (matches == 0)
		result = err_set(e, ERR_USAGE, "%s: no imported data set %s%s%s", place, name,
			digest ? " whose digest begins with " : "", digest ? digest : "");
	else if (matches > 1)
		result = err_set(e, ERR_USAGE,
			"%zu contents of one name: %s and %s; say which: retrial data rm %s DIGEST",
			matches, found.gl_pathv[0], found.gl_pathv[1], name);
	else if (unlink(path))
		result = err_errno(e, path);
	if (result == 0) {
		struct str folder = { 0 };
		str_addf(&folder, "%s/%s", place, name);
		rmdir(folder.s); /* stays where something else is in it */
		str_free(&folder);
	}
	globfree(&found);
	return result;
}

void imported_list(const char *place, void (*take)(void *context, const char *name), void *context)
{
	glob_t found = { 0 };
	find(place, "*", &found);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char *path = found.gl_pathv[i], *file = strrchr(path, '/');
		*file = '\0';
		const char *name = strrchr(path, '/') + 1;
		if (imported_name_is_good(name))
			take(context, name);
	}
	globfree(&found);
}
