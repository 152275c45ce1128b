"""The public surface, compared for equality: each public name is a decision. `tests/surface.txt` holds it."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import proteiniq

from .surface import surface


def test_the_public_surface_is_as_pinned() -> None:
    pinned = Path(__file__).with_name("surface.txt").read_text(encoding="utf-8").splitlines()
    assert list(surface()) == pinned, "if that is meant: python -m tests.surface > tests/surface.txt"


def test_the_async_client_has_the_surface_of_the_sync_one() -> None:
    assert list(surface("Async")) == list(surface())


def test_the_names_are_sorted() -> None:
    assert sorted(proteiniq.__all__) == list(proteiniq.__all__)


def test_dir_shows_the_names() -> None:
    assert dir(proteiniq) == sorted(proteiniq.__all__)


def test_the_version_is_that_of_the_installed_package() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", proteiniq.__version__)


def public_calls() -> Iterator[tuple[str, Any]]:
    for world in ("_async", "_sync"):
        for name in ("client", "account", "tools", "jobs", "job", "results", "files", "paging"):
            module = importlib.import_module(f"proteiniq.{world}.{name}")
            for kind in vars(module).values():
                if not inspect.isclass(kind) or not kind.__module__.startswith(f"proteiniq.{world}"):
                    continue
                for attribute, value in vars(kind).items():
                    if inspect.isfunction(value) and (
                        not attribute.startswith("_") or attribute == "__init__"
                    ):
                        yield f"{kind.__qualname__}.{attribute}", value


def test_no_public_signature_names_a_type_of_httpx_or_of_generated_code() -> None:
    strangers = re.compile(r"httpx|\bLow|\blow\.|proteiniq_openapi|Unset")
    for name, call in public_calls():
        for annotation in call.__annotations__.values():
            assert not strangers.search(str(annotation)), name


def test_every_public_method_is_documented() -> None:
    public = {line.partition("(")[0] for line in surface() if not line.startswith(" ")}
    calls = [
        (name, call)
        for name, call in public_calls()
        if name.partition(".")[0].removeprefix("Async") in public
    ]
    assert {name for name, call in calls if not call.__doc__ and not name.endswith(".__init__")} == set()
