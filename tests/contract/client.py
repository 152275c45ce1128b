"""Contracts and clients made from a mutated document, and the names that a client offers."""

from __future__ import annotations

import ast
import functools
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generate import generate

from proteiniq.contract import RAW, Bindings, Endpoint, Normalised, bindings, dump, normalise
from proteiniq.contract._endpoints import endpoint
from proteiniq.contract._normalise.bindings import parse
from proteiniq.contract._packaged import DIGEST

from .mutators import Document, Mutator

OPENAPI = Path(__file__).resolve().parent.parent.parent / "openapi"
GENERATED = OPENAPI.parent / "generated" / "proteiniq_openapi"


def reconstruction() -> Document:
    loaded: Document = json.loads((OPENAPI / "upstream.json").read_bytes())
    return loaded


def normalised(mutator: Mutator, names: Bindings | None = None) -> Normalised:
    """The mutated reconstruction in our schema."""
    return normalise(mutator(reconstruction()), names or bindings())


def contract(mutator: Mutator, names: Bindings | None = None) -> dict[str, Any]:
    """The normalised document of the mutated reconstruction, as it would be stored and read again."""
    return json.loads(dump(normalised(mutator, names).document))  # type: ignore[no-any-return]


def route(mutator: Mutator, operation: str, edits: str = "") -> Endpoint:
    """How an operation is requested, with edits applied over the bindings."""
    return endpoint(contract(mutator, edited(edits)), operation)


@functools.cache
def edited(edits: str) -> Bindings:
    """The bindings of this package with edits applied over them, as `regenerate --bindings` does."""
    return parse((OPENAPI / "bindings.toml").read_text(encoding="utf-8"), edits)


def without_raw(body: Any) -> Any:
    """A converted body without the originals."""
    if isinstance(body, list):
        return [without_raw(each) for each in body]
    if isinstance(body, dict):
        return {key: without_raw(value) for key, value in body.items() if key != RAW}
    return body


def files(package: Path) -> dict[str, str]:
    """The modules of a package except the one with the hash of its contract: path → text."""
    modules = [path for path in sorted(package.rglob("*.py")) if path.name != DIGEST]
    return {str(path.relative_to(package)): path.read_text() for path in modules}


def generated(document: dict[str, Any]) -> dict[str, str]:
    """The modules of the client made from a normalised document."""
    return _generated(dump(document))


@functools.cache
def _generated(document: str) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        generate(json.loads(document), Path(folder))
        return files(Path(folder) / GENERATED.name)


def names(modules: Mapping[str, str]) -> set[str]:
    """All public names: modules, classes, attributes, functions and arguments, with their types."""
    found = set()
    for path, text in modules.items():
        for node in ast.parse(text).body:
            found |= {f"{path}: {name}" for name in _names(node)}
    return found


def _names(node: ast.AST) -> set[str]:
    if isinstance(node, ast.ClassDef):
        return {f"{node.name}.{name}" for each in node.body for name in _names(each)} | {node.name}
    if isinstance(node, ast.AnnAssign):
        return {f"{ast.unparse(node.target)}: {ast.unparse(node.annotation)}"}
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        arguments = [*node.args.args, *node.args.kwonlyargs]
        return {f"{node.name}({ast.unparse(each)})" for each in arguments} | {node.name}
    return set()
