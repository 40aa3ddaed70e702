#!/bin/bash
# root.sh - run a command in a fresh, minimal Debian root, to see what a package really needs. As root.
#
#   root.sh [-k DIR] [-s SUITE] [-p PACKAGES] [-b FOLDER] [-o FOLDER] -- COMMAND...
#
# -k DIR       keep (or use again) the root in DIR instead of a temporary one
# -s SUITE     bookworm (default), trixie ...
# -p PACKAGES  Debian packages beside minbase, separated by commas; installed without recommendations
# -b FOLDER    a repository; a clone of its HEAD is /src in the root, and COMMAND runs there
# -o FOLDER    seen as /out in the root, for what comes out of it
# Roots come from debootstrap by the machine's own mirror and apt settings; pip's settings come along.
set -euo pipefail
keep='' suite=bookworm packages='' folder='' out=''
while getopts k:s:p:b:o: option; do
	case $option in
	k) keep=$OPTARG ;;
	s) suite=$OPTARG ;;
	p) packages=$OPTARG ;;
	b) folder=$(realpath "$OPTARG") ;;
	o) out=$(realpath -m "$OPTARG") ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ "${1:-}" = -- ] && shift
[ $# -gt 0 ] || { echo "root.sh: no command" >&2; exit 2; }
[ "$(id -u)" = 0 ] || { echo "root.sh: needs root, for debootstrap and chroot" >&2; exit 3; }
command -v debootstrap >/dev/null || apt-get install -y -qq --no-install-recommends debootstrap >/dev/null
root=${keep:-$(mktemp -d)}
mkdir -p "$root"
clean_up() {
	for mount in out proc dev/pts dev; do
		if mountpoint -q "$root/$mount"; then umount "$root/$mount"; fi
	done
	[ -n "$keep" ] || rm -rf "$root"
}
trap clean_up EXIT
lists=/etc/apt/sources.list.d/debian.sources
mirror=$({ sed -n 's/^URIs: *//p' $lists; sed -n 's/^deb \([^ ]*\) .* main.*/\1/p' /etc/apt/sources.list; } 2>/dev/null | head -n 1 || true)
chmod 755 "$root" # apt's own user looks into it
if [ ! -e "$root/etc/debian_version" ]; then
	[ -n "$mirror" ] || { echo "root.sh: no mirror in apt's own settings" >&2; exit 3; }
	debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" "$mirror" >"$root.log" 2>&1 ||
		{ tail -n 5 "$root.log" >&2; exit 3; }
	rm -f "$root.log"
	[ ! -e $lists ] || [ "$suite" != bookworm ] ||
		{ cp $lists "$root$lists" && : >"$root/etc/apt/sources.list"; }
	cp -n /etc/apt/apt.conf.d/* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
fi
cp -L /etc/resolv.conf /etc/hosts /etc/pip.conf "$root/etc/" 2>/dev/null || true
mkdir -p "$root/src"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount --bind /dev/pts "$root/dev/pts"
if [ -n "$folder" ]; then
	rm -rf "$root/src"
	git clone -q --no-hardlinks "$folder" "$root/src"
fi
if [ -n "$out" ]; then
	mkdir -p "$out" "$root/out"
	mount --bind "$out" "$root/out"
fi
mapfile -t settings < <(env | grep -E '^(PIP|UV)_' | grep -v '^PIP_CERT=' || true)
if [ -e /etc/ssl/certs/ca-certificates.crt ]; then # the machine may trust more than Debian does
	cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/machine.crt"
	settings+=(PIP_CERT=/etc/machine.crt)
fi
inside() {
	env -i "${settings[@]}" PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb \
		DEBIAN_FRONTEND=noninteractive chroot "$root" sh -c 'cd /src && exec "$@"' sh "$@"
}
if [ -n "$packages" ]; then
	inside apt-get update -qq
	inside apt-get install -y -qq --no-install-recommends ${packages//,/ } >/dev/null
fi
inside "$@"
