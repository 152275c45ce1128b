# Made from proteiniq/_async/results.py by scripts/unasync.py: edit that file instead.

"""Results and their files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import attrs
from proteiniq_openapi.api.results import get_result

from .._inputs.arguments import check_id, is_downgrade, is_url
from .._policy.resume import Cut, Renew, Restart, resume
from .._policy.retry import GiveUp, Wait
from .._responses import convert
from .._transfer.download import Download
from .._transfer.filenames import local_names
from .._transfer.progress import CombinedProgress, OnProgress
from .._transfer.writers import Writer
from .._wire.exchange import Outgoing
from ..errors import APIError, ContractError, NotFound, ProteinIQError, TransportError
from ..hooks import AttemptDetails
from ..models import JobStatus, Model, ResultFileInfo
from .pipeline import Call, Pipeline

REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 10


class Results:
    """`client.results`."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def get(self, job_id: str) -> Result:
        """Return the result of a job that completed, ran out of budget, or failed with output.

        See "Results" in the documentation. Raises JobNotCompleted if the job has not ended, NotFound if there is no
        output, APIError, TransportError.
        """
        return self._get(job_id)

    def _get(self, job_id: str, *, deadline: float | None = None) -> Result:
        """Return the result; `deadline` is a monotonic time that no attempt exceeds."""
        prepared = get_result.prepared(check_id("job", job_id))
        answer = self._pipeline.call(prepared, job_id=job_id, job_read=True, deadline=deadline)
        files = convert.result_files(answer)
        return Result(
            **convert.result_fields(answer, job_id),
            files=ResultFiles(tuple(ResultFile(info, job_id, self) for info in files)),
        )

    def _read(self, info: ResultFileInfo, job_id: str) -> bytes:
        """Return the bytes of a result file."""
        with Download.in_memory() as (download, buffer):
            self._fetch(info, job_id, download)
            return buffer.getvalue()

    def _save(
        self, info: ResultFileInfo, job_id: str, target: Path, on_progress: OnProgress | None = None
    ) -> Path:
        """Save a result file at `target`, under a temporary name until it is complete."""
        with Download.at(target, on_progress) as download:
            self._fetch(info, job_id, download)
            Writer.finish(download)
        return target

    def _fetch(self, info: ResultFileInfo, job_id: str, download: Download) -> None:
        """Download a file, resuming after an interruption, with a new URL if the old one has expired."""
        retry, clock = self._pipeline.config.retry, self._pipeline.clock
        url, renewed_at = _address(info, job_id), -1
        failures = number = 0
        while True:
            start, number = download.size, number + 1
            wait: float | None = None
            ended: list[AttemptDetails] = []
            try:
                error = self._attempt(url, job_id, download, number, ended)
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
                    raise error or download.cut_short(info.name, job_id, damage)
                case Renew():
                    renewed_at, failures = download.size, failures - 1
                    url = self._fresh_url(info, job_id)
                    continue
                case Restart():
                    download.restart()
            clock.sleep(move.seconds)

    def _attempt(
        self, url: str, job_id: str, download: Download, number: int, ended: list[AttemptDetails]
    ) -> ProteinIQError | None:
        """Download the missing part, once. Returns the failure that interrupted it; raises other errors."""
        try:
            self._stream(url, job_id, download, number, ended)
        except (APIError, TransportError, ContractError) as error:
            return error
        return None

    def _fresh_url(self, info: ResultFileInfo, job_id: str) -> str:
        """Read the result again, and return its new signed URL."""
        named = [file.info for file in (self.get(job_id)).files if file.name == info.name]
        for fresh in named:
            if fresh.key == info.key:
                return _address(fresh, job_id)
        if named:
            return _address(named[0], job_id)
        raise NotFound(f"job {job_id} no longer has a file {info.name!r}", job_id=job_id)

    def _stream(
        self, url: str, job_id: str, download: Download, number: int, ended: list[AttemptDetails]
    ) -> None:
        """Download the missing part, once, following redirects. The key is sent to the service only, never here."""
        for _ in range(MOST_REDIRECTS):
            outgoing = Outgoing(
                method="GET", url=url, headers=download.headers(), timeout=self._pipeline.config.timeout
            )
            call = Call(outgoing=outgoing, operation="download", job_id=job_id, paced=False, number=number)
            opened = self._pipeline.open(call, ended=ended)
            with Writer(download, self._pipeline.clock) as writer, opened as incoming:
                if incoming.status < 300:
                    download.begin(incoming.status, incoming.headers)
                    for chunk in incoming.chunks:
                        writer.write(chunk)
                    return
                url = _redirected(url, incoming.status, incoming.headers, job_id)
        raise ContractError(
            f"a file of job {job_id} can't be downloaded: more than {MOST_REDIRECTS} redirects",
            operation="download",
            job_id=job_id,
        )


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
    """Return the target of a redirect. Raises ContractError if it is unusable, or goes from https:// to http://."""
    location = headers.get("location")
    target = _joined(url, location) if location else ""
    if status in REDIRECTS and is_url(target) and not is_downgrade(url, target):
        return target
    raise ContractError(
        f"storage responded with {status} for a file of job {job_id}, without a usable URL: get the result again later",
        operation="download",
        status=status,
        job_id=job_id,
    )


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        return ""


def _address(info: ResultFileInfo, job_id: str) -> str:
    """Return the URL of a file. Raises ContractError if it is missing or invalid."""
    if info.url and is_url(info.url):
        return info.url
    what = "an unusable URL" if info.url else "no URL"
    raise ContractError(
        f"the result of job {job_id} has {what} for {info.name!r}: get the result again later",
        operation="get_result",
        path="$.files[].url",
        job_id=job_id,
    )


@attrs.frozen
class ResultFile:
    """A file of a result. Its URL is signed and expires; an expired one is renewed once."""

    info: ResultFileInfo
    job_id: str
    _results: Results = attrs.field(repr=False, eq=False)

    @property
    def name(self) -> str:
        return self.info.name

    @property
    def content_type(self) -> str | None:
        """Media type."""
        return self.info.content_type

    def read(self) -> bytes:
        """Return the file's bytes. Raises APIError, TransportError, ContractError if the result has no URL for it."""
        return self._results._read(self.info, self.job_id)

    def text(self) -> str:
        """Return the file as text. Raises UnicodeDecodeError if it is not valid UTF-8."""
        return (self.read()).decode("utf-8")

    def save(self, path: str | os.PathLike[str], *, on_progress: OnProgress | None = None) -> Path:
        """Save the file at `path`, or under its own name in `path` if that is a folder.

        The file is streamed to a temporary file beside the target, resumed after an interruption, checked against the
        length and the checksum that storage sends, and renamed when it is complete. `on_progress` is called with the
        number of bytes received and the total, None if it is unknown. Raises OSError if the file can't be written,
        APIError, TransportError.
        """
        target = Path(path)
        if target.is_dir():
            target = target / local_names([self.name])[0]
        return self._results._save(self.info, self.job_id, target, on_progress)

    def _save(self, target: Path, on_progress: OnProgress | None) -> Path:
        return self._results._save(self.info, self.job_id, target, on_progress)


@attrs.frozen
class ResultFiles:
    """The files of a result, by name or in order."""

    _files: tuple[ResultFile, ...]

    def __getitem__(self, name: str | int) -> ResultFile:
        if isinstance(name, int):
            return self._files[name]
        for file in self._files:
            if file.name == name:
                return file
        there = ", ".join(file.name for file in self._files) or "none"
        raise KeyError(f"the result has no file {name!r}; its files: {there}")

    def __iter__(self) -> Iterator[ResultFile]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, name: object) -> bool:
        return any(file.name == name for file in self._files)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(file.name for file in self._files)


@attrs.frozen(kw_only=True)
class Result(Model):
    """The result of a job: `data` is the tool's own result document, `files` are its output files."""

    job_id: str
    tool: str | None
    status: JobStatus | None
    completed_at: datetime | None
    data_source: str | None
    data: Any = attrs.field(hash=False)
    files: ResultFiles

    def save_all(
        self, folder: str | os.PathLike[str], *, on_progress: OnProgress | None = None
    ) -> list[Path]:
        """Save all files in `folder`, which is created if necessary; no name from the service can leave it.

        `on_progress` is called with the number of bytes received of all files, and their total, None until the last
        file has started. Raises OSError if a file can't be written, APIError, TransportError.
        """
        root = Path(folder)
        root.mkdir(parents=True, exist_ok=True)
        names = local_names([file.name for file in self.files])
        progress = None if on_progress is None else CombinedProgress(on_progress, len(names))
        saved = []
        for file, name in zip(self.files, names, strict=True):
            saved.append(file._save(root / name, progress))
            if progress is not None:
                progress.next_file()
        return saved
