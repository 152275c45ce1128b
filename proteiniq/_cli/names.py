"""Names for the completion of a shell, from a short-lived cache that commands fill by the way.

A completion reads the cache and nothing else: it makes no request, so it never holds up the shell. Only names are
cached, never a key. How long they are kept is a choice of this client.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from proteiniq import Job, Tool

_KEPT = {"tools": 7 * 86400.0, "jobs": 3600.0}
"""How long names are offered, in seconds."""

_MOST = 200
"""How many names of a kind are kept."""


def tools(incomplete: str) -> list[str]:
    return _starting(_read("tools"), incomplete)


def jobs(incomplete: str) -> list[str]:
    return _starting(_read("jobs"), incomplete)


def profiles(incomplete: str) -> list[str]:
    from .. import _profiles

    with suppress(Exception):
        return _starting([each.name for each in _profiles.listed()], incomplete)
    return []


def parts_of_tool(tool: str, parameter: str, incomplete: str) -> list[str]:
    """Return the slots or settings of a tool that was used before, as `slot=` or `setting=`."""
    found = _read("tools").get(tool, {})
    names = found.get("settings" if parameter == "settings" else "slots", [])
    return _starting([f"{name}=" for name in names], incomplete)


def remember_tool(tool: Tool) -> None:
    parts = {"slots": [slot.id for slot in tool.slots], "settings": [each.id for each in tool.settings]}
    _write("tools", {tool.id: parts})


def remembering_tools(found: Iterable[Any]) -> Iterator[Any]:
    """Yield the tools of a list, and remember their ids at its end."""
    ids: dict[str, Any] = {}
    for each in found:
        ids[each.id] = {}
        yield each
    _write("tools", ids)


def remembering_jobs(found: Iterable[Job]) -> Iterator[Job]:
    """Yield the jobs of a list, and remember the ids of the first ones at its end."""
    ids: dict[str, Any] = {}
    for each in found:
        if len(ids) < _MOST:
            ids[each.id] = {}
        yield each
    _write("jobs", ids)


def _starting(names: Iterable[str], incomplete: str) -> list[str]:
    return sorted(name for name in names if name.startswith(incomplete) and name.isprintable())


def _path(kind: str) -> Path:
    from .. import _profiles

    return _profiles.folder("cache") / f"{kind}.json"


def _read(kind: str) -> dict[str, Any]:
    with suppress(Exception):
        path = _path(kind)
        if 0 <= time.time() - path.stat().st_mtime < _KEPT[kind]:
            found = json.loads(path.read_bytes())
            if isinstance(found, dict):
                return found
    return {}


def _write(kind: str, names: dict[str, Any]) -> None:
    """Add names to the cache. That it can't be written matters to nobody."""
    from .._transfer.durable import replace

    with suppress(Exception):
        known = _read(kind)
        for name, parts in names.items():
            known[name] = parts or known.get(name, {})
        path = _path(kind)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace(path, json.dumps(dict(list(known.items())[-_MOST:])).encode(), mode=0o600)
