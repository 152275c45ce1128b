"""What a batch can do next, besides a look at its running jobs (`look`). `schedule` decides which of these it is."""

from __future__ import annotations

import attrs

from .look import ListPage, ReadJob
from .polling import PATIENCE


@attrs.frozen
class Submit:
    """Submit the next item."""


@attrs.frozen
class Fetch:
    """Read the result of a job that has ended, and save it."""

    job_id: str


@attrs.frozen
class Hear:
    """Listen to the events of a job. Close the stream after `patience` seconds without an event."""

    job_id: str
    patience: float = PATIENCE


@attrs.frozen
class ReadAccount:
    """Read how many jobs are active in the workspace."""


@attrs.frozen
class Search:
    """Look in the whole job list for the jobs of submits that have no response."""


@attrs.frozen
class Rest:
    """Wait until a request has ended, or until a time if there is one."""

    until: float | None


Move = Submit | Fetch | Hear | ListPage | ReadJob | ReadAccount | Search | Rest
