/* cli.c - option parsing (getopt_long over a verb's table), help, messages. */
#include "cli.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../base/str.h"
#include "parse.h"
#include "terminal.h"

enum { OPTIONS_MAX = 40 };

struct cli_value {
	const char *option;
	const char *value; /* "" for a flag */
};

static const struct cli_option common[] = {
	{ "color", 0, "WHEN",
		"auto (default: on a terminal, unless NO_COLOR is set), always or never" },
	{ "help", 'h', NULL, "show this help" },
	{ "version", 'V', NULL, "show the version" },
	{ "no-pager", 0, NULL, "long output goes straight to the terminal" },
	{ NULL, 0, NULL, NULL },
};
enum { COMMON = sizeof(common) / sizeof(*common) - 1 };

/* Of verbs that print a table in several formats: --json is short for --format json. */
static const struct cli_option as_json[] = {
	{ "json", 0, NULL, "the same as --format json" },
	{ NULL, 0, NULL, NULL },
};

const struct cli_option *cli_common_options(void)
{
	return common;
}

const struct cli_option *cli_further_options(const struct cli_verb *verb)
{
	const struct cli_option *format = NULL;
	for (const struct cli_option *o = verb->options; o && o->name; o++) {
		if (strcmp(o->name, "json") == 0)
			return NULL;
		if (strcmp(o->name, "format") == 0 && strstr(o->help, "json"))
			format = o;
	}
	return format ? as_json : NULL;
}

static int count_options(const struct cli_option *options)
{
	int count = 0;
	while (options && options[count].name)
		count++;
	return count;
}

static void print_options(const struct cli_option *options)
{
	for (int i = 0; options && options[i].name; i++) {
		const struct cli_option *o = &options[i];
		char left[64];
		snprintf(left, sizeof(left), "%s%c%s --%s%s%s", o->letter ? "-" : " ",
			o->letter ? o->letter : ' ', o->letter ? "," : " ", o->name,
			o->argument ? "=" : "", o->argument ? o->argument : "");
		printf("  %-24s %s\n", left, o->help);
	}
}

/* Each line is indented, whether its table has blanks before it or not. */
static void print_examples(const char *lines)
{
	printf("\nexamples:\n");
	for (; *lines; lines += strcspn(lines, "\n"), lines += *lines == '\n')
		printf("%s%.*s\n", *lines == ' ' ? "" : "  ", (int)strcspn(lines, "\n"), lines);
}

void cli_print_help(const struct cli_verb *verb)
{
	const char *arguments = verb->arguments ? verb->arguments : "";
	printf("usage: retrial %s [OPTIONS]%s%s\n\n%s\n", verb->name, *arguments ? " " : "",
		arguments, verb->summary);
	if (verb->examples)
		print_examples(verb->examples);
	printf("\noptions:\n");
	print_options(verb->options);
	print_options(cli_further_options(verb));
	print_options(common);
}

int cli_misuse(const struct cli *c, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	fprintf(stderr, "retrial %s: ", c->verb->name);
	vfprintf(stderr, format, arguments);
	fprintf(stderr, "\ntry: retrial %s --help\n", c->verb->name);
	va_end(arguments);
	return ERR_USAGE;
}

void cli_print_diagnostics(const char *text)
{
	static const struct {
		const char *mark, *word;
		enum terminal_style style;
	} kinds[] = { { ": error: ", "error:", STYLE_BAD },
		{ ": warning: ", "warning:", STYLE_NOTICE } };
	for (const char *line = text; *line;) {
		for (int k = 0; k < 2; k++) {
			const char *found = memmem(
				line, strcspn(line, "\n"), kinds[k].mark, strlen(kinds[k].mark));
			if (!found)
				continue;
			fprintf(stderr, "%.*s: ", (int)(found - line), line);
			terminal_styled(stderr, kinds[k].style, kinds[k].word);
			line = found + strlen(kinds[k].mark) - 1;
			break;
		}
		const size_t rest = strcspn(line, "\n");
		fprintf(stderr, "%.*s\n", (int)rest, line);
		line += rest + (line[rest] == '\n');
	}
}

int cli_fail(const struct err *e)
{
	/* "file:line:col: error: ..." is the form that editors jump to: nothing before it. */
	const char *error = strstr(e->text, ": error: ");
	const bool has_place = error && !memchr(e->text, '\n', (size_t)(error - e->text));
	if (has_place)
		cli_print_diagnostics(e->text);
	else
		fprintf(stderr, "retrial: %s\n", e->text);
	return e->kind == ERR_NONE ? ERR_FAILED : (int)e->kind;
}

static const struct cli_option *find_letter(const struct cli_option *options, int letter)
{
	for (int i = 0; options && options[i].name; i++)
		if (options[i].letter == letter)
			return &options[i];
	return NULL;
}

/* getopt's tables from ours: long options by number (256 + row), short ones by letter. */
static void make_tables(const struct cli_verb *verb, struct option *longs, char *shorts)
{
	int n = 0;
	char *s = shorts;
	*s++ = ':';
	const struct cli_option *tables[3] = { verb->options, common, cli_further_options(verb) };
	for (int table = 0; table < 3; table++)
		for (int i = 0; i < count_options(tables[table]); i++, n++) {
			const struct cli_option *o = &tables[table][i];
			longs[n] = (struct option){ o->name,
				o->argument ? required_argument : no_argument, NULL, 256 + n };
			if (o->letter) {
				*s++ = o->letter;
				if (o->argument)
					*s++ = ':';
			}
		}
	longs[n] = (struct option){ 0 };
	*s = '\0';
}

static int unknown_option(const struct cli *c, const char *given)
{
	const char *names[OPTIONS_MAX] = { NULL };
	char word[64];
	size_t count = 0;
	snprintf(word, sizeof(word), "%.*s", (int)strcspn(given + 2, "="), given + 2);
	const struct cli_option *tables[3] = { c->verb->options, common,
		cli_further_options(c->verb) };
	for (int table = 0; table < 3; table++)
		for (int i = 0; i < count_options(tables[table]); i++)
			names[count++] = tables[table][i].name;
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], word) == 0)
			return cli_misuse(c, "option '--%s' takes no value", word);
	const char *near = str_nearest(word, names, count);
	return near ? cli_misuse(c, "unknown option '--%s' (did you mean '--%s'?)", word, near)
		    : cli_misuse(c, "unknown option '--%s'", word);
}

int cli_parse(const struct cli_verb *verb, int argc, char **argv, struct cli *c,
	enum cli_request *request)
{
	struct option longs[OPTIONS_MAX];
	char shorts[2 * OPTIONS_MAX + 2];
	const int own = count_options(verb->options);
	struct cli_value *values = calloc((size_t)argc + 1, sizeof(*values));
	*c = (struct cli){ .verb = verb, .values = values };
	*request = CLI_RUN;
	assert(own + COMMON + 1 <= OPTIONS_MAX);
	if (!values)
		err_end_nomem();
	make_tables(verb, longs, shorts);
	opterr = 0;
	optind = 0;
	for (int got; (got = getopt_long(argc, argv, shorts, longs, NULL)) != -1;) {
		const int row = got - 256;
		const struct cli_option *o = row >= own + COMMON ? as_json
			: row >= own                             ? &common[row - own]
			: row >= 0                               ? &verb->options[row]
								 : NULL;
		if (!o && got != '?' && got != ':')
			o = find_letter(verb->options, got) ? find_letter(verb->options, got)
							    : find_letter(common, got);
		if (!o) {
			if (got == ':')
				return cli_misuse(c, "option '%s' needs a value", argv[optind - 1]);
			if (optopt && optopt < 256)
				return cli_misuse(c, "unknown option '-%c'", optopt);
			return unknown_option(c, argv[optind - 1]);
		}
		if (o == &common[0] && terminal_set_color(optarg))
			return cli_misuse(c, "--color=%s: auto, always or never", optarg);
		if (o == &common[1])
			*request = CLI_HELP;
		if (o == &common[2])
			*request = CLI_VERSION;
		values[c->value_count++] = o == as_json
			? (struct cli_value){ "format", "json" }
			: (struct cli_value){ o->name, optarg ? optarg : "" };
	}
	c->arguments = argv + optind;
	c->argument_count = argc - optind;
	return 0;
}

void cli_free(struct cli *c)
{
	free((void *)c->values); /* calloc'ed in cli_parse; const for the verbs only */
	c->values = NULL;
	c->value_count = 0;
}

const char *cli_get_nth(const struct cli *c, const char *option, int i)
{
	for (int v = 0; v < c->value_count; v++)
		if (strcmp(c->values[v].option, option) == 0 && i-- == 0)
			return c->values[v].value;
	return NULL;
}

const char *cli_get(const struct cli *c, const char *option, const char *fallback)
{
	if (strcmp(option, "db") == 0) {
		const char *database = getenv("RETRIAL_DB");
		if (database && *database)
			fallback = database;
	}
	for (int i = 0; cli_get_nth(c, option, i); i++)
		fallback = cli_get_nth(c, option, i);
	return fallback;
}

bool cli_knows(const struct cli *c, const char *option)
{
	const struct cli_option *o = c->verb->options;
	while (o && o->name && strcmp(o->name, option))
		o++;
	return o && o->name;
}

bool cli_has(const struct cli *c, const char *option)
{
	return cli_get_nth(c, option, 0) != NULL;
}

long cli_number(
	const struct cli *c, const char *option, long min, long max, long fallback, bool *bad)
{
	const char *text = cli_get(c, option, NULL);
	if (!text)
		return fallback;
	char *end;
	errno = 0;
	long value = strtol(text, &end, 10);
	if (end == text || *end || errno || value < min || value > max) {
		cli_misuse(
			c, "--%s=%s: not a whole number from %ld to %ld", option, text, min, max);
		*bad = true;
		return -1;
	}
	return value;
}

void cli_terminal_size(FILE *stream, int *columns, int *rows)
{
	struct winsize w;
	const bool known = ioctl(terminal_descriptor(stream), TIOCGWINSZ, &w) == 0 && w.ws_col > 0
		&& w.ws_row > 0;
	*columns = known ? w.ws_col : 80;
	*rows = known ? w.ws_row : 24;
}
