"""Write 3Dmol.js, the viewer of structures, into the package: compressed, in ASCII, with its licence.

python scripts/vendor_3dmol.py            fetch the pinned version with npm, and write it
python scripts/vendor_3dmol.py --check    only compare what is committed with the pinned digests; no network

Exit codes: 0 written or as pinned, 1 not as pinned, 2 not to be had.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from _project import ROOT, fail, say, shown, write

ASSETS = ROOT / "proteiniq" / "_display" / "assets"
VERSION = "2.5.5"
INTEGRITY = "sha512-kqNHouGqq3YfW58174tdERvm0XYTmP0tavQKOqIw1ouc2OJ7epkXEFrtEkVXV0clBZT2Ze2xHRC/qxX0u0qCdw=="
"""Of the package on npm, as npm states it."""

DIGESTS = {
    "3Dmol-min.js": "a412632f161c6981b54c60b91df16d0e6711100ea1bb735fc9bacacd1f1c7236",
    "3Dmol-LICENSE": "4c6eaaed856f3f28a3b1a98e74f4a8a71618de7d51ea4155c29f6f793bcef861",
}
"""SHA-256 of what is in the package; of the script, without the compression."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only compare, fetch and write nothing")
    arguments = parser.parse_args()
    if not arguments.check:
        with tempfile.TemporaryDirectory() as folder:
            try:
                made = vendored(packed(Path(folder)))
            except (OSError, subprocess.CalledProcessError, ValueError) as error:
                fail(f"3dmol {VERSION} is not to be had: {error}")
                return 2
        for name, content in made.items():
            write(ASSETS / name, content)
            say(f"wrote {shown(ASSETS / name)}")
    return 0 if pinned() else 1


def packed(folder: Path) -> Path:
    """Fetch the package with npm. Raises ValueError if it is not the pinned one."""
    command = ["npm", "pack", f"3dmol@{VERSION}", "--silent", "--pack-destination", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    archive = folder / done.stdout.split()[-1]
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != INTEGRITY:
        raise ValueError(f"its digest is sha512-{digest}, and not the pinned {INTEGRITY}")
    return archive


def vendored(archive: Path) -> dict[str, bytes]:
    """Return the files for the package, always the same for the same archive."""
    with tarfile.open(archive) as package:
        script, licence = (_member(package, f"package/{name}") for name in ("build/3Dmol-min.js", "LICENSE"))
    # A page that embeds ours may have another charset, and the policy's hash is of the bytes.
    text = "".join(
        each if each.isascii() else f"\\u{ord(each):04x}" for each in script.decode("utf-8").rstrip("\n")
    )
    compressed = gzip.compress(text.encode("ascii"), 9, mtime=0)
    return {"3Dmol-min.js.gz": compressed, "3Dmol-LICENSE": licence}


def _member(package: tarfile.TarFile, name: str) -> bytes:
    member = package.extractfile(name)
    if member is None:
        raise ValueError(f"the package has no {name}")
    return member.read()


def pinned() -> bool:
    """Whether what is in the package has the pinned digests."""
    contents = {
        "3Dmol-min.js": gzip.decompress((ASSETS / "3Dmol-min.js.gz").read_bytes()),
        "3Dmol-LICENSE": (ASSETS / "3Dmol-LICENSE").read_bytes(),
    }
    right = True
    for name, content in contents.items():
        digest = hashlib.sha256(content).hexdigest()
        if digest != DIGESTS[name]:
            fail(f"{name}: its SHA-256 is {digest}, and not the pinned {DIGESTS[name]}")
            right = False
    return right


if __name__ == "__main__":
    sys.exit(main())
