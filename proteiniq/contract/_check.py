"""Whether a contract fits this package, and how one is stored."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ._normalise.bindings import Bindings, parse
from ._packaged import document, path
from ._report import Report, report
from ._source import default_source, fetch


def bindings(file: Path | None = None, *more: Path) -> Bindings:
    """The bindings of this package, or those that `file` says; those of each of `more` are laid over them.

    Raises BindingsError when they can't be read, or one names an unknown role.
    """
    texts = [each.read_text(encoding="utf-8") for each in (file or path("bindings.toml"), *more)]
    return parse(*texts)


def check(source: str | os.PathLike[str] | None = None, *, timeout: float = 30.0) -> Report:
    """Whether the contract at a URL or in a file still fits this package; by default the service's own.

    Raises CannotFetch when there is no answer within `timeout` seconds, and NotAContract when it is not a readable
    OpenAPI document.
    """
    fetched = fetch(source or default_source(), timeout=timeout)
    assert fetched is not None  # Only an entity tag that is still right gives nothing.
    return report(fetched.source, overlaid(fetched.document), document(), bindings())


def overlaid(described: dict[str, Any], file: Path | None = None) -> dict[str, Any]:
    """A document with the corrections of the package's overlay, or of `file`, if there is one.

    Raises NotAContract when the overlay can't be used.
    """
    try:
        overlay = file or path("overlay.yaml")
    except FileNotFoundError:
        return described
    from ._overlay import apply, load

    return apply(described, load(overlay))


def dump(contract: dict[str, Any]) -> str:
    """A contract as the text that is stored: keys sorted, so that equal contracts are equal files."""
    return json.dumps(contract, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
