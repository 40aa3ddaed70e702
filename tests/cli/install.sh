#!/bin/sh
# install.sh - `make install` and `make uninstall`: what an installed copy has, and that nothing of it needs the tree.
. tests/tap.sh
prefix=$SCRATCH/root/usr share=$SCRATCH/root/usr/share
make_it() {
	"${MAKE:-make}" -s -o "$RETRIAL" "$1" PROGRAM="$RETRIAL" CC="${CC:-gcc}" BUILD="${BUILD:-build}" DESTDIR="$SCRATCH/root" PREFIX=/usr >"$SCRATCH/out" 2>"$SCRATCH/err"
}
make_it install
check $? "make install"
cmp -s LICENSE "$share/doc/retrial/LICENSE"
check $? "the license is installed"

find experiments -name '*.yaml' -o -name '*.md' -o -name '*.py' -o -name '*.sh' | while read -r file; do
	cmp "$file" "$share/retrial/$file" 2>&1
done >"$SCRATCH/out"
[ ! -s "$SCRATCH/out" ]
check $? "every experiment is installed, with the programs that it runs"

find "$share" -name '*.md' | while read -r page; do
	awk '/^```/ { code = !code } !code' "$page" | grep -oE '\]\([^)# ]+' | sed 's/^](//' | grep -v '^[a-z]*:' | sort -u | while read -r link; do
		[ -e "$(dirname "$page")/$link" ] || echo "$page: $link"
	done
done >"$SCRATCH/out"
[ ! -s "$SCRATCH/out" ]
check $? "every link of an installed document leads to an installed file"

(cd "$SCRATCH" && "$prefix/bin/retrial" run "$share/retrial/experiments/programs/sampling.yaml" --seeds 2 -q) >"$SCRATCH/out" 2>"$SCRATCH/err"
check $? "an installed study of a program runs"

make_it uninstall
find "$SCRATCH/root" ! -type d >"$SCRATCH/out"
[ ! -s "$SCRATCH/out" ]
check $? "make uninstall leaves no file"
finish
