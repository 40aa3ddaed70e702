/* terminal.h - what goes to standard output and standard error: text, and never control characters
 * that come from a file or a database. They could move the cursor, change colours or hide what
 * stands there. Everything that this program prints passes here. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* From now on stdout and stderr write control characters as \x1b (all of C0 but tab and line feed,
 * DEL, C1, and bytes that would be C1 outside UTF-8). Returns 0, or -1 when memory runs out. */
int terminal_guard(void);

/* Write the program's own control sequence, such as "\r\033[K". */
void terminal_control(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* From now on stdout gets every byte as it is: for data that a program reads. On a terminal it
 * stays guarded. */
void terminal_raw_output(void);

/* Colour, for all output at once: "auto" (the beginning), "always" or "never". Returns 0, or -1 for
 * another word. */
int terminal_set_color(const char *when);

/* Is text on this stream coloured? With "auto": on a terminal, unless NO_COLOR is set or TERM is
 * dumb or empty. Progress that redraws lines follows --progress instead. */
bool terminal_color(FILE *stream);

/* How text looks: good is green, bad red, notice yellow, active cyan, strong bold, weak dim. */
enum terminal_style {
	STYLE_PLAIN,
	STYLE_GOOD,
	STYLE_BAD,
	STYLE_NOTICE,
	STYLE_ACTIVE,
	STYLE_STRONG,
	STYLE_WEAK
};

/* Write text in a style where terminal_color allows it. The text itself is guarded as ever. */
void terminal_styled(FILE *stream, enum terminal_style style, const char *text);

/* Write a text of report/, whose marks (report/screen.h) say how a piece looks. */
void terminal_write_marked(FILE *stream, const char *text, size_t length);

/* A pager shows stdout on the terminal: colours stay as they were. */
void terminal_set_paged(void);

/* The descriptor of stdout or stderr: a guarded stream has none of its own. */
int terminal_descriptor(FILE *stream);

/* The escaping itself, of bytes that come in pieces. *state is 0 at first. At most TERMINAL_GROWTH
 * bytes are written for each byte, and for what an earlier piece left. Returns how many. */
enum { TERMINAL_GROWTH = 8 };
size_t terminal_escape(unsigned *state, const char *bytes, size_t count, char *out);

#endif
