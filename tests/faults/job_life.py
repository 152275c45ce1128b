"""What may become of a job and of the requests about it, drawn at random, in virtual time."""

from __future__ import annotations

from typing import Any, Literal

import anyio.lowlevel
import attrs
from hypothesis import settings, strategies as st

from proteiniq._policy.retry import Failure

from ..support import StillClock, job

EXAMPLES = 6 * settings.get_profile(settings.get_current_profile_name()).max_examples
"""How many schedules each property is tried with: they run in virtual time, so many of them cost little."""

MOST_STEPS = 20_000
"""More sleeps or requests than this is a busy loop."""


class VirtualClock(StillClock):
    """A clock that only sleeps and waits for bytes move; `jumps` are added to it, one at each sleep."""

    def __init__(self, jumps: tuple[float, ...] = ()) -> None:
        super().__init__()
        self._jumps = list(jumps)
        self.steps = 0

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.step()
        self.now += seconds
        if self._jumps:
            self.now += self._jumps.pop()

    def step(self) -> None:
        self.steps += 1
        assert self.steps < MOST_STEPS, "a busy loop"

    def random(self) -> float:
        return 0.999 if self.steps % 2 else 0.001


class AsyncVirtualClock(VirtualClock):
    async def sleep(self, seconds: float) -> None:  # type: ignore[override]
        super().sleep(seconds)
        await anyio.lowlevel.checkpoint()


@attrs.frozen
class Life:
    """A job: QUEUED, running from `starts`, and in the state `end` from `ends`. Times are in seconds from the start."""

    starts: float
    ends: float
    end: str

    def at(self, time: float) -> dict[str, Any]:
        """The job as the service sends it."""
        status = "QUEUED" if time < self.starts else "PROCESSING" if time < self.ends else self.end
        return job(status)

    def next_change(self, time: float) -> float | None:
        return next((at for at in (self.starts, self.ends) if at > time), None)


# ---- what a request gets


@attrs.frozen
class Served:
    """The normal response, after `delay` seconds."""

    delay: float = 0.0


@attrs.frozen
class Dripped:
    """The normal response, in pieces that are `step` seconds apart."""

    step: float


@attrs.frozen
class Refused:
    """An error of the service, or of a proxy before it."""

    status: int
    retry_after: float | None = None
    delay: float = 0.0


@attrs.frozen
class Broken:
    """No complete response."""

    kind: Failure
    delay: float = 0.0


@attrs.frozen
class Silent:
    """No byte, for ever."""


@attrs.frozen
class Paged:
    """A page for people, with 200."""


Said = Literal["state", "heartbeat", "junk", "other", "partial", "long", "retry"]


@attrs.frozen
class Streamed:
    """An event stream: its lines, each after a pause. Then it ends, breaks, or is silent."""

    said: tuple[tuple[float, Said], ...]
    then: Literal["end", "cut", "silent"]


Act = Served | Dripped | Refused | Broken | Silent | Paged | Streamed

pauses = st.floats(0, 60) | st.sampled_from([0.0, 0.0, 4.999, 5.0, 15.0, 29.9, 30.0, 130.0])
transient = st.sampled_from([429, 500, 502, 503, 504, 520, 529])
failures: st.SearchStrategy[Failure] = st.sampled_from(["connect", "timeout", "read", "write", "protocol"])

common: st.SearchStrategy[Act] = (
    st.builds(Refused, transient, st.none() | st.floats(0, 40), st.floats(0, 10))
    | st.builds(Broken, failures, pauses)
    | st.just(Silent())
)
statuses: st.SearchStrategy[Act] = (
    common | st.builds(Served, st.floats(0, 40)) | st.builds(Dripped, st.floats(0, 10)) | st.just(Paged())
)
said: st.SearchStrategy[Said] = st.sampled_from(
    ["state", "heartbeat", "junk", "other", "partial", "long", "retry"]
)
streams: st.SearchStrategy[Act] = (
    common
    | st.builds(
        Streamed,
        st.lists(st.tuples(pauses, said), max_size=6).map(tuple),
        st.sampled_from(["end", "cut", "silent"]),
    )
    | st.builds(Served)
    | st.just(Paged())
    | st.builds(Refused, st.sampled_from([404, 405, 406, 501]))
)
lives = st.builds(
    lambda queued, runs, end: Life(queued, queued + runs, end),
    st.floats(0, 300),
    st.floats(0, 600),
    st.sampled_from(["COMPLETED", "FAILED", "TIMEOUT", "CANCELLED", "BUDGET_EXCEEDED"]),
)
