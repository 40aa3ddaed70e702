#!/bin/sh
# completion.sh - `retrial completion`: the candidates, and the scripts in the real shells: keys are typed into bash and zsh, with the tab key at
# the end, and fish is asked by its own `complete -C`.
. tests/tap.sh
# words SENTENCE EXPECTED WORDS...: the words behind "retrial" up to the cursor have these candidates (without explanations, in one line).
words() {
	sentence=$1 expected=$2; shift 2
	"$RETRIAL" completion words -- "$@" >"$SCRATCH/out" 2>"$SCRATCH/err"
	[ $? = 0 ] && [ ! -s "$SCRATCH/err" ] && [ "$(cut -f 1 "$SCRATCH/out" | tr '\n' ' ')" = "$expected" ]
	check $? "$sentence"
}
# each SENTENCE PATTERN WORDS...: among the candidates is a line that matches.
each() {
	sentence=$1 pattern=$2; shift 2
	"$RETRIAL" completion words -- "$@" >"$SCRATCH/out" 2>"$SCRATCH/err"
	grep -qE -- "$pattern" "$SCRATCH/out"
	check $? "$sentence"
}
tab=$(printf '\t')
words "verbs that begin so" "run runs " run
words "sweep files where a sweep file is expected" ":yaml " check ""
words "files for an option that takes one" ":files " run x.yaml --db ""
words "folders for an option that takes one" ":folders " run --data=
words "the words that an option takes" "--progress=auto --progress=always " run --progress=a
words "nothing for a number" "" run -j ""
words "options of the verb" "--max-trials " run x.yaml --max
words "an option that every verb has, and its values" "--color=auto --color=always " status --color=a
words "named queries" "digests " query di
words "the parameters of a named query" "sweep= dataset= recipe= " query accuracy ""
each "the actions of data" "^verify$" data ""
words "data sets" "cifar10 " data verify ci
words "ids of the tables of a sweep file" "accuracy " table experiments/paper.yaml ""
words "recipes of the sweep file for --set" "recipe=paper-notebook recipe=paper-text " run experiments/paper.yaml --set recipe=p
words "values of a parameter" "finetune.optimizer=sgd " run experiments/paper.yaml --set finetune.optimizer=s
words "nothing behind an unknown verb" "" frobnicate ""
words "nothing of a database that is not there" "" show --db "$SCRATCH/none.db" ""
each "a parameter with its explanation" "^batch_size=${tab}images in one step" run x.yaml --set batch
each "parameters of the phases of the sweep file" "^finetune.lr=${tab}learning rate" run experiments/paper.yaml --set finetune.l
"$RETRIAL" completion words -- help l | grep -q "^lr${tab}learning rate" && "$RETRIAL" completion words -- help ax | grep -q "^axes${tab}paths"
check $? "help knows parameters and keys of sweep files, too"

cat >"$SCRATCH/tiny.yaml" <<'END'
retrial: 1
base: {dataset: synthetic, validation: 64, train_limit: 64, test_limit: 64, recipe: one}
recipes: {one: [{phase: single, epochs: 1}]}
END
"$RETRIAL" run "$SCRATCH/tiny.yaml" --db "$SCRATCH/tiny.db" -q 2>"$SCRATCH/err"
id=$("$RETRIAL" query 'SELECT substr(trial, 1, 12) FROM runs' --db "$SCRATCH/tiny.db" --format csv | tail -n 1)
words "the trials of the database" "$id " show --db "$SCRATCH/tiny.db" ""
words "sweeps of the database" "tiny " status --db="$SCRATCH/tiny.db" ""

# Every option with a value that is one of a few words has these words, and its help names each of them.
missing=$("$RETRIAL" completion words -- "" | cut -f 1 | grep -v '^-' | while read -r verb; do
	"$RETRIAL" "$verb" --help | sed -n 's/.*--\([a-z-]*\)=\(FORMAT\|WHEN\|WHAT\|NAME\) .*/\1 \2/p' | while read -r option argument; do
		values=$("$RETRIAL" completion words -- "$verb" --db "$SCRATCH/none.db" "--$option" "")
		[ -n "$values" ] || [ "$argument" = NAME ] || echo "retrial $verb --$option: no candidates"
		for value in $values; do
			"$RETRIAL" "$verb" --help | grep -e "--$option=" | grep -qw -- "$value" || echo "retrial $verb --help: --$option=$value is not said"
		done
	done
done)
printf '%s\n' "$missing" >"$SCRATCH/out"
[ -z "$missing" ]
check $? "candidates of options are those that the help names"
"$RETRIAL" completion tcsh >"$SCRATCH/out" 2>"$SCRATCH/err"
[ $? = 2 ] && grep -q "there are: bash, zsh, fish" "$SCRATCH/err"
check $? "another shell is wrong use"

# ---- real shells --------------------------------------------------------------------------------------------------------

mkdir -p "$SCRATCH/bin" "$SCRATCH/folder/experiments"
ln -s "$(realpath "$RETRIAL")" "$SCRATCH/bin/retrial"
cp experiments/demo.yaml "$SCRATCH/folder/experiments/"
cp -r experiments/library "$SCRATCH/folder/experiments/"
PATH=$SCRATCH/bin:$PATH

# What is typed, with a tab behind it, and what stands there then.
lines='retrial complet
retrial run --progress=al
retrial check experiments/de
retrial plan experiments/demo.yaml --set recipe=or
retrial run experiments/demo.yaml --set single.optimizer=s
retrial run x.yaml --set batch_s
retrial run --db=experiments/de
retrial query acc
retrial table experiments/demo.yaml acc'
full='retrial completion
retrial run --progress=always
retrial check experiments/demo.yaml
retrial plan experiments/demo.yaml --set recipe=original
retrial run experiments/demo.yaml --set single.optimizer=sgd
retrial run x.yaml --set batch_size=
retrial run --db=experiments/demo.yaml
retrial query accuracy
retrial table experiments/demo.yaml accuracy'

# typed_into START COMMAND...: the keys into the shell on a terminal of its own; the completed lines. Control-A and -E go to the begin and
# the end of the line, so that `echo` prints what has become of it.
typed_into() {
	start=$1; shift
	{
		sleep 1
		printf '%s\n' "$start"
		sleep 1
		printf '%s\n' "$lines" | while read -r line; do
			printf '%s\t' "$line"
			sleep 0.3
			printf '\001echo "<\005>"\n'
			sleep 0.1
		done
		printf 'exit\n'
		sleep 0.3
	} | (cd "$SCRATCH/folder" && TERM=dumb HISTFILE='' timeout 60 script -qec "$*" /dev/null) >"$SCRATCH/err" 2>&1
	tr -d '\r' <"$SCRATCH/err" | sed -n 's/^<\(.*[^ ]\) *>$/\1/p' >"$SCRATCH/out"
}
same_lines() {
	printf '%s\n' "$full" >"$SCRATCH/full"
	diff "$SCRATCH/full" "$SCRATCH/out" >"$SCRATCH/difference" || { cat "$SCRATCH/difference" >"$SCRATCH/out"; return 1; }
}
if command -v script >/dev/null && command -v bash >/dev/null; then
	typed_into '. <(retrial completion bash)' bash --norc --noprofile -i
	same_lines
	check $? "bash completes what is typed"
else
	skip "bash completes what is typed" "bash or script is not installed"
fi
if command -v script >/dev/null && command -v zsh >/dev/null; then
	typed_into 'autoload -Uz compinit; compinit -D -u; bindkey -e; . <(retrial completion zsh)' zsh -f -i
	same_lines
	check $? "zsh completes what is typed"
else
	skip "zsh completes what is typed" "zsh or script is not installed"
fi
if command -v fish >/dev/null; then
	"$RETRIAL" completion fish >"$SCRATCH/retrial.fish"
	printf '%s\n' "$lines" | while read -r line; do
		(cd "$SCRATCH/folder" && HOME=$SCRATCH fish --no-config -c "source $SCRATCH/retrial.fish; complete -C '$line'" 2>>"$SCRATCH/err") |
			cut -f 1 | sed "s|^|${line% *} |"
	done >"$SCRATCH/out"
	same_lines
	check $? "fish completes what is typed"
else
	skip "fish completes what is typed" "fish is not installed"
fi

# ---- where they are installed -------------------------------------------------------------------------------------------

"${MAKE:-make}" -s -o "$RETRIAL" install PROGRAM="$RETRIAL" CC="${CC:-gcc}" BUILD="${BUILD:-build}" DESTDIR="$SCRATCH/root" PREFIX=/usr >"$SCRATCH/out" 2>"$SCRATCH/err"
for place in bash:bash-completion/completions/retrial zsh:zsh/site-functions/_retrial fish:fish/vendor_completions.d/retrial.fish; do
	"$RETRIAL" completion "${place%%:*}" | cmp - "$SCRATCH/root/usr/share/${place#*:}" >>"$SCRATCH/out" 2>&1
	check $? "make install puts the script of ${place%%:*} where that shell looks"
done

finish
