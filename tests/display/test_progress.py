"""Progress on a terminal, in lines and in a notebook; no display that fails ends what it shows."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest

from proteiniq import testing
from proteiniq._display import screens
from proteiniq._display.live import Live
from proteiniq._display.progress import of_batch, of_job, of_jobs, of_transfer
from proteiniq._display.screens import Cell, Lines, Terminal, screen

from ..batch.statuses import status
from ..support import StillClock

Stream = TypeVar("Stream", bound=io.StringIO | None)


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def use(monkeypatch: pytest.MonkeyPatch, stream: Stream) -> Stream:
    """Take a stream for stderr, where progress is shown; pytest's own one is set later than fixtures run."""
    monkeypatch.setattr(screens, "sys", SimpleNamespace(stderr=stream, modules=sys.modules))
    return stream


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def stderr(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """A stderr that is not a terminal."""
    return use(monkeypatch, io.StringIO())


@pytest.fixture
def tty(monkeypatch: pytest.MonkeyPatch) -> Tty:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    return use(monkeypatch, Tty())


def test_a_bar_on_a_terminal_changes_one_line(tty: Tty) -> None:
    bar = Terminal(tty)
    bar.show(of_batch(status(waiting=5)))
    bar.show(of_batch(status(done=10, credits_used=1.0)))
    bar.close()
    bar.close()
    first, second = tty.getvalue().removeprefix("\r").split("\r")
    assert first == "[##########----------]  50 % 5 of 10 done; 5 waiting; 12..."
    assert second.rstrip() == "[####################] 100 % 10 of 10 done; 1 credits used"
    assert len(second) == 60
    assert second.endswith("\n")


def test_wide_characters_do_not_break_the_line(tty: Tty) -> None:
    Terminal(tty).show(of_transfer("蛋白質" * 20, 1, None, 0.0))
    shown = tty.getvalue().removeprefix("\r")
    assert shown.startswith("[--------------------]   ? % 蛋白質")
    assert len(shown) < 59


def test_a_batch_without_items_is_done() -> None:
    assert of_batch(status(items=0, done=0)).share == 1.0


def test_a_status_is_shown_at_once_and_all_else_ten_times_a_second(tty: Tty, clock: StillClock) -> None:
    with Live(clock.monotonic) as live:
        for percent in range(50):
            live.job(testing.job("PROCESSING", progress=float(percent)))
            clock.sleep(0.01)
        live.job(testing.job("COMPLETED"))
    shown = tty.getvalue().split("\r")[1:]
    assert len(shown) == 6
    assert ["COMPLETED" in each for each in shown] == [False] * 5 + [True]


def test_elsewhere_there_is_a_line_for_each_status_and_one_a_minute(
    stderr: io.StringIO, clock: StillClock
) -> None:
    with Live(clock.monotonic) as live:
        for state in ("QUEUED", "PROCESSING", "PROCESSING", "PROCESSING", "COMPLETED"):
            live.job(testing.job(state))
            clock.sleep(35.0)
    lines = stderr.getvalue().splitlines()
    assert [line.split(" after ")[1].split(";")[0] for line in lines] == [
        "0 s",
        "35 s",
        "1 min 45 s",
        "2 min 20 s",
    ]


def test_the_last_progress_is_shown_in_the_end(stderr: io.StringIO, clock: StillClock) -> None:
    with Live(clock.monotonic) as live:
        show = live.transfer("uploading a.pdb")
        show(0, 4_000)
        show(2_000, 4_000)
        show(4_000, 4_000)
    assert [line.partition(" after")[0] for line in stderr.getvalue().splitlines()] == [
        "uploading a.pdb: 0 B of 4.0 kB",
        "uploading a.pdb: 4.0 kB of 4.0 kB",
    ]


def test_a_batch_is_shown_when_its_estimate_is_known(stderr: io.StringIO, clock: StillClock) -> None:
    with Live(clock.monotonic) as live:
        live.batch(status(waiting=1))
        live.batch(status(waiting=1, estimated_credits=20.0))
        live.batch(status(waiting=1, estimated_credits=20.0))
        live.batch(status())
    assert ["expected" in line for line in stderr.getvalue().splitlines()] == [False, True, False]


def test_several_jobs_are_counted(stderr: io.StringIO, clock: StillClock) -> None:
    ended = testing.job("COMPLETED", id="job_1")
    with Live(clock.monotonic) as live:
        seen = live.jobs({"job_1": None, "job_2": None})
        seen(ended)
    assert stderr.getvalue().splitlines() == [
        "0 of 2 jobs ended after 0 s; 2 not seen yet",
        "1 of 2 jobs ended after 0 s; 1 COMPLETED, 1 not seen yet",
    ]
    made = of_jobs([("job_1", ended)], 1.0)
    assert (made.share, made.sheet().note) == (1.0, "")


def test_what_the_service_sends_does_not_control_a_terminal() -> None:
    job = testing.job("PROCESSING", name="a\x1b[2J\nb", progress=45.0)
    assert of_job(job, 130.0).text == ("job_123 PROCESSING, 45 % after 2 min 10 s; esmfold; a\\x1b[2J b")


@pytest.mark.parametrize("total", [None, 0, 10])
def test_a_transfer_has_a_share_if_its_total_is_known(total: int | None) -> None:
    made = of_transfer("uploading a", 5, total, 0.0)
    assert made.share == {None: None, 0: 1.0, 10: 0.5}[total]
    assert (made.sheet().picture is None) == (total is None)


class Broken(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_a_display_that_fails_ends_itself_alone(monkeypatch: pytest.MonkeyPatch, clock: StillClock) -> None:
    use(monkeypatch, Broken())
    with Live(clock.monotonic) as live:
        live.job(testing.job("QUEUED"))
        live.job(testing.job("COMPLETED"))
    closed = io.StringIO()
    closed.close()
    for stream in (closed, None):
        use(monkeypatch, stream)
        with Live(clock.monotonic) as live:
            live.job(testing.job("QUEUED"))


def test_a_dumb_terminal_has_lines(tty: Tty) -> None:
    assert isinstance(screen({"TERM": "dumb"}), Lines)
    assert isinstance(screen({}), Terminal)


class Handle:
    def __init__(self, bundle: Any) -> None:
        self.bundles = [bundle]

    def update(self, bundle: Any, *, raw: bool) -> None:
        self.bundles.append(bundle)


def test_in_a_notebook_one_card_is_changed_in_place(
    monkeypatch: pytest.MonkeyPatch, clock: StillClock
) -> None:
    made: list[Handle] = []

    def display(bundle: Any, *, raw: bool, display_id: bool) -> Handle:
        made.append(Handle(bundle))
        return made[-1]

    kernel: Any = SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=object()))
    monkeypatch.setitem(sys.modules, "IPython", kernel)
    monkeypatch.setattr(screens, "import_module", lambda name: SimpleNamespace(display=display))
    with Live(clock.monotonic) as live:
        live.job(testing.job("QUEUED"))
        live.job(testing.job("COMPLETED"))
    (card,) = made
    assert ["goes on" in bundle["text/html"] for bundle in card.bundles] == [True, False]
    assert "COMPLETED" in card.bundles[1]["text/plain"]


def test_ipython_in_a_terminal_is_a_terminal(monkeypatch: pytest.MonkeyPatch, tty: Tty) -> None:
    shell: Any = SimpleNamespace(get_ipython=lambda: SimpleNamespace())
    monkeypatch.setitem(sys.modules, "IPython", shell)
    assert not isinstance(screen(), Cell)
