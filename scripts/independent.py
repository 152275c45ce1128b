"""Run the end-to-end tests of the facade on clients made from OpenAPI documents that the service might publish.

For each document in `tests/independent/documents/`, `openapi.json` and the low-level client are made from it with the
edits of `openapi/bindings.toml` that are beside it. The tests run with that client first on the path, against a server
that implements the document. The results are a table in `docs/contract.md`, which isn't updated if only
a part is run: with `--document`, or with options that go to pytest.

Exit codes: 0 all tests pass, and the table is up to date; 1 otherwise.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

import attrs
from _project import ROOT, fail, say, settle

DOCUMENTS = ROOT / "tests" / "independent" / "documents"
STYLES = {
    "a": "zod-to-openapi, 3.1",
    "c": "FastAPI, 3.1",
    "d": "NestJS, 3.0",
    "e": "by hand, 3.0",
    "f": "ts-rest, 3.0",
}
SUITE = ("tests/_async/independent.py", "tests/_sync/independent.py")
PAGE = ROOT / "docs" / "contract.md"
START, END = "<!-- independent -->", "<!-- /independent -->"
HEAD = (
    "| document | style | lines reported | edits needed | steps failed |",
    "|---|---|---|---|---|",
)


@attrs.frozen
class Measured:
    """What became of one document. `failed` is None where no client could be made."""

    letter: str
    reported: int
    edits: int
    failed: int | None
    is_typed: bool
    """Whether mypy reports no error in the facade, or wasn't run."""

    @property
    def is_good(self) -> bool:
        return self.failed == 0 and self.is_typed

    @property
    def row(self) -> str:
        failed = "all: no client" if self.failed is None else self.failed
        name = f"`{self.letter}.json`"
        return f"| {name} | {STYLES[self.letter]} | {self.reported} | {self.edits} | {failed} |"


def measured(letter: str, folder: Path, options: list[str], cache: Path | None) -> Measured:
    """Make the client of a document in `folder` and run the tests with it; further `options` go to pytest.

    With a `cache` for it, mypy checks the facade with that client, too.
    """
    document, edits = DOCUMENTS / f"{letter}.json", DOCUMENTS / f"{letter}.toml"
    made = folder / "made"
    command = ["scripts/regenerate.py", "--from", str(document), "--bindings", str(edits), "--out", str(made)]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    output = done.stdout + done.stderr
    for line in output.splitlines():
        say(line)
    reported = sum(line.startswith("  ") for line in output.splitlines())
    failed = None if done.returncode else failures(document, made, options)
    is_typed = bool(done.returncode) or cache is None or types_are_right(made, cache)
    return Measured(letter, reported, edits_in(edits.read_text(encoding="utf-8")), failed, is_typed)


def types_are_right(made: Path, cache: Path) -> bool:
    """Whether mypy finds nothing in the facade with the client in `made`."""
    environment = {**os.environ, "MYPYPATH": str(made)}  # before the path of pyproject.toml
    command = ["-m", "mypy", "--cache-dir", str(cache), "proteiniq"]
    sys.stdout.flush()
    return not subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=False).returncode


def edits_in(text: str) -> int:
    """How many lines of a TOML file are neither blank nor a comment."""
    return sum(bool(line.strip()) and not line.lstrip().startswith("#") for line in text.splitlines())


def failures(document: Path, made: Path, options: list[str]) -> int | None:
    """How many tests fail with the client in `made`, first on the path; None when they could not be run."""
    sys.stdout.flush()  # pytest writes to the same place
    report = made / "report.xml"
    environment = {**os.environ, "PYTHONPATH": str(made)}
    environment["PROTEINIQ_TESTS_DOCUMENT"] = str(document)
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--numprocesses", "2", f"--junitxml={report}"]
    subprocess.run([sys.executable, *command, *SUITE, *options], cwd=ROOT, env=environment, check=False)
    if not report.is_file():
        return None
    counts = [
        (int(suite.get("tests", 0)), int(suite.get("failures", 0)) + int(suite.get("errors", 0)))
        for suite in ET.parse(report).iter("testsuite")
    ]
    return sum(failed for _, failed in counts) if sum(tests for tests, _ in counts) else None


def with_table(page: str, rows: list[str]) -> str:
    """The page with this table between its markers. Raises ValueError when it has none."""
    before, start, rest = page.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise ValueError(f"expected the markers {START} and {END}")
    return f"{before}{START}\n{chr(10).join([*HEAD, *rows])}\n{END}{after}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="compare the table of docs/contract.md (default)")
    mode.add_argument("--write", action="store_true", help="write it")
    parser.add_argument(
        "--document", action="append", choices=sorted(STYLES), help="only this one; can be given again"
    )
    parser.add_argument(
        "--types", action="store_true", help="check the facade with mypy and each client, too"
    )
    arguments, options = parser.parse_known_args()
    results = []
    with tempfile.TemporaryDirectory() as shared:
        cache = Path(shared) / "mypy" if arguments.types else None
        for letter in arguments.document or STYLES:
            say(f"== {letter}.json: {STYLES[letter]}")
            with tempfile.TemporaryDirectory() as folder:
                results.append(measured(letter, Path(folder).resolve(), options, cache))
    rows = [each.row for each in results]
    say("\n".join([*HEAD, *rows]))
    is_right = True
    if not (arguments.document or options):
        page = with_table(PAGE.read_text(encoding="utf-8"), rows)
        is_right = settle(PAGE, page, check=not arguments.write, remake="nox -s independent -- --write")
    for each in results:
        if not each.is_good:
            fail(f"the facade does not work with {each.letter}.json: see above")
    return 0 if is_right and all(each.is_good for each in results) else 1


if __name__ == "__main__":
    sys.exit(main())
