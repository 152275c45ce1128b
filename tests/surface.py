"""The public names, and all that can be done with them, as lines of text.

`python -m tests.surface > tests/surface.txt` pins what is public now; the diff is what has been decided.
"""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import attrs

import proteiniq
from proteiniq import batch, hooks, opentelemetry, testing
from proteiniq.errors import ProteinIQError
from proteiniq.models import Model

from .every_error import made
from .support import KEY, URL

RESOURCES = ("account", "tools", "jobs", "results", "files")


def surface(prefix: str = "") -> Iterator[str]:
    """All that is public, of the sync client; with the prefix `Async` of the async one."""
    client = getattr(proteiniq, f"{prefix}ProteinIQ")(KEY, URL)
    for name in proteiniq.__all__:
        if name.startswith("__"):
            yield name
        elif not name.startswith("Async"):
            shown = getattr(proteiniq, prefix + name if f"Async{name}" in proteiniq.__all__ else name)
            yield from _class(name, shown)
            if name == "ProteinIQ":
                for resource in RESOURCES:
                    yield from _class(
                        f"ProteinIQ.{resource}", type(getattr(client, resource)), made_by_users=False
                    )
    yield from _class("models.Model", Model)
    for module in (hooks, opentelemetry):
        for name, value in sorted(vars(module).items()):
            if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__:
                label = f"{module.__name__.removeprefix('proteiniq.')}.{name}"
                yield from _class(label, value) if inspect.isclass(value) else [label + _parameters(value)]
    for name in batch.__all__:
        if not name.startswith("Async"):
            yield from _class(
                f"batch.{name}",
                getattr(batch, prefix + name if f"Async{name}" in batch.__all__ else name),
                made_by_users=name == "OnFailure",
            )
    for name in testing.__all__:
        value = getattr(testing, name)
        label = f"testing.{name}"
        yield from _class(label, value) if inspect.isclass(value) else [label + _parameters(value)]


def _class(label: str, kind: type, *, made_by_users: bool = True) -> Iterator[str]:
    bases = [base.__name__.removeprefix("Async") for base in kind.__bases__ if base is not object]
    yield f"{label}({', '.join(bases)})" if bases else label
    if issubclass(kind, ProteinIQError):
        yield from (f"    {name}" for name in sorted(_attributes(kind) - _attributes(kind.__bases__[0])))
    elif issubclass(kind, enum.Enum):
        yield from (f"    {each.name} = {each.value!r}" for each in kind)
    elif attrs.has(kind):
        for field in attrs.fields(kind):
            if not field.name.startswith("_") and not field.inherited:
                # Not `field.type`: a test that resolves the types of a class changes it.
                yield f"    {field.name}: {kind.__annotations__[field.name]}".replace("Async", "")
    elif made_by_users and _is_public_init(kind):
        yield f"    __init__{_parameters(kind.__init__)}"
    for name, value in sorted(vars(kind).items()):
        if name.startswith("_") or (attrs.has(kind) and name in attrs.fields_dict(kind)):
            continue
        if inspect.isfunction(value):
            yield f"    {name}{_parameters(value)}"
        elif isinstance(value, (property, cached_property)):
            yield f"    {name}"
        elif isinstance(value, (classmethod, staticmethod)):
            yield f"    {name}{_parameters(value.__func__)}"


def _attributes(kind: type) -> set[str]:
    """What an error of the class has besides methods."""
    if not issubclass(kind, ProteinIQError):
        return set()
    known = {name for name in dir(kind) if not name.startswith("_") and not callable(getattr(kind, name))}
    return known - set(dir(Exception)) | set(vars(made(kind)))


def _is_public_init(kind: type) -> bool:
    return kind.__name__.removeprefix("Async") == "ProteinIQ"


def _parameters(call: Callable[..., Any]) -> str:
    """What can be given: names, `*` before those that are keyword-only, `=` where there is a default."""
    kinds = inspect.Parameter
    shown: list[str] = []
    for each in inspect.signature(call).parameters.values():
        if each.name == "self":
            continue
        if each.kind is kinds.KEYWORD_ONLY and "*" not in shown:
            shown.append("*")
        star = "*" if each.kind is kinds.VAR_POSITIONAL else "**" if each.kind is kinds.VAR_KEYWORD else ""
        default = "" if each.default is kinds.empty else f"={each.default!r}"
        shown.append(f"{star}{each.name}{default}")
    return f"({', '.join(shown)})"


if __name__ == "__main__":
    print("\n".join(surface()))  # noqa: T201
