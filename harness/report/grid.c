/* grid.c - texts in rows and columns, written as a terminal table, Markdown or LaTeX. Knows nothing
 * of what they say. */
#include "grid.h"

#include <assert.h>
#include <errno.h>
#include <libsmartcols/libsmartcols.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "grid_fit.h"
#include "screen.h"

static void *must(void *memory)
{
	if (!memory)
		err_end_nomem(); /* as a growing string does (str.h) */
	return memory;
}

int grid_column(struct grid *g, const char *heading, bool right)
{
	assert(g->column_count < GRID_COLUMNS_MAX && !g->row_count);
	g->columns[g->column_count].heading = must(strdup(heading));
	g->columns[g->column_count].right = right;
	g->columns[g->column_count].words =
		strcmp(heading, "state") == 0 || strcmp(heading, "verdict") == 0;
	return g->column_count++;
}

void grid_set_rank(struct grid *g, int column, int rank)
{
	g->columns[column].rank = rank;
}

size_t grid_row(struct grid *g)
{
	const size_t width = (size_t)g->column_count, cells = (g->row_count + 1) * width;

	g->cells = must(realloc(g->cells, (cells + 1) * sizeof(*g->cells)));
	g->strong = must(realloc(g->strong, (cells + 1) * sizeof(*g->strong)));
	g->rules = must(realloc(g->rules, (g->row_count + 1) * sizeof(*g->rules)));
	for (size_t i = g->row_count * width; i < cells; i++) {
		g->cells[i] = NULL;
		g->strong[i] = false;
	}
	g->rules[g->row_count] = false;
	return g->row_count++;
}

void grid_set(struct grid *g, size_t row, int column, const char *text)
{
	char **cell = &g->cells[row * (size_t)g->column_count + (size_t)column];

	free(*cell);
	*cell = must(strdup(text));
}

void grid_set_strong(struct grid *g, size_t row, int column)
{
	g->strong[row * (size_t)g->column_count + (size_t)column] = true;
}

static bool is_strong(const struct grid *g, size_t row, int column)
{
	return g->strong[row * (size_t)g->column_count + (size_t)column];
}

const char *grid_get(const struct grid *g, size_t row, int column)
{
	const char *text = g->cells[row * (size_t)g->column_count + (size_t)column];

	return text ? text : "";
}

void grid_free(struct grid *g)
{
	for (int c = 0; c < g->column_count; c++)
		free(g->columns[c].heading);
	for (size_t i = 0; i < g->row_count * (size_t)g->column_count; i++)
		free(g->cells[i]);
	free(g->cells);
	free(g->strong);
	free(g->rules);
	*g = (struct grid){ 0 };
}

/* ---- terminal ---- */

/* What libsmartcols writes around a cell of a style: its own escape sequences, which no text of a
 * cell can hold (it writes theirs as \x1b). add_marked makes marks of them. */
enum { STYLES = SCREEN_WEAK - SCREEN_PLAIN };
static const char *const colors[STYLES] = { "\033[31m", "\033[32m", "\033[33m", "\033[34m",
	"\033[35m", "\033[36m" };

static int set_cell(struct libscols_line *line, const struct grid *g, size_t row, int column)
{
	struct str cell = { 0 };
	const char *text = grid_get(g, row, column);
	const enum screen_style style =
		g->columns[column].words && screen_color() ? screen_style_of(text) : SCREEN_PLAIN;
	str_addf(&cell, "%s%s", is_strong(g, row, column) ? "* " : "", text);
	int result = scols_line_set_data(line, (size_t)column, cell.s);
	if (result == 0 && style != SCREEN_PLAIN)
		result = scols_cell_set_color(scols_line_get_cell(line, (size_t)column),
			colors[style - SCREEN_PLAIN - 1]);
	str_free(&cell);
	return result;
}

static int fill(struct libscols_table *table, const struct grid *g)
{
	for (int c = 0; c < g->column_count; c++)
		if (!scols_table_new_column(table, g->columns[c].heading, 0,
			    g->columns[c].right ? SCOLS_FL_RIGHT : 0))
			return -1;
	for (size_t r = 0; r < g->row_count; r++) {
		struct libscols_line *line = scols_table_new_line(table, NULL);
		for (int c = 0; c < g->column_count; c++)
			if (!line || set_cell(line, g, r, c))
				return -1;
	}
	return 0;
}

/* The style whose sequence begins here; SCREEN_PLAIN for a reset; 0 when there is none. */
static int sequence_at(const char *text, size_t *bytes)
{
	*bytes = strcspn(text, "m") + 1;
	for (int i = 0; i < STYLES; i++)
		if (strncmp(text, colors[i], strlen(colors[i])) == 0)
			return SCREEN_PLAIN + 1 + i;
	return strncmp(text, "\033[0m", 4) == 0 || strncmp(text, "\033[m", 3) == 0 ? SCREEN_PLAIN
										   : 0;
}

/* Append a line, with marks in the place of sequences. */
static void add_marked(struct str *out, const char *line, size_t length)
{
	for (size_t i = 0, bytes; i < length; i += bytes) {
		const int style = line[i] == '\033' ? sequence_at(line + i, &bytes) : 0;
		if (style) {
			str_add_bytes(out, (const char[]){ (char)SCREEN_MARK, (char)style }, 2);
			continue;
		}
		bytes = 1;
		str_add_bytes(out, line + i, 1);
	}
}

/* libsmartcols pads the last column; trailing blanks have no place in a file that is compared. */
static void add_trimmed(struct str *out, const char *text)
{
	while (*text) {
		const size_t line = strcspn(text, "\n");
		size_t length = line;
		while (length && text[length - 1] == ' ')
			length--;
		if (screen_color())
			add_marked(out, text, length);
		else
			str_add_bytes(out, text, length);
		str_add(out, "\n");
		text += line + (text[line] == '\n');
	}
}

static int add_grid(struct str *out, const struct grid *g, struct err *e)
{
	struct libscols_table *table = scols_new_table();
	char *text = NULL;
	int result = -1;

	/* It would cut lines at the width of a terminal of its own accord: grid_fit.c does. */
	if (!table || fill(table, g) || scols_table_enable_nowrap(table, 1)
		|| scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER)
		|| (screen_color() && scols_table_enable_colors(table, 1))
		|| scols_print_table_to_string(table, &text)) {
		err_set(e, ERR_ENVIRONMENT, "cannot lay out a table: %s", strerror(errno));
		goto out;
	}
	add_trimmed(out, text);
	result = 0;
out:
	free(text);
	scols_unref_table(table);
	return result;
}

static int add_fitted(struct str *out, const struct grid *g, struct err *e)
{
	struct grid_fit fit = { 0 };
	grid_fit_make(&fit, g, screen_columns(), screen_hides_columns());
	const int result = add_grid(out, &fit.grid, e);
	str_add(out, fit.below.s ? fit.below.s : "");
	grid_fit_free(&fit);
	return result;
}

int grid_text(struct str *out, const struct grid *g, struct err *e)
{
	/* libsmartcols measures text by the locale of the thread; only the character type is
	 * changed, and only here. */
	const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	const locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;
	const int result = screen_columns() ? add_fitted(out, g, e) : add_grid(out, g, e);

	if (utf8) {
		uselocale(before);
		freelocale(utf8);
	}
	return result;
}

/* ---- Markdown ---- */

void grid_escape_markdown(struct str *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("\\`*_[]<>|#~", *text))
			str_add(out, "\\");
		str_add_bytes(out, *text == '\n' ? " " : text, 1);
	}
}

void grid_markdown(struct str *out, const struct grid *g)
{
	str_add(out, "|");
	for (int c = 0; c < g->column_count; c++) {
		str_add(out, " ");
		grid_escape_markdown(out, g->columns[c].heading);
		str_add(out, " |");
	}
	str_add(out, "\n|");
	for (int c = 0; c < g->column_count; c++)
		str_add(out, g->columns[c].right ? " ---: |" : " --- |");
	str_add(out, "\n");
	for (size_t r = 0; r < g->row_count; r++) {
		str_add(out, "|");
		for (int c = 0; c < g->column_count; c++) {
			str_add(out, is_strong(g, r, c) ? " **" : " ");
			grid_escape_markdown(out, grid_get(g, r, c));
			str_add(out, is_strong(g, r, c) ? "** |" : " |");
		}
		str_add(out, "\n");
	}
}

/* ---- LaTeX ---- */

void grid_escape_latex(struct str *out, const char *text)
{
	static const struct {
		const char *from, *to;
	} map[] = {
		{ "--", "-{}-" },
		{ "±", "$\\pm$" },
		{ "Δ", "$\\Delta$" },
		{ "–", "--" },
		{ "−", "$-$" },
		{ "≤", "$\\le$" },
		{ "≥", "$\\ge$" },
		{ "\\", "\\textbackslash{}" },
		{ "~", "\\textasciitilde{}" },
		{ "^", "\\textasciicircum{}" },
		{ "%", "\\%" },
		{ "&", "\\&" },
		{ "#", "\\#" },
		{ "_", "\\_" },
		{ "$", "\\$" },
		{ "{", "\\{" },
		{ "}", "\\}" },
		{ "<", "$<$" },
		{ ">", "$>$" },
		{ "\n", " " },
	};

	if (text[0] == '-' && text[1] >= '0'
		&& text[1] <= '9') { /* a negative number, not a hyphen */
		str_add(out, "$-$");
		text++;
	}
	while (*text) {
		size_t i = 0;
		const size_t count = sizeof(map) / sizeof(map[0]);
		while (i < count && strncmp(text, map[i].from, strlen(map[i].from)))
			i++;
		if (i < count)
			str_add(out, map[i].to);
		else
			str_add_bytes(out, text, 1);
		text += i < count ? strlen(map[i].from) : 1;
	}
}

void grid_latex(struct str *out, const struct grid *g)
{
	str_add(out, "\\begin{tabular}{@{}");
	for (int c = 0; c < g->column_count; c++)
		str_add(out, g->columns[c].right ? "r" : "l");
	str_add(out, "@{}}\n\\toprule\n");
	for (int c = 0; c < g->column_count; c++) {
		str_add(out, c ? " & " : "");
		grid_escape_latex(out, g->columns[c].heading);
	}
	str_add(out, " \\\\\n\\midrule\n");
	for (size_t r = 0; r < g->row_count; r++) {
		if (g->rules[r])
			str_add(out, "\\addlinespace\n");
		for (int c = 0; c < g->column_count; c++) {
			/* "{}": a row that begins with '[' would be read as the optional argument
			 * of the \\\\ before it. */
			str_add(out, c ? " & " : grid_get(g, r, c)[0] == '[' ? "{}" : "");
			str_add(out, is_strong(g, r, c) ? "\\textbf{" : "");
			grid_escape_latex(out, grid_get(g, r, c));
			str_add(out, is_strong(g, r, c) ? "}" : "");
		}
		str_add(out, " \\\\\n");
	}
	str_add(out, "\\bottomrule\n\\end{tabular}\n");
}
