#!/bin/sh
# run.sh [SCRIPT...] - all tests: unit tests (cmocka), command line tests and lint (TAP); or these scripts. As many files at once as there are
# processors. Called by `make test`, which builds first. Prints a line a file as it ends, with its failures, and at last "N passed, N failed". V=1 prints everything.
set -u
: "${BUILD:=build}" "${RETRIAL:=./retrial}" "${CC:=gcc}"
export BUILD RETRIAL CC CMOCKA_MESSAGE_OUTPUT=TAP LC_ALL=C.UTF-8

# run.sh --one FILE, with TEST_ROOT: run it, count its "ok" and "not ok" lines; a program that dies or prints none has failed once.
run_one() {
	case $1 in
	*.sh) name=$(basename "$(dirname "$1")")-$(basename "$1" .sh) interpreter=sh ;;
	*) name=$(basename "$1") interpreter= ;;
	esac
	SCRATCH=$TEST_ROOT/$name; export SCRATCH; mkdir -p "$SCRATCH"
	out=$TEST_ROOT/$name.out begun=$(date +%s)
	# shellcheck disable=SC2086 # one word or none
	timeout "${TEST_TIMEOUT:-600}" $interpreter "$1" >"$out" 2>&1; status=$?
	sed -i 's/^not ok \([0-9]* # SKIP \)/ok \1/' "$out" # cmocka's way to say that this machine cannot make a test
	good=$(grep -c '^ok ' "$out"); bad=$(grep -c '^not ok ' "$out")
	if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ] || [ $((good + bad)) -eq 0 ]; then
		bad=$((bad + 1)); echo "not ok - $name ended with status $status" >>"$out"
	fi
	echo "$good $bad" >"$TEST_ROOT/$name.counts"
	{
		printf '%-28s %4d passed %3d failed %4d s\n' "$name" "$good" "$bad" $(($(date +%s) - begun))
		if [ "${V:-0}" = 1 ]; then sed 's/^/    /' "$out"; elif [ "$bad" -gt 0 ]; then grep -v '^ok ' "$out" | tail -n 60 | sed 's/^/    /'; fi
	} >"$out.report"
	cat "$out.report" # in one piece: others print, too
	chmod -R u+rwx "$SCRATCH" 2>/dev/null; rm -rf "$SCRATCH"
}
if [ "${1:-}" = --one ]; then
	run_one "$2"
	exit 0
fi

TEST_ROOT=$(mktemp -d); export TEST_ROOT
trap 'chmod -R u+rwx "$TEST_ROOT" 2>/dev/null; rm -rf "$TEST_ROOT"' EXIT
if [ $# -gt 0 ]; then
	printf '%s\n' "$@"
else
	ls tests/cli/*.sh tests/lint/*.sh # the longer ones first
	for program in "$BUILD"/tests/test_*; do
		case $program in *.[od]) continue ;; esac
		[ -x "$program" ] && echo "$program"
	done
fi >"$TEST_ROOT/files"
xargs -P "$(nproc)" -n 1 sh "$0" --one <"$TEST_ROOT/files"
# A file without counts has failed, too.
missing=$(($(wc -l <"$TEST_ROOT/files") - $(ls "$TEST_ROOT"/*.counts | wc -l)))
awk -v bad="$missing" '{ good += $1; bad += $2 } END { printf "%d passed, %d failed\n", good, bad; exit bad > 0 }' "$TEST_ROOT"/*.counts
