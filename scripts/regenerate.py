"""Make everything that follows from the service's document: all of it, or nothing.

In the checkout, that is `openapi/openapi.json`, `openapi/SOURCES.md` and `generated/`, and with --from also
`openapi/upstream.json`. With --out DIR it is `DIR/openapi.json` and `DIR/proteiniq_openapi/`, and the checkout is
left alone: with DIR first on PYTHONPATH the client speaks that contract. What the contract lacks and the client can
live without is printed, and so is where it says nothing.

Exit codes: 0 made (or, with --check, up to date); 1 not up to date, or the generator failed; 2 not a contract;
3 a need of the facade is not met.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from _project import (
    BINDINGS,
    CONTRACT,
    GENERATED,
    OVERLAY,
    SOURCES,
    UPSTREAM,
    differing,
    fail,
    refused,
    say,
    shown,
    swap,
)
from fetch import stored
from generate import GeneratorFailed, generate
from sources import page

from proteiniq.contract import (
    BindingsError,
    CannotFetch,
    NeedsNotMet,
    Normalised,
    NotAContract,
    bindings,
    dump,
    fetch,
    normalise,
    overlaid,
)


def make(source: str, folder: Path, edits: Sequence[Path] = ()) -> Normalised:
    """Make upstream.json, openapi.json, SOURCES.md and proteiniq_openapi/ in `folder`.

    `edits` are files that are laid over the bindings. Raises CannotFetch, NotAContract, NeedsNotMet, BindingsError or
    GeneratorFailed.
    """
    fetched = fetch(source)
    assert fetched is not None  # Only an entity tag that is still right gives nothing.
    document = overlaid(fetched.document, OVERLAY) if OVERLAY.is_file() else fetched.document
    normalised = normalise(document, bindings(BINDINGS, *edits))
    (folder / UPSTREAM.name).write_bytes(stored(fetched))
    (folder / CONTRACT.name).write_text(dump(normalised.document), encoding="utf-8")
    (folder / SOURCES.name).write_text(page(fetched.document), encoding="utf-8")
    generate(normalised.document, folder)
    return normalised


def different(fresh: Path, target: Path) -> list[str]:
    """The files of `target`, as people write them, that are not what was made."""
    if fresh.is_dir():
        return [f"{shown(target)}/{name}" for name in differing(fresh, target)]
    same = target.is_file() and target.read_bytes() == fresh.read_bytes()
    return [] if same else [str(shown(target))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--from", dest="source", help="URL or file; by default openapi/upstream.json")
    parser.add_argument(
        "--bindings",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="lay these edits over openapi/bindings.toml; with --out only, to try them",
    )
    target = parser.add_mutually_exclusive_group()
    target.add_argument("--out", type=Path, help="a folder to make it in, instead of the checkout")
    target.add_argument("--check", action="store_true", help="compare only, write nothing")
    arguments = parser.parse_args()
    if arguments.bindings and not arguments.out:
        parser.error("--bindings goes with --out: permanent edits belong in openapi/bindings.toml")
    if arguments.out:
        targets = [arguments.out / CONTRACT.name, arguments.out / GENERATED.name]
    else:
        targets = [CONTRACT, SOURCES, GENERATED, *([UPSTREAM] if arguments.source else [])]
    with tempfile.TemporaryDirectory() as folder:
        try:
            normalised = make(arguments.source or str(UPSTREAM), Path(folder), arguments.bindings)
        except (CannotFetch, NotAContract, NeedsNotMet, BindingsError) as error:
            return refused(error)
        except GeneratorFailed as error:
            fail(f"the generator failed, and nothing was written: {error}")
            return 1
        for line in normalised.lines():
            say(line)
        fresh = {target: Path(folder) / target.name for target in targets}
        changed = {target: names for target in targets if (names := different(fresh[target], target))}
        if arguments.check:
            for name in [name for names in changed.values() for name in names]:
                fail(f"{name} is not what `nox -s regenerate` makes")
            return 1 if changed else 0
        swap({target: fresh[target] for target in changed})
        for target, names in changed.items():
            say(f"wrote {shown(target)}" + (f", {len(names)} files" if target.name == GENERATED.name else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
