#!/bin/sh
# run.sh [SCRIPT...] - all tests: unit tests (cmocka), command line tests and lint (TAP); or these scripts. Called by `make test`, which
# builds first.
# Prints each file's failures, then a line a file, then "N passed, N failed". V=1 prints everything.
set -u
: "${BUILD:=build}" "${RETRIAL:=./retrial}" "${CC:=gcc}"
export BUILD RETRIAL CC CMOCKA_MESSAGE_OUTPUT=TAP LC_ALL=C.UTF-8
scratch_root=$(mktemp -d)
trap 'chmod -R u+rwx "$scratch_root" 2>/dev/null; rm -rf "$scratch_root"' EXIT
passed=0 failed=0

# run_file NAME COMMAND...: count the "ok" and "not ok" lines; a program that dies or prints none has failed once.
run_file() {
	name=$1; shift
	SCRATCH=$scratch_root/$name; export SCRATCH; mkdir -p "$SCRATCH"
	out=$scratch_root/$name.out
	timeout "${TEST_TIMEOUT:-300}" "$@" >"$out" 2>&1; status=$?
	good=$(grep -c '^ok ' "$out"); bad=$(grep -c '^not ok ' "$out")
	if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ] || [ $((good + bad)) -eq 0 ]; then
		bad=$((bad + 1)); echo "not ok - $name ended with status $status" >>"$out"
	fi
	passed=$((passed + good)) failed=$((failed + bad))
	printf '%-28s %4d passed %3d failed\n' "$name" "$good" "$bad"
	if [ "${V:-0}" = 1 ]; then sed 's/^/    /' "$out"; elif [ "$bad" -gt 0 ]; then grep -v '^ok ' "$out" | tail -n 60 | sed 's/^/    /'; fi
}

if [ $# -eq 0 ]; then
	for program in "$BUILD"/tests/test_*; do
		case $program in *.[od]) continue ;; esac
		[ -x "$program" ] && run_file "$(basename "$program")" "$program"
	done
	set -- tests/cli/*.sh tests/lint/*.sh
fi
for script in "$@"; do
	run_file "$(basename "$(dirname "$script")")-$(basename "$script" .sh)" sh "$script"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
