"""What may be wrong on this machine, or with the key, and what to do."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import click

from . import exits
from .base import Command
from .output import attributes, shown
from .session import CommandError, Session

if TYPE_CHECKING:
    from proteiniq import Account

_LATEST = 60.0
"""How wrong a clock may be, in seconds."""


class _Finding(NamedTuple):
    check: str
    state: str
    finding: str
    advice: str | None = None
    code: int = exits.OTHER

    def to_dict(self) -> dict[str, str | None]:
        return {"check": self.check, "state": self.state, "finding": self.finding, "advice": self.advice}


@click.command(
    cls=Command,
    short_help="Check key, clock, network, versions, contract and credits.",
    examples=("proteiniq doctor", "proteiniq doctor --json"),
)
@click.pass_obj
def doctor(session: Session) -> int:
    """Check what a job needs: key, clock, network, versions, contract, rate limit and credits.

    Each line says what was found and what to do. It costs nothing. The exit code is that of the first error."""
    columns = attributes("check", "state", "finding", "advice")
    found: list[_Finding] = []

    def each() -> Iterator[_Finding]:
        for finding in _findings(session):
            found.append(finding)
            yield finding

    session.output.listing(columns, each(), id=lambda finding: f"{finding.check}={finding.state}", empty="")
    for finding in found:
        if finding.advice is not None and session.output.is_terminal:  # where a table may have shortened it
            session.output.hint(f"{finding.check}: {finding.finding}: {finding.advice}")
    wrong = [finding for finding in found if finding.state == "error"]
    if wrong:
        raise CommandError(f"{wrong[0].check}: {wrong[0].finding}", wrong[0].code, resume=None)
    return exits.OK


def _findings(session: Session) -> Iterator[_Finding]:
    yield _versions()
    from ..errors import ProteinIQError
    from .failures import failure

    try:
        yield _stored()
        client = session.client
        base_url = session.base_url
    except (ProteinIQError, CommandError) as error:
        said = failure(error, session)
        check = "key" if said.exit_code == exits.AUTHENTICATION else "configuration"
        yield _Finding(check, "error", said.message, None, said.exit_code)
        return
    yield _proxies(base_url)
    yield _clock(base_url)
    try:
        account = client.account.get()
    except ProteinIQError as error:
        said = failure(error, session)
        check = "key" if said.exit_code == exits.AUTHENTICATION else "network"
        yield _Finding(check, "error", said.message, None, said.exit_code)
        return
    scopes = ", ".join(account.api_key.scopes) if account.api_key is not None else "unknown"
    yield _Finding("key", "ok", f"{session.source}; workspace {account.workspace.id}; scopes {scopes}")
    yield from _limits(account)
    yield _contract(base_url)


def _versions() -> _Finding:
    import click as library

    from .._version import VERSION

    python = ".".join(map(str, sys.version_info[:3]))
    return _Finding(
        "versions",
        "ok",
        f"proteiniq {VERSION}, Python {python}, click {_version_of(library.__name__)}, {sys.platform}",
    )


def _version_of(package: str) -> str:
    from importlib.metadata import version

    return version(package)


def _stored() -> _Finding:
    from .. import _profiles

    path = _profiles.folder() / "credentials.toml"
    if not path.exists():
        return _Finding("profiles", "ok", "none is stored")
    if os.name == "posix" and path.stat().st_mode & 0o077:
        return _Finding("profiles", "warning", f"others may read {path}", f"chmod 600 {path}")
    return _Finding("profiles", "ok", str(path))


def _proxies(base_url: str) -> _Finding:
    # Those of its scheme, without their values, which may have a password.
    known = (f"{kind}_proxy" for kind in (base_url.partition(":")[0], "all"))
    there = [name for each in known for name in (each.upper(), each) if os.environ.get(name)]
    how = (
        f"through the proxy of {', '.join(there)}, unless NO_PROXY says otherwise"
        if there
        else "without a proxy"
    )
    return _Finding("network", "ok", f"{base_url}, {how}")


def _clock(base_url: str) -> _Finding:
    """Compare this machine's clock with the `Date` of a response of the service. No key is sent."""
    from email.utils import parsedate_to_datetime
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    try:
        with urlopen(Request(f"{base_url}/api/v1/openapi.json", method="HEAD"), timeout=10) as response:
            date = response.headers.get("Date")
    except HTTPError as error:
        date = error.headers.get("Date")
        error.close()
    except (OSError, ValueError, HTTPException) as error:
        return _Finding("clock", "warning", f"unknown, since the service can't be asked: {error}")
    try:
        off = (datetime.now(UTC) - parsedate_to_datetime(date)).total_seconds()
    except (TypeError, ValueError):
        return _Finding("clock", "warning", "unknown, since the service states no date")
    if abs(off) > _LATEST:
        which = "ahead of" if off > 0 else "behind"
        return _Finding(
            "clock", "warning", f"{abs(off):.0f} s {which} the service's", "set this machine's clock"
        )
    return _Finding("clock", "ok", "agrees with the service's")


def _limits(account: Account) -> Iterator[_Finding]:
    limits, credits = account.limits, account.workspace.credits
    rate = limits.rate_limit if limits is not None else None
    if rate is not None and rate.limit is not None:
        yield _Finding(
            "pace",
            "ok",
            f"{rate.limit} requests in {rate.window_seconds or 0:g} s, for all programs of the key",
        )
    jobs = limits.concurrent_jobs if limits is not None else None
    if jobs is not None:
        advice = None if jobs.remaining != 0 else "new jobs wait until an active one has ended"
        yield _Finding(
            "slots",
            "warning" if advice else "ok",
            f"{jobs.remaining} of {jobs.max} job slots are free",
            advice,
        )
    if credits is not None and credits.available is not None:
        advice = None if credits.available > 0 else "add credits"
        yield _Finding(
            "credits", "warning" if advice else "ok", f"{shown(credits.available)} available", advice
        )


def _contract(base_url: str) -> _Finding:
    from proteiniq.contract import CannotFetch, NotAContract, check

    try:
        report = check(base_url)
    except (CannotFetch, NotAContract) as error:
        return _Finding("contract", "warning", str(error), "proteiniq contract check")
    if report.verdict == "facade":
        return _Finding(
            "contract", "error", report.lines()[0], "update proteiniq; `proteiniq contract check` says more"
        )
    return _Finding("contract", "ok", report.lines()[0])
