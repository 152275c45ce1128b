"""One object of each public class that shows itself, all of whose texts are hostile."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs

import proteiniq
from proteiniq import AsyncProteinIQ, ProteinIQ, batch, hooks
from proteiniq._shown import Shown

from ..support import KEY, URL

HOSTILE = f"</script>\"><img src=x onerror=alert(1)>\n\x1b[2J\u202e'\\ {KEY} 蛋 {'x' * 999}"

HUGE = 10**30


def classes() -> list[type]:
    """The public classes whose objects show themselves."""
    modules = ((proteiniq, proteiniq.__all__), (batch, batch.__all__), (hooks, dir(hooks)))
    found = {getattr(module, name) for module, names in modules for name in names if name[0] != "_"}
    shown = [
        each for each in found if isinstance(each, type) and issubclass(each, Shown) and each is not Shown
    ]
    return sorted(shown, key=lambda kind: (kind.__module__, kind.__name__))


def hostile(kind: type, folder: Path) -> Any:
    """An object of the class."""
    if kind is batch.OnFailure:  # it checks its fields
        return kind()
    if kind is proteiniq.Page:
        return kind(items=(_made(proteiniq.Job),) * 120, next_cursor=HOSTILE)
    if attrs.has(kind):
        return _made(kind)
    client: Any = (AsyncProteinIQ if kind.__name__.startswith("Async") else ProteinIQ)(KEY, URL)
    made = {
        "Pager": lambda: client.jobs.list(max_items=5),
        "Batch": lambda: client.batch("x", [], folder / ("x" * 200)),
        "Table": lambda: client.batch("x", [], folder / ("x" * 200)).table,
    }
    return made[kind.__name__.removeprefix("Async")]()


def _made(kind: Any) -> Any:
    hints = typing.get_type_hints(kind)
    return kind(**dict(_values(kind, hints)))


def _values(kind: Any, hints: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for field in attrs.fields(kind):
        if field.init:
            yield field.alias, _value(hints[field.name])


def _value(hint: Any) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return _value(arguments[0])
    if origin is tuple:
        return (_value(arguments[0]),) * 9
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {HOSTILE: HOSTILE}
    if isinstance(hint, type) and attrs.has(hint):
        return _made(hint)
    if isinstance(hint, type) and issubclass(hint, str):
        return hint(HOSTILE)
    known = {bool: True, int: HUGE, float: 1e300, datetime: datetime(2026, 6, 12, 8, 5, tzinfo=UTC)}
    return known.get(hint, {"rows": [{HOSTILE: HOSTILE}] * 9, HOSTILE: HOSTILE} if hint is Any else None)
