"""Libraries that are not required: imported when they are used, and never to tell what an object is."""

from __future__ import annotations

from importlib import import_module
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


def is_a(name: str, value: Any) -> bool:
    """Whether the value's class, or one that it is made from, has this name, such as `Bio.Seq.Seq`."""
    return any(f"{kind.__module__}.{kind.__qualname__}" == name for kind in type(value).__mro__)
