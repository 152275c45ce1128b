"""Fetch the service's document and put it into `openapi/upstream.json`.

What is fetched is stored byte for byte when it is JSON, and written out as JSON when it is YAML. Its entity tag is kept
in `openapi/.etag`, so that fetching the same document again costs nothing. Nothing is written unless it is an OpenAPI
document that can be read; whether the facade can work with it is `regenerate`'s question.

Exit codes: 0 written, or unchanged; 2 no contract was there.
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
    """The bytes to keep of a document: its own, if they are JSON."""
    return fetched.content if fetched.is_json else dump(fetched.document).encode()


def check(document: Mapping[str, Any]) -> None:
    """Raise NotAContract unless `document` is an OpenAPI document that can be read."""
    try:
        normalise(document, bindings())
    except NeedsNotMet:
        return


def remembered(source: str, etag_file: Path, upstream: Path) -> str | None:
    """The entity tag of what is stored, if that came from `source` and is still as it came."""
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
            say(f"{shown(upstream)} is what {source} has")
            return 0
        check(fetched.document)
    except (CannotFetch, NotAContract) as error:
        return refused(error)
    content = stored(fetched)
    before = upstream.read_bytes() if upstream.is_file() else b""
    if content == before:
        say(f"{shown(upstream)} is what {source} has")
    else:
        write(upstream, content)
        say(f"wrote {shown(upstream)}, {len(content)} bytes{'' if fetched.is_json else ', from YAML'}")
        _report_changes(before, fetched.document)
    note = {"source": source, "etag": fetched.etag, "sha256": digest(content)}
    write(etag_file, (json.dumps(note, indent=2) + "\n").encode())
    return 0


def _report_changes(before: bytes, document: dict[str, Any]) -> None:
    """What changed, spelling and order of keys aside."""
    try:
        old = dump(json.loads(before)) if before else ""
    except ValueError:
        old = ""
    lines = changed_lines(old, dump(document), "before", "now")
    for line in lines[:200]:
        say(f"  {line}")
    if len(lines) > 200:
        say(f"  … and {len(lines) - 200} lines more; see `git diff`")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--from", dest="source", help="URL or file; by default the service's own document")
    arguments = parser.parse_args()
    return update(arguments.source or default_source())


if __name__ == "__main__":
    sys.exit(main())
