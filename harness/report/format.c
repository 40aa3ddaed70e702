/* format.c - see format.h. What people read goes through a grid (grid.h), what programs read is
 * written here. */
#include "format.h"

#include <assert.h>
#include <float.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grid.h"

static const char *const format_names[] = { "table", "csv", "tsv", "json", "jsonl", "md", "latex" };
enum { FORMAT_COUNT = sizeof(format_names) / sizeof(format_names[0]) };

int format_parse(const char *name, enum format *out, struct err *e)
{
	for (int i = 0; i < FORMAT_COUNT; i++) {
		if (strcmp(name, format_names[i]) != 0)
			continue;
		*out = (enum format)i;
		return 0;
	}
	const char *near = str_nearest(name, format_names, FORMAT_COUNT);
	if (near)
		return err_set(
			e, ERR_USAGE, "unknown format '%s' (did you mean '%s'?)", name, near);
	return err_set(e, ERR_USAGE, "unknown format '%s' (one of %s)", name, FORMAT_NAMES);
}

/* ---- one value ---- */

static const char *nonfinite_name(double value)
{
	return isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

/* The digits of a number of a usual size, exactly: with value = m / 2^e, its first `digits` digits
 * are m 10^k / 2^e rounded, which fits 128 bits. As printf and strtod say, the shortest of 15 to 17
 * digits that reads back as the number, at a tenth of their time. */
static bool format_usual_real(struct str *out, double value)
{
	__extension__ typedef unsigned __int128 wide;
	static const double powers[] = { 1e-3, 1e-2, 1e-1, 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
		1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14 };
	const double size = fabs(value);
	if (!(size >= 1e-4 && size < 1e14))
		return false;
	int exponent, place = 0;
	const uint64_t m = (uint64_t)ldexp(frexp(size, &exponent), DBL_MANT_DIG);
	const int e = DBL_MANT_DIG - exponent;
	if (m == (uint64_t)1 << (DBL_MANT_DIG - 1))
		return false; /* a power of two: its lower neighbour is nearer than the upper */
	while (size >= powers[place])
		place++; /* of the first digit: 10^(place - 4) */
	int decimals = 15 - 1 - (place - 4);
	wide power = 1;
	for (int i = 0; i < decimals; i++)
		power *= 10;
	uint64_t number;
	for (int digits = 15;; digits++, decimals++, power *= 10) {
		const wide exact = m * power, half = (wide)1 << (e - 1),
			   rest = exact & (2 * half - 1);
		number = (uint64_t)(exact >> e);
		if (rest > half || (rest == half && number % 2))
			number++;
		const wide back = (wide)number << e,
			   error = 2 * (back > exact ? back - exact : exact - back);
		if (digits == 17 || error < power || (error == power && m % 2 == 0))
			break;
	}
	char text[40];
	char *end = text + sizeof(text), *at = end;
	for (; decimals > 0; decimals--, number /= 10)
		if (at != end || number % 10 || decimals == 1)
			*--at = (char)('0' + number % 10);
	*--at = '.';
	do
		*--at = (char)('0' + number % 10);
	while (number /= 10);
	if (value < 0)
		*--at = '-';
	str_add_bytes(out, at, (size_t)(end - at));
	return true;
}

void format_real(struct str *out, double value)
{
	char text[40], shorter[40];
	if (!isfinite(value)) {
		str_add(out, nonfinite_name(value));
		return;
	}
	if (value == 0)
		str_add(out, signbit(value) ? "-0.0" : "0.0");
	if (value == 0 || format_usual_real(out, value))
		return;
	snprintf(text, sizeof(text), "%.16g", value);
	if (strtod(text, NULL) != value) {
		snprintf(text, sizeof(text), "%.17g", value);
	} else {
		snprintf(shorter, sizeof(shorter), "%.15g", value);
		if (strtod(shorter, NULL) == value)
			memcpy(text, shorter, sizeof(text));
	}
	str_add(out, text);
	if (!strpbrk(text, ".e"))
		str_add(out, ".0"); /* a real stays one when it is read back */
}

static void add_hex(struct str *out, const char *bytes, size_t count)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < count; i++) {
		const unsigned char byte = (unsigned char)bytes[i];
		const char pair[2] = { digits[byte >> 4], digits[byte & 15] };
		str_add_bytes(out, pair, 2);
	}
}

/* By hand, as a large table has millions of them. */
static void add_integer(struct str *out, int64_t value)
{
	char digits[24];
	char *first = digits + sizeof(digits);
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
	do
		*--first = (char)('0' + rest % 10);
	while (rest /= 10);
	if (value < 0)
		*--first = '-';
	str_add_bytes(out, first, (size_t)(digits + sizeof(digits) - first));
}

/* A value that is not text, as programs want it. */
static void add_exact(struct str *out, const struct value *v)
{
	if (v->kind == VALUE_INTEGER)
		add_integer(out, v->integer);
	else if (v->kind == VALUE_REAL)
		format_real(out, v->real);
	else if (v->kind == VALUE_BLOB)
		add_hex(out, v->text, v->length);
}

/* A value as people want it. */
static void add_short(struct str *out, const struct value *v)
{
	if (v->kind == VALUE_TEXT)
		str_add_bytes(out, v->text, v->length);
	else if (v->kind == VALUE_REAL && isfinite(v->real))
		str_addf(out, "%.6g", v->real);
	else
		add_exact(out, v);
}

/* Columns of numbers are aligned to the right: values that are numbers, or texts made of nothing
 * but what belongs to one
 * ("89.92 ± 0.10", "12 %"). */
static bool is_number_text(const struct value *v)
{
	static const char allowed[] = "0123456789+-.,%()e \xc2\xb1"; /* the last two bytes are ± */
	return v->kind == VALUE_TEXT && v->length > 0 && strspn(v->text, allowed) == v->length
		&& strpbrk(v->text, "0123456789");
}

static bool is_numeric(const struct rows *r, int column)
{
	bool any = false;
	for (size_t row = 0; row < r->row_count; row++) {
		const struct value *v = rows_at(r, row, column);
		if (v->kind == VALUE_NULL)
			continue;
		if (v->kind != VALUE_INTEGER && v->kind != VALUE_REAL && !is_number_text(v))
			return false;
		any = true;
	}
	return any;
}

/* ---- csv, tsv ---- */

static bool needs_quotes(const char *text, size_t length)
{
	/* An empty text is not NULL; blanks at the ends are eaten by some readers. */
	if (length == 0 || text[0] == ' ' || text[length - 1] == ' ')
		return true;
	for (size_t i = 0; i < length; i++)
		if (text[i] == ',' || text[i] == '"' || text[i] == '\r' || text[i] == '\n')
			return true;
	return false;
}

static bool safe_csv;

void format_safe_csv(void)
{
	safe_csv = true;
}

/* Would a spreadsheet take this for a formula? A number is none. */
static bool is_formula(const char *text, size_t length)
{
	char number[64], *end;
	if (length == 0 || !memchr("=+-@\t\r", text[0], 6))
		return false;
	if (length >= sizeof(number))
		return true;
	snprintf(number, sizeof(number), "%.*s", (int)length, text);
	strtod(number, &end);
	return end == number || *end != '\0';
}

void format_csv_text(struct str *out, const char *text, size_t length)
{
	const bool formula = safe_csv && is_formula(text, length);
	if (!formula && !needs_quotes(text, length)) {
		str_add_bytes(out, text, length);
		return;
	}
	str_add(out, formula ? "\"'" : "\"");
	for (size_t i = 0; i < length; i++)
		str_add_bytes(out, text[i] == '"' ? "\"\"" : text + i, text[i] == '"' ? 2 : 1);
	str_add(out, "\"");
}

static void add_tsv_text(struct str *out, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		switch (text[i]) {
		case '\t': str_add(out, "\\t"); break;
		case '\n': str_add(out, "\\n"); break;
		case '\r': str_add(out, "\\r"); break;
		case '\\': str_add(out, "\\\\"); break;
		default: str_add_bytes(out, text + i, 1); break;
		}
	}
}

static void write_separated(const struct rows *r, const char *separator,
	void (*add_text)(struct str *, const char *, size_t), bool heading, struct str *out)
{
	for (int c = 0; heading && c < r->column_count; c++) {
		if (c)
			str_add(out, separator);
		add_text(out, r->columns[c], strlen(r->columns[c]));
		if (c == r->column_count - 1)
			str_add(out, "\n");
	}
	for (size_t row = 0; row < r->row_count; row++) {
		for (int c = 0; c < r->column_count; c++) {
			const struct value *v = rows_at(r, row, c);
			if (c)
				str_add(out, separator);
			if (v->kind == VALUE_TEXT)
				add_text(out, v->text, v->length);
			else
				add_exact(out, v);
		}
		str_add(out, "\n");
	}
}

/* ---- json, jsonl ---- */

/* Append a piece as the inside of a JSON string; false when it is no UTF-8. */
static bool add_json_piece(struct str *out, const char *text, size_t length)
{
	json_t *string = json_stringn(text, length);
	if (!string)
		return false;
	char *dump = json_dumps(string, JSON_ENCODE_ANY);
	json_decref(string);
	if (!dump)
		return false;
	str_add_bytes(out, dump + 1, strlen(dump) - 2);
	free(dump);
	return true;
}

void format_json_text(struct str *out, const char *text, size_t length)
{
	str_add(out, "\"");
	if (!add_json_piece(out, text, length)) {
		for (size_t i = 0; i < length;) {
			const size_t character = str_utf8_length(text + i),
				     count = character ? character : 1; /* NUL, or no UTF-8 */
			if (!add_json_piece(out, text + i, count))
				str_add(out, "\xef\xbf\xbd");
			i += count;
		}
	}
	str_add(out, "\"");
}

static void add_json_value(struct str *out, const struct value *v)
{
	if (v->kind == VALUE_NULL) {
		str_add(out, "null");
	} else if (v->kind == VALUE_TEXT) {
		format_json_text(out, v->text, v->length);
	} else if (v->kind == VALUE_BLOB || (v->kind == VALUE_REAL && !isfinite(v->real))) {
		str_add(out, "\"");
		add_exact(out, v);
		str_add(out, "\"");
	} else {
		add_exact(out, v);
	}
}

/* The name of a member; a column whose name was there before gets its number ("name_2"), since an
 * object holds a name once. */
static void add_json_name(struct str *out, const struct rows *r, int column)
{
	int same = 1;
	for (int b = 0; b < column; b++)
		same += strcmp(r->columns[b], r->columns[column]) == 0;
	struct str name = { 0 };
	str_add(&name, r->columns[column]);
	if (same > 1)
		str_addf(&name, "_%d", same);
	format_json_text(out, name.s, name.length);
	str_free(&name);
}

static void write_objects(const struct rows *r, const char *before_first, const char *before,
	const char *after, struct str *out)
{
	struct str names = { 0 }; /* each with its NUL */
	for (int c = 0; c < r->column_count; c++) {
		add_json_name(&names, r, c);
		str_add_bytes(&names, "", 1);
	}
	for (size_t row = 0; row < r->row_count; row++) {
		const char *name = names.s;
		str_add(out, row ? before : before_first);
		str_add(out, "{");
		for (int c = 0; c < r->column_count; c++, name += strlen(name) + 1) {
			str_add(out, c ? ", " : "");
			str_add(out, name);
			str_add(out, ": ");
			add_json_value(out, rows_at(r, row, c));
		}
		str_add(out, "}");
		str_add(out, after);
	}
	str_free(&names);
}

/* ---- table, md, latex ---- */

/* How soon a column is left out where there is no room for all: names of the views (SCHEMA.md).
 * Labels, parameters and what nobody has ranked stand between results and times. */
static int rank_of(const char *column)
{
	static const struct {
		const char *name;
		int rank;
	} ranks[] = {
		{ "trial", 0 },
		{ "name", 0 },
		{ "state", 1 },
		{ "test_accuracy", 1 },
		{ "value", 1 },
		{ "verdict", 1 },
		{ "seed", 2 },
		{ "reason", 2 },
		{ "position", 1 },
		{ "phase", 1 }, /* what tells rows of one trial apart */
		{ "fold", 1 },
		{ "epoch", 1 },
		{ "output", 1 },
		{ "recipe", 2 },
		{ "tags", 4 },
		{ "val_accuracy", 4 },
		{ "seconds", 5 },
		{ "epochs", 5 },
		{ "sweep", 6 },
		{ "attempts", 7 },
		{ "attempt", 7 },
		{ "core_version", 8 },
		{ "data_variant", 8 },
		{ "started_at", 9 },
		{ "for", 7 },
		{ "last heard", 8 },
		{ "path", 9 },
	};
	for (size_t i = 0; i < sizeof(ranks) / sizeof(*ranks); i++)
		if (strcmp(ranks[i].name, column) == 0)
			return ranks[i].rank;
	return 3;
}

static bool is_empty(const struct rows *r, int column)
{
	for (size_t row = 0; row < r->row_count; row++)
		if (rows_at(r, row, column)->kind != VALUE_NULL)
			return false;
	return true;
}

/* The column of the trials' result. Trials of programs have no test_accuracy: the first of their
 * own metrics, which follow it (runs.h), takes its rank. -1: there is none. */
static int result_column(const struct rows *r)
{
	const int first = rows_column(r, "test_accuracy");
	int c = first;
	while (c >= 0 && c < r->column_count && (is_empty(r, c) || !is_numeric(r, c)))
		c++;
	return c < r->column_count ? c : -1;
}

static int fill_grid(struct grid *g, const struct rows *r, struct err *e)
{
	if (r->column_count > GRID_COLUMNS_MAX)
		return err_set(e, ERR_USAGE,
			"%d columns are more than a table, md or latex has room for (%d): csv, "
			"tsv, json and jsonl have",
			r->column_count, GRID_COLUMNS_MAX);
	const int result = result_column(r);
	for (int c = 0; c < r->column_count; c++) {
		grid_column(g, r->columns[c], is_numeric(r, c));
		grid_set_rank(g, c, rank_of(c == result ? "test_accuracy" : r->columns[c]));
	}
	struct str cell = { 0 };
	for (size_t row = 0; row < r->row_count; row++) {
		grid_row(g);
		for (int c = 0; c < r->column_count; c++) {
			const struct value *v = rows_at(r, row, c);
			if (v->kind == VALUE_NULL)
				continue;
			str_clear(&cell);
			add_short(&cell, v);
			grid_set(g, row, c, cell.s ? cell.s : "");
		}
	}
	str_free(&cell);
	return 0;
}

static int write_grid(const struct rows *r, enum format f, struct str *out, struct err *e)
{
	struct grid g = { 0 };
	int result = fill_grid(&g, r, e);
	if (result == 0 && f == FORMAT_MD)
		grid_markdown(out, &g);
	else if (result == 0 && f == FORMAT_LATEX)
		grid_latex(out, &g);
	else if (result == 0 && r->row_count > 0)
		result = grid_text(out, &g, e);
	else if (result == 0) /* no lines: the headings alone */
		for (int c = 0; c < r->column_count; c++)
			str_addf(out, "%s%s", r->columns[c], c + 1 < r->column_count ? " " : "\n");
	grid_free(&g);
	return result;
}

bool format_streams(enum format f)
{
	return f == FORMAT_CSV || f == FORMAT_TSV || f == FORMAT_JSON || f == FORMAT_JSONL;
}

void format_part(const struct rows *part, enum format f, bool first, bool last, struct str *out)
{
	assert(format_streams(f));
	switch (f) {
	case FORMAT_CSV: write_separated(part, ",", format_csv_text, first, out); break;
	case FORMAT_TSV: write_separated(part, "\t", add_tsv_text, first, out); break;
	case FORMAT_JSONL: write_objects(part, "", "", "\n", out); break;
	case FORMAT_JSON:
		/* Only the last part may be empty, so what is not the first follows a row. */
		str_add(out, first ? "[" : "");
		write_objects(part, first ? "\n " : ",\n ", ",\n ", "", out);
		str_add(out, !last ? "" : first && part->row_count == 0 ? "]\n" : "\n]\n");
		break;
	default: break;
	}
}

int format_rows(const struct rows *r, enum format f, struct str *out, struct err *e)
{
	if (!format_streams(f))
		return write_grid(r, f, out, e);
	format_part(r, f, true, true, out);
	return 0;
}
