"""Names: how those of the contract are matched with ours, and which can't be names in generated code."""

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
"""Folded names that mean something else inside the generated classes and functions."""


@functools.lru_cache(maxsize=10_000)  # the names of a document are compared with ours again and again
def fold(name: str) -> str:
    """What all spellings of a name have in common: `slotId`, `slot_id` and `Slot-ID` are one."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def spellings(name: str, there: Iterable[str]) -> list[str]:
    """The names there that are spellings of `name`; the same spelling alone, where it is there."""
    names = list(there)
    return [name] if name in names else sorted(each for each in names if fold(each) == fold(name))


def spelled(name: str, there: Iterable[str]) -> str | None:
    """How `name` is spelled among the names there; None where nothing is, or more than one."""
    found = spellings(name, there)
    return found[0] if len(found) == 1 else None


def ambiguous(candidates: Iterable[str]) -> str:
    """What is wrong where several names are spellings of one."""
    return f"{' and '.join(candidates)} could both be it: keep one, in `names`"


def pascal(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", name))


def usable(names: Iterable[str], taken: Iterable[str], reserved: frozenset[str]) -> list[str]:
    """Those of `names`, sorted, that can be names in generated code beside those `taken`."""
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
    """The name there that is likely to be the field: one that shares a word with it, or looks like it."""
    names = sorted(unread)
    sharing = [name for name in names if _words(name) & _words(field)]
    close = sharing or difflib.get_close_matches(field, names, n=1)
    return f" ({' or '.join(close[:3])} is there, and unread)" if close else ""
