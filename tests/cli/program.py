"""How tests run the program."""

from __future__ import annotations

import io
import json
import os
import pty
import select
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest

from proteiniq._cli import main

ROOT = Path(__file__).resolve().parent.parent.parent


@attrs.frozen
class Ended:
    """What a call of the program left."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)

    @property
    def error(self) -> Any:
        return json.loads(self.stderr)

    @property
    def rows(self) -> list[dict[str, str]]:
        """The rows of tab-separated output."""
        head, *lines = [line.split("\t") for line in self.stdout.splitlines()]
        return [dict(zip(head, line, strict=True)) for line in lines]

    @property
    def fields(self) -> dict[str, str]:
        """The lines of one thing."""
        return dict(line.split("\t", 1) for line in self.stdout.splitlines())


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Program:
    """The program with the environment of a user."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
        self._monkeypatch = monkeypatch
        self.environment = environment

    def __call__(
        self,
        *arguments: str,
        stdin: str = "",
        terminal: Sequence[str] = (),
        encoding: str = "utf-8",
        stdout: io.TextIOBase | None = None,
    ) -> Ended:
        """Run it in this process; `terminal` names the streams that are one."""
        buffers = {
            name: io.BytesIO(stdin.encode() if name == "stdin" else b"")
            for name in ("stdin", "stdout", "stderr")
        }
        streams = {
            name: (Terminal if name in terminal else io.TextIOWrapper)(
                buffer, encoding=encoding, write_through=True
            )
            for name, buffer in buffers.items()
        }
        with self._monkeypatch.context() as patch:
            for name in ("CI", "NO_COLOR", "COLUMNS", "LINES"):
                patch.delenv(name, raising=False)
            patch.setenv("TERM", "xterm")
            for name, value in self.environment.items():
                patch.setenv(name, value)
            for name, stream in streams.items():
                patch.setattr(sys, name, stream)
            if stdout is not None:
                patch.setattr(sys, "stdout", stdout)
            code = main(list(arguments))
        return Ended(
            code, buffers["stdout"].getvalue().decode(encoding), buffers["stderr"].getvalue().decode(encoding)
        )

    @property
    def whole_environment(self) -> dict[str, str]:
        path = os.pathsep.join([str(ROOT), str(ROOT / "generated")])
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "HOME") if name in os.environ}
        return {**kept, "PYTHONPATH": path, "TERM": "xterm", **self.environment}

    def started(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Start it in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "proteiniq", *arguments],
            env=self.whole_environment,
            stdin=options.pop("stdin", subprocess.PIPE),
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=options.pop("stderr", subprocess.PIPE),
            text=True,
            **options,
        )

    def alone(self, *arguments: str, stdin: str = "") -> Ended:
        """Run it in a process of its own, to its end."""
        process = self.started(*arguments)
        stdout, stderr = process.communicate(stdin, timeout=60)
        return Ended(process.returncode, stdout, stderr)

    def on_terminal(self, *arguments: str, typed: tuple[str, str] | None = None) -> tuple[int, str]:
        """Run it on a pseudo-terminal, and return the exit code and all that it showed.

        `typed` is a prompt and what is typed once it is shown.
        """
        ours, theirs = pty.openpty()
        process = self.started(*arguments, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
        os.close(theirs)
        shown = b""
        while select.select([ours], [], [], 60)[0]:
            try:
                data = os.read(ours, 65536)
            except OSError:  # of Linux, when the other end is closed
                break
            if not data:
                break
            shown += data
            if typed is not None and typed[0].encode() in shown:
                os.write(ours, typed[1].encode())
                typed = None
        os.close(ours)
        try:
            return process.wait(timeout=60), shown.decode()
        finally:
            process.kill()
