"""Progress on stderr: a live line on a terminal, elsewhere a line at each change of state."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .._display.text import escaped
from .output import Output
from .streams import can_encode

if TYPE_CHECKING:
    from proteiniq import Job


class Progress:
    """Shows how a job goes on, as `on_update` of a wait. With `--json` or `--quiet`, and no terminal, it is silent."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._last: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is left to do."""

    def job(self, job: Job) -> None:
        """Show a job's state, if it has changed."""
        if self._last.get(job.id) != job.status:
            self._last[job.id] = job.status
            self._output.hint(f"{job.id} {job.status}")

    def received(self, count: int, total: int | None) -> None:
        """Show how much of a result is downloaded."""

    def sent(self, count: int, total: int | None) -> None:
        """Show how much of a file is uploaded."""


class _Live(Progress):
    def __init__(self, output: Output) -> None:
        super().__init__(output)
        from rich.console import Console
        from rich.progress import BarColumn, Progress as Bars, SpinnerColumn, TextColumn, TimeElapsedColumn

        self._bars = Bars(
            SpinnerColumn("dots" if can_encode(output.stderr, "⠋") else "line"),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=8),
            TextColumn("{task.fields[amount]}", markup=False),
            TimeElapsedColumn(),
            TextColumn("{task.fields[leave]}", markup=False),
            console=Console(file=output.stderr, stderr=True),
            transient=True,
        )
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def job(self, job: Job) -> None:
        percent = job.progress
        amount = f"{percent:.0f} %" if percent is not None else ""
        self._show(
            job.id,
            f"{escaped(job.id)} {escaped(job.status)}",
            total=100 if percent is not None or job.is_terminal else None,
            completed=100 if job.is_terminal else percent or 0,
            amount=amount,
            leave="" if job.is_terminal else "Ctrl-C to leave",
        )

    def received(self, count: int, total: int | None) -> None:
        self._bytes("downloading", count, total)

    def sent(self, count: int, total: int | None) -> None:
        self._bytes("uploading", count, total)

    def _bytes(self, what: str, count: int, total: int | None) -> None:
        self._show(what, what, total=total, completed=count, amount=f"{count / 1e6:,.1f} MB", leave="")

    def _show(self, name: str, description: str, **fields: Any) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(description, **fields)
        else:
            self._bars.update(self._tasks[name], description=description, **fields)


def progress(output: Output) -> Progress:
    """Return how to show the progress of a wait or a download."""
    return _Live(output) if output.is_live else Progress(output)
