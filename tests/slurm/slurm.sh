#!/bin/sh
# slurm.sh - `make test-slurm`: the tests of this folder on a real Slurm (cluster.sh), as tests/run.sh runs them.
# n1 to n4 are for study.sh, which damages them; n5 and n6 (partitions side and urgent) for others.
set -u
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sh tests/slurm/cluster.sh "$folder" sh tests/run.sh tests/slurm/study.sh tests/slurm/programs.sh tests/slurm/ends.sh tests/slurm/docs.sh
status=$?
[ "$status" != 77 ] || { echo "slurm: SKIPPED, no Slurm starts on this machine (see above)"; exit 0; }
exit "$status"
