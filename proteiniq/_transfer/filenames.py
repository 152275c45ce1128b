"""Names from the service as names of local files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath

_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\..*)?", re.IGNORECASE)
_LONGEST_NAME = 200  # bytes


def local_names(names: Sequence[str]) -> list[str]:
    """A safe file name for each name from the service: within the folder, no device, none twice.

    The first file of a name has it, also if a number makes another one alike.

    >>> local_names(["a.pdb", "../a.pdb", "a-2.pdb", "/etc/passwd", "CON.txt"])
    ['a.pdb', 'a-3.pdb', 'a-2.pdb', 'passwd', '_CON.txt']
    """
    made = [_safe(name) for name in names]
    wanted = {_seen(safe) for safe in made}
    taken: set[str] = set()
    for place, safe in enumerate(made):
        path, number = PurePosixPath(safe), 2
        while _seen(safe) in taken or (safe != made[place] and _seen(safe) in wanted):
            safe = f"{path.stem}-{number}{path.suffix}"
            number += 1
        taken.add(_seen(safe))
        made[place] = safe
    return made


def _seen(name: str) -> str:
    """What names have in common that some file system takes for one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _safe(name: str) -> str:
    last = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    # What isn't printable is invisible, turns the writing direction or is half a character.
    cleaned = "".join("_" if c in '<>:"|?*' or not c.isprintable() else c for c in last).strip(" .")
    if not cleaned:
        return "file"
    if _DEVICES.fullmatch(cleaned):
        cleaned = "_" + cleaned
    while len(cleaned.encode()) > _LONGEST_NAME:
        stem, dot, suffix = cleaned.rpartition(".")
        cleaned = f"{stem[:-1]}{dot}{suffix}" if len(stem) > 1 else cleaned[:-1]
    return cleaned
