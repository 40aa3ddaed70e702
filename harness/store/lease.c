/* lease.c - does the process that executes an attempt still live? Process ids are used again and
 * machines restart, so a lease names the machine, its boot, the process and the moment it started.
 */
#include "attempts.h"
#include "store_internal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/digest.h"
#include "../base/facts.h"
#include "../base/file.h"

/* A name for this machine that gives nothing away: databases are published. */
static void host_digest(char host[17])
{
	struct str id = { 0 };
	char name[256] = "";
	if (gethostname(name, sizeof(name) - 1) == 0)
		str_add(&id, name);
	char *bytes;
	size_t count;
	if (file_read("/etc/machine-id", 4096, &bytes, &count, NULL) == 0) {
		str_add_bytes(&id, bytes, count);
		free(bytes);
	}
	char digest[DIGEST_TEXT];
	digest_bytes(id.s ? id.s : "", id.length, digest);
	memcpy(host, digest, 16);
	host[16] = '\0';
	str_free(&id);
}

/* When a process started, in ticks since boot; 0: no such process (or a dead one that nobody has
 * waited for); -1: this system does not say. */
static int64_t process_start(int64_t pid)
{
	char path[64], *bytes;
	size_t count;
	snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
	if (file_read(path, 65536, &bytes, &count, NULL))
		return file_exists("/proc/self/stat") ? 0 : -1;
	/* "pid (name) state ppid ...": the name may hold anything, so count from its closing
	 * parenthesis; field 22 is the start. */
	const char *after = strrchr(bytes, ')');
	char state = 'X';
	unsigned long long start = 0;
	static const char fields_3_and_22[] =
		" %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu";
	if (!after || sscanf(after + 1, fields_3_and_22, &state, &start) != 2)
		start = 0;
	free(bytes);
	return state == 'Z' || state == 'X' ? 0 : (int64_t)start;
}

void lease_here(struct lease *here)
{
	memset(here, 0, sizeof(*here));
	host_digest(here->host);
	facts_boot_id(here->boot);
}

struct lease lease_of(const struct lease *here, long pid)
{
	struct lease lease = *here;
	const int64_t start = process_start(pid);
	lease.pid = pid;
	lease.pid_start = start > 0 ? start : 0;
	return lease;
}

bool lease_is_gone(const struct lease *lease, const struct lease *here, double silent_seconds)
{
	if (strcmp(lease->host, here->host) != 0)
		return !(silent_seconds <= LEASE_SILENT_SECONDS
			&& silent_seconds >= -LEASE_FUTURE_SECONDS);
	if (strcmp(lease->boot, here->boot) != 0)
		return true;
	const int64_t start = process_start(lease->pid);
	if (start < 0)
		return kill((pid_t)lease->pid, 0) != 0 && errno == ESRCH;
	return start == 0 || (lease->pid_start != 0 && lease->pid_start != start);
}
