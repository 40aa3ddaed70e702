#!/bin/bash
# test-oci.sh FOLDER - the image of oci.sh, unpacked as a container would have it and run without
# network, with namespaces of its own: the demo, its table and figures.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/layout"
tar -C "$work/layout" -xf "$1/retrial-oci.tar"
umoci unpack --image "$work/layout:retrial" "$work/bundle" >/dev/null
in_image() {
	unshare --mount --pid --fork --net --ipc --uts sh -c '
		root=$1; shift
		mount -t proc proc "$root/proc"
		exec chroot "$root" env -i PATH=/usr/bin:/bin HOME=/root LANG=C.UTF-8 sh -c "cd /work && exec \"\$@\"" sh "$@"' \
		sh "$work/bundle/rootfs" "$@"
}
demo=/usr/share/retrial/experiments/demo.yaml
in_image retrial doctor
in_image retrial run "$demo" -q
in_image retrial table "$demo"
in_image retrial plot "$demo"
echo "the image works"
