/* verb_doctor.c - retrial doctor: does this machine have what runs, tables and figures need? */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "../../nn/nn.h"
#include "../base/facts.h"
#include "../base/file.h"
#include "../data/archive.h"
#include "../plan/yaml.h"
#include "../report/format.h"
#include "../report/stats.h"
#include "../run/selftest.h"
#include "../store/open.h"
#include "../store/rows.h"
#include "cli.h"
#include "places.h"
#include "study_cli.h"
#include "terminal.h"

enum { LINE = 600 };
#define MEBIBYTE (1024.0 * 1024.0)

/* A finding is fine, a note (something optional is missing, or can be better), or a problem (runs
 * fail or are not to be trusted). */
enum state { FINE, NOTE, PROBLEM };
static const char *const state_names[] = { "ok", "note", "problem" };

struct doctor {
	const struct cli *c;
	const char *database;
	struct rows *rows;
	bool lines; /* for people, as they are found */
	bool problem;
};

static void found(struct doctor *d, const char *what, enum state state, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void found(struct doctor *d, const char *what, enum state state, const char *format, ...)
{
	static const enum terminal_style styles[] = { STYLE_GOOD, STYLE_NOTICE, STYLE_BAD };
	char text[LINE];
	va_list list;
	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	d->problem |= state == PROBLEM;
	if (d->lines) {
		terminal_styled(stdout, styles[state], state_names[state]);
		printf("%*s %-12s %s\n", 8 - (int)strlen(state_names[state]), "", what, text);
	}
	rows_add_text(d->rows, what);
	rows_add_text(d->rows, state_names[state]);
	rows_add_text(d->rows, text);
}

/* ---- the program and the processor ---- */

/* The value of a fact (base/facts.h), "" when it is not known. */
static void fact(const struct str *facts, const char *name, char out[LINE])
{
	char key[64];
	snprintf(key, sizeof(key), "%s\t", name);
	out[0] = '\0';
	for (const char *at = facts->s; at && *at;) {
		const char *end = strchrnul(at, '\n');
		if (strncmp(at, key, strlen(key)) == 0)
			snprintf(out, LINE, "%.*s", (int)(end - at - (long)strlen(key)),
				at + strlen(key));
		at = *end ? end + 1 : end;
	}
}

static void check_program(struct doctor *d, const struct str *facts)
{
	char version[LINE], commit[LINE], compiler[LINE];
	fact(facts, "program_version", version);
	fact(facts, "commit", commit);
	fact(facts, "compiler", compiler);
	const bool dirty = strcmp(facts_dirty(), "yes") == 0;
	found(d, "program", dirty ? NOTE : FINE, "retrial %s, commit %.12s%s, %s", version,
		commit[0] ? commit : "unknown",
		dirty ? " with changes that are not committed (sweeps with clean_tree: required "
			"are refused)"
		      : "",
		compiler);
}

static void check_processor(struct doctor *d, const struct str *facts)
{
	char cpu[LINE], cores[LINE], memory[LINE], governor[LINE];
	fact(facts, "cpu", cpu);
	fact(facts, "cores", cores);
	fact(facts, "memory_bytes", memory);
	found(d, "processor", FINE, "%s, %s cores, %.1f GiB of memory", cpu[0] ? cpu : "unknown",
		cores, strtod(memory, NULL) / MEBIBYTE / 1024);
	fact(facts, "governor", governor);
	if (governor[0])
		found(d, "frequency", strcmp(governor, "performance") == 0 ? FINE : NOTE,
			"CPU scaling governor: %s%s", governor,
			strcmp(governor, "performance") == 0
				? ""
				: " (latencies vary; results do not depend on it)");
}

static void check_kernels(struct doctor *d)
{
	struct err e = { 0 };
	struct str names = { 0 };
	for (int i = 0; nn_kernels_at(i); i++)
		str_addf(&names, "%s%s", i ? ", " : "", nn_kernels_name(nn_kernels_at(i)));
	if (selftest_kernels(&e))
		found(d, "kernels", PROBLEM, "%s", e.text);
	else
		found(d, "kernels", FINE, "%s: the same bits in a test training; used: %s", names.s,
			nn_kernels_name(nn_kernels_find(NULL)));
	str_free(&names);
}

/* ---- the clock ---- */

static void check_clock(struct doctor *d)
{
	struct stat program, database;
	const time_t now = time(NULL);
	struct tm utc;
	char text[32];
	gmtime_r(&now, &utc);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &utc);
	if (stat("/proc/self/exe", &program) == 0 && now + 86400 < program.st_mtime)
		found(d, "clock", PROBLEM,
			"%s UTC is before this program was made: set the clock (records of "
			"attempts and leases of running trials need it)",
			text);
	else if (stat(d->database, &database) == 0 && now + 60 < database.st_mtime)
		found(d, "clock", PROBLEM,
			"%s UTC, but %s was changed later than that: set the clock", text,
			d->database);
	else
		found(d, "clock", FINE, "%s UTC", text);
}

/* ---- the disk ---- */

/* The type of the file system of that device, as /proc/self/mountinfo names it. */
static void file_system_name(dev_t device, char out[64])
{
	char *line = NULL;
	size_t size = 0;
	FILE *mounts = fopen("/proc/self/mountinfo", "r");
	snprintf(out, 64, "unknown file system");
	while (mounts && getline(&line, &size, mounts) > 0) {
		unsigned major_number, minor_number;
		const char *type = strstr(line, " - ");
		if (type && sscanf(line, "%*d %*d %u:%u", &major_number, &minor_number) == 2
			&& makedev(major_number, minor_number) == device)
			snprintf(out, 64, "%.*s", (int)strcspn(type + 3, " "), type + 3);
	}
	free(line);
	if (mounts)
		fclose(mounts);
}

/* The folder of the database, or the nearest one above it that is there. */
static void folder_of_database(const struct doctor *d, char out[LINE])
{
	snprintf(out, LINE, "%s", d->database);
	do {
		char *slash = strrchr(out, '/');
		if (!slash)
			snprintf(out, LINE, ".");
		else
			*(slash == out ? slash + 1 : slash) = '\0';
	} while (access(out, F_OK) != 0 && strcmp(out, ".") != 0 && strcmp(out, "/") != 0);
}

static void check_disk(struct doctor *d)
{
	char folder[LINE], type[64];
	struct stat info;
	struct statfs disk;
	folder_of_database(d, folder);
	if (stat(folder, &info) || statfs(folder, &disk)) {
		found(d, "disk", PROBLEM, "%s: cannot be looked at: %m", folder);
		return;
	}
	file_system_name(info.st_dev, type);
	const char *shared = store_shared_file_system((unsigned long)disk.f_type);
	const double free_mebibytes = (double)disk.f_bavail * (double)disk.f_bsize / MEBIBYTE;
	if (access(folder, W_OK) != 0)
		found(d, "disk", PROBLEM,
			"%s: cannot be written: choose another place with --db FILE", folder);
	else if (free_mebibytes < 64)
		found(d, "disk", PROBLEM,
			"%s (%s): only %.0f MiB free: make room, or choose another place with "
			"--db FILE",
			folder, type, free_mebibytes);
	else if (disk.f_files && disk.f_ffree == 0)
		found(d, "disk", PROBLEM, "%s (%s): no inodes left: remove files", folder, type);
	else
		found(d, "disk", shared || free_mebibytes < 1024 ? NOTE : FINE,
			"%s (%s): %.1f GiB free%s", folder, type, free_mebibytes / 1024,
			shared ? "; machines share it: slower, and only one machine should write "
				 "to the database at a time"
			       : "");
}

static void check_database(struct doctor *d)
{
	struct err e = { 0 };
	struct store *store = NULL;
	if (!file_exists(d->database))
		found(d, "database", FINE, "%s: none yet; the first run makes it", d->database);
	else if (store_open(d->database, STORE_READ, &e, &store))
		found(d, "database", PROBLEM, "%s", e.text);
	else
		found(d, "database", FINE, "%s", d->database);
	store_close(store);
}

/* ---- data ---- */

static void check_data(struct doctor *d)
{
	struct places places;
	places_fill(&places, d->c);
	int count;
	const struct dataset_info *infos = dataset_manifest(&count);
	for (int i = 0; i < count; i++) {
		struct err e = { 0 };
		struct dataset *set = NULL;
		bool missing = false;
		if (dataset_open_or_miss(infos[i].name, &places.dataset, &e, &missing, &set) == 0)
			found(d, "data", FINE, "%s: %u + %u images, %s, from %s", infos[i].name,
				set->train_count, set->test_count, set->variant, set->source);
		else if (missing)
			found(d, "data", NOTE, "%s: not here; %s", infos[i].name,
				infos[i].fetch_hint);
		else
			found(d, "data", PROBLEM, "%s", e.text);
		dataset_close(set);
	}
}

/* ---- other programs and libraries ---- */

/* The first line that a program prints; false when it cannot be run. */
static bool first_line(const char *command, char out[LINE])
{
	out[0] = '\0';
	FILE *from = popen(command, "r");
	if (!from)
		return false;
	const bool any = fgets(out, LINE, from) != NULL;
	const int status = pclose(from);
	out[strcspn(out, "\n")] = '\0';
	return any && status == 0;
}

static void check_programs(struct doctor *d)
{
	char line[LINE];
	if (first_line("gnuplot --version 2>/dev/null </dev/null", line))
		found(d, "gnuplot", FINE, "%s", line);
	else
		found(d, "gnuplot", NOTE,
			"not here: plot and report need it, nothing else does (Debian: apt-get "
			"install gnuplot-nox)");
	if (first_line("git --version 2>/dev/null </dev/null", line))
		found(d, "git", FINE, "%s", line);
	else
		found(d, "git", NOTE,
			"not here: changes that are not committed cannot be recorded (Debian: "
			"apt-get install git)");
}

static void check_libraries(struct doctor *d)
{
	found(d, "libraries", FINE, "SQLite %s, GSL %s, %s, libyaml %s, Jansson %s, %s",
		store_library_version(), stats_library_version(), archive_library(),
		yaml_library_version(), jansson_version_str(), digest_library());
}

/* ---- the verb ---- */

static int print_rows(const struct doctor *d, struct err *e)
{
	enum format format;
	struct str text = { 0 };
	if (!rows_complete(d->rows))
		return err_nomem(e);
	int result = format_parse(cli_get(d->c, "format", "table"), &format, e);
	if (result == 0)
		result = format_rows(d->rows, format, &text, e);
	if (result == 0)
		result = study_cli_write(d->c, &text, e);
	str_free(&text);
	return result;
}

static int run(const struct cli *c)
{
	static const char *const columns[] = { "what", "state", "found" };
	struct err e = { 0 };
	struct str facts = { 0 };
	enum format format;
	if (c->argument_count)
		return cli_misuse(c, "no arguments are expected");
	if (format_parse(cli_get(c, "format", "table"), &format, &e))
		return cli_fail(&e);
	struct doctor d = { .c = c,
		.database = cli_get(c, "db", "results/retrial.db"),
		.rows = rows_new(3, columns),
		.lines = !cli_has(c, "format") };
	if (!d.rows) {
		err_nomem(&e);
		return cli_fail(&e);
	}
	facts_add_all(&facts, NN_CORE_VERSION);
	check_program(&d, &facts);
	check_processor(&d, &facts);
	check_kernels(&d);
	check_clock(&d);
	check_disk(&d);
	check_database(&d);
	check_data(&d);
	check_programs(&d);
	check_libraries(&d);
	str_free(&facts);
	int result = d.problem ? ERR_ENVIRONMENT : ERR_NONE;
	if (!d.lines && print_rows(&d, &e))
		result = cli_fail(&e);
	rows_free(d.rows);
	return result;
}

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	CLI_OPTION_DATA,
	{ "format", 'f', "FORMAT", FORMAT_NAMES " (default: lines for people)" },
	{ 0 },
};

const struct cli_verb verb_doctor = {
	.name = "doctor",
	.arguments = "",
	.summary = "check this machine: kernels, clock, disk, data, other programs",
	.examples = "  retrial doctor\n"
		    "  retrial doctor --format json         # for programs\n"
		    "  retrial doctor --db /scratch/r.db    # the disk of another database\n",
	.options = options,
	.run = run,
};
