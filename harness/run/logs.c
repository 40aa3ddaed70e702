/* logs.c - see logs.h. */
#include "logs.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void log_open(struct log_stream *log, const char *path)
{
	*log = (struct log_stream){ .file = -1 };
	if (path)
		log->file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static void add_to_file(struct log_stream *log, const char *bytes, size_t count)
{
	if (log->file < 0)
		return;
	if (log->file_bytes + count > LOGS_HEAD_BYTES + LOGS_TAIL_BYTES) {
		if (ftruncate(log->file, 0) || lseek(log->file, 0, SEEK_SET))
			return;
		log->file_bytes = 0;
	}
	const ssize_t n = write(log->file, bytes, count);
	log->file_bytes += n > 0 ? (size_t)n : 0;
}

static int add_to_tail(struct log_stream *log, const char *bytes, size_t count, struct err *e)
{
	if (!log->tail && !(log->tail = malloc(LOGS_TAIL_BYTES)))
		return err_nomem(e);
	for (size_t at = (size_t)((log->total - LOGS_HEAD_BYTES) % LOGS_TAIL_BYTES); count;) {
		const size_t room = LOGS_TAIL_BYTES - at, n = count < room ? count : room;
		memcpy(log->tail + at, bytes, n);
		bytes += n;
		count -= n;
		log->total += n;
		at = (at + n) % LOGS_TAIL_BYTES;
	}
	return 0;
}

int log_add(struct log_stream *log, const char *bytes, size_t count, struct err *e)
{
	const size_t room = LOGS_HEAD_BYTES - log->head.length, n = count < room ? count : room;
	add_to_file(log, bytes, count);
	str_add_bytes(&log->head, bytes, n);
	log->total += n;
	return n < count ? add_to_tail(log, bytes + n, count - n, e) : 0;
}

void log_close(struct log_stream *log)
{
	if (log->file >= 0)
		close(log->file);
	log->file = -1;
	str_free(&log->head);
	free(log->tail);
	log->tail = NULL;
}

void log_text(const struct log_stream *log, struct str *out)
{
	const uint64_t behind = log->total - log->head.length;
	str_add_bytes(out, log->head.s ? log->head.s : "", log->head.length);
	if (behind <= LOGS_TAIL_BYTES) {
		str_add_bytes(out, log->tail ? log->tail : "", (size_t)behind);
		return;
	}
	const size_t at = (size_t)(behind % LOGS_TAIL_BYTES);
	str_addf(out, "\n[retrial: %llu bytes are left out here]\n",
		(unsigned long long)(behind - LOGS_TAIL_BYTES));
	str_add_bytes(out, log->tail + at, LOGS_TAIL_BYTES - at);
	str_add_bytes(out, log->tail, at);
}

/* Bytes of the UTF-8 character that begins here, or 0. */
static size_t character_bytes(const char *p, size_t count)
{
	const unsigned char c = (unsigned char)*p;
	const size_t n = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC2 ? 2 : 0;
	char text[5] = "";
	if (n == 0 || n > count)
		return 0;
	memcpy(text, p, n);
	return strlen(text) == n && str_is_utf8(text) ? n : 0;
}

void log_escape(const char *bytes, size_t count, struct str *out)
{
	for (size_t i = 0; i < count;) {
		const unsigned char c = (unsigned char)bytes[i];
		const size_t n = character_bytes(bytes + i, count - i);
		const bool control = (c < ' ' && c != '\n' && c != '\t') || c == 127
			|| (n == 2 && c == 0xC2 && (unsigned char)bytes[i + 1] < 0xA0);
		if (n && !control) {
			str_add_bytes(out, bytes + i, n);
			i += n;
		} else if (c == '\r' && i + 1 < count && bytes[i + 1] == '\n') {
			i++;
		} else {
			str_addf(out, "\\x%02x", c);
			i++;
		}
	}
}

void log_last_lines(const struct log_stream *log, int lines, size_t bytes, struct str *out)
{
	struct str text = { 0 };
	log_text(log, &text);
	size_t end = text.length;
	while (end > 0 && strchr("\n\r \t", text.s[end - 1]))
		end--;
	size_t start = end;
	for (int found = 0; start > 0 && end - start < bytes; start--)
		if (text.s[start - 1] == '\n' && ++found == lines)
			break;
	log_escape(text.s ? text.s + start : "", end - start, out);
	str_free(&text);
	for (char *p = out->s; p && *p; p++)
		if (*p == '\t')
			*p = ' ';
}
