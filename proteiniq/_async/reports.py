"""What a report of a result is made of: the job, the tool's contract and the files, which are downloaded."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from proteiniq_openapi._contract import SHA256

from .._display.report import report
from .._display.report_page import Client
from .._display.report_record import Made
from .._frames.described import check_tool
from .._inputs.arguments import check_flags
from .._inputs.files import REPORT, new_file, saving_target
from .._transfer.durable import replace
from .._version import VERSION
from .._wire.blocking import AsyncBlocking
from ..errors import ProteinIQError
from ..models import JobState, JobStatus, Tool
from .reads import read_job

if TYPE_CHECKING:
    from .results import AsyncResult, AsyncResultFile

LARGEST = 64 << 20
"""The bytes of a file that are looked into; of larger ones the report has only size and hash."""


async def write(
    result: AsyncResult, path: str | os.PathLike[str], tool: Tool | None, *, overwrite: bool
) -> Path:
    """Write the report of a result, and return its path."""
    check_flags(overwrite=overwrite)
    check_tool(tool)
    target = new_file(saving_target(path, REPORT), overwrite=overwrite)
    files = []
    with TemporaryDirectory(prefix="proteiniq-") as folder:
        for number, file in enumerate(result.files):
            files.append(await _made(file, Path(folder, str(number))))
    job = result._job or await _job(result)
    origin = result._origin
    made = partial(
        report,
        job,
        result.data,
        files,
        client=Client(version=VERSION, contract=SHA256),
        tool=tool or await result._read_contract(),
        sent=origin.pipeline.sent.get(result.job_id) if origin is not None else None,
        data_source=result.data_source,
    )
    await AsyncBlocking.run(lambda: replace(target, made().encode("utf-8", "replace")))
    return target


async def _made(file: AsyncResultFile, path: Path) -> Made:
    await file.save(path)
    return await AsyncBlocking.run(partial(described, file.name, file.content_type, path))


def described(name: str, content_type: str | None, path: Path) -> Made:
    """Return a file with its size, hash, and content if that is not too large."""
    with path.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    size = path.stat().st_size
    content = path.read_bytes() if size <= LARGEST else None
    return Made(name=name, content_type=content_type, size=size, sha256=digest, content=content)


async def _job(result: AsyncResult) -> JobState:
    """Return the job, or what the result says of it."""
    if result._origin is not None:
        with suppress(ProteinIQError):
            return await read_job(result._origin.pipeline, result.job_id, paced=True)
    return JobState(
        id=result.job_id,
        status=result.status or JobStatus("unknown"),
        tool=result.tool,
        name=None,
        progress=None,
        created_at=None,
        started_at=None,
        completed_at=result.completed_at,
        credits_used=None,
        error=result.error,
    )
