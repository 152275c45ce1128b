"""Which runner jobs have: processes of this machine, or a cluster that a URL names."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Protocol

from ._errors import SandboxError
from ._runner import LocalRunner
from ._runs import Runner
from .tools.base import Tool

_SCHEMES = {"dask": "tcp", "tcp": "tcp", "tls": "tls"}


class ClusterRunner(Runner, Protocol):
    """A runner that has a connection."""

    changed: Callable[[], None]

    def open(self) -> None: ...
    def close(self) -> None: ...


def scheduler_of(url: str) -> str:
    """The address of the scheduler in `dask://HOST:PORT`, as Dask writes it (`tcp://`, `tls://`). Raises ValueError."""
    scheme, separator, rest = url.partition("://")
    host, _, port = rest.rpartition(":")
    if scheme not in _SCHEMES or not separator or not host or not _is_port(port):
        raise ValueError(f"runner must be dask://HOST:PORT or, with TLS, tls://HOST:PORT, got {url!r}")
    return f"{_SCHEMES[scheme]}://{rest}"


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) < 1 << 16


def local(slots: int) -> Runner:
    return LocalRunner(slots)


def cluster(
    url: str, secret: bytes, tools: Mapping[str, tuple[str, Tool]], lease: float, storage: str | None
) -> ClusterRunner:
    """The runner of a cluster, not yet connected. `secret` is what tells sandboxes apart that share it."""
    try:
        from ._dask.capacity import Need
        from ._dask.runner import DaskRunner
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package == "proteiniq":
            raise
        raise SandboxError(
            f"the runner {url} needs {package}, which the extra `dask` of proteiniq installs: "
            "pip install '.[sandbox,dask]' in a checkout of proteiniq"
        ) from error
    name = f"sandbox-{hashlib.sha256(secret).hexdigest()[:12]}"
    needs = {
        tool_id: Need(reference, tool.contract.resources, None if tool.weights is None else str(tool.weights))
        for tool_id, (reference, tool) in tools.items()
    }
    return DaskRunner(scheduler_of(url), name, needs, lease_s=lease, storage=storage)
