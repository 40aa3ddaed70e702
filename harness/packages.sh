#!/bin/sh
# packages.sh GROUP... - see that Debian's packages for these groups are installed: `run` (build and run), `test`, `slurm`
# (`make test-slurm`).
# As root it installs what is missing; otherwise it prints the one command that does, and fails.
set -eu

run="gcc libc6-dev make git pkg-config libsqlite3-dev libgsl-dev gnuplot-nox libarchive-dev libyaml-dev libjansson-dev libssl-dev
libsmartcols-dev libcurl4-openssl-dev libmicrohttpd-dev ca-certificates libpng-dev libjpeg62-turbo-dev libprotobuf-c-dev protobuf-c-compiler libonnx-dev libpcre2-dev zlib1g-dev
dataset-fashion-mnist"
test="libcmocka-dev gcc-arm-none-eabi libnewlib-arm-none-eabi clang-14 clang-format cppcheck llvm-14 zstd shellcheck mandoc cmark-gfm sqlite3 jq curl procps faketime valgrind qemu-user-static gcc-aarch64-linux-gnu libc6-dev-arm64-cross zsh fish chromium tidy
fonts-liberation"
slurm="slurmctld slurmd slurm-client munge iproute2 procps sqlite3 jq parallel"

command -v dpkg-query >/dev/null || { echo "packages.sh: no Debian: docs/install.md lists the libraries that are needed" >&2; exit 0; }
missing=
for group; do
	case $group in run) names=$run ;; test) names=$test ;; slurm) names=$slurm ;; *) echo "packages.sh: unknown group '$group'" >&2; exit 2 ;; esac
	for name in $names; do
		dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q '^install ok installed' || missing="$missing $name"
	done
done
[ -n "$missing" ] || exit 0
install="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" != 0 ]; then
	printf 'Debian packages are missing. Install them with:\n\n  sudo %s\n\n' "$install" >&2
	exit 3
fi
echo "installing:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq || true
$install -qq >/dev/null
