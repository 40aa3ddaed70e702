/* figure.c - the functions of figure.h that write gnuplot's variables, blocks of data and scales.
 */
#include "figure.h"

#include <float.h>
#include <math.h>

/* ---- variables ---- */

/* A single-quoted string: gnuplot expands nothing in it (a double-quoted one runs what stands in
 * backquotes). */
static void quote(struct str *out, const char *text)
{
	str_add(out, "'");
	for (; *text; text++) {
		if (*text == '\'')
			str_add(out, "''");
		else
			str_add_bytes(out, (unsigned char)*text < ' ' ? " " : text, 1);
	}
	str_add(out, "'");
}

void figure_number(struct figure *f, const char *name, double value)
{
	if (isnan(value))
		str_addf(&f->variables, "%s = NaN\n", name);
	else
		str_addf(&f->variables, "%s = %.10g\n", name, value);
}

void figure_text(struct figure *f, const char *name, const char *text)
{
	str_addf(&f->variables, "%s = ", name);
	quote(&f->variables, text);
	str_add(&f->variables, "\n");
}

void figure_numbers(struct figure *f, const char *name, const double *values, size_t count)
{
	str_addf(&f->variables, "array %s[%zu] = [", name, count ? count : 1);
	for (size_t i = 0; i < count; i++)
		str_addf(&f->variables, "%s%.10g", i ? ", " : "", values[i]);
	str_add(&f->variables, count ? "]\n" : "0]\n");
}

void figure_texts(struct figure *f, const char *name, const char *const *texts, size_t count)
{
	str_addf(&f->variables, "array %s[%zu] = [", name, count ? count : 1);
	for (size_t i = 0; i < count; i++) {
		str_add(&f->variables, i ? ", " : "");
		quote(&f->variables, texts[i]);
	}
	str_add(&f->variables, count ? "]\n" : "'']\n");
}

/* An entry is a 28 pixel sample, its text (5.7 pixels a character on average) and a gap. */
static double entry_width(const struct legend_entry *entry)
{
	size_t characters = 0;

	for (const char *c = entry->text; *c; c++)
		characters += ((unsigned char)*c & 0xc0) != 0x80;
	return 34 + 6.2 * (double)characters + 18;
}

void figure_legend(struct figure *f, const struct legend_entry *entries, size_t count)
{
	enum { MOST = 16, WIDTH = 652 };
	const char *texts[MOST];
	double styles[MOST], lines[MOST], points[MOST], x[MOST], row[MOST], end = 10;
	size_t rows = count > 0;

	count = count < MOST ? count : MOST;
	for (size_t i = 0; i < count; i++) {
		const double width = entry_width(&entries[i]);
		if (end > 10 && end + width > WIDTH) {
			end = 10;
			rows++;
		}
		texts[i] = entries[i].text;
		styles[i] = entries[i].style;
		lines[i] = entries[i].line;
		points[i] = entries[i].point;
		x[i] = end;
		row[i] = (double)rows - 1;
		end += width;
	}
	figure_number(f, "legend_entries", (double)count);
	figure_number(f, "legend_rows", (double)rows);
	figure_texts(f, "legend", texts, count);
	figure_numbers(f, "legend_style", styles, count);
	figure_numbers(f, "legend_line", lines, count);
	figure_numbers(f, "legend_point", points, count);
	figure_numbers(f, "legend_x", x, count);
	figure_numbers(f, "legend_row", row, count);
}

/* ---- data ---- */

void figure_block_end(struct figure *f)
{
	if (f->blocks && f->data.length
		&& f->data.s[f->data.length - 1] == '#') /* nothing came since its heading */
		str_add(&f->data, "\nNaN\tNaN\tNaN\tNaN\tNaN\tNaN");
}

int figure_block(struct figure *f, const char *comment)
{
	figure_block_end(f);
	str_addf(&f->data, "%s# block %d: ", f->blocks ? "\n\n\n" : "", f->blocks);
	for (; *comment; comment++)
		str_add_bytes(&f->data, *comment == '\n' ? " " : comment, 1);
	str_add(&f->data, "\n#");
	return f->blocks++;
}

void figure_row(struct figure *f, const double *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		str_add(&f->data, i ? "\t" : "\n");
		if (isnan(values[i]))
			str_add(&f->data, "NaN");
		else
			str_addf(&f->data, "%.10g", values[i]);
	}
}

void figure_gap(struct figure *f)
{
	str_add(&f->data, "\n");
}

/* ---- scales ---- */

static int nearest_power_below(double x)
{
	int power = 0;

	while (pow(10, power) > x)
		power--;
	while (pow(10, power + 1) <= x)
		power++;
	return power;
}

struct axis figure_axis(double low, double high, int most)
{
	static const double factors[] = { 1, 2, 5, 10 };

	/* Beyond it, a difference or a margin is infinite: such points lie outside the axis. */
	low = low < -DBL_MAX / 4 ? -DBL_MAX / 4 : low;
	high = high > DBL_MAX / 4 ? DBL_MAX / 4 : high;
	if (!(low < high)) { /* one value, or none at all */
		const double middle = isnan(low) ? 0 : low,
			     around = middle != 0 ? fabs(middle) * 0.01 : 1;
		low = middle - around;
		high = middle + around;
	}
	const double margin = 0.04 * (high - low);
	struct axis a = { low - margin, high + margin, 0, 0 };
	const double least = (a.high - a.low) / most;
	const int power = nearest_power_below(least);
	for (size_t i = 0; i < 4 && a.step < least; i++)
		a.step = factors[i] * pow(10, power);
	/* An axis has two labels at least. */
	while (floor(a.high / a.step) - ceil(a.low / a.step) < 1) {
		const double digit = a.step / pow(10, nearest_power_below(a.step * 1.0000001));
		a.step /= digit > 4 ? 2.5 : 2; /* 5 to 2, 2 to 1, 1 to 0.5 */
	}
	a.decimals = a.step < 1 ? -nearest_power_below(a.step * 1.0000001) : 0;
	return a;
}

struct axis figure_whole_axis(double first, double last, int most)
{
	if (last <= first)
		return (struct axis){ first - 0.5, first + 1.5, 1, 0 };
	struct axis a = figure_axis(first, last, most);
	a.step = fmax(a.step, 1);
	return a;
}

void figure_axes(struct figure *f, const char *name, const struct axis *axes, size_t count)
{
	static const char *const parts[] = { "low", "high", "step", "decimals" };

	for (int part = 0; part < 4; part++) {
		str_addf(&f->variables, "array %s_%s[%zu] = [", name, parts[part], count);
		for (size_t i = 0; i < count; i++) {
			const struct axis *a = &axes[i];
			const double value = part == 0 ? a->low
				: part == 1            ? a->high
				: part == 2            ? a->step
						       : a->decimals;
			str_addf(&f->variables, "%s%.10g", i ? ", " : "", value);
		}
		str_add(&f->variables, "]\n");
	}
}
