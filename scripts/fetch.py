"""Fetch the service's document into `openapi/upstream.json`.

JSON is stored byte for byte; YAML is stored as JSON. The entity tag is kept in `openapi/.etag`, so that fetching an
unchanged document again transfers nothing. Only a readable OpenAPI document is written; `regenerate` checks whether the
facade can work with it.

Exit codes: 0 written, or unchanged; 2 no contract could be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from _project import OPENAPI, UPSTREAM, changed_lines, refused, say, shown, write

from proteiniq.contract import (
    CannotFetch,
    Fetched,
    NeedsNotMet,
    NotAContract,
    bindings,
    default_source,
    dump,
    fetch,
    normalise,
)
from proteiniq.contract._packaged import digest

ETAG = OPENAPI / ".etag"


def stored(fetched: Fetched) -> bytes:
    """The bytes to store for a document: its own if they are JSON."""
    return fetched.content if fetched.is_json else dump(fetched.document).encode()


def check(document: Mapping[str, Any]) -> None:
    """Raise NotAContract unless `document` is a readable OpenAPI document."""
    try:
        normalise(document, bindings())
    except NeedsNotMet:
        return


def remembered(source: str, etag_file: Path, upstream: Path) -> str | None:
    """The entity tag of the stored document, if it was fetched from `source` and has not been modified since."""
    try:
        note = json.loads(etag_file.read_bytes())
        kept = note["source"] == source and note["sha256"] == digest(upstream.read_bytes())
        return str(note["etag"]) if kept and note["etag"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def update(source: str, upstream: Path = UPSTREAM, etag_file: Path = ETAG) -> int:
    """Fetch from `source` into `upstream`, and print what changed."""
    try:
        fetched = fetch(source, etag=remembered(source, etag_file, upstream))
        if fetched is None:
            say(f"{shown(upstream)} is up to date with {source}")
            return 0
        check(fetched.document)
    except (CannotFetch, NotAContract) as error:
        return refused(error)
    content = stored(fetched)
    before = upstream.read_bytes() if upstream.is_file() else b""
    if content == before:
        say(f"{shown(upstream)} is up to date with {source}")
    else:
        write(upstream, content)
        say(f"wrote {shown(upstream)}, {len(content)} bytes{'' if fetched.is_json else ', from YAML'}")
        _print_changes(before, fetched.document)
    note = {"source": source, "etag": fetched.etag, "sha256": digest(content)}
    write(etag_file, (json.dumps(note, indent=2) + "\n").encode())
    return 0


def _print_changes(before: bytes, document: dict[str, Any]) -> None:
    """Print what changed, apart from formatting and the order of keys."""
    try:
        old = dump(json.loads(before)) if before else ""
    except ValueError:
        old = ""
    lines = changed_lines(old, dump(document), "before", "now")
    for line in lines[:200]:
        say(f"  {line}")
    if len(lines) > 200:
        say(f"  … and {len(lines) - 200} more lines; see `git diff`")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--from", dest="source", help="URL or file (default: the service's own document)")
    arguments = parser.parse_args()
    return update(arguments.source or default_source())


if __name__ == "__main__":
    sys.exit(main())
