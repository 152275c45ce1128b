"""What the scripts share: where files are, and how derived files are written or checked."""

from __future__ import annotations

import difflib
import filecmp
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from proteiniq.contract import NeedsNotMet

ROOT = Path(__file__).resolve().parent.parent
OPENAPI = ROOT / "openapi"
UPSTREAM = OPENAPI / "upstream.json"
OVERLAY = OPENAPI / "overlay.yaml"
BINDINGS = OPENAPI / "bindings.toml"
CONTRACT = OPENAPI / "openapi.json"
SOURCES = OPENAPI / "SOURCES.md"
GENERATED = ROOT / "generated" / "proteiniq_openapi"


def say(text: str) -> None:
    """Print a line for the person at the terminal."""
    sys.stdout.write(text + "\n")


def fail(text: str) -> None:
    sys.stderr.write(text + "\n")


def refused(error: Exception) -> int:
    """Say why a document can't be used. Returns the exit code: 3 for a need that is not met, else 2."""
    if isinstance(error, NeedsNotMet):
        fail("the facade can't work with this contract (edit openapi/bindings.toml, or the facade):")
        for problem in sorted(error.problems, key=lambda each: each.severity):
            fail(f"  {problem.severity}  {problem}")
        return 3
    fail(str(error))
    return 2


def shown(path: Path) -> Path:
    """A path as people write it, from the root of the project on."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def settle(path: Path, text: str, *, check: bool, remake: str) -> bool:
    """Write a derived file, or with `check` only compare it.

    Returns whether the file is right; `remake` is the command that makes it, for the message.
    """
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    if before == text:
        return True
    if not check:
        write(path, text.encode())
        say(f"wrote {shown(path)}")
        return True
    fail(f"{shown(path)} is not what `{remake}` makes:")
    for line in changed_lines(before, text, str(shown(path)), "made again")[:40]:
        fail("  " + line)
    return False


def changed_lines(before: str, after: str, one: str, other: str) -> list[str]:
    diff = difflib.unified_diff(before.splitlines(), after.splitlines(), one, other, lineterm="", n=1)
    return list(diff)


def write(path: Path, content: bytes) -> None:
    """Write a file whole: a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f".{path.name}.new")
    staged.write_bytes(content)
    staged.replace(path)


def differing(one: Path, other: Path) -> list[str]:
    """The files, relative, that the two folders don't have alike; compiled code aside."""
    names = {
        str(path.relative_to(folder))
        for folder in (one, other)
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    _, unequal, missing = filecmp.cmpfiles(one, other, sorted(names), shallow=False)
    return sorted([*unequal, *missing])


def swap(fresh: Mapping[Path, Path]) -> None:
    """Put files and folders in the place of others (target → fresh one): all of them, or none.

    Everything is copied beside its target first, so that what is left is renaming. When a renaming fails,
    those before it are taken back.
    """
    staged = {target: target.with_name(f".{target.name}.new") for target in fresh}
    kept = {target: target.with_name(f".{target.name}.old") for target in fresh}
    moved: list[Path] = []
    try:
        for target, source in fresh.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            _remove(staged[target])
            _remove(kept[target])
            _copy(source, staged[target])
        for target in fresh:
            if target.exists():
                target.rename(kept[target])
            moved.append(target)
            staged[target].rename(target)
    except BaseException:
        for target in moved:
            _remove(target)
        for target, old in kept.items():
            if old.exists() and not target.exists():
                old.rename(target)
        raise
    finally:
        for leftover in (*staged.values(), *kept.values()):
            _remove(leftover)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    elif path.exists() or path.is_symlink():
        path.unlink()
