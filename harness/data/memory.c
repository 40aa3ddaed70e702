/* memory.c - see memory.h. */
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct dataset *memory_describe(const struct dataset_info *info)
{
	struct dataset *d = calloc(1, sizeof(*d));
	if (!d)
		return NULL;
	snprintf(d->name, sizeof(d->name), "%s", info->name);
	d->channels = info->channels;
	d->height = info->height;
	d->width = info->width;
	d->classes = info->classes;
	d->train_count = info->train_count;
	d->test_count = info->test_count;
	return d;
}

size_t memory_image_bytes(const struct dataset *d)
{
	return (size_t)d->channels * (size_t)d->height * (size_t)d->width
		* (d->reals ? sizeof(float) : 1);
}

/* Labels of the training images: behind them floats have to begin at a whole number of theirs. */
static size_t train_label_bytes(const struct dataset *d)
{
	return d->reals ? ((size_t)d->train_count + 63) / 64 * 64 : d->train_count;
}

/* Of the mapping. */
static size_t memory_bytes(const struct dataset *d)
{
	return MEMORY_HEADER_BYTES
		+ ((size_t)d->train_count + d->test_count) * memory_image_bytes(d)
		+ train_label_bytes(d) + d->test_count;
}

static void set_memory(struct dataset *d, uint8_t *memory)
{
	const size_t image_bytes = memory_image_bytes(d);
	d->memory = memory;
	d->memory_bytes = memory_bytes(d);
	d->train_images = memory + MEMORY_HEADER_BYTES;
	d->train_labels = d->train_images + d->train_count * image_bytes;
	d->test_images = d->train_labels + train_label_bytes(d);
	d->test_labels = d->test_images + d->test_count * image_bytes;
}

int memory_allocate(struct dataset *d, struct memory_part parts[PART_COUNT], struct err *e)
{
	uint8_t *memory = mmap(
		NULL, memory_bytes(d), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return err_nomem(e);
	set_memory(d, memory);
	parts[PART_TRAIN] = (struct memory_part){ memory + (d->train_images - memory),
		memory + (d->train_labels - memory), d->train_count };
	parts[PART_TEST] = (struct memory_part){ memory + (d->test_images - memory),
		memory + (d->test_labels - memory), d->test_count };
	return 0;
}

int memory_map_file(struct dataset *d, const char *path, struct err *e)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, path);
	struct stat info;
	int result = 0;
	if (fstat(fd, &info)) {
		result = err_errno(e, path);
	} else if (!S_ISREG(info.st_mode) || (unsigned long long)info.st_size != memory_bytes(d)) {
		result = err_set(
			e, ERR_ENVIRONMENT, "%s: not a file of %zu bytes", path, memory_bytes(d));
	} else {
		uint8_t *memory = mmap(NULL, memory_bytes(d), PROT_READ, MAP_SHARED, fd, 0);
		if (memory == MAP_FAILED)
			result = err_errno(e, path);
		else
			set_memory(d, memory);
	}
	close(fd);
	return result;
}

static void add_part(struct digest *digest, const struct dataset *d, const char *part,
	const uint8_t *images, const uint8_t *labels, uint32_t count)
{
	char line[128];
	snprintf(line, sizeof(line), "%s_images %s %u %d %d %d\n", part,
		d->reals ? "float32" : "uint8", (unsigned)count, d->channels, d->height, d->width);
	digest_add(digest, line, strlen(line));
	digest_add(digest, images, count * memory_image_bytes(d));
	snprintf(line, sizeof(line), "%s_labels uint8 %u\n", part, (unsigned)count);
	digest_add(digest, line, strlen(line));
	digest_add(digest, labels, count);
}

void memory_digest(const struct dataset *d, char text[DIGEST_TEXT])
{
	struct digest *digest = digest_begin();
	add_part(digest, d, "train", d->train_images, d->train_labels, d->train_count);
	add_part(digest, d, "test", d->test_images, d->test_labels, d->test_count);
	digest_end(digest, text);
}

int memory_protect(struct dataset *d, struct err *e)
{
	if (mprotect(d->memory, d->memory_bytes, PROT_READ))
		return err_errno(e, "mprotect");
	return 0;
}
