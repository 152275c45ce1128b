# Generated from tests/_async/faults/virtual_service.py by scripts/unasync.py. Edit that file instead.

"""A service with one job in virtual time, in the place of the wire: what it does to each request is given."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager

from proteiniq._sync.wire import Wire
from proteiniq._wire.exchange import Incoming, Outgoing
from proteiniq._wire.failures import WireFailure

from ...faults.job_life import (
    Act,
    Broken,
    Dripped,
    Life,
    Paged,
    Refused,
    Served,
    Silent,
    Streamed,
    VirtualClock,
)
from ...support import job


class VirtualService(Wire):
    """Its wire. `statuses` and `streams` are what the requests get, one after the other.

    When there is none left, all is well, unless `broken`: then there is never an answer any more.
    """

    def __init__(
        self,
        clock: VirtualClock,
        life: Life,
        *,
        statuses: Sequence[Act] = (),
        streams: Sequence[Act] = (),
        broken: bool = False,
    ) -> None:
        super().__init__()
        self.clock = clock
        self.started = clock.now
        self.life = life
        self.reads: list[float] = []
        self.listens: list[float] = []
        self.last_fault = clock.now
        self.streaming = 0
        self._rest: Act = Silent() if broken else Served()
        self._statuses = list(statuses)
        self._streams = list(streams)

    @contextmanager
    def open(self, outgoing: Outgoing) -> Iterator[Incoming]:
        self.clock.step()
        end = self.clock.now + (outgoing.total_timeout or float("inf"))
        exchange = _Exchange(self.clock, outgoing.read_timeout or outgoing.timeout, end)
        is_stream = outgoing.url.endswith("/events")
        (self.listens if is_stream else self.reads).append(self.clock.now)
        acts = self._streams if is_stream else self._statuses
        faulty = bool(acts)
        act = acts.pop(0) if acts else self._rest
        self.streaming += is_stream
        assert self.streaming <= 1, "two streams at once"
        try:
            with closing(self._answer(act, exchange, is_stream)) as chunks:
                status, headers = 200, {"content-type": "application/json"}
                if isinstance(act, Refused):
                    exchange.wait(act.delay)
                    status = act.status
                    if act.retry_after is not None:
                        headers["retry-after"] = str(round(act.retry_after))
                elif isinstance(act, Broken):
                    exchange.wait(act.delay)
                    raise WireFailure(act.kind, "it broke", sent=act.kind != "connect")
                elif isinstance(act, Silent):
                    exchange.wait(float("inf"))
                elif isinstance(act, Paged):
                    headers["content-type"] = "text/html"
                elif is_stream:
                    headers["content-type"] = "text/event-stream"
                yield Incoming(status, headers, chunks)
        finally:
            self.streaming -= is_stream
            if faulty:
                self.last_fault = self.clock.now

    def close(self) -> None:
        pass

    def _answer(self, act: Act, exchange: _Exchange, is_stream: bool) -> Generator[bytes]:
        if isinstance(act, Refused):
            yield b'{"error": {"code": "", "message": "No."}}'
        elif isinstance(act, Paged):
            yield b"<!doctype html>"
        elif isinstance(act, Streamed):
            for pause, said in act.said:
                exchange.wait(pause)
                yield self._said(said)
            if act.then == "cut":
                raise WireFailure("read", "it was cut", sent=True)
            if act.then == "silent":
                exchange.wait(float("inf"))
        elif is_stream:
            yield self._said("state")
            while (change := self.life.next_change(self._time)) is not None:
                while change - self._time > 15.0:
                    exchange.wait(15.0)
                    yield self._said("heartbeat")
                exchange.wait(max(0.0, change - self._time) + 1e-6)
                yield self._said("state")
        elif isinstance(act, Dripped):
            for byte in json.dumps(self.life.at(self._time)).encode():
                exchange.wait(act.step)
                yield bytes([byte])
        elif isinstance(act, Served):
            exchange.wait(act.delay)
            yield json.dumps(self.life.at(self._time)).encode()

    def _said(self, said: str) -> bytes:
        match said:
            case "state":
                body = self.life.at(self._time)
            case "partial":
                body = {"status": self.life.at(self._time)["status"]}
            case "other":
                body = job("COMPLETED", id="job_2")
            case "heartbeat":
                return b": still here\n\n"
            case "retry":
                return b"retry: 12000\n\n"
            case "long":
                return b"data: " + b"x" * 2_000_000
            case _:
                return b"\xff\x00 data: {\n\n"
        return f"data: {json.dumps(body)}\n\n".encode()

    @property
    def _time(self) -> float:
        return self.clock.now - self.started


class _Exchange:
    """How long one request may take: `silence` s for each step, and no longer than until `end`."""

    def __init__(self, clock: VirtualClock, silence: float, end: float) -> None:
        self._clock = clock
        self._silence = silence
        self._end = end

    def wait(self, seconds: float) -> None:
        self._clock.step()
        longest = min(self._silence, self._end - self._clock.now)
        self._clock.now += max(0.0, min(seconds, longest))
        if seconds >= longest:
            raise WireFailure("timeout", "it took too long", sent=True)
