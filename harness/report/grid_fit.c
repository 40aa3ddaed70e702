/* grid_fit.c - see grid_fit.h. */
#include "grid_fit.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum {
	IDENTITY_MIN = 7,     /* digits of an identity, as git has them */
	IDENTITY_DIGITS = 12, /* fewer are no identity */
	TEXT_MIN = 10,        /* columns that a text keeps */
	TEXT_MAX = 64,        /* columns in which two texts must differ */
	HEADING_MIN = 18,
	NUMBER_MAX = 16,     /* columns of what is aligned to the right and stays whole */
	DISTINCT_MAX = 2000, /* texts of one column that are compared with each other */
	FORMS = 4,
};

/* Of a column: how it can be shorter. */
struct fitting {
	bool identity, hidden;
	const char **values; /* the distinct ones, sorted; NULL when there are too many */
	size_t count;
	size_t prefix; /* bytes that all have in common */
	int full, least, width, form;
};

static void *must(void *memory)
{
	if (!memory)
		err_end_nomem();
	return memory;
}

/* ---- texts ---- */

/* The columns of the character at text, and its bytes. */
static int character_width(const char *text, size_t *bytes)
{
	wchar_t wide;
	mbstate_t state = { 0 };
	const size_t got = mbrtowc(&wide, text, strlen(text), &state);
	*bytes = got == 0 || got > 4 ? 1 : got;
	if (got == 0 || got > 4)
		return 4;
	const int columns = wcwidth(wide);
	return columns < 0 ? 4 * (int)got : columns;
}

int grid_text_width(const char *text)
{
	int width = 0;
	for (size_t bytes; *text; text += bytes)
		width += character_width(text, &bytes);
	return width;
}

/* Append what of text fits so many columns. */
static void add_head(struct str *out, const char *text, int columns)
{
	size_t bytes;
	for (int width; *text && (width = character_width(text, &bytes)) <= columns;
		text += bytes) {
		str_add_bytes(out, text, bytes);
		columns -= width;
	}
}

/* The last part of text that fits so many columns. */
static const char *tail_of(const char *text, int columns)
{
	size_t bytes;
	int width = grid_text_width(text);
	for (; *text && width > columns; text += bytes)
		width -= character_width(text, &bytes);
	return text;
}

/* Ways to shorten a text: its middle, more of its beginning, its end, or what all have in common is
 * left out. */
static void shorten(struct str *out, const char *text, int width, int form, const struct fitting *f)
{
	static const char ellipsis[] = "…";
	if (grid_text_width(text) <= width) {
		str_add(out, text);
		return;
	}
	if (form == 3 && strlen(text) > f->prefix) {
		str_add(out, ellipsis);
		const char *rest = text + f->prefix;
		const bool fits = grid_text_width(rest) <= width - 1;
		add_head(out, rest, fits ? width - 1 : width - 2);
		if (!fits)
			str_add(out, ellipsis);
		return;
	}
	const int tail = form == 0 ? (width - 1) / 2 : form == 1 ? (width - 1) / 4 : 0;
	add_head(out, text, width - 1 - tail);
	str_add(out, ellipsis);
	str_add(out, tail_of(text, tail));
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Are the shortened texts as many as the texts? */
static bool stays_distinct(const struct fitting *f, int width, int form)
{
	char **made = must(calloc(f->count + 1, sizeof(*made)));
	bool distinct = true;
	for (size_t i = 0; i < f->count; i++) {
		struct str text = { 0 };
		shorten(&text, f->values[i], width, form, f);
		made[i] = str_take(&text);
	}
	qsort(made, f->count, sizeof(*made), by_text);
	for (size_t i = 1; i < f->count && distinct; i++)
		distinct = strcmp(made[i - 1], made[i]) != 0;
	for (size_t i = 0; i < f->count; i++)
		free(made[i]);
	free(made);
	return distinct;
}

/* ---- columns ---- */

static bool is_identity(const char *text)
{
	const size_t length = strlen(text);
	return length >= IDENTITY_DIGITS && strspn(text, "0123456789abcdef") == length;
}

/* The distinct texts of a column, sorted. */
static void find_values(struct fitting *f, const struct grid *g, int column)
{
	f->values = must(calloc(g->row_count + 1, sizeof(*f->values)));
	f->identity = g->row_count > 0;
	for (size_t r = 0; r < g->row_count; r++) {
		f->values[r] = grid_get(g, r, column);
		f->identity = f->identity && is_identity(f->values[r]);
	}
	qsort(f->values, g->row_count, sizeof(*f->values), by_text);
	for (size_t r = 0; r < g->row_count; r++)
		if (!f->count || strcmp(f->values[f->count - 1], f->values[r]) != 0)
			f->values[f->count++] = f->values[r];
}

static size_t common(const char *a, const char *b)
{
	size_t n = 0;
	while (a[n] && a[n] == b[n])
		n++;
	return n;
}

/* The digits that tell all identities apart; in sorted order neighbours are the nearest. */
static int digits_needed(const struct fitting *f)
{
	size_t needed = IDENTITY_MIN;
	for (size_t i = 1; i < f->count; i++) {
		const size_t same = common(f->values[i - 1], f->values[i]) + 1;
		needed = same > needed ? same : needed;
	}
	return (int)needed;
}

/* The bytes that all texts begin with, a whole number of characters. */
static size_t common_prefix(const struct fitting *f)
{
	size_t bytes = f->count > 1 ? common(f->values[0], f->values[f->count - 1]) : 0;
	while (bytes && ((unsigned char)f->values[0][bytes] & 0xc0) == 0x80)
		bytes--;
	return bytes;
}

/* The fewest columns in which all texts stay different, and how. */
static void find_least(struct fitting *f, int cells)
{
	f->least = cells;
	if (cells <= TEXT_MIN || f->count > DISTINCT_MAX)
		return;
	f->prefix = common_prefix(f);
	for (int width = TEXT_MIN; width < cells && width <= TEXT_MAX; width++)
		for (int form = 0; form < FORMS; form++)
			if (stays_distinct(f, width, form)) {
				f->least = width;
				f->form = form;
				return;
			}
	if (cells > TEXT_MAX) { /* remarks, reasons: the rows have identities */
		f->least = TEXT_MIN;
		f->form = 2;
	}
}

/* "lr" of "single.lr". */
static const char *last_name(const char *heading)
{
	const char *dot = strrchr(heading, '.');
	return dot && dot[1] && dot[1] != ' ' ? dot + 1 : heading;
}

/* A heading as short as it can be understood; of two that end alike both stay whole. */
static const char *short_heading(const struct grid *g, int column)
{
	const char *name = last_name(g->columns[column].heading);
	for (int c = 0; c < g->column_count; c++)
		if (c != column && strcmp(last_name(g->columns[c].heading), name) == 0)
			return g->columns[column].heading;
	return name;
}

static void measure(struct fitting *f, const struct grid *g, int column)
{
	int cells = 0;
	bool strong = false; /* a star and a blank stand before it */
	find_values(f, g, column);
	for (size_t i = 0; i < f->count; i++) {
		const int width = grid_text_width(f->values[i]);
		cells = width > cells ? width : cells;
	}
	for (size_t r = 0; r < g->row_count && !strong; r++)
		strong = g->strong[r * (size_t)g->column_count + (size_t)column];
	if (f->identity)
		f->least = digits_needed(f);
	else if ((g->columns[column].right && cells <= NUMBER_MAX) || g->columns[column].words)
		f->least = cells; /* a number and a verdict are whole or not there */
	else
		find_least(f, cells);
	const int wanted = g->columns[column].least < cells ? g->columns[column].least : cells;
	f->least = wanted > f->least ? wanted : f->least;
	const int whole = grid_text_width(g->columns[column].heading),
		  shorter = grid_text_width(short_heading(g, column)),
		  heading = shorter < whole ? shorter
		: shorter < HEADING_MIN     ? shorter
					    : HEADING_MIN;
	f->full = (whole > cells ? whole : cells) + 2 * strong;
	f->least = (heading > f->least ? heading : f->least) + 2 * strong;
	f->least = f->least < f->full ? f->least : f->full;
	f->width = f->full;
}

/* ---- the whole ---- */

static int total(const struct fitting *f, int count, bool least)
{
	int sum = 0, shown = 0;
	for (int c = 0; c < count; c++) {
		if (f[c].hidden)
			continue;
		sum += least ? f[c].least : f[c].width;
		shown++;
	}
	return sum + (shown ? shown - 1 : 0);
}

/* Append "word" to a list that is broken at the width. */
static void add_wrapped(struct str *out, size_t *line, const char *word, int columns)
{
	const size_t width = (size_t)grid_text_width(word);
	const bool first = out->length == 0 || out->s[out->length - 1] == '\n';
	if (!first && *line + 1 + width > (size_t)columns) {
		str_add(out, "\n  ");
		*line = 2;
	} else if (!first) {
		str_add(out, " ");
		*line += 1;
	}
	str_add(out, word);
	*line += width;
}

/* Is this column named below the grid, for what all rows have, or else for what has no room? Of
 * several with one heading (the p of each metric) the first stands for all. */
static bool is_in_line(const struct grid *g, const struct fitting *f, int column, bool same)
{
	const bool all_same = f[column].count == 1;
	if (!f[column].hidden || all_same != same || (same && !f[column].values[0][0]))
		return false;
	for (int c = 0; c < column && !same; c++)
		if (f[c].hidden && f[c].count != 1
			&& strcmp(g->columns[c].heading, g->columns[column].heading) == 0)
			return false;
	return true;
}

/* A line below the grid: a beginning, then a word for each hidden column that is wanted. */
static void add_line(struct str *out, const char *beginning, const struct grid *g,
	const struct fitting *f, bool same, int columns)
{
	size_t line = 0;
	struct str text = { 0 };
	int left = 0;
	for (int c = 0; c < g->column_count; c++)
		left += is_in_line(g, f, c, same);
	for (int c = 0; c < g->column_count; c++) {
		if (!is_in_line(g, f, c, same))
			continue;
		struct str word = { 0 };
		if (!text.length)
			add_wrapped(&text, &line, beginning, columns);
		if (same) {
			str_addf(&word, "%s ", g->columns[c].heading);
			shorten(&word, f[c].values[0], f[c].identity ? IDENTITY_DIGITS : TEXT_MAX,
				2, &f[c]);
		} else {
			str_add(&word, g->columns[c].heading);
		}
		str_add(&word, --left ? "," : "");
		add_wrapped(&text, &line, word.s, columns);
		str_free(&word);
	}
	if (text.length)
		str_addf(out, "%s\n", text.s);
	str_free(&text);
}

/* Hide what says nothing or the same in every row. */
static void hide_the_same(struct fitting *f, const struct grid *g)
{
	for (int c = 0; c < g->column_count; c++)
		f[c].hidden = f[c].count == 1 && (g->row_count > 1 || !f[c].values[0][0]);
	int shown = 0;
	for (int c = 0; c < g->column_count; c++)
		shown += !f[c].hidden;
	if (shown == 0)
		f[0].hidden = false;
}

/* Hide the least important columns until the others fit; rank 0 stays. */
static void hide_unimportant(struct fitting *f, const struct grid *g, int columns)
{
	while (total(f, g->column_count, true) > columns) {
		int worst = -1;
		for (int c = 0; c < g->column_count; c++)
			if (!f[c].hidden && g->columns[c].rank > 0
				&& (worst < 0 || g->columns[c].rank >= g->columns[worst].rank))
				worst = c;
		if (worst < 0)
			return;
		f[worst].hidden = true;
	}
}

/* Give the room that is left to the columns that miss most. */
static void share_room(struct fitting *f, int count, int columns)
{
	for (int c = 0; c < count; c++)
		f[c].width = f[c].identity ? (f[c].least < f[c].full ? f[c].least : f[c].full)
					   : f[c].least;
	for (int room = columns - total(f, count, false); room > 0; room--) {
		int most = -1;
		for (int c = 0; c < count; c++)
			if (!f[c].hidden && !f[c].identity && f[c].width < f[c].full
				&& (most < 0
					|| f[c].full - f[c].width > f[most].full - f[most].width))
				most = c;
		if (most < 0)
			return;
		f[most].width++;
	}
}

static void copy_shown(struct grid *out, const struct grid *g, const struct fitting *f)
{
	for (int c = 0; c < g->column_count; c++) {
		if (f[c].hidden)
			continue;
		struct str heading = { 0 };
		const char *whole = g->columns[c].heading;
		const bool fits = grid_text_width(whole) <= f[c].width;
		shorten(&heading, fits ? whole : short_heading(g, c), f[c].width, 2, &f[c]);
		const int column =
			grid_column(out, heading.s ? heading.s : "", g->columns[c].right);
		out->columns[column].words = g->columns[c].words;
		str_free(&heading);
	}
	for (size_t r = 0; r < g->row_count; r++) {
		const size_t row = grid_row(out);
		for (int c = 0, column = 0; c < g->column_count; c++) {
			if (f[c].hidden)
				continue;
			struct str text = { 0 };
			const char *whole = grid_get(g, r, c);
			if (f[c].identity)
				add_head(&text, whole, f[c].width);
			else
				shorten(&text, whole, f[c].width, f[c].form, &f[c]);
			grid_set(out, row, column, text.s ? text.s : "");
			if (g->strong[r * (size_t)g->column_count + (size_t)c])
				grid_set_strong(out, row, column);
			str_free(&text);
			column++;
		}
	}
}

void grid_fit_make(struct grid_fit *out, const struct grid *g, int columns, bool hide)
{
	struct fitting *f = must(calloc((size_t)g->column_count + 1, sizeof(*f)));
	for (int c = 0; c < g->column_count; c++)
		measure(&f[c], g, c);
	if (total(f, g->column_count, false) > columns) {
		if (hide && g->row_count > 0) {
			hide_the_same(f, g);
			hide_unimportant(f, g, columns);
		}
		share_room(f, g->column_count, columns);
	}
	copy_shown(&out->grid, g, f);
	add_line(&out->below, "In all rows:", g, f, true, columns);
	add_line(&out->below, "No room for:", g, f, false, columns);
	for (int c = 0; c < g->column_count; c++)
		free(f[c].values);
	free(f);
}

void grid_fit_free(struct grid_fit *f)
{
	grid_free(&f->grid);
	str_free(&f->below);
}
