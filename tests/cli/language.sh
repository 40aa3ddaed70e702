#!/bin/sh
# language.sh - what is made from the table of the sweep language: help of every word, the reference,
# the manual pages, docs/sweep.md.
. tests/tap.sh
pages=$SCRATCH/pages
mkdir -p "$pages"

# Every word that a completion of `help` offers is a verb, a key, a parameter, a kind, a value, a metric or a figure.
"$RETRIAL" completion words -- help "" | cut -f 1 >"$SCRATCH/words"
[ "$(wc -l <"$SCRATCH/words")" -gt 200 ]
check $? "there are more than 200 words ($(wc -l <"$SCRATCH/words"))"
while read -r word; do
	"$RETRIAL" help "$word" >"$SCRATCH/answer" 2>&1 && [ -s "$SCRATCH/answer" ] || echo "$word"
done <"$SCRATCH/words" >"$SCRATCH/out"
[ ! -s "$SCRATCH/out" ]
check $? "help answers each of them"
for word in axes zip when ablate seeds tables claims exclude blocks random conv relu dual train continue nadam cosine copy curves params epochs_to_90 dual.lr augment.zoom stop.patience label path slot verdict sweep; do
	"$RETRIAL" help "$word" >/dev/null 2>&1 || echo "$word"
done >"$SCRATCH/out"
[ ! -s "$SCRATCH/out" ]
check $? "help answers keys, layers, phases, figures, metrics and paths"
"$RETRIAL" help sweep --format md | sed -n '/^## Metrics/,/^## /s/^- `\([a-z_0-9]*\)`.*/\1/p' | grep -v 'test_count\|_bytes$\|^[a-z]*_drop$\|^[a-z]*_accuracy$' >"$SCRATCH/metrics"
while read -r metric; do
	"$RETRIAL" help "$metric" | sed -n '/a metric/,$p' | grep -q '^[A-Z].*[a-z]' || echo "$metric"
done <"$SCRATCH/metrics" >"$SCRATCH/out"
[ ! -s "$SCRATCH/out" ] && [ "$(wc -l <"$SCRATCH/metrics")" -ge 12 ]
check $? "help defines each metric in a sentence"
try help ablte
[ "$code" = 2 ] && says "did you mean 'ablate'?" err
check $? "an unknown word is answered with the nearest"

# The example of every kind of figure, in a study that has what it needs: check knows what plot would refuse.
"$RETRIAL" help sweep --format md | sed -n '/^## Kinds of figure/,$s/^- `\([a-z]*\)`.*/\1/p' >"$SCRATCH/kinds"
while read -r kind; do
	cat >"$SCRATCH/figure.yaml" <<-END
		retrial: 1
		seeds: 7
		base: {dataset: synthetic, validation: 64, train_limit: 64, test_limit: 64}
		axes: {batch_size: [16, 32], recipe: [example, other]}
		recipes:
		  example: [{phase: single, epochs: 1}]
		  other: [{phase: single, epochs: 2}]
		robustness: [{corruption: rotation, severities: [5]}]
	END
	# Kinds that show one configuration a series have no batch size beside it.
	case $kind in slice | heatmap) ;; *) sed -i 's/batch_size: \[16, 32\], //' "$SCRATCH/figure.yaml" ;; esac
	[ "$kind" != ablation ] || echo 'tables: [{id: t, rows: [recipe], metrics: [test_accuracy], baseline: {recipe: example}}]' >>"$SCRATCH/figure.yaml"
	"$RETRIAL" help "$kind" | sed -n 's/^  \(figures: .*\)/\1/p' | grep "kind: $kind" >>"$SCRATCH/figure.yaml" || echo "$kind: no example"
	"$RETRIAL" check "$SCRATCH/figure.yaml" >/dev/null 2>"$SCRATCH/err" && [ ! -s "$SCRATCH/err" ] || { echo "$kind:"; cat "$SCRATCH/err"; }
done <"$SCRATCH/kinds" >"$SCRATCH/out"
[ ! -s "$SCRATCH/out" ] && [ "$(wc -l <"$SCRATCH/kinds")" -ge 12 ]
check $? "the example of every kind of figure is complete"

"$RETRIAL" help sweep --format md | cmp - docs/sweep.md >"$SCRATCH/out" 2>&1
check $? "docs/sweep.md is what the program prints (else: make -B docs/sweep.md)"
"$RETRIAL" help options --format man >"$pages/options" && sed -e "/options of every verb: make/{r $pages/options" -e 'd}' harness/cli/retrial.1 >"$pages/retrial.1"
"$RETRIAL" help sweep --format man >"$pages/retrial-sweep.5"
mandoc -T lint "$pages/retrial.1" "$pages/retrial-sweep.5" 2>/dev/null | grep -v 'longer than 80 bytes\|outdated mandoc.db\|makewhatis\|referenced manual not found' >"$SCRATCH/out"
[ ! -s "$SCRATCH/out" ] && [ -s "$pages/retrial-sweep.5" ]
check $? "mandoc finds nothing in either manual page"
"$RETRIAL" --help | sed -n 's/^  \([a-z]*\) .*/\1/p' | grep -v '^retrial$' | sort -u | while read -r verb; do
	"$RETRIAL" "$verb" --help | sed -n 's/^ *\(-., \)\? *--\([a-z-]*\).*/\2/p' | grep -v '^help$\|^version$\|^json$' | while read -r option; do
		grep -q -- "--$option" "$pages/retrial.1" || echo "$verb --$option"
	done
done >"$SCRATCH/out"
[ ! -s "$SCRATCH/out" ]
check $? "the manual page has every option of every verb"
"$RETRIAL" --help | sed -n 's/^  \([a-z]*\) .*/\1/p' | grep -v '^retrial$' | sort -u | while read -r verb; do
	"$RETRIAL" "$verb" --help | sed -n 's/^ *\(-., \)\? *--\([a-z-]*\).*/\2/p' | sed "s/^/$verb --/"
done >"$SCRATCH/known"
# strays PAGE: options in its text that their verb does not have. The verb is named before the option on its line, or is that of the item.
strays() {
	awk -v known="$SCRATCH/known" 'BEGIN { while ((getline line < known) > 0) { has[line] = 1; split(line, word, " "); verb[word[1]] = 1; any[word[2]] = 1 } }
		/^\.Sh/ { item = "" }
		/^\.It Cm/ { item = $3 }
		{
			of = item
			for (i = 1; i < NF; i++) {
				if ($i ~ /^\.?Cm$/ && $(i + 1) in verb) of = $(i + 1)
				if ($i ~ /^\.?Fl$/ && $(i + 1) ~ /^-[a-z]/ && (of == "" ? !(("-" $(i + 1)) in any) : !((of " -" $(i + 1)) in has)))
					print FNR ": " of " -" $(i + 1)
			}
		}' "$1"
}
strays harness/cli/retrial.1 >"$SCRATCH/out"
[ ! -s "$SCRATCH/out" ] && [ "$(wc -l <"$SCRATCH/known")" -gt 250 ] &&
	[ "$(sed 's/Fl -no-share/Fl -intervals/' harness/cli/retrial.1 | strays - | wc -l)" = 1 ]
check $? "every option in the text of the manual page is one of its verb"

# Every example of every verb is a command line: what is behind # is a comment, and its options exist.
"$RETRIAL" --help | sed -n 's/^  \([a-z]*\) .*/\1/p' | grep -v '^retrial$' | sort -u | while read -r verb; do
	"$RETRIAL" "$verb" --help | sed -n '/^examples:/,/^options:/s/^  \(retrial .*\)/\1/p' >"$SCRATCH/examples"
	[ -s "$SCRATCH/examples" ] || echo "$verb has no example"
	# A command that goes on in the next line (SQL) is left out.
	grep -v "^[^']*'[^']*$" "$SCRATCH/examples" | sed 's/ \(|\|&&\|#\) .*//' | while read -r line; do
		eval "set -- ${line#retrial }"
		"$RETRIAL" "$@" --help >/dev/null 2>&1 || echo "$line"
		case $* in *'   '*) echo "$line: a comment without #" ;; esac
	done
done >"$SCRATCH/out"
[ ! -s "$SCRATCH/out" ]
check $? "every verb has examples, and each is a command line that the program reads"
finish
