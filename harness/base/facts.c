/* facts.c - see facts.h. */
#include "facts.h"

#include <gnu/libc-version.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "digest.h"
#include "file.h"
#include "worktree.h"

/* The Makefile gives these as string literals; the fallbacks are for other ways to build. */
#ifndef RETRIAL_VERSION
#define RETRIAL_VERSION "unknown"
#endif
#ifndef RETRIAL_COMMIT
#define RETRIAL_COMMIT "unknown"
#endif
#ifndef RETRIAL_DIRTY
#define RETRIAL_DIRTY "unknown"
#endif
#ifndef RETRIAL_SOURCES
#define RETRIAL_SOURCES ""
#endif
#ifndef RETRIAL_FLAGS
#define RETRIAL_FLAGS "unknown"
#endif
#ifndef RETRIAL_COMPILER
#ifdef __clang__
#define RETRIAL_COMPILER __VERSION__
#else
#define RETRIAL_COMPILER "gcc " __VERSION__
#endif
#endif

enum { LINE_MAX_BYTES = 1 << 14 };

/* ---- reading small files ---- */

/* The first line of path without its end, or "". */
static void first_line(const char *path, char *line, int size)
{
	line[0] = '\0';
	FILE *f = fopen(path, "re");
	if (!f)
		return;
	if (!fgets(line, size, f))
		line[0] = '\0';
	fclose(f);
	line[strcspn(line, "\n")] = '\0';
}

/* The value of the first line "NAME<spaces><separator><spaces>VALUE" of path, or "". */
static void value_in_file(
	const char *path, const char *name, char separator, char *value, size_t size)
{
	value[0] = '\0';
	FILE *f = fopen(path, "re");
	if (!f)
		return;
	const size_t name_length = strlen(name);
	char line[LINE_MAX_BYTES];
	while (fgets(line, sizeof(line), f)) {
		if (strncmp(line, name, name_length) != 0)
			continue;
		const char *p = line + name_length;
		p += strspn(p, " \t");
		if (*p != separator)
			continue;
		p++;
		p += strspn(p, " \t");
		snprintf(value, size, "%.*s", (int)strcspn(p, "\n"), p);
		break;
	}
	fclose(f);
}

static bool has_word(const char *words, const char *word)
{
	const size_t length = strlen(word);
	for (const char *p = strstr(words, word); p; p = strstr(p + 1, word)) {
		const bool begins = p == words || p[-1] == ' ';
		if (begins && (p[length] == ' ' || p[length] == '\0'))
			return true;
	}
	return false;
}

/* ---- the facts ---- */

void facts_add(struct str *out, const char *name, const char *value)
{
	if (!value || !value[0])
		return;
	str_addf(out, "%s\t", name);
	const size_t start = out->length;
	str_add(out, value);
	for (char *p = out->s + start; *p; p++)
		if (*p == '\t' || *p == '\n' || *p == '\r')
			*p = ' ';
	str_add(out, "\n");
}

static void add_number(struct str *out, const char *name, long long value)
{
	char text[32];
	snprintf(text, sizeof(text), "%lld", value);
	facts_add(out, name, text);
}

const char *facts_dirty(void)
{
	return RETRIAL_DIRTY;
}

static void add_build(struct str *out, int core_version)
{
	facts_add(out, "program_version", RETRIAL_VERSION);
	facts_add(out, "commit", RETRIAL_COMMIT);
	facts_add(out, "dirty", facts_dirty());
	facts_add(out, "sources_sha256", RETRIAL_SOURCES);
	add_number(out, "core_version", core_version);
	facts_add(out, "compiler", RETRIAL_COMPILER);
	facts_add(out, "flags", RETRIAL_FLAGS);
	char digest[DIGEST_TEXT];
	struct err ignored = { 0 };
	if (digest_file("/proc/self/exe", digest, &ignored) == 0)
		facts_add(out, "program_sha256", digest);
}

static void add_system(struct str *out)
{
	char name[256];
	value_in_file("/etc/os-release", "PRETTY_NAME", '=', name, sizeof(name));
	const size_t length = strlen(name);
	if (length >= 2 && name[0] == '"' && name[length - 1] == '"') {
		name[length - 1] = '\0';
		facts_add(out, "os", name + 1);
	} else {
		facts_add(out, "os", name);
	}
	struct utsname u; /* its nodename is the host's name: not recorded */
	if (uname(&u) == 0) {
		char kernel[sizeof(u.sysname) + sizeof(u.release) + 1];
		snprintf(kernel, sizeof(kernel), "%s %s", u.sysname, u.release);
		facts_add(out, "kernel", kernel);
		facts_add(out, "architecture", u.machine);
	}
	char libc[64];
	snprintf(libc, sizeof(libc), "glibc %s", gnu_get_libc_version());
	facts_add(out, "libc", libc);
}

static void add_cpu_model(struct str *out)
{
	static const char path[] = "/proc/cpuinfo";
	char model[256];
	value_in_file(path, "model name", ':', model, sizeof(model));
	if (!model[0]) { /* ARM has numbers only */
		char implementer[32], part[32];
		value_in_file(path, "CPU implementer", ':', implementer, sizeof(implementer));
		value_in_file(path, "CPU part", ':', part, sizeof(part));
		if (implementer[0])
			snprintf(model, sizeof(model), "implementer %s part %s", implementer, part);
	}
	facts_add(out, "cpu", model);
}

static void add_cpu_flags(struct str *out)
{
	char flags[LINE_MAX_BYTES];
	value_in_file("/proc/cpuinfo", "flags", ':', flags, sizeof(flags));
	if (!flags[0])
		value_in_file("/proc/cpuinfo", "Features", ':', flags, sizeof(flags));

	static const char *const that_matter[] = { "avx2", "fma", "avx512f", "asimd" };
	struct str present = { 0 };
	for (size_t i = 0; i < sizeof(that_matter) / sizeof(that_matter[0]); i++)
		if (has_word(flags, that_matter[i]))
			str_addf(&present, "%s%s", present.length ? " " : "", that_matter[i]);
	facts_add(out, "cpu_flags", present.s);
	str_free(&present);
}

static void add_machine(struct str *out)
{
	add_cpu_model(out);
	add_cpu_flags(out);
	cpu_set_t usable;
	if (sched_getaffinity(0, sizeof(usable), &usable) == 0)
		add_number(out, "cores", CPU_COUNT(&usable));
	const long online = sysconf(_SC_NPROCESSORS_ONLN);
	if (online > 0)
		add_number(out, "cores_online", online);
	const long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);
	if (pages > 0 && page_bytes > 0)
		add_number(out, "memory_bytes", (long long)pages * page_bytes);

	char text[128];
	first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", text, sizeof(text));
	facts_add(out, "governor", text);
}

bool facts_add_lines(struct str *out, const char *name, const struct str *text)
{
	struct str line = { 0 };
	for (size_t i = 0; i < text->length; i++) {
		const char c = text->s[i];
		if (c == '\n')
			str_add(&line, "\\n");
		else if (c == '\t')
			str_add(&line, "\\t");
		else if (c == '\\')
			str_add(&line, "\\\\");
		else
			str_add_bytes(&line, &c, 1);
	}
	const bool good = !line.s || str_is_utf8(line.s);
	if (good)
		facts_add(out, name, line.s);
	str_free(&line);
	return good;
}

bool facts_add_diff(struct str *out)
{
	if (strcmp(facts_dirty(), "yes") != 0)
		return false;
	struct str diff = { 0 };
	const char *note = worktree_diff(RETRIAL_COMMIT, &diff);
	if (!diff.length && !note)
		note = "no file that git knows has changed";
	if (!facts_add_lines(out, "diff", &diff))
		note = "it is no UTF-8 text";
	facts_add(out, "diff_note", note);
	str_free(&diff);
	return true;
}

void facts_boot_id(char id[FACTS_BOOT_ID])
{
	first_line("/proc/sys/kernel/random/boot_id", id, FACTS_BOOT_ID);
}

void facts_add_all(struct str *out, int core_version)
{
	add_build(out, core_version);
	add_system(out);
	add_machine(out);
	char boot[FACTS_BOOT_ID];
	facts_boot_id(boot);
	facts_add(out, "boot_id", boot);
}

const char *facts_version(void)
{
	return RETRIAL_VERSION;
}

const char *facts_commit(void)
{
	return RETRIAL_COMMIT[0] ? RETRIAL_COMMIT : "unknown";
}
