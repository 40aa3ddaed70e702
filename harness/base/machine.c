/* machine.c - see machine.h: from /proc and /sys. */
#include "machine.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void first_line(const char *path, char *line, size_t size)
{
	FILE *f = fopen(path, "r");
	line[0] = '\0';
	if (f && fgets(line, (int)size, f))
		line[strcspn(line, "\n")] = '\0';
	if (f)
		fclose(f);
}

static void of_frequency(int cpu, const char *name, char *line, size_t size)
{
	char path[96];
	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/cpufreq/%s", cpu, name);
	first_line(path, line, size);
}

/* "cpu MHz" of a processor, of those that /proc/cpuinfo lists one after the other. */
static double mhz_of_cpuinfo(int cpu)
{
	char line[4096];
	double mhz = NAN;
	int at = -1;
	FILE *f = fopen("/proc/cpuinfo", "r");
	while (f && fgets(line, sizeof(line), f)) {
		const char *value = strchr(line, ':');
		if (value && strncmp(line, "processor", 9) == 0)
			at = (int)strtol(value + 1, NULL, 10);
		else if (value && at == cpu && strncmp(line, "cpu MHz", 7) == 0)
			mhz = strtod(value + 1, NULL);
	}
	if (f)
		fclose(f);
	return mhz;
}

void machine_look(int cpu, struct machine_now *out)
{
	char text[64];
	*out = (struct machine_now){ .mhz = NAN };
	if (getloadavg(&out->load, 1) != 1)
		out->load = NAN;
	of_frequency(cpu, "scaling_cur_freq", text, sizeof(text));
	out->mhz = text[0] ? strtod(text, NULL) / 1000 : mhz_of_cpuinfo(cpu);
	of_frequency(cpu, "scaling_governor", out->governor, sizeof(out->governor));
}

int machine_processors(void)
{
	cpu_set_t set;
	return sched_getaffinity(0, sizeof(set), &set) ? 1 : CPU_COUNT(&set);
}
