#!/bin/sh
# sampling.sh METHOD POINTS SEED - estimate pi from points in the unit square: awk, nothing else.
# Methods: uniform points, or one in each cell of a grid (stratified).
set -eu
awk -v method="$1" -v points="$2" -v seed="$3" -v out="$RETRIAL_OUT" '
	BEGIN {
		srand(seed)
		side = int(sqrt(points)); inside = 0; n = 0
		for (i = 0; i < side; i++) {
			for (k = 0; k < side; k++) {
				x = rand(); y = rand()
				if (method == "stratified") { x = (i + x) / side; y = (k + y) / side }
				inside += x * x + y * y < 1; n++
			}
			error = 4 * inside / n - 3.141592653589793
			printf "{\"row\": %d, \"estimate\": %.9f}\n", i, 4 * inside / n > out
		}
		printf "{\"error\": %.9f}\n", error < 0 ? -error : error > out
	}'
