#!/bin/sh
# deb.sh OUT - the Debian package of HEAD into the folder OUT, checked by lintian. Needs
# dpkg-dev, debhelper and lintian; as root it installs what the build needs. VERSION is the program's.
set -eu
: "${VERSION:?}"
out=$(realpath -m "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source=$work/retrial-$VERSION
mkdir -p "$source" "$out"
git -c safe.directory='*' archive HEAD | tar -x -C "$source"
cp -r packaging/debian "$source/debian"
date=$(git -c safe.directory='*' log -1 --format=%cD)
printf 'retrial (%s-1) unstable; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- The Retrial authors <retrial@example.org>  %s\n' \
	"$VERSION" "$date" >"$source/debian/changelog"
[ "$(id -u)" != 0 ] || DEBIAN_FRONTEND=noninteractive apt-get build-dep -y -qq --no-install-recommends "$source" >/dev/null
(cd "$source" && dpkg-buildpackage -us -uc -b >"$work/log" 2>&1) || { tail -n 40 "$work/log"; exit 1; }
# The first version closes no bug: it is not an upload to Debian.
lintian --suppress-tags initial-upload-closes-no-bugs --fail-on error,warning --tag-display-limit 0 "$work"/*.changes
cp "$work"/retrial_*.deb "$out"
rm -rf "$out/source" && mkdir "$out/source" && cp -r packaging/debian "$out/source" # for autopkgtest
cp "$source/debian/changelog" "$out/source/debian/"
ls "$out"/retrial_*.deb
