/* share.c - looking beside the running program. */
#include "share.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "file.h"

int share_find(const char *name, struct str *out, struct str *looked, struct err *e)
{
	static const char *const places[] = { "", "../share/retrial/" };
	char program[PATH_MAX];
	const ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	if (length <= 0)
		return err_errno(e, "/proc/self/exe");
	program[length] = '\0';
	char *slash = strrchr(program, '/');
	if (slash)
		*slash = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct str path = { 0 };
		str_addf(&path, "%s/%s%s", program, places[i], name);
		const bool there = file_exists(path.s);
		if (there)
			str_add(out, path.s);
		else
			str_addf(looked, "%s%s", i ? " and " : "", path.s);
		str_free(&path);
		if (there)
			return 0;
	}
	return err_set(e, ERR_ENVIRONMENT, "%s is not there (looked for %s)", name, looked->s);
}
