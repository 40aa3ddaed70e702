#!/bin/sh
# wheel.sh OUT - the program as a wheel (PyPI's format) in the folder OUT. Libraries that Debian has
# as archives are linked in; the others lie in lib/retrial, where the program looks for them. glibc
# alone is the system's. VERSION is the program's. As root it installs what the build needs.
set -eu
: "${VERSION:?}"
out=$(realpath -m "$1")
mkdir -p "$out"
export DEBIAN_FRONTEND=noninteractive
if [ "$(id -u)" = 0 ]; then
	sh harness/packages.sh run
	apt-get install -y -qq --no-install-recommends binutils python3 libbz2-dev liblzma-dev nettle-dev >/dev/null
fi
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
archives='sqlite3 gsl gslcblas archive yaml jansson png16 jpeg protobuf-c pcre2-8 crypto nettle bz2 lzma z'
static=
dynamic=
folder=$(dirname "$(gcc -print-file-name=libsqlite3.a)")
for name in $archives; do
	if [ -e "$folder/lib$name.a" ]; then static="$static -l$name"; else dynamic="$dynamic -l$name"; fi
done
# What libarchive needs without a development package here: by the name of the library itself.
dynamic="$dynamic -l:libzstd.so.1 -l:liblz4.so.1 -l:libacl.so.1 -lsmartcols -lmicrohttpd"
mkdir -p build/wheel
gcc -O2 -c -o build/wheel/no_xar.o packaging/wheel/no_xar.c
make -j"$(nproc)" build/wheel/retrial BUILD=build/wheel PROGRAM=build/wheel/retrial \
	LDFLAGS='-Wl,--disable-new-dtags,-rpath,\$$ORIGIN/../lib/retrial' \
	LIBRARIES="build/wheel/no_xar.o -Wl,-Bstatic $static -Wl,-Bdynamic $dynamic -lm -lpthread -ldl"
make install DESTDIR="$stage/root" PREFIX=/usr BUILD=build/wheel PROGRAM=build/wheel/retrial
mkdir -p "$stage/bin" "$stage/lib/retrial" "$stage/python"
cp build/wheel/retrial "$stage/bin/"
strip "$stage/bin/retrial"
cp -rL "$stage/root/usr/share" "$stage/share" # a wheel has no links
cp -r packaging/wheel/retrial "$stage/python/"
ldd build/wheel/retrial | awk '$3 ~ /^\// { print $1, $3 }' >"$stage/libraries"
while read -r name path; do
	case $name in libc.so.* | libm.so.* | libpthread.so.* | libdl.so.* | ld-linux*) continue ;; esac
	cp -L "$path" "$stage/lib/retrial/$name"
done <"$stage/libraries"
# The licenses of the program, and of each package that is linked in or lies beside it.
mkdir "$stage/licenses"
cp LICENSE "$stage/licenses/"
{ for name in $archives; do echo "$folder/lib$name.a"; done; awk '{ print $2 }' "$stage/libraries"; } |
	xargs realpath | sed 's|.*/|*/|' | xargs dpkg -S | sed 's/[:,].*//' | sort -u | while read -r package; do
	cp -L "/usr/share/doc/$package/copyright" "$stage/licenses/$package.txt"
done
SOURCE_DATE_EPOCH=$(git -c safe.directory='*' log -1 --format=%ct)
export SOURCE_DATE_EPOCH
python3 packaging/wheel/pack.py "$stage" "$out" "$VERSION"
cp packaging/test-wheel.sh "$out"
