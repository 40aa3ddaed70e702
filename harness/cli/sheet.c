/* sheet.c - see sheet.h. */
#include "sheet.h"

#include <errno.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/file.h"
#include "../base/str.h"

extern char **environ;

int sheet_make(struct sheet *s, int columns, int rows, int picture_width, int picture_height,
	struct err *e)
{
	*s = (struct sheet){ .columns = columns,
		.rows = rows,
		.picture_width = picture_width,
		.picture_height = picture_height };
	s->width = columns * (picture_width * SHEET_SCALE + SHEET_GAP) + SHEET_GAP;
	s->height = rows * (picture_height * SHEET_SCALE + SHEET_GAP) + SHEET_GAP;
	const size_t bytes = (size_t)s->width * (size_t)s->height * 3;
	s->pixels = malloc(bytes);
	if (!s->pixels)
		return err_nomem(e);
	memset(s->pixels, 255, bytes);
	return 0;
}

void sheet_free(struct sheet *s)
{
	free(s->pixels);
	s->pixels = NULL;
}

void sheet_put(struct sheet *s, int column, int row, const uint8_t *picture, int channels)
{
	const int left = SHEET_GAP + column * (s->picture_width * SHEET_SCALE + SHEET_GAP);
	const int top = SHEET_GAP + row * (s->picture_height * SHEET_SCALE + SHEET_GAP);
	const int plane = s->picture_width * s->picture_height;
	for (int y = 0; y < s->picture_height * SHEET_SCALE; y++) {
		for (int x = 0; x < s->picture_width * SHEET_SCALE; x++) {
			const int from = y / SHEET_SCALE * s->picture_width + x / SHEET_SCALE;
			uint8_t *to = s->pixels
				+ 3 * ((size_t)(top + y) * (size_t)s->width + (size_t)(left + x));
			for (int c = 0; c < 3; c++)
				to[c] = picture[from + (channels == 3 ? c * plane : 0)];
		}
	}
}

/* ---- PPM, PGM ---- */

static int write_netpbm(const struct sheet *s, const char *path, bool color, struct err *e)
{
	struct str out = { 0 };
	const size_t count = (size_t)s->width * (size_t)s->height;
	str_addf(&out, "P%d\n%d %d\n255\n", color ? 6 : 5, s->width, s->height);
	if (color) {
		str_add_bytes(&out, (const char *)s->pixels, 3 * count);
	} else {
		for (size_t i = 0; i < count; i++) {
			const uint8_t *p = s->pixels + 3 * i;
			const char grey = (char)((299 * p[0] + 587 * p[1] + 114 * p[2] + 500)
				/ 1000); /* ITU-R BT.601 */
			str_add_bytes(&out, &grey, 1);
		}
	}
	const int result = file_write(path, out.s, out.length, e);
	str_free(&out);
	return result;
}

/* ---- PNG ---- */

/* gnuplot draws pixels one to one only when the canvas is a row and a column larger (5.4). */
static void gnuplot_script(const struct sheet *s, FILE *f)
{
	fprintf(f, "set terminal png truecolor size %d,%d\n", s->width + 1, s->height + 1);
	fprintf(f, "unset border\nunset tics\nunset key\nset margins 0,0,0,0\n");
	fprintf(f, "set xrange [-0.5:%d.5]\nset yrange [%d.5:-0.5]\n", s->width - 1, s->height - 1);
	fprintf(f, "plot '-' binary array=(%d,%d) format='%%uchar' with rgbimage notitle\n",
		s->width, s->height);
	fwrite(s->pixels, 3, (size_t)s->width * (size_t)s->height, f);
}

/* Read a pipe to its end. */
static int read_pipe(int fd, struct str *out, struct err *e)
{
	char piece[1 << 14];
	for (;;) {
		const ssize_t got = read(fd, piece, sizeof(piece));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(e, "gnuplot");
		if (got == 0)
			return 0;
		str_add_bytes(out, piece, (size_t)got);
	}
}

/* Run gnuplot with the script as its standard input; its standard output is what it drew. */
static int run_gnuplot(FILE *script, struct str *png, struct err *e)
{
	int ends[2];
	if (pipe(ends))
		return err_errno(e, "gnuplot");
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fileno(script), STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	posix_spawn_file_actions_addclose(&actions, ends[1]);
	pid_t pid;
	char *arguments[] = { "gnuplot", NULL };
	const int failure = posix_spawnp(&pid, "gnuplot", &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	int result;
	if (failure) {
		result = err_set(e, ERR_ENVIRONMENT,
			"gnuplot: %s (it makes the PNG: install gnuplot-nox, or write a .ppm)",
			strerror(failure));
	} else {
		result = read_pipe(ends[0], png, e);
		int status;
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			continue;
		if (result == 0
			&& (status != 0 || png->length < 8
				|| memcmp(png->s, "\x89PNG\r\n\x1a\n", 8) != 0))
			result = err_set(
				e, ERR_ENVIRONMENT, "gnuplot made no PNG (wait status %d)", status);
	}
	close(ends[0]);
	return result;
}

static int write_png(const struct sheet *s, const char *path, struct err *e)
{
	FILE *script = tmpfile();
	if (!script)
		return err_errno(e, "temporary file");
	gnuplot_script(s, script);
	int result;
	struct str png = { 0 };
	if (fflush(script) || fseek(script, 0, SEEK_SET))
		result = err_errno(e, "temporary file");
	else
		result = run_gnuplot(script, &png, e);
	fclose(script);
	if (result == 0)
		result = file_write(path, png.s, png.length, e);
	str_free(&png);
	return result;
}

int sheet_write(const struct sheet *s, const char *path, struct err *e)
{
	const char *dot = strrchr(path, '.');
	if (dot && strcasecmp(dot, ".png") == 0)
		return write_png(s, path, e);
	if (dot && strcasecmp(dot, ".ppm") == 0)
		return write_netpbm(s, path, true, e);
	if (dot && strcasecmp(dot, ".pgm") == 0)
		return write_netpbm(s, path, false, e);
	return err_set(e, ERR_USAGE,
		"%s: the name must end in .png, .ppm or .pgm, which says what is written", path);
}
