"""pack.py STAGE OUT VERSION - the folder STAGE as a wheel in the folder OUT.

STAGE has bin/retrial, lib/retrial/*.so, share/, python/retrial/ and licenses/. The wheel's platform
tag names the oldest glibc that has every symbol the program and its libraries need. The same input
gives the same bytes (SOURCE_DATE_EPOCH).
"""

import base64
import hashlib
import os
import platform
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

stage, out, version = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
here = Path(__file__).parent


def glibc_needed(files):
    newest = (2, 17)
    for file in files:
        symbols = subprocess.run(["objdump", "-T", file], capture_output=True, text=True, check=True).stdout
        for major, minor in re.findall(r"GLIBC_(\d+)\.(\d+)", symbols):
            newest = max(newest, (int(major), int(minor)))
    return newest


program = stage / "bin/retrial"
libraries = sorted((stage / "lib/retrial").glob("*.so*"))
glibc = glibc_needed([program, *libraries])
tag = f"py3-none-manylinux_{glibc[0]}_{glibc[1]}_{platform.machine()}"
info, data = f"retrial-{version}.dist-info", f"retrial-{version}.data"
files = {f"{data}/scripts/retrial": program}
files.update({f"{data}/data/lib/retrial/{file.name}": file for file in libraries})
for file in sorted(p for p in (stage / "share").rglob("*") if p.is_file()):
    files[f"{data}/data/share/{file.relative_to(stage / 'share')}"] = file
for file in sorted((stage / "python").rglob("*.py")):
    files[str(file.relative_to(stage / "python"))] = file
for file in sorted((stage / "licenses").iterdir()):
    files[f"{info}/licenses/{file.name}"] = file
texts = {
    f"{info}/METADATA": (here / "METADATA.in").read_text().replace("@VERSION@", version),
    f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: retrial\nRoot-Is-Purelib: false\nTag: {tag}\n",
}
date = time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", 315532800)))[:6]
record = []
wheel = out / f"retrial-{version}-{tag}.whl"
with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:

    def add(name, content, mode):
        entry = zipfile.ZipInfo(name, date)
        entry.external_attr = (0o100000 | mode) << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, content)

    for name, file in files.items():
        content = file.read_bytes()
        add(name, content, 0o755 if name.endswith("/retrial") else 0o644)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record.append(f"{name},sha256={digest},{len(content)}")
    for name, text in texts.items():
        content = text.encode()
        add(name, content, 0o644)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record.append(f"{name},sha256={digest},{len(content)}")
    record.append(f"{info}/RECORD,,")
    add(f"{info}/RECORD", "\n".join(record) + "\n", 0o644)
print(f"{wheel}: {wheel.stat().st_size / 1e6:.1f} MB, {len(libraries)} libraries beside the program")
