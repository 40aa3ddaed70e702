#!/bin/sh
# bench.sh - `make bench`'s program, a few rounds of it: its file is JSON with a row for everything that is promised, in sensible ranges.
# No speed is tested here: a loaded machine is no error.
. tests/tap.sh
json=$SCRATCH/bench.json

# holds FILTER: the filter's answer is true
holds() { [ "$(jq "$1" "$json" 2>"$SCRATCH/err")" = true ]; }

"$BUILD/bench-core" --quick "$json" >"$SCRATCH/out" 2>"$SCRATCH/err"
check $? "bench-core ends with status 0"
jq . "$json" >/dev/null 2>"$SCRATCH/err"
check $? "its file is JSON"
holds '.core_version >= 1 and .rounds == 3 and (.results | type) == "array"'
check $? "the file names the core version and the rounds"
variants=$("$BUILD/digests" --list | grep -cv '^plain$')
holds "(.results | map(.kernels) | unique | length) == $variants"
check $? "every kernel variant of this machine but the plain one is measured"
holds "[.results[] | select(.task == \"train\" or .task == \"evaluate\") | [.network, .shape, .task, .cores]] | length == $variants * 16"
check $? "training and evaluation of two networks on two image sizes, on one core and on two"
holds "[.results[] | select(.task == \"train augmented\")] | length == $variants * 4"
check $? "training with augmentation"
holds "[.results[] | select(.task == \"one image\" and .p10_us > 0 and .p50_us >= .p10_us and .p90_us >= .p50_us and .p99_us >= .p90_us)] | length == $variants * 4"
check $? "the latency of one image and its quantiles"
holds '[.results[] | select(.task == "one image") | .allocations_per_call == 0] | all'
check $? "one image allocates nothing"
holds "[.results[] | select(.task == \"augmentation\" or .task == \"nadam step\" or .task == \"sgd step\") | .us > 0 and .us_best <= .us] | length == $variants * 4 and all"
check $? "the cost of augmentation and of optimizer steps"
holds '[.results[] | select(.fraction_of_peak) | .fraction_of_peak > 0.01 and .fraction_of_peak < 2] | all'
check $? "fractions of the peak are fractions"
holds '[.results[] | select(.cores == 2) | .ratio_to_one_core > 0 and .ratio_to_one_core < 4] | all'
check $? "two cores have their ratio to one"
"$BUILD/bench-core" >/dev/null 2>"$SCRATCH/err"
[ $? = 2 ] && grep -q '^usage: ' "$SCRATCH/err"
check $? "bench-core without a file says how it is used and ends with status 2"
"$BUILD/bench-core" --quick "$SCRATCH/no/such/folder.json" none >/dev/null 2>"$SCRATCH/err"
[ $? = 3 ] && grep -q 'folder.json cannot be written' "$SCRATCH/err"
check $? "a file that cannot be written is named, with status 3"
finish
