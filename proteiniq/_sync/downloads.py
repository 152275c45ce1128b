# Generated from proteiniq/_async/downloads.py by scripts/unasync.py. Edit that file instead.

"""Download the files of results: resumed after an interruption, with a new URL if the old one has expired."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from .._inputs.arguments import is_url
from .._inputs.callbacks import Callback
from .._policy.resume import Cut, Renew, Restart, renewed_file, resume
from .._policy.retry import GiveUp, Wait
from .._responses.calls import Call
from .._shown import showing
from .._transfer.download import Download
from .._transfer.pages import may_be_page
from .._transfer.progress import OnProgress
from .._transfer.writers import Writer
from .._wire.exchange import Outgoing
from .._wire.locations import redirect_target, requestable
from .._wire.secrecy import SignedUrl
from ..errors import APIError, ContractError, NotFound, ProteinIQError, TransportError
from ..hooks import AttemptDetails
from ..models import ResultFileInfo
from . import lazy
from .pipeline import Pipeline

if TYPE_CHECKING:
    from .._display.live import Live

MOST_REDIRECTS = 10


@attrs.frozen
class Wanted:
    """A file of a result. `nth` counts from 0 among the `count` files of the result that have this name."""

    info: ResultFileInfo
    job_id: str
    nth: int = 0
    count: int = 1

    @property
    def may_be_page(self) -> bool:
        """Whether it may be an HTML page."""
        return may_be_page(self.info.name, self.info.content_type)


class Downloads:
    """Downloads the files of a client's results."""

    def __init__(self, pipeline: Pipeline, results: lazy.Results) -> None:
        self._pipeline = pipeline
        self._results = results

    def read(self, file: Wanted) -> bytes:
        """Return the bytes of a result file."""
        with Download.in_memory(may_be_page=file.may_be_page) as (download, buffer):
            self._fetch(file, download, Callback("on_progress", None))
            return buffer.getvalue()

    def save(
        self, file: Wanted, target: Path, on_progress: OnProgress | None, *, progress: bool, overwrite: bool
    ) -> Path:
        """Save a result file at `target`, under a temporary name until it is complete."""
        told = Callback("on_progress", on_progress)
        with (
            Download.at(target, overwrite=overwrite, may_be_page=file.may_be_page) as download,
            self.showing(progress) as live,
        ):
            if live is not None:
                told.show = live.transfer(f"downloading {file.info.name}")
            self._fetch(file, download, told)
            Writer.finish(download)
        return target

    def showing(self, progress: bool) -> AbstractContextManager[Live | None]:
        """Show the progress of downloads in a block, if that is wanted."""
        return showing(progress, self._pipeline.clock)

    def _fetch(self, file: Wanted, download: Download, progress: Callback) -> None:
        """Download a file, resuming after an interruption, with a new URL if the old one has expired."""
        retry, clock = self._pipeline.config.retry, self._pipeline.clock
        job_id = file.job_id
        url, renewed_at = _address(file.info, job_id), -1
        failures = number = 0
        while True:
            start, number = download.size, number + 1
            wait: float | None = None
            ended: list[AttemptDetails] = []
            try:
                error = self._attempt(url, job_id, download, progress, number, ended)
                damage = download.damage() if error is None and download.is_whole else None
                if error is None and download.is_whole and damage is None:
                    return
                cut = _cut(error, damage)
                failures = failures + 1 if cut.spoiled or download.size <= start else 1
                renewed = renewed_at >= download.size
                move = self._pipeline.charge(
                    resume(
                        cut,
                        failures=failures,
                        renewed=renewed,
                        policy=retry,
                        jitter=clock.random(),
                    )
                )
                wait = move.seconds if isinstance(move, (Wait, Restart)) else None
            finally:
                self._pipeline.tell(ended, wait)
            match move:
                case GiveUp():
                    raise error or download.cut_short(file.info.name, job_id, damage)
                case Renew():
                    renewed_at, failures = download.size, failures - 1
                    url = self._fresh_url(file)
                    continue
                case Restart():
                    download.restart()
            self._pipeline.pause(move.seconds, "the download was interrupted", "download", job_id)

    def _attempt(
        self,
        url: str,
        job_id: str,
        download: Download,
        progress: Callback,
        number: int,
        ended: list[AttemptDetails],
    ) -> ProteinIQError | None:
        """Download the missing part, once, following redirects. Returns the failure that interrupted it.

        The key is sent to the service only, never here.
        """
        try:
            for _ in range(MOST_REDIRECTS):
                outgoing = Outgoing(
                    method="GET", url=url, headers=download.headers(), timeout=self._pipeline.config.timeout
                )
                call = Call(
                    outgoing=outgoing, operation="download", job_id=job_id, paced=False, number=number
                )
                opened = self._pipeline.open(call, ended=ended)
                with (
                    Writer(download, self._pipeline.clock, progress) as writer,
                    opened as incoming,
                ):
                    if incoming.status < 300:
                        if writer.begin(incoming.status, incoming.headers):
                            for chunk in incoming.chunks:
                                writer.write(chunk)
                        return None
                    url = _redirected(url, incoming.status, incoming.headers, job_id)
        except (APIError, TransportError, ContractError) as error:
            return error
        return ContractError(
            f"a file of job {job_id} can't be downloaded: more than {MOST_REDIRECTS} redirects",
            operation="download",
            job_id=job_id,
        )

    def _fresh_url(self, file: Wanted) -> str:
        """Read the result again, and return the file's new signed URL."""
        fresh = [each.info for each in (self._results.get(file.job_id)).files]
        found = renewed_file(file.info, fresh, nth=file.nth, count=file.count)
        if found is None:
            raise NotFound(
                f"job {file.job_id} no longer has a file {file.info.name!r} that is certainly the same one",
                job_id=file.job_id,
            )
        return _address(found, file.job_id)


def _cut(error: ProteinIQError | None, damage: str | None) -> Cut:
    """Describe an attempt that did not complete the file."""
    if error is None:
        return Cut(spoiled=damage is not None)
    return Cut(
        status=error.status if isinstance(error, APIError) else None,
        may_pass=error.retryable,
        spoiled=isinstance(error, ContractError) and error.retryable,
        retry_after=error.retry_after if isinstance(error, APIError) else None,
    )


def _redirected(url: str, status: int, headers: Mapping[str, str], job_id: str) -> str:
    """Return the target of a redirect. Raises ContractError if it can't be followed."""
    target = redirect_target(url, status, headers)
    if target is not None:
        return SignedUrl(target)
    raise ContractError(
        f"storage responded with {status} for a file of job {job_id}, without a usable URL: get the result again later",
        operation="download",
        status=status,
        job_id=job_id,
    )


def _address(info: ResultFileInfo, job_id: str) -> str:
    """Return the URL of a file. Raises ContractError if it is missing or invalid."""
    url = SignedUrl(requestable(info.url or ""))
    if is_url(url):
        return url
    what = "an unusable URL" if info.url else "no URL"
    raise ContractError(
        f"the result of job {job_id} has {what} for {info.name!r}: get the result again later",
        operation="get_result",
        path="$.files[].url",
        job_id=job_id,
    )
