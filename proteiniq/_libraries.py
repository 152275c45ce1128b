"""Libraries that are not required: imported when they are used, and never to tell what an object is."""

from __future__ import annotations

from decimal import Decimal
from importlib import import_module
from numbers import Real
from typing import Any

from .errors import ConfigurationError


def package(name: str, purpose: str, extra: str) -> Any:
    """Import a package that is not required. Raises ConfigurationError, which says how to install it."""
    try:
        return import_module(name)
    except ImportError as error:
        raise ConfigurationError(
            f'{purpose} needs {name} ({error}): pip install "proteiniq[{extra}]"'
        ) from error


def is_from(library: str, value: Any) -> bool:
    """Whether the value's class, or one that it is made from, is of a library."""
    return any(kind.__module__.partition(".")[0] == library for kind in type(value).__mro__)


def is_a(library: str, name: str, value: Any) -> bool:
    """Whether the value's class, or one that it is made from, is of a library and has this name."""
    return any(
        kind.__qualname__ == name and kind.__module__.partition(".")[0] == library
        for kind in type(value).__mro__
    )


def is_missing(value: Any) -> bool:
    """Whether the value stands for a missing one: None, NaN, or NA and NaT of pandas."""
    if isinstance(value, (Real, Decimal)):
        return bool(value != value)
    return value is None or is_a("pandas", "NAType", value) or is_a("pandas", "NaTType", value)
