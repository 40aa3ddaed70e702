/* err.c - see err.h. Formats texts; decides nothing and prints nothing. */
#include "err.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where a text of `count` bytes may be cut so that no UTF-8 character is split. */
static size_t utf8_cut(const char *text, size_t count)
{
	while (count > 0 && ((unsigned char)text[count] & 0xC0) == 0x80)
		count--;
	return count;
}

/* Put text into e, cut to its size. text may not lie in e. */
static void store_text(struct err *e, const char *text)
{
	const size_t length = strlen(text), room = sizeof(e->text) - 1;
	if (length <= room) {
		memcpy(e->text, text, length + 1);
		return;
	}
	const size_t cut = utf8_cut(text, room - 3);
	memcpy(e->text, text, cut);
	memcpy(e->text + cut, "...", 4);
}

int err_set(struct err *e, enum err_kind kind, const char *format, ...)
{
	if (!e)
		return -1;
	/* Formatted beside e, because the arguments may be e's own old text; one byte more than e
	 * holds shows that it was cut. */
	char text[sizeof(e->text) + 1];
	va_list list;
	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	e->kind = kind;
	store_text(e, text);
	return -1;
}

int err_prefix(struct err *e, const char *format, ...)
{
	if (!e)
		return -1;
	char text[2 * sizeof(e->text)];
	va_list list;
	va_start(list, format);
	vsnprintf(text, sizeof(e->text), format, list);
	va_end(list);
	const size_t used = strlen(text);
	memcpy(text + used, e->text, strlen(e->text) + 1);
	store_text(e, text);
	return -1;
}

int err_nomem(struct err *e)
{
	return err_set(e, ERR_ENVIRONMENT, "out of memory");
}

void err_end_nomem(void)
{
	static const char message[] = "retrial: out of memory\n";
	/* Nothing that allocates; whether somebody reads it changes nothing. */
	if (write(STDERR_FILENO, message, sizeof(message) - 1) < 0)
		_exit(ERR_ENVIRONMENT);
	_exit(ERR_ENVIRONMENT);
}

void *err_malloc(size_t count)
{
	void *memory = malloc(count);
	if (!memory && count)
		err_end_nomem();
	return memory;
}

int err_errno(struct err *e, const char *path)
{
	return err_set(e, ERR_ENVIRONMENT, "%s: %s", path, strerror(errno));
}
