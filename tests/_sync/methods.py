# Generated from tests/_async/methods.py by scripts/unasync.py. Edit that file instead.

"""The method of the facade for each operation of the contract, with arguments that fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from proteiniq import ProteinIQ

from ..support import ENTRY


def first_event(client: ProteinIQ) -> Any:
    return [state for state in client.jobs.events("job_1")]


METHODS: dict[str, Callable[[ProteinIQ], Any]] = {
    "get_account": lambda client: client.account.get(),
    "list_tools": lambda client: client.tools.list().list(),
    "get_tool": lambda client: client.tools.get("esmfold"),
    "quote_job": lambda client: client.jobs.quote("esmfold", [ENTRY]),
    "submit_job": lambda client: client.jobs.submit("esmfold", [ENTRY]),
    "list_jobs": lambda client: client.jobs.list().list(),
    "get_job_status": lambda client: client.jobs.get("job_1"),
    "stream_job_events": first_event,
    "cancel_job": lambda client: client.jobs.cancel("job_1"),
    "get_result": lambda client: client.results.get("job_1"),
    "list_files": lambda client: client.files.list().list(),
    "upload_file": lambda client: client.files.upload(b"MK", filename="a.fasta"),
    "get_file": lambda client: client.files.get("file_1"),
    "delete_file": lambda client: client.files.delete("file_1"),
    "get_openapi": lambda client: client.openapi(),
}
