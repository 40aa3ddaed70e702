#!/bin/bash
# oci.sh FOLDER - the Debian package in FOLDER as an OCI image, FOLDER/retrial-oci.tar: Debian 12, the
# package, gnuplot and git; works in /work. As root, with umoci; skopeo, podman and docker read it:
#   podman load -i retrial-oci.tar; podman run --rm -v "$PWD:/work" retrial run study.yaml
set -euo pipefail
out=$(realpath "$1")
command -v umoci >/dev/null || apt-get install -y -qq --no-install-recommends umoci >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bash packaging/root.sh -k "$work/root" -p gnuplot-nox,git,dataset-fashion-mnist -o "$out" -- \
	sh -c 'apt-get install -y -qq --no-install-recommends /out/retrial_*.deb >/dev/null && apt-get clean && rm -rf /var/lib/apt/lists/* /var/log/*.log && mkdir /work'
rm -rf "$work/root/out" "$work/root/src" "$work/root"/etc/{resolv.conf,hosts,pip.conf,machine.crt} "$work/root"/etc/apt/apt.conf.d/{*proxy*,99*}
layout=$work/image
umoci init --layout "$layout"
umoci new --image "$layout:retrial"
umoci insert --image "$layout:retrial" "$work/root" /
umoci config --image "$layout:retrial" --config.entrypoint /usr/bin/retrial --config.workingdir /work \
	--config.env LANG=C.UTF-8 --config.env PATH=/usr/bin:/bin
umoci gc --layout "$layout"
tar -C "$layout" -cf "$out/retrial-oci.tar" .
ls -l "$out/retrial-oci.tar"
