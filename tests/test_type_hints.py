"""Public signatures can be evaluated at run time, as Sphinx and pydantic do it."""

from __future__ import annotations

import importlib
import inspect
import typing
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from types import ModuleType
from typing import Any

import attrs

import proteiniq

RESOURCES = ("account", "tools", "jobs", "results", "files")


def classes() -> Iterator[type]:
    """The public classes, and those of a client's resources."""
    for name in proteiniq.__all__:
        if inspect.isclass(kind := getattr(proteiniq, name)):
            yield kind
    for world in ("_async", "_sync"):
        for name in RESOURCES:
            yield from defined(importlib.import_module(f"proteiniq.{world}.{name}"), inspect.isclass)


def defined(module: ModuleType, what: Callable[[Any], bool]) -> Iterator[Any]:
    for name, value in vars(module).items():
        if not name.startswith("_") and what(value) and value.__module__ == module.__name__:
            yield value


def callables() -> Iterator[Callable[..., Any]]:
    for kind in classes():
        yield kind
        for name, value in vars(kind).items():
            # What attrs makes has the types of the fields.
            if name.startswith("_") and (name != "__init__" or attrs.has(kind)):
                continue
            if isinstance(value, (property, cached_property)):
                value = value.fget if isinstance(value, property) else value.func
            if isinstance(value, (classmethod, staticmethod)):
                value = value.__func__
            if inspect.isfunction(value):
                yield value
    for name in ("hooks", "opentelemetry", "contract", "sandbox"):
        yield from defined(importlib.import_module(f"proteiniq.{name}"), callable)


CALLABLES = {f"{each.__module__}.{each.__qualname__}": each for each in callables()}
MODELS = {f"{kind.__module__}.{kind.__name__}": kind for kind in classes() if attrs.has(kind)}


def test_the_hints_of_every_public_callable_can_be_evaluated() -> None:
    assert len(CALLABLES) > 100
    assert failures(CALLABLES, typing.get_type_hints) == {}


def test_the_types_of_every_model_can_be_resolved() -> None:
    assert len(MODELS) > 20
    assert failures(MODELS, attrs.resolve_types) == {}


def failures(named: Mapping[str, Any], evaluate: Callable[[Any], object]) -> dict[str, str]:
    """What can't be evaluated, by its name."""
    failed = {}
    for name, value in named.items():
        try:
            evaluate(value)
        except (NameError, TypeError) as error:
            failed[name] = str(error)
    return failed


def test_an_unknown_name_of_what_is_loaded_late_is_an_attribute_error() -> None:
    assert not hasattr(importlib.import_module("proteiniq._async.lazy"), "AsyncNothing")
