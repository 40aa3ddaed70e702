#!/bin/sh
# statistics.sh - p values of families of paired comparisons beside those of R: step-down max-T of Bioconductor's multtest (complete enumeration of
# the sign flips), and the intervals beside the definition, written in R. Skipped without them. Prints TAP.
. tests/tap.sh
: "${CC:=gcc}"

cat >"$SCRATCH/compare.R" <<'END_R'
suppressMessages(library(multtest))
set.seed(20250126)
folder <- commandArgs(TRUE)[1]
program <- commandArgs(TRUE)[2]

# Differences [pairs, count]: correlated; rounded ones have ties within and between comparisons.
make <- function(pairs, count, digits) {
	repeat {
		d <- rnorm(pairs) + matrix(rnorm(pairs * count), pairs) + rep(runif(count, -3, 3), each = pairs)
		d <- round(d * 2^digits) / 2^digits
		# Paired t has no value where all differences have one size.
		if (all(apply(abs(d), 2, function(x) length(unique(x)) > 2))) return(d)
	}
}
families <- list()
for (pairs in 6:12) for (count in c(1, 2, 5, 12)) for (digits in c(0, 2, 20))
	families[[length(families) + 1]] <- make(pairs, count, digits)
input <- unlist(lapply(families, function(d)
	c(paste(nrow(d), ncol(d)), apply(d, 1, function(row) paste(formatC(row, digits = 17, format = "g"), collapse = " ")))))
writeLines(input, file.path(folder, "families"))
ours <- as.matrix(read.table(text = system2(program, stdin = file.path(folder, "families"), stdout = TRUE)))
stopifnot(nrow(ours) == sum(sapply(families, ncol)))

# A pair is two values of one seed: 0 and the difference.
multtest_p <- function(d) {
	x <- matrix(0, ncol(d), 2 * nrow(d))
	x[, 2 * seq_len(nrow(d))] <- t(d)
	if (ncol(d) == 1) x <- rbind(x, x) # it takes no single comparison; twice the same one is corrected for nothing
	out <- mt.maxT(x, rep(0:1, nrow(d)), test = "pairt", side = "abs", B = 0)
	out$adjp[order(out$index)][seq_len(ncol(d))]
}
statistic <- function(d) abs(colSums(d)) / sqrt(colSums(d^2))
signs <- lapply(1:12, function(n) as.matrix(expand.grid(rep(list(c(1, -1)), n))))

# The share of all sign patterns whose largest statistic among `set` reaches that of comparison i, shifted.
share <- function(d, set, i, shift, tolerance) {
	d[, i] <- d[, i] - shift
	s <- signs[[nrow(d)]]
	flipped <- sapply(set, function(j) abs(s %*% d[, j]) / sqrt(sum(d[, j]^2)))
	mean(apply(flipped, 1, max) >= statistic(d[, i, drop = FALSE]) - tolerance)
}
# Wrong ends of the interval of comparison i: rejected just inside, or kept beyond.
wrong_ends <- function(d, p, i, interval) {
	t <- statistic(d)
	set <- if (p[i] < 0.05) which(t <= t[i] + 1e-9) else which(p >= 0.05)
	if (is.nan(interval[1])) return(share(d, set, i, 1e9, 1e-9) < 0.05)
	wrong <- 0
	for (side in 1:2) {
		outwards <- c(-1, 1)[side]
		wrong <- wrong + (share(d, set, i, interval[side] - outwards * 1e-7, 1e-9) < 0.05)
		for (far in c(1e-7, 0.01, 1)) wrong <- wrong + (share(d, set, i, interval[side] + outwards * far, 0) >= 0.05)
	}
	wrong + ((interval[1] > 0 || interval[2] < 0) != (p[i] < 0.05))
}

line <- 0
worst <- 0
wrong <- 0
intervals <- 0
rejected <- 0
for (d in families) {
	p <- multtest_p(d)
	for (i in seq_len(ncol(d))) {
		line <- line + 1
		worst <- max(worst, abs(p[i] - ours[line, 1]))
		rejected <- rejected + (p[i] < 0.05)
		if (nrow(d) <= 10) {
			intervals <- intervals + 1
			wrong <- wrong + wrong_ends(d, p, i, ours[line, 2:3])
		}
	}
}
cat(worst, wrong, rejected, line, intervals, length(families), "\n", file = file.path(folder, "result"))
END_R

p="p values are those of multtest's step-down max-T"
intervals="intervals are those of the same test by its definition"
if Rscript -e 'library(multtest)' >/dev/null 2>&1; then
	Rscript "$SCRATCH/compare.R" "$SCRATCH" "$BUILD/joint-sign-flip" >/dev/null 2>"$SCRATCH/err" # multtest counts its permutations
	read -r worst wrong rejected all inverted families <"$SCRATCH/result" || all=0
	echo "$all comparisons in ${families:-0} families, ${rejected:-0} of them below 0.05: p differs by at most ${worst:-?}; of" \
		"${inverted:-0} intervals ${wrong:-?} are wrong" | tee "$SCRATCH/out" | sed 's/^/# /'
	awk -v w="${worst:-1}" -v r="${rejected:-0}" -v n="$all" 'BEGIN { exit !(w <= 1e-9 && n >= 400 && r > n / 5 && r < 0.9 * n) }'
	check $? "$p"
	[ "${wrong:-1}" = 0 ] && [ "$all" -gt 0 ]
	check $? "$intervals"
else
	skip "$p" "no R with multtest (Debian: r-base-core r-bioc-multtest)"
	skip "$intervals" "no R with multtest (Debian: r-base-core r-bioc-multtest)"
fi
finish
