#!/bin/sh
# slurm.sh - `make test-slurm`: study.sh on a Slurm of four nodes. Installs Debian's packages where root can;
# skipped, and said so, only where Slurm cannot be started at all.
set -u
: "${SCRATCH:=$(mktemp -d)}"
export SCRATCH
packages="slurmctld slurmd slurm-client munge iproute2 procps sqlite3"
if ! command -v slurmctld >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	# shellcheck disable=SC2086 # a list
	{ apt-get update -qq && apt-get install -y -qq --no-install-recommends $packages; } >"$SCRATCH/apt.log" 2>&1 ||
		tail -n 3 "$SCRATCH/apt.log"
fi
sh tests/slurm/cluster.sh "$SCRATCH/slurm" 4 sh tests/slurm/study.sh 2>"$SCRATCH/cluster.err"
status=$?
cat "$SCRATCH/cluster.err" >&2
if [ "$status" = 77 ]; then
	echo "ok 1 - a study on Slurm # SKIP $(tail -n 1 "$SCRATCH/cluster.err")"
	echo "1..1"
	status=0
fi
[ "$status" != 0 ] || rm -rf "$SCRATCH"
exit "$status"
