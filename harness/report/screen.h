/* screen.h - what a person looks at: how many columns a text has to fit, and whether it may carry
 * colours. The command line sets it once, before the first text; until then texts are complete and
 * plain, as files and programs need them. */
#ifndef REPORT_SCREEN_H
#define REPORT_SCREEN_H

#include <stdbool.h>

/* columns: the width of the terminal, 0 for none. */
void screen_set(int columns, bool color);
/* From now on tables hide no column (its texts may still be shortened): somebody asked for them. */
void screen_keep_columns(void);

/* The texts that follow will be indented by so many columns (0: no longer; SCREEN_WHOLE: they are
 * not fitted at all). */
enum { SCREEN_WHOLE = 1 << 20 };
void screen_indent(int columns);

int screen_columns(void);
bool screen_color(void);
bool screen_hides_columns(void);

/* Styles in a text that screen_color allows: SCREEN_MARK, then the style. The byte occurs in no
 * UTF-8. cli/terminal.c turns marks into colours (terminal_write_marked). */
enum { SCREEN_MARK = 0xff };
enum screen_style {
	SCREEN_PLAIN = '0',
	SCREEN_GOOD,
	SCREEN_BAD,
	SCREEN_NOTICE,
	SCREEN_ACTIVE,
	SCREEN_STRONG,
	SCREEN_WEAK
};

/* How the name of a trial's state or of a verdict looks; SCREEN_PLAIN for any other text. */
enum screen_style screen_style_of(const char *word);

#endif
