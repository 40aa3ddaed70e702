#!/bin/sh
# sanitize.sh - the unit tests and the tests of the command line with a program that was built with
# address and undefined behaviour sanitizers. Called by `make test-sanitize`, which builds it. A
# report of a sanitizer fails, even when the test that caused it passed.
#   SANITIZE_TESTS='tests/cli/run.sh build/sanitize/tests/test_store' make test-sanitize     only these
set -u
: "${BUILD:?}" "${CC:?}"
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT
# exitcode: not one that tests expect. Allocations that are too large return NULL, as they do without.
export ASAN_OPTIONS="log_path=$reports/asan:exitcode=99:allocator_may_return_null=1:detect_stack_use_after_return=1"
export UBSAN_OPTIONS="log_path=$reports/ubsan:exitcode=99:print_stacktrace=1:halt_on_error=1"
export LSAN_OPTIONS="exitcode=99"
export MEMORY_LIMIT=unlimited # the sanitizer's shadow memory is larger than any limit
ln -sfn "$PWD/plots" "$BUILD/plots" # the program looks for them beside itself
export RETRIAL="$BUILD/retrial" BUILD CC TEST_TIMEOUT="${TEST_TIMEOUT:-900}"

left_out() { sed "s/[[:space:]]*#.*//" tests/sanitize.txt | grep -qx "$1"; }
tests=
for file in tests/cli/*.sh "$BUILD"/tests/test_*; do
	case $file in *.[od]) continue ;; esac
	left_out "$(basename "$file" .sh)" || tests="$tests $file"
done
# shellcheck disable=SC2086 # names without blanks
sh tests/run.sh ${SANITIZE_TESTS:-$tests}
status=$?
for report in "$reports"/*; do
	[ -e "$report" ] || continue
	status=1
	echo "--- $(basename "$report")"
	head -n 40 "$report"
done
exit $status
