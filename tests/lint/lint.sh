#!/bin/sh
# lint.sh - what the compiler does not check: which folder may include what, functions that are not used here, what libnn.a needs of other
# libraries, flags that would change bits, sizes of files; shellcheck, mandoc, cppcheck. Prints TAP; the offending lines follow a "not ok".
set -u
number=0

# check SENTENCE COMMAND...: one test, which passes when the command prints nothing.
check() {
	number=$((number + 1)) sentence=$1; shift
	complaints=$("$@" 2>&1)
	if [ -z "$complaints" ]; then
		echo "ok $number - $sentence"
	else
		echo "not ok $number - $sentence"
		printf '%s\n' "$complaints" | sed 's/^/# /'
	fi
}

sources() { find nn harness tests -name '*.[ch]' | sort; }
libraries() { find nn harness -name '*.[ch]' ! -path 'harness/cli/*' | sort; }
texts() { find nn harness tests experiments plots Makefile ./*.md -type f ! -path tests/lint/lint.sh 2>/dev/null | sort; }

# ---- who includes what ----

# "file: path of what it includes", paths from the repository's root.
includes() {
	find "$1" -name '*.[ch]' | sort | while read -r file; do
		sed -n 's/^[ \t]*#[ \t]*include "\([^"]*\)".*/\1/p' "$file" | while read -r name; do
			folder=$(dirname "$file")
			while case $name in ../*) true ;; *) false ;; esac; do
				name=${name#../}
				folder=$(dirname "$folder")
			done
			if [ -e "$folder/$name" ] || [ ! -e "$name" ]; then echo "$file: $folder/$name"; else echo "$file: $name"; fi
		done
	done | sed 's#: \./#: #'
}

# only FOLDER PATTERN: what FOLDER includes besides the pattern's alternatives.
only() {
	[ -d "$1" ] && includes "$1" | grep -vE ": ($2)"
}

# only_in FILES HEADER: who but FILES includes the library's HEADER.
only_in() {
	grep -nE "^[ \t]*#[ \t]*include <$2>" -r harness nn --include='*.[ch]' | grep -vE "^($1):"
}

system_headers_of_nn() {
	only_in nothing '.*' | grep '^nn/' |
		grep -vE '<(assert|limits|math|pthread|sched|stdalign|stdatomic|stdbool|stddef|stdint|stdio|stdlib|string|time|immintrin|arm_neon|sys/mman)\.h>'
}

nn='nn/(augment|corrupt|dead|ensemble|fold|infer|init|mixup|net|nn|optimizer|photometric|quant|rng|scalar|size|stop|train)\.h$' # its public headers
check "nn includes nothing from outside of nn" only nn 'nn/'
check "nn uses the C library's headers and the processor's intrinsics alone" system_headers_of_nn
check "harness/base includes harness/base alone" only harness/base 'harness/base/'
check "harness/plan includes base and plan" only harness/plan 'harness/(base|plan)/'
check "harness/data includes base and data, and of nn the random numbers alone" only harness/data 'harness/(base|data)/|nn/rng\.h$'
check "harness/model includes base, plan, data, model and nn's public headers" only harness/model "harness/(base|plan|data|model)/|$nn"
check "harness/store includes base, plan and store" only harness/store 'harness/(base|plan|store)/'
check "harness/run includes neither report nor cli, and nn by its public headers" only harness/run "harness/(base|plan|data|model|store|run)/|$nn"
check "harness/report includes neither run, cli nor nn" only harness/report 'harness/(base|plan|data|model|store|report)/'
check "harness/bundle includes base, plan, data, store, report and bundle" only harness/bundle 'harness/(base|plan|data|store|report|bundle)/'
check "harness/serve includes base, data, store, report and serve" only harness/serve 'harness/(base|data|plan|store|report|serve)/'
check "harness/cli includes nn by its public headers" only harness/cli "harness/|$nn"
check "SQLite is included in harness/store alone" only_in 'harness/store/[a-z0-9_]+\.[ch]' 'sqlite3\.h'
check "GSL is included in harness/report/stats*.c alone" only_in 'harness/report/stats(_joint|_resample)?\.c' 'gsl/.*'
check "libarchive is included in archive.c, pack.c and npz.c alone" only_in '.*/(archive|pack|npz)\.c' 'archive(_entry)?\.h'
check "protobuf-c is included in harness/model/onnx*.c alone" only_in 'harness/model/onnx(_read)?\.c' '(google|protobuf-c)/.*|onnx\.pb-c\.h'
check "libyaml is included in harness/plan/yaml.c alone" only_in 'harness/plan/yaml\.c' 'yaml\.h'
check "PCRE2 is included in harness/base/match.c alone" only_in 'harness/base/match\.c' 'pcre2\.h'
check "libcrypto is included in harness/base/digest.c alone" only_in 'harness/base/digest\.c' 'openssl/.*'
check "libmicrohttpd is included in harness/serve/http.c alone" only_in 'harness/serve/http\.c' 'microhttpd\.h'
check "libsmartcols is included in harness/report and harness/cli alone" only_in 'harness/(report|cli)/[a-z0-9_]+\.c' 'libsmartcols/.*'

# Everyone else asks what is declared (harness/plan/trial_kind.h).
asks_what_executes_a_trial() {
	grep -nE '(->|\.)program\b' -r harness --include='*.[ch]' |
		grep -vE '^harness/(plan/[a-z_]+|run/(engine|inputs|program_run|reported|verify_program)|cli/(frozen_cli|verify_programs_cli)|bundle/programs)\.c:'
}
check "only what reads a sweep file or runs a program looks at a trial's program" asks_what_executes_a_trial

# ---- functions ----

# calls PATTERN FILES...: lines that call a function of that name, outside of strings and of lines of comment.
calls() {
	wanted=$1; shift
	awk -v wanted="(^|[^a-zA-Z0-9_.>])($wanted)[ \t]*\\\\(" '
		{ code = $0; gsub(/"([^"\\]|\\.)*"/, "\"\"", code) }
		code !~ /^[ \t]*(\/\*|\*|\/\/)/ && code ~ wanted { print FILENAME ":" FNR ":" $0 }' "$@"
}

# Writing to a standard stream, but for a last word before abort().
writes() {
	awk '
		function tell() { if (line != "") print line; line = "" }
		FNR == 1 { tell() }
		line != "" && /abort\(\)/ { line = "" }
		line != "" && FNR > at + 1 { tell() }
		/(fprintf|fputs|fwrite|fputc|fflush) ?\([^;]*std(out|err)/ { tell(); line = FILENAME ":" FNR ":" $0; at = FNR }
		END { tell() }' "$@"
}

# shellcheck disable=SC2046 # names without blanks
prints_exits_or_reads_the_environment() {
	calls 'v?printf|puts|putchar|perror|exit|(secure_)?getenv' $(libraries)
	writes $(libraries)
}

# shellcheck disable=SC2046
{
	check "no function that overruns its buffer or hides state" \
		calls 'strcpy|strcat|stpcpy|v?sprintf|gets|strtok|strtok_r|alloca|tmpnam|mktemp' $(sources)
	check "numbers are not read by functions that ignore errors" calls 'atoi|atol|atoll|atof' $(libraries) $(find harness/cli -name '*.c')
	check "no code sets the program's locale" calls 'setlocale' $(sources)
	check "no random numbers but nn's and the tests' own" calls 'rand|srand|random|srandom|[dlm]rand48|rand_r' $(sources)
}
check "libraries never print, exit or read the environment" prints_exits_or_reads_the_environment

# ---- layout ----

# shellcheck disable=SC2046
not_formatted() {
	if command -v clang-format >/dev/null; then set -- clang-format; else set -- clang-format-14; fi
	"$1" --dry-run -Werror $(sources) 2>&1 | grep 'error:'
}

too_wide() {
	# shellcheck disable=SC2046
	LC_ALL=C awk 'FNR == 1 { fenced = 0 }
		/clang-format off/ { fenced = 1 }
		/clang-format on/ { fenced = 0 }
		{ line = $0; width = 0; gsub(/[\200-\277]/, "", line)
		  while (match(line, /\t/)) { width += RSTART - 1; width += 8 - width % 8; line = substr(line, RSTART + 1) }
		  if (!fenced && width + length(line) > 101) print FILENAME ":" FNR ": " width + length(line) " columns" }' $(sources)
}

check "every C file is laid out by clang-format" not_formatted
# Tables, code, pictures and links may be wider. results/ and the reference are printed by programs.
markdown_too_wide() {
	# shellcheck disable=SC2046
	LC_ALL=C awk '/^```/ { code = !code }
		{ line = $0; gsub(/[\200-\277]/, "", line) }
		!code && length(line) > 100 && !/^\||^!\[|^    / { print FILENAME ":" FNR ": " length(line) " columns" }' \
		README.md CONTRIBUTING.md PAPER_MAP.md $(find docs -name '*.md' ! -name sweep.md)
}

check "no line of C has more than 100 columns" too_wide
check "no line of Markdown prose has more than 100 columns" markdown_too_wide

# ---- the core's bits ----

library=${BUILD:-build}/libnn.a
allowed='malloc|calloc|aligned_alloc|free|memcpy|memmove|memset|memcmp|strlen|strcmp|strncmp|strchr|snprintf'
allowed="$allowed|pthread_[a-z_]+|sched_yield|nanosleep|__assert_fail|madvise"
allowed="$allowed|fmaf?" # correctly rounded by definition; called where the processor has none
allowed="$allowed|__cpu_[a-z0-9_]+|__aarch64_[a-z0-9_]+|__stack_chk_fail|__(memcpy|memmove|memset|snprintf)_chk|_GLOBAL_OFFSET_TABLE_" # the compiler's own

symbols_not_allowed() {
	[ -e "$library" ] || { echo "$library is not there"; return; }
	nm "$library" | awk -v allowed="^($allowed)\$" '
		NF == 3 { defined[$3] = 1 }
		NF == 2 && $1 == "U" { wanted[$2] = 1 }
		END { for (name in wanted) if (!(name in defined) && name !~ allowed) print "libnn.a needs " name }' | sort
}

# Tables of functions are relocated at start (.data.rel.ro) and constant from then on.
variables() {
	nm -f sysv "$library" | awk -F '|' '{ gsub(/ /, "", $1); gsub(/ /, "", $7) } $7 ~ /^\.(data|bss|tdata|tbss)$/ && $4 ~ /OBJECT|TLS/ { print $1 " in " $7 }'
}

flags_that_change_bits() {
	grep -nE 'fast-math|Ofast|funsafe|associative-math|march=native|mtune=native' Makefile tests/*.sh
	grep -q -- '-ffp-contract=off' Makefile || echo "Makefile: -ffp-contract=off is missing"
	grep -nE 'pragma[ \t]+(STDC[ \t]+FP_CONTRACT|GCC[ \t]+optimize|clang[ \t]+fp|float_control)|__attribute__ *\(\(.*optimize' -r nn
}

# The linker takes the first of two functions of one name from an archive, without a word.
defined_twice() {
	nm "${library%/*}/libharness.a" "$library" | awk 'NF == 3 && $2 ~ /^[TDRB]$/ && $3 !~ /^onnx__/ { print $3 }' | sort | uniq -d
}

# Functions that are named nowhere but where they are declared and defined.
unused() {
	# shellcheck disable=SC2046
	sed '/^[ \t]*\(\/\*\|\*\)/d' $(sources) | grep -oE '[A-Za-z_][A-Za-z0-9_]*' | sort | uniq -c | awk '$1 < 3 { print $2 }' >"${library%/*}/rare.txt"
	nm "${library%/*}/libharness.a" "$library" 2>/dev/null | awk 'NF == 3 && $2 == "T" && $3 !~ /^onnx__/ { print $3 }' | grep -xFf "${library%/*}/rare.txt"
}

check "no name is defined twice in the libraries" defined_twice
check "no function of the libraries is used by nobody" unused
check "libnn.a needs a short list of libc's functions and none of libm's whose bits vary" symbols_not_allowed
check "libnn.a has no variables of its own" variables
# A position-independent program whose tables are read-only once it runs, with guarded stacks and checked copies.
not_hardened() {
	program=${RETRIAL:-./retrial}
	readelf -h "$program" | grep -q 'Type:.*DYN' || echo "$program is not position-independent"
	readelf -lW "$program" | grep -q GNU_RELRO || echo "$program has no read-only relocations"
	readelf -dW "$program" | grep -q 'BIND_NOW\|Flags:.* NOW' || echo "$program binds lazily"
	nm -D "$program" | grep -q '__stack_chk_fail' || echo "$program has no stack protector"
	nm -D "$program" | grep -q '__memcpy_chk\|__snprintf_chk' || echo "$program has no checked copies"
}
check "the program is hardened: PIE, RELRO, immediate binding, stack protector, FORTIFY" not_hardened
check "contraction is off, there is no fast-math, and nothing is built for this processor alone" flags_that_change_bits

# ---- files ----

too_long() {
	# shellcheck disable=SC2046
	wc -l $(sources) | awk '$2 != "total" && $1 > 900 { print $2 " has " $1 " lines" }'
}

without_purpose() {
	for file in $(sources); do
		name=$(basename "$file")
		head -n 1 "$file" | grep -q "^/\* $name - " || echo "$file does not begin with \"/* $name - what it is for\""
	done
}

# shellcheck disable=SC2046
left_to_do() {
	grep -nE '(^|[^A-Za-z])(TODO|FIXME|XXX|HACK)([^A-Za-z]|$)' $(texts)
}

# Statements and pieces of them; examples in help texts (retrial query 'SELECT ...') are none.
sql_outside_store() {
	find nn harness -name '*.[ch]' ! -path 'harness/store/*' -exec grep -nE \
		'"[^"]*(\bSELECT +[a-z(*:]|\bINSERT +(OR|INTO) |\bDELETE +FROM |\bUPDATE +[a-z]+ +SET |\bFROM +[a-z_]+ +(AS|WHERE|JOIN|ORDER) |\bPRAGMA +[a-z])' {} + |
		grep -v "retrial query '"
}

# shellcheck disable=SC2046
folders_of_one_machine() {
	grep -nE '(^|[^A-Za-z0-9_.])/(work|home|root|mnt|media|Users)/' $(texts)
}

# shellcheck disable=SC2046
trailing_blanks() {
	grep -nE '[[:blank:]]+$' $(sources)
}

# shellcheck disable=SC2046
other_labels() {
	grep -nE '^[a-z_]+:$' $(sources) | grep -vE ':(out|fail|default):$'
}

scripts() { find tests harness packaging .ci -name '*.sh' -o -path .ci/run 2>/dev/null | sort; }

# shellcheck disable=SC2046 # names without blanks
shell_scripts() {
	shellcheck --severity=warning --format=gcc $(scripts)
}

# Warnings and errors; of matters of style all but the length of lines.
manual_page() {
	mandoc -T lint harness/cli/retrial.1 2>&1 | grep -v 'referenced manual not found\|longer than 80 bytes\|outdated mandoc.db\|makewhatis'
}

# Debian's control file, with its name for the JPEG headers.
unlisted_build_dependencies() {
	sed -n '/^run="/,/"$/p' harness/packages.sh | tr ' "=' '\n\n\n' | grep '^lib.*-dev$' | grep -v '^libc6-dev$' | sed 's/^libjpeg.*-dev$/libjpeg-dev/' |
		while read -r package; do grep -qx " $package," packaging/debian/control || echo "packaging/debian/control: $package is missing"; done
}

# cppcheck keeps what it found in files that have not changed. Suppressions have reasons. Not nn/kernels:
# vectors that loops over lanes fill are uninitialised variables to it.
# shellcheck disable=SC2046
static_analysis() {
	mkdir -p "${BUILD:-build}/cppcheck"
	cppcheck -q -j "$(nproc)" --cppcheck-build-dir="${BUILD:-build}/cppcheck" --std=c11 -I. \
		--enable=warning,performance,portability --suppressions-list=tests/lint/cppcheck.txt \
		--template='{file}:{line}: {severity}: {message} [{id}]' $(find nn harness -name '*.c' ! -path 'nn/kernels/*' | sort)
}

check "no source file has more than 900 lines" too_long
check "every source file begins with its name and what it is for" without_purpose
check "nothing is left to be done in the sources" left_to_do
check "SQL stands in harness/store alone" sql_outside_store
check "no file names a folder of one machine" folders_of_one_machine
check "no line of a source file ends with blanks" trailing_blanks
check "a function's label is out: or fail:" other_labels
check "shellcheck has no warning about any shell script" shell_scripts
check "mandoc finds nothing in the manual page" manual_page
check "the Debian package names every library that the build needs" unlisted_build_dependencies
check "cppcheck finds nothing in nn and harness" static_analysis

echo "1..$number"
