"""Generate the sync facade and its tests from the async ones, with an explicit table of replacements.

`proteiniq/_async/` becomes `proteiniq/_sync/`, `tests/_async/` becomes `tests/_sync/`. The output is formatted, and
must compile and be free of async. An unused replacement is an error, because it may be a typo. Tests marked `once`
are left out, with what only they use: they are about what both facades share.

Exit codes: 0 written (or, with --check, up to date); 1 not up to date, or a replacement is wrong.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from _project import ROOT, fail, settle

FOLDERS = [("proteiniq/_async", "proteiniq/_sync"), ("tests/_async", "tests/_sync")]

HEADER = "# Generated from {source} by scripts/unasync.py. Edit that file instead.\n\n"

ONCE = "@pytest.mark.once\n"

REPLACEMENTS = [
    (r"safe for many tasks of one event loop", "safe for many threads"),
    (r"AsyncIterator, Callable, Iterator", "Callable, Iterator"),
    (r"async (def|with|for)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\basynccontextmanager\b", "contextmanager"),
    (r"\baclos(e|ing)\b", r"clos\1"),
    (r"\bfinish_async\b", "finish"),
    (r"\bhandle_async_request\b", "handle_request"),
    (r"\b__a(iter|next|enter|exit)__\b", r"__\1__"),
    (r"\banext\(", "next("),
    (r"\bStopAsyncIteration\b", "StopIteration"),
    (r"\b_Async([A-Z]\w*)", r"_\1"),
    (r"\bAsyncClock\b", "SyncClock"),
    (r"\bAsync([A-Z]\w*)", r"\1"),
    (r"\b_async\b", "_sync"),
    (r"@pytest\.mark\.(anyio|trio_too)\n", ""),
    (
        r"The async facade\. .*",
        'The sync facade, generated from `proteiniq/_async/` by `scripts/unasync.py`."""',
    ),
]


def convert(text: str, used: set[str]) -> str:
    for pattern, replacement in REPLACEMENTS:
        text, count = re.subn(pattern, replacement, text)
        if count:
            used.add(pattern)
    return text


def without_once(text: str) -> str:
    """The module without the tests marked `once` and what only they use, or "" if no test is left."""
    if ONCE not in text:
        return text
    body, lines = ast.parse(text).body, text.splitlines(keepends=True)
    parts: list[tuple[str, str]] = []
    for start, each in zip([0, *(each.end_lineno for each in body)], body, strict=False):
        target, *_ = getattr(each, "targets", [getattr(each, "target", None)])
        name = getattr(each, "name", getattr(target, "id", ""))
        part = "".join(lines[start : each.end_lineno])
        if isinstance(each, ast.Expr) and parts:  # the docstring of what stands above
            name, part = parts[-1][0], parts.pop()[1] + part
        parts.append((name, part))
    kept = [(name, part) for name, part in parts if ONCE not in part]
    if not any(name.startswith("test_") for name, _ in kept):
        return ""
    while kept != parts:
        parts, words = kept, Counter(re.findall(r"\w+", "".join(part for _, part in kept)))
        kept = [(name, part) for name, part in parts if name.startswith("test_") or words[name] != 1]
    return "".join(part for _, part in kept)


def problem(text: str) -> str | None:
    """Why `text` is not valid sync code, or None."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}"
    kinds = (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await)
    for node in ast.walk(tree):
        if isinstance(node, kinds) or (isinstance(node, ast.comprehension) and node.is_async):
            return f"line {getattr(node, 'lineno', '?')}: still async"
    return None


def formatted(text: str, name: Path) -> str:
    """The text formatted by ruff, with its imports sorted and those left out that nothing uses."""
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["check", "--quiet", "--fix-only", "--select", "I,F401"], ["format", "--quiet"]):
        done = subprocess.run(
            [*ruff, *command, "--stdin-filename", str(name), "-"],
            input=text,
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
        text = done.stdout
    return text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only compare, write nothing")
    arguments = parser.parse_args()
    used: set[str] = set()
    right = True
    for source, target in FOLDERS:
        made = set()
        for path in sorted((ROOT / source).rglob("*.py")):
            relative = path.relative_to(ROOT / source)
            text = without_once(convert(path.read_text(encoding="utf-8"), used))
            if not text and path.stat().st_size:
                continue
            wrong = problem(text)
            if wrong:
                fail(f"{path.relative_to(ROOT)}: its output is not sync code: {wrong}")
                right = False
                continue
            destination = ROOT / target / relative
            made.add(destination)
            header = HEADER.format(source=path.relative_to(ROOT).as_posix())
            text = formatted(header + text, destination)
            remake = "python scripts/unasync.py"
            right = settle(destination, text, check=arguments.check, remake=remake) and right
        for stale in set((ROOT / target).rglob("*.py")) - made:
            fail(f"{stale.relative_to(ROOT)} has no source: delete it")
            right = False
    for pattern, _ in REPLACEMENTS:
        if pattern not in used:
            fail(f"scripts/unasync.py: the replacement {pattern!r} is unused: delete it")
            right = False
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
