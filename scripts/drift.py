"""Compare the contract of this checkout with the service's, or with another one.

`proteiniq.contract` finds what breaks the facade. Redocly, if its command is given, adds what is breaking for any
client. It compares the normalised documents, so a new name upstream is not a change.

Exit codes: 0 same or additive; 1 breaking for the contract, but not for the facade; 2 no contract could be read;
3 breaking for the facade.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
from _project import BINDINGS, CONTRACT, OVERLAY, refused, say

from proteiniq.contract import (
    CannotFetch,
    Change,
    NotAContract,
    Report,
    bindings,
    default_source,
    fetch,
    normalise,
    overlaid,
    report,
    strict,
)


def drift(source: str, redocly: Sequence[str]) -> Report:
    """Compare with the contract at `source`, using our own comparison and the command `redocly`."""
    fetched = fetch(source)
    assert fetched is not None  # None is returned only for a matching entity tag.
    names = bindings(BINDINGS)
    pinned: dict[str, Any] = json.loads(CONTRACT.read_bytes())
    document = overlaid(fetched.document, OVERLAY if OVERLAY.is_file() else None)
    ours = report(fetched.source, document, pinned, names)
    if ours.problems or not redocly:
        return ours
    theirs = breaking(pinned, normalise(document, names).document, redocly)
    return attrs.evolve(ours, changes=(*ours.changes, *theirs))


def breaking(before: Mapping[str, Any], after: Mapping[str, Any], redocly: Sequence[str]) -> list[Change]:
    """The changes in the service's promises that Redocly considers major."""
    with tempfile.TemporaryDirectory() as folder:
        for name, document in (("before.json", before), ("after.json", after)):
            Path(folder, name).write_text(json.dumps(strict(document)), encoding="utf-8")
        command = [*redocly, "diff", "before.json", "after.json", "--format", "json", "--fail-on", "none"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"redocly failed: {done.stderr.strip()}")
    return [
        Change("contract", "redocly", f"{verdict['message']} ({change['path'].removeprefix('#')})")
        for change in json.loads(done.stdout)["changes"]
        for verdict in change["verdicts"]
        if verdict["impact"] == "major"
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--from", dest="source", help="URL or file (default: the service's own document)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--github", action="store_true", help="print annotations for GitHub Actions")
    parser.add_argument(
        "--redocly", nargs="+", default=(), metavar="WORD", help="the command that runs Redocly"
    )
    arguments = parser.parse_args()
    try:
        found = drift(arguments.source or default_source(), arguments.redocly)
    except (CannotFetch, NotAContract) as error:
        return refused(error)
    say(found.text(as_json=arguments.json, github=arguments.github))
    return found.exit_code


if __name__ == "__main__":
    sys.exit(main())
