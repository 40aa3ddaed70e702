/* terminal.c - see terminal.h. Streams of fopencookie stand in the place of stdout and stderr. */
#include "terminal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../report/screen.h"

/* A guarded stream. */
struct guard {
	int fd;
	bool raw;       /* bytes pass as they are */
	unsigned state; /* of terminal_escape */
};

static struct guard guards[2] = { { .fd = STDOUT_FILENO }, { .fd = STDERR_FILENO } };
static bool paged; /* a pager shows stdout on a terminal */

/* state: how many bytes of a UTF-8 character are still to come, and whether it began with 0xc2,
 * whose next byte decides: that one is held back. */
enum { LEFT = 3, HELD = 4 };

static size_t add_hex(unsigned char byte, char *out)
{
	static const char digits[] = "0123456789abcdef";
	out[0] = '\\';
	out[1] = 'x';
	out[2] = digits[byte >> 4];
	out[3] = digits[byte & 15];
	return 4;
}

size_t terminal_escape(unsigned *state, const char *bytes, size_t count, char *out)
{
	size_t n = 0;
	for (size_t i = 0; i < count; i++) {
		const unsigned char c = (unsigned char)bytes[i];
		const bool tail = (c & 0xc0) == 0x80;
		if (*state & HELD) {
			*state = 0;
			if (tail && c < 0xa0) {
				n += add_hex(0xc2, out + n);
				n += add_hex(c, out + n);
				continue;
			}
			out[n++] = (char)0xc2;
			if (tail) {
				out[n++] = (char)c;
				continue;
			}
		}
		if (tail && *state & LEFT) {
			--*state;
			out[n++] = (char)c;
			continue;
		}
		*state = c == 0xc2 ? HELD : c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c > 0xc2 ? 1 : 0;
		if (c == 0xc2)
			continue;
		if (tail || (c < ' ' && c != '\n' && c != '\t') || c == 127)
			n += add_hex(c, out + n);
		else
			out[n++] = (char)c;
	}
	return n;
}

static int write_all(int fd, const char *bytes, size_t count)
{
	while (count > 0) {
		const ssize_t written = write(fd, bytes, count);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -1;
		bytes += written;
		count -= (size_t)written;
	}
	return 0;
}

/* For fopencookie: how many bytes were taken, 0 for a failure. */
static ssize_t write_guarded(void *cookie, const char *bytes, size_t count)
{
	enum { PIECE = 4096 };
	struct guard *g = cookie;
	char out[(PIECE + 1) * TERMINAL_GROWTH];
	if (g->raw)
		return write_all(g->fd, bytes, count) ? 0 : (ssize_t)count;
	for (size_t done = 0; done < count;) {
		const size_t piece = count - done < PIECE ? count - done : PIECE;
		const size_t length = terminal_escape(&g->state, bytes + done, piece, out);
		if (write_all(g->fd, out, length))
			return 0;
		done += piece;
	}
	return (ssize_t)count;
}

int terminal_guard(void)
{
	const cookie_io_functions_t functions = { .write = write_guarded };
	FILE *out = fopencookie(&guards[0], "w", functions);
	FILE *error = fopencookie(&guards[1], "w", functions);
	if (!out || !error)
		return -1;
	setvbuf(out, NULL, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, BUFSIZ * 8);
	setvbuf(error, NULL, _IONBF, 0);
	fflush(stdout);
	stdout = out;
	stderr = error;
	return 0;
}

static struct guard *guard_of(FILE *stream)
{
	return &guards[stream == stderr];
}

void terminal_control(FILE *stream, const char *format, ...)
{
	va_list arguments;
	fflush(stream);
	guard_of(stream)->raw = true;
	va_start(arguments, format);
	vfprintf(stream, format, arguments);
	va_end(arguments);
	fflush(stream);
	guard_of(stream)->raw = false;
}

/* ---- colour ---- */

static enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color;

int terminal_set_color(const char *when)
{
	static const char *const words[] = { "auto", "always", "never" };
	for (int i = 0; i < 3; i++) {
		if (strcmp(when, words[i]) != 0)
			continue;
		color = i;
		return 0;
	}
	return -1;
}

void terminal_set_paged(void)
{
	paged = true;
}

bool terminal_color(FILE *stream)
{
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
	if (color != COLOR_AUTO)
		return color == COLOR_ALWAYS;
	return (isatty(terminal_descriptor(stream)) || (paged && stream == stdout))
		&& !(no_color && *no_color) && term && *term && strcmp(term, "dumb") != 0;
}

static void begin_style(FILE *stream, enum terminal_style style)
{
	static const char *const codes[] = { [STYLE_GOOD] = "32",
		[STYLE_BAD] = "1;31",
		[STYLE_NOTICE] = "33",
		[STYLE_ACTIVE] = "36",
		[STYLE_STRONG] = "1",
		[STYLE_WEAK] = "2" };
	if (style != STYLE_PLAIN && terminal_color(stream))
		terminal_control(stream, "\033[%sm", codes[style]);
}

static void end_style(FILE *stream, enum terminal_style style)
{
	if (style != STYLE_PLAIN && terminal_color(stream))
		terminal_control(stream, "\033[0m");
}

void terminal_styled(FILE *stream, enum terminal_style style, const char *text)
{
	begin_style(stream, style);
	fputs(text, stream);
	end_style(stream, style);
}

void terminal_write_marked(FILE *stream, const char *text, size_t length)
{
	static const enum terminal_style styles[] = { [SCREEN_GOOD - SCREEN_PLAIN] = STYLE_GOOD,
		[SCREEN_BAD - SCREEN_PLAIN] = STYLE_BAD,
		[SCREEN_NOTICE - SCREEN_PLAIN] = STYLE_NOTICE,
		[SCREEN_ACTIVE - SCREEN_PLAIN] = STYLE_ACTIVE,
		[SCREEN_STRONG - SCREEN_PLAIN] = STYLE_STRONG,
		[SCREEN_WEAK - SCREEN_PLAIN] = STYLE_WEAK };
	enum terminal_style style = STYLE_PLAIN;
	while (length > 0) {
		const char *mark = memchr(text, SCREEN_MARK, length);
		const size_t piece = mark ? (size_t)(mark - text) : length;
		begin_style(stream, style);
		fwrite(text, 1, piece, stream);
		end_style(stream, style);
		if (!mark || piece + 2 > length)
			return;
		style = mark[1] > SCREEN_PLAIN && mark[1] <= SCREEN_WEAK
			? styles[mark[1] - SCREEN_PLAIN]
			: STYLE_PLAIN;
		text += piece + 2;
		length -= piece + 2;
	}
}

void terminal_raw_output(void)
{
	fflush(stdout);
	guards[0].raw = !isatty(STDOUT_FILENO);
}

int terminal_descriptor(FILE *stream)
{
	return guard_of(stream)->fd;
}
