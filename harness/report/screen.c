/* screen.c - see screen.h. Also the one table of how states and verdicts look. */
#include "screen.h"

#include <stddef.h>
#include <string.h>

static struct {
	int columns, indent;
	bool color, keep;
} screen;

void screen_set(int columns, bool color)
{
	screen.columns = columns;
	screen.color = color;
}

void screen_keep_columns(void)
{
	screen.keep = true;
}

void screen_indent(int columns)
{
	screen.indent = columns;
}

int screen_columns(void)
{
	return screen.columns > screen.indent ? screen.columns - screen.indent : 0;
}

bool screen_color(void)
{
	return screen.color;
}

bool screen_hides_columns(void)
{
	return !screen.keep;
}

enum screen_style screen_style_of(const char *word)
{
	static const struct {
		const char *word;
		enum screen_style style;
	} styles[] = {
		{ "done", SCREEN_GOOD },
		{ "reproduced", SCREEN_GOOD },
		{ "exceeded", SCREEN_GOOD },
		{ "consistent", SCREEN_GOOD },
		{ "equivalent", SCREEN_GOOD },
		{ "running", SCREEN_ACTIVE },
		{ "failed", SCREEN_BAD },
		{ "diverged", SCREEN_BAD },
		{ "timeout", SCREEN_BAD },
		{ "not reproduced", SCREEN_BAD },
		{ "larger", SCREEN_BAD },
		{ "smaller", SCREEN_BAD },
		{ "interrupted", SCREEN_NOTICE },
		{ "pruned", SCREEN_NOTICE },
		{ "skipped", SCREEN_NOTICE },
		{ "undecided", SCREEN_NOTICE },
		{ "inconclusive", SCREEN_NOTICE },
		{ "uninformative", SCREEN_NOTICE },
		{ "no data", SCREEN_NOTICE },
		{ "queued", SCREEN_WEAK },
	};
	const char *mark = strstr(word, " ["); /* of a footnote */
	const size_t length = mark ? (size_t)(mark - word) : strlen(word);
	for (size_t i = 0; i < sizeof(styles) / sizeof(*styles); i++)
		if (strlen(styles[i].word) == length && memcmp(word, styles[i].word, length) == 0)
			return styles[i].style;
	return SCREEN_PLAIN;
}
