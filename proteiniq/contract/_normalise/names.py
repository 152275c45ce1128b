"""Match names of the contract with ours, and choose names that generated code can use."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable

IN_MODELS = frozenset(
    {"additionalproperties", "additionalkeys", "cls", "d", "fielddict", "srcdict", "fromdict", "todict"}
    | {"propdict", "propname", "self"}
)
IN_CALLS = frozenset({"body", "client", "cookies", "headers", "kwargs", "params", "response", "self", "url"})
"""Folded names that generated classes and functions use for something else."""


@functools.lru_cache(maxsize=10_000)  # the same names are compared many times
def fold(name: str) -> str:
    """The common form of all spellings of a name: `slotId`, `slot_id` and `Slot-ID` are the same."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def spellings(name: str, there: Iterable[str]) -> list[str]:
    """The names that are spellings of `name`; only the identical one if it is among them."""
    names = list(there)
    return [name] if name in names else sorted(each for each in names if fold(each) == fold(name))


def spelled(name: str, there: Iterable[str]) -> str | None:
    """The only name that is a spelling of `name`, or None."""
    found = spellings(name, there)
    return found[0] if len(found) == 1 else None


def ambiguous(candidates: Iterable[str]) -> str:
    """The problem of a field with several candidates."""
    return f"{' and '.join(candidates)} both match: choose one in `names`"


def pascal(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", name))


def usable(names: Iterable[str], taken: Iterable[str], reserved: frozenset[str]) -> list[str]:
    """Those of `names`, sorted, that generated code can use beside those `taken`."""
    known = {fold(name) for name in taken} | reserved
    good = []
    for name in sorted(names):
        folded = fold(name)
        if name.isascii() and name[:1].isalpha() and folded not in known:
            known.add(folded)
            good.append(name)
    return good


def _words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name)} - {"is", "the", "of"}


def counterpart(field: str, unread: Iterable[str]) -> str:
    """A hint at likely new names of a field: unread ones that share a word with it, or look like it."""
    names = sorted(unread)
    sharing = [name for name in names if _words(name) & _words(field)]
    close = sharing or difflib.get_close_matches(field, names, n=1)
    return f" (perhaps renamed to {' or '.join(close[:3])})" if close else ""
