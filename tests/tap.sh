# shellcheck shell=sh
# tap.sh - what the scripts of tests/cli share: `. tests/tap.sh` at their beginning, `finish` at their end. They print TAP and run in the
# root of the repository. RETRIAL is the program, BUILD the folder that `make` fills, SCRATCH an empty folder for the test alone.
set -u
: "${RETRIAL:=./retrial}" "${BUILD:=build}" "${SCRATCH:=$(mktemp -d)}"
RETRIAL=$(realpath "$RETRIAL")
count=0 failed=0

# check STATUS SENTENCE: one test. When it failed, what the program printed last helps.
check() {
	count=$((count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $count - $2"
	else
		failed=1
		echo "not ok $count - $2"
		head -n 20 "$SCRATCH/out" "$SCRATCH/err" 2>/dev/null | sed 's/^/# /'
	fi
}

# sqlite3 ARGUMENTS: a database that another process is writing is waited for.
sqlite3() { command sqlite3 -cmd '.timeout 30000' "$@"; }

# skip SENTENCE REASON: a test that this machine cannot make.
skip() {
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

# try ARGUMENTS: run the program; code, and out and err in SCRATCH, are what it left.
try() {
	"$RETRIAL" "$@" >"$SCRATCH/out" 2>"$SCRATCH/err"
	code=$?
}

# says TEXT [FILE]: the text is in out, or in err.
says() { grep -qF -- "$1" "$SCRATCH/${2:-out}"; }

# fine: it went well, and nothing is on stderr.
fine() { [ "$code" = 0 ] && [ ! -s "$SCRATCH/err" ]; }

# refuses CODE TEXT: this exit code, nothing on stdout, this on stderr.
refuses() { [ "$code" = "$1" ] && [ ! -s "$SCRATCH/out" ] && says "$2" err; }

# finish: how many tests there were, and the exit code.
finish() {
	echo "1..$count"
	exit $failed
}
