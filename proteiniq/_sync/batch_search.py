# Generated from proteiniq/_async/batch_search.py by scripts/unasync.py. Edit that file instead.

"""Look for the jobs of submits that have no response, in the whole job list, page by page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .._responses.page import Cursors
from ..batch._state import Active
from ..models import JobState
from .pipeline import Pipeline
from .reads import request_page

Key = tuple[int, int]
"""A submit: the place of its item, and the attempt."""


class JobSearch:
    """A search for the jobs of the `wanted` submits; `found` are those that it has met.

    After a failure it goes on from the page that failed, or from the first one after `begin_again`. It reads to the end
    of the list unless all are found, because the order of the list is not documented. `key_of` returns the submit that
    made a job, None for jobs of others.
    """

    def __init__(
        self, pipeline: Pipeline, wanted: Mapping[Key, Active], key_of: Callable[[JobState], Key | None]
    ) -> None:
        self.wanted = wanted
        self.found: dict[Key, JobState] = {}
        self._pipeline = pipeline
        self._key_of = key_of
        self.begin_again()

    def begin_again(self) -> None:
        """Go on from the first page: the cursor of the last one can't be used."""
        self._cursors = Cursors("list_jobs")
        self._cursor = self._cursors.next()

    def go_on(self) -> None:
        """Search until all are found or the list ends. Raises ProteinIQError if a page can't be read."""
        while len(self.found) < len(self.wanted):
            page = self._cursors.came(request_page(self._pipeline, self._cursor))
            for state in page.items:
                if (key := self._key_of(state)) is not None and key in self.wanted:
                    self.found[key] = state
            if self._cursors.exhausted:
                return
            self._cursor = self._cursors.next()
