#!/bin/sh
# export.sh - `retrial export` and `retrial eval`: a trained network in every format, read again and evaluated; the C source compiled and run.
. tests/tap.sh
: "${CC:=gcc}"
db="$SCRATCH/smoke.db" files="$SCRATCH/files"
"$RETRIAL" run experiments/smoke.yaml --db "$db" -q 2>"$SCRATCH/err"
check $? "the smoke study runs"
# trial RECIPE: its identity, of seed 1
trial() { "$RETRIAL" runs --db "$db" recipe="$1" seed=1 --columns trial --format tsv | sed 1d; }
folds=$(trial smoke-notebook) dual=$(trial smoke-dual)

for format in safetensors npz onnx; do
	try export "$folds" --format $format -o "$files/model.$format" --db "$db"
	fine && says 'the same predictions' && says 'fold 0'
	check $? "export: $format of the first fold"
	cp "$files/model.$format" "$SCRATCH/first"
	TZ=Asia/Tokyo try export "$folds" -o "$files/model.$format" --db "$db"
	fine && cmp -s "$files/model.$format" "$SCRATCH/first"
	check $? "export: the format is told by the ending, and the file has the same bytes again"
	try eval "$files/model.$format" --dataset synthetic
	fine && says 'the same predictions' && says ' on 128 images of synthetic'
	check $? "eval: $format gives what was recorded"
	try eval "$files/model.$format" --kernels plain
	fine && says 'the same predictions'
	check $? "eval: $format with plain kernels, its data set by itself"
	try export "$dual" -o "$files/dual.$format" --db "$db"
	fine && says 'the same predictions'
	check $? "export: $format of two networks side by side"
done
try export "$folds" --fold 1 -o "$files/second.npz" --db "$db"
fine && says 'fold 1' && says 'the same predictions'
check $? "export --fold"
try export "$folds" --fold 7 -o "$files/no.npz" --db "$db"
refuses 2 'has no fold 7: it has folds 0, 1' && [ ! -e "$files/no.npz" ]
check $? "export: a fold that is not there is exit 2, with those that are"
try export "$dual" --fold 0 -o "$files/no.npz" --db "$db"
refuses 2 'has no folds'
check $? "export: a fold where there are none is exit 2"
try export ffff -o "$files/no.npz" --db "$db"
refuses 2 'no trial'
check $? "export: an unknown trial is exit 2"
try export "$folds" --format pickle -o "$files/no.npz" --db "$db"
refuses 2 "unknown format 'pickle': there are safetensors, npz, "
check $? "export: an unknown format is exit 2"
try export "$folds" --format npz -o "$files/no.onnx" --db "$db"
refuses 2 'must end with .npz'
check $? "export: a file that could not be read again is exit 2"
sqlite3 "$db" "DELETE FROM weights WHERE attempt IN (SELECT id FROM attempts WHERE trial = (SELECT id FROM trials WHERE identity = '$dual'))"
try export "$dual" -o "$files/no.npz" --db "$db"
refuses 2 "retrial rerun $(echo "$dual" | cut -c1-12)"
check $? "export: where weights were not kept, how to get them"
"$RETRIAL" rerun "$dual" --db "$db" >"$SCRATCH/out" 2>"$SCRATCH/err" && try export "$dual" -o "$files/again.npz" --db "$db"
fine && says 'the same predictions' && cmp -s "$files/again.npz" "$files/dual.npz"
check $? "export: and after that the file is the same"

# A weight changed: the digest tells. Without the digest: another accuracy, or the same by chance, but not the same predictions' digest.
cp "$files/model.safetensors" "$SCRATCH/changed.safetensors"
printf '\000\000\200\077' | dd of="$SCRATCH/changed.safetensors" bs=1 seek=$(($(wc -c <"$SCRATCH/changed.safetensors") - 40)) conv=notrunc 2>/dev/null
try eval "$SCRATCH/changed.safetensors"
refuses 2 'the weights are not those of its metadata'
check $? "eval: a changed weight is exit 2"
sed 's/"weights_digest":"[0-9a-f]*"/"weights_digest":"                                                                "/' "$files/model.safetensors" |
	sed 's/"weights_digest":" *"/"was":"................................................................."          /' >"$SCRATCH/free.safetensors"
printf '\000\000\310\102' | dd of="$SCRATCH/free.safetensors" bs=1 seek=$(($(wc -c <"$SCRATCH/free.safetensors") - 40)) conv=notrunc 2>/dev/null
try eval "$SCRATCH/free.safetensors"
[ "$code" = 1 ] && says 'not the same predictions'
check $? "eval: other predictions than are recorded are exit 1"
head -c 5000 "$files/model.onnx" >"$SCRATCH/cut.onnx"
try eval "$SCRATCH/cut.onnx"
refuses 2 'cut.onnx: no ONNX file, or a damaged one'
check $? "eval: a damaged file is exit 2"
try eval "$SCRATCH/none.onnx"
refuses 3 'none.onnx'
check $? "eval: a missing file is exit 3"
try eval "$files/model.npz" --dataset synthetic-colour
refuses 2 'the network takes images of 1x28x28'
check $? "eval: images of another shape are exit 2"

try query sizes --db "$db" --format csv recipe=smoke-notebook
[ "$code" = 0 ] && [ "$(sed 1d "$SCRATCH/out" | cut -d, -f4 | sort | tr '\n' ' ')" = "npz onnx safetensors " ] &&
	grep -q '^synthetic,smoke-notebook,lightweight,npz,14862,[0-9]*,59448,175704,' "$SCRATCH/out"
check $? "query sizes: every format beside the weights alone and with optimizer state"
[ "$(sqlite3 "$db" "SELECT digest FROM model_files WHERE format = 'onnx' AND fold = 0")" = "$(sha256sum <"$files/model.onnx" | cut -d' ' -f1)" ] &&
	[ "$(sqlite3 "$db" "SELECT count(*) FROM model_files AS f JOIN results AS r USING (attempt) WHERE f.test_accuracy IS NULL OR f.bytes < r.weight_bytes")" = 0 ]
check $? "sizes, digests and accuracies of the files are recorded"

# ---- C ----
try export "$folds" -o "$files/smoke-net.c" --db "$db"
fine && says '59448 bytes of constants'
check $? "export: C"
"$RETRIAL" data export synthetic --form idx -o "$SCRATCH/idx" >/dev/null
sqlite3 "$db" "SELECT writefile('$SCRATCH/classes', classes) FROM predictions AS q JOIN attempts AS a ON a.id = q.attempt
	JOIN trials AS t ON t.id = a.trial WHERE t.identity = '$folds' AND q.fold = 0 AND q.phase = 3" >/dev/null
cat >"$SCRATCH/main.c" <<'END'
#include <stdio.h>
#include "smoke-net.h"
int main(void)
{
	static unsigned char image[SMOKE_NET_PIXELS];
	static float work[SMOKE_NET_WORK];
	int i;
	for (i = 0; i < 16; i++)
		getchar();
	for (i = 0; i < 128 && fread(image, sizeof image, 1, stdin) == 1; i++)
		putchar(smoke_net_predict(image, work));
	return 0;
}
END
for mode in '' -DSMOKE_NET_EXACT; do
	# shellcheck disable=SC2086 # a flag or nothing
	$CC -std=c99 -pedantic -Wall -Wextra -Wshadow -Werror -O2 $mode -I"$files" -o "$SCRATCH/main" "$SCRATCH/main.c" "$files/smoke-net.c" -lm >"$SCRATCH/out" 2>"$SCRATCH/err" &&
		"$SCRATCH/main" <"$(ls "$SCRATCH"/idx/*t10k-images* "$SCRATCH"/idx/*/*t10k-images* 2>/dev/null | head -n 1)" >"$SCRATCH/predicted"
	[ "$(wc -c <"$SCRATCH/classes")" = 128 ] && cmp "$SCRATCH/predicted" "$SCRATCH/classes" >>"$SCRATCH/err" 2>&1
	check $? "the C source compiles strictly and predicts what is recorded for every test image${mode:+, with fused sums}"
done
# The source includes its header only: newlib's or none, nothing else is asked for.
if command -v arm-none-eabi-gcc >/dev/null; then
	for cpu in '-mcpu=cortex-m0' '-mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16' '-mcpu=cortex-m33'; do
		# shellcheck disable=SC2086 # several flags
		rm -f "$SCRATCH/arm.o"
		arm-none-eabi-gcc -std=c99 -Wall -Wextra -Werror -Os -mthumb $cpu -c -o "$SCRATCH/arm.o" "$files/smoke-net.c" >"$SCRATCH/out" 2>"$SCRATCH/err"
		check $? "the C source compiles for ${cpu%% *}"
		echo "# ${cpu%% *}: $(arm-none-eabi-size "$SCRATCH/arm.o" | awk 'NR == 2 { print $1 + $2 " bytes of flash, " $2 + $3 " bytes of static RAM" }')," \
			"$(sed -n 's/.*constants, \([0-9]*\) bytes of work.*/\1/p' "$files/smoke-net.h") bytes of work memory"
	done
	arm-none-eabi-nm -u "$SCRATCH/arm.o" | grep -v ' U __aeabi_' >"$SCRATCH/out"
	[ ! -s "$SCRATCH/out" ]
	check $? "it needs nothing but the compiler's own arithmetic"
else
	skip "the C source compiles for Cortex-M" "no arm-none-eabi-gcc"
fi

# ---- a database that cannot be written ----
if unshare -rm true 2>/dev/null; then
	mkdir "$SCRATCH/fixed"
	# shellcheck disable=SC2016
	unshare -rm sh -c 'mount -t tmpfs none "$1" && cp "$2" "$1/r.db" && mount -o remount,ro "$1" && exec "$3" export "$4" -o "$5" --db "$1/r.db"' \
		sh "$SCRATCH/fixed" "$db" "$RETRIAL" "$folds" "$files/fixed.npz" >"$SCRATCH/out" 2>"$SCRATCH/err"
	[ $? = 0 ] && says 'the same predictions' && says 'warning: nothing is recorded: ' err && cmp -s "$files/fixed.npz" "$files/model.npz"
	check $? "export of a read-only database writes the same file, and warns that it is not recorded"
else
	skip "export of a read-only database writes the same file, and warns that it is not recorded" "no namespaces"
fi
finish
