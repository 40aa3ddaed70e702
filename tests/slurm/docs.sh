#!/bin/sh
# docs.sh - within cluster.sh: every command of docs/cluster.md, in its order, by an installed program, as the page has it. Prints TAP.
. tests/tap.sh
page=$PWD/docs/cluster.md
make -s install PREFIX="$SCRATCH/prefix" >"$SCRATCH/out" 2>"$SCRATCH/err"
check $? "make install PREFIX=..."
# What the page's template needs of a site.
HOME=$SCRATCH/home PATH=$SCRATCH/prefix/bin:$SCRATCH/site:$PATH
export HOME PATH
mkdir -p "$HOME/venv/bin" "$SCRATCH/site"
printf '#!/bin/sh\necho "module $*"\n' >"$SCRATCH/site/module"
chmod +x "$SCRATCH/site/module"
echo 'echo "in the virtual environment"' >"$HOME/venv/bin/activate"
cd "$SCRATCH" && retrial init study >/dev/null && cd study && mkdir results || exit 1
retrial run study.yaml --db "$SCRATCH/whole.db" -q
retrial query digests --db "$SCRATCH/whole.db" --format csv >"$SCRATCH/whole.csv"
whole() { retrial query digests --db "$1" --format csv | cmp -s - "$SCRATCH/whole.csv"; }

# The lines of the page that are commands, and the one that is a template.
sed -n 's/^    \(retrial .*\|parallel .*\|until .*\)/\1/p' "$page" >"$SCRATCH/commands"
sed -n '/^    #!\/bin\/sh/,/^    @RETRIAL@/s/^    //p' "$page" >site.sh
[ "$(wc -l <"$SCRATCH/commands")" -ge 8 ] && [ "$(wc -l <site.sh)" -ge 4 ]
check $? "the page has commands and a template"
mkdir ../templated && cp study.yaml site.sh ../templated # where nothing is done yet, however fast the tasks before were
while read -r line <&3; do
	case $line in *--template*) place=../templated ;; *) place=. ;; esac
	(cd "$place" && sh -c "$line") >"$SCRATCH/out" 2>"$SCRATCH/err" 3<&-
	code=$?
	command=$(echo "$line" | sed 's/ *#.*//')
	case $command in # what is in Slurm is not done yet
	"retrial run study.yaml --executor slurm"*) [ $code = 0 ] || [ $code = 4 ] ;;
	*) [ $code = 0 ] ;;
	esac
	check $? "$command"
	case $command in
	*until*) whole results/retrial.db; check $? "and the study has the digests of a local run" ;;
	*merge*) whole results/parts.db; check $? "and the parts together have them, too" ;;
	esac
done 3<"$SCRATCH/commands"
(cd ../templated && retrial run study.yaml --executor slurm --template site.sh --wait) >"$SCRATCH/err" 2>&1
cat ../templated/results/slurm/study/00001/*_1.log >"$SCRATCH/out" 2>>"$SCRATCH/err"
says "module load gcc" && says "in the virtual environment"
check $? "the template's lines are run by its tasks"
finish
