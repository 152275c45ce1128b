"""Results and their files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
from proteiniq_openapi.api.results import get_result

from .. import _convert
from .._arguments import check_id, is_text
from .._saving import Saving, local_names
from .._transport import Outgoing
from ..errors import APIError, ContractError, NotFound, ProteinIQError
from ..models import JobStatus, Model, ResultFileInfo
from .pipeline import AsyncPipeline, Call

EXPIRED = (400, 403, 410)
"""Statuses with which storage refuses a signed URL that has expired. Our choice: none is stated."""


class AsyncResults:
    """`client.results`."""

    def __init__(self, pipeline: AsyncPipeline) -> None:
        self._pipeline = pipeline

    async def get(self, job_id: str, *, deadline: float | None = None) -> AsyncResult:
        """What a job gave (documentation, "Results"): of one that completed, ran out of budget, or failed with output.

        Raises JobNotCompleted when it is too early, NotFound when there is no output, APIError, TransportError.
        `deadline` is a monotonic time, s.
        """
        channel = self._pipeline.channel(
            "get_result", job_id=check_id("job", job_id), job_read=True, deadline=deadline
        )
        answer = channel.answer(await get_result.asyncio(job_id, client=channel.client))
        files = _convert.result_files(answer, channel.body)
        return AsyncResult(
            **_convert.result_fields(answer, channel.body, job_id),
            files=AsyncResultFiles(tuple(AsyncResultFile(info, job_id, self) for info in files)),
        )

    async def read(self, info: ResultFileInfo, job_id: str) -> bytes:
        """The bytes of a result's file."""
        with Saving.in_memory() as saving:
            await self._fetch(info, job_id, saving)
            return saving.value()

    async def save(self, info: ResultFileInfo, job_id: str, target: Path) -> Path:
        """Store a result's file at `target`: under a temporary name until it is whole."""
        with Saving.at(target) as saving:
            await self._fetch(info, job_id, saving)
            saving.finish()
        return target

    async def _fetch(self, info: ResultFileInfo, job_id: str, saving: Saving) -> None:
        try:
            await self._download(_address(info, job_id), info, job_id, saving)
            return
        except APIError as error:
            if error.status not in EXPIRED:
                raise
        fresh = await self._fresh_url(info, job_id)
        await self._download(fresh, info, job_id, saving)

    async def _fresh_url(self, info: ResultFileInfo, job_id: str) -> str:
        """A new signed URL, from the result read again."""
        for file in (await self.get(job_id)).files:
            if file.name == info.name:
                return _address(file.info, job_id)
        raise NotFound(f"job {job_id} has no file {info.name!r} any more", job_id=job_id)

    async def _download(self, url: str, info: ResultFileInfo, job_id: str, saving: Saving) -> None:
        """Stream one URL, from where the last attempt was cut. Never with the key."""
        config = self._pipeline.config
        failures = 0
        while True:
            start = saving.size
            outgoing = Outgoing(
                method="GET",
                url=url,
                headers={**({"Range": f"bytes={start}-"} if start else {}), "Accept-Encoding": "identity"},
                timeout=config.timeout,
                follow_redirects=True,
            )
            try:
                async with self._pipeline.open(
                    Call(operation="download", job_id=job_id, paced=False), outgoing
                ) as incoming:
                    saving.begin(incoming.status, incoming.headers)
                    async for chunk in incoming.chunks:
                        saving.write(chunk)
                if saving.is_whole:
                    return
                cut: ProteinIQError | None = None
            except ProteinIQError as error:
                if not error.retryable:
                    raise
                cut = error
            failures = failures + 1 if saving.size == start else 1
            if failures > config.retry.max_retries:
                raise cut or saving.cut_short(info.name, job_id)
            await self._pipeline.clock.sleep(self._pipeline.clock.random() * config.retry.backoff(failures))


def _address(info: ResultFileInfo, job_id: str) -> str:
    """The URL of a file, once it looks like one."""
    url = info.url or ""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and is_text(url)
    except ValueError:
        usable = False
    if usable:
        return url
    what = "an unusable URL" if url else "no URL"
    raise ContractError(
        f"the result of job {job_id} gives {what} for {info.name!r}: get the result again later",
        operation="get_result",
        path="$.files[].url",
        job_id=job_id,
    )


@attrs.frozen
class AsyncResultFile:
    """A file of a result. Its URL is signed and expires; an expired one is renewed once."""

    info: ResultFileInfo
    job_id: str
    _results: AsyncResults = attrs.field(repr=False, eq=False)

    @property
    def name(self) -> str:
        return self.info.name

    @property
    def content_type(self) -> str | None:
        """Media type."""
        return self.info.content_type

    async def read(self) -> bytes:
        """The whole file. Raises APIError, TransportError, ContractError when the result gives no URL."""
        return await self._results.read(self.info, self.job_id)

    async def text(self) -> str:
        """The whole file as UTF-8 text. Raises UnicodeDecodeError when it is none."""
        return (await self.read()).decode("utf-8")

    async def save(self, path: str | os.PathLike[str]) -> Path:
        """Store the file at `path`; into `path`, under its own name, when that is a folder.

        It is streamed to a temporary file beside the target, resumed after a cut, and renamed when it is whole. Raises
        OSError when that can't be written, APIError, TransportError.
        """
        target = Path(path)
        if target.is_dir():
            target = target / local_names([self.name])[0]
        return await self._results.save(self.info, self.job_id, target)


@attrs.frozen
class AsyncResultFiles:
    """The files of a result, by name or in order."""

    _files: tuple[AsyncResultFile, ...]

    def __getitem__(self, name: str | int) -> AsyncResultFile:
        if isinstance(name, int):
            return self._files[name]
        for file in self._files:
            if file.name == name:
                return file
        there = ", ".join(file.name for file in self._files) or "none"
        raise KeyError(f"no file {name!r} among the results: there are {there}")

    def __iter__(self) -> Iterator[AsyncResultFile]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, name: object) -> bool:
        return any(file.name == name for file in self._files)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(file.name for file in self._files)


@attrs.frozen(kw_only=True)
class AsyncResult(Model):
    """What a job gave: `data` is the tool's own result document, `files` what it wrote."""

    job_id: str
    tool: str | None
    status: JobStatus | None
    completed_at: datetime | None
    data_source: str | None
    data: Any
    files: AsyncResultFiles

    async def save_all(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Store all files in `folder`, made if need be; no name from the service can leave it.

        Raises OSError when it can't be written, APIError, TransportError.
        """
        root = Path(folder)
        root.mkdir(parents=True, exist_ok=True)
        names = local_names([file.name for file in self.files])
        return [await file.save(root / name) for file, name in zip(self.files, names, strict=True)]
