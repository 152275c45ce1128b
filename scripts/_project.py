"""What the scripts share: where things stand, and how a derived file is written or checked."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OPENAPI = ROOT / "openapi"
UPSTREAM = OPENAPI / "upstream.json"
BINDINGS = OPENAPI / "bindings.toml"
CONTRACT = OPENAPI / "openapi.json"
SOURCES = OPENAPI / "SOURCES.md"
GENERATED = ROOT / "generated" / "proteiniq_openapi"


def say(text: str) -> None:
    """Print a line for the person at the terminal."""
    sys.stdout.write(text + "\n")


def fail(text: str) -> None:
    sys.stderr.write(text + "\n")


def settle(path: Path, text: str, *, check: bool, remake: str) -> bool:
    """Write a derived file, or with `check` only compare it.

    Returns whether the file is right; `remake` is the command that makes it, for the message.
    """
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    if before == text:
        return True
    if not check:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        say(f"wrote {shown}")
        return True
    fail(f"{shown} is not what `{remake}` makes:")
    diff = difflib.unified_diff(
        before.splitlines(), text.splitlines(), str(shown), "made again", lineterm="", n=1
    )
    for line in list(diff)[:40]:
        fail("  " + line)
    return False
