"""Keys, profiles and the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from . import exits
from .base import Command
from .output import Column, attributes
from .session import CommandError, Session

if TYPE_CHECKING:
    from proteiniq import Account


@click.command(
    cls=Command,
    short_help="Store an API key.",
    examples=(
        "proteiniq login",
        "proteiniq login --profile lab < key.txt",
        "proteiniq login --api-key-file key.txt",
    ),
)
@click.option(
    "--store", type=click.Choice(["file", "keyring"]), help="Where the key is stored, by default in a file."
)
@click.pass_obj
def login(session: Session, store: str | None) -> None:
    """Store an API key in a profile, after a request that checks it.

    The key is asked for without showing it, or read from stdin or from --api-key-file. It is stored with its service,
    and sent to no other one. The file is for you alone; `--store keyring` needs the extra `keyring`, and a desktop.
    """
    from proteiniq import ProteinIQ

    from .. import _profiles
    from .._wire.config import KEY_VARIABLE, read_base_url

    profile = _profiles.chosen(session.option("profile"))
    configured = _profiles.configured(profile)
    origin = read_base_url(session.option("base_url") or configured.get("base_url"))
    if not isinstance(origin, str):
        raise origin
    if session.option("api_key_file") is None and session.output.can_type:
        text = click.prompt("API key", hide_input=True, err=True)
    else:
        text = session.read_key()
    session.listen()
    with ProteinIQ(text, origin) as client:
        account = client.account.get()
    path = _profiles.save(profile, text.strip(), origin, store or configured.get("store", "file"))
    session.output.record(_WHO, _Who(account, f"profile {profile}", origin), id=account.workspace.id)
    session.output.hint(f"The key is stored in profile {profile} ({path}).")
    if session.environment.get(KEY_VARIABLE):
        session.output.notice(f"{KEY_VARIABLE} is set, so its key is used, until you unset it")


@click.command(cls=Command, short_help="Remove the stored key of a profile.", examples=("proteiniq logout",))
@click.pass_obj
def logout(session: Session) -> None:
    """Remove the stored key of a profile. The key stays valid: revoke it on the service's site."""
    from .. import _profiles

    profile = _profiles.chosen(session.option("profile"))
    if not _profiles.remove(profile):
        raise CommandError(
            f"profile {profile} has no key: `proteiniq profiles` lists those with one", exits.NOT_FOUND
        )
    session.output.hint(f"The key of profile {profile} is removed here. It stays valid until you revoke it.")


@click.command(cls=Command, short_help="List the profiles.", examples=("proteiniq profiles",))
@click.pass_obj
def profiles(session: Session) -> None:
    """List the profiles, without their keys."""
    from .. import _profiles

    columns = [
        *attributes("name"),
        Column("default", lambda each: each.is_default),
        Column("stored", lambda each: each.is_stored),
        *attributes("store", "base_url"),
    ]
    session.output.listing(
        columns,
        _profiles.listed(),
        id=lambda each: each.name,
        empty="There are no profiles: run `proteiniq login`.",
    )


class _Who:
    """Whose key is used, and from where."""

    def __init__(self, account: Account, source: str, base_url: str) -> None:
        key = account.api_key
        self.workspace = account.workspace.id
        self.key = key.prefix if key is not None else None
        self.scopes = list(key.scopes) if key is not None else []
        self.source = source
        self.base_url = base_url

    def to_dict(self) -> dict[str, object]:
        return vars(self)


_WHO = attributes("workspace", "key", "scopes", "source", "base_url")


@click.command(
    cls=Command, short_help="Show which key is used, and what it may do.", examples=("proteiniq whoami",)
)
@click.pass_obj
def whoami(session: Session) -> None:
    """Show the workspace that the key is bound to, its scopes, and where the key was found."""
    who = _Who(session.client.account.get(), session.source, session.base_url)
    session.output.record(_WHO, who, id=who.workspace)


@click.command(
    cls=Command,
    short_help="Show the workspace with its credits and limits.",
    examples=("proteiniq account", "proteiniq account --json"),
)
@click.pass_obj
def account(session: Session) -> None:
    """Show the workspace with its plan, credits and limits."""
    found = session.client.account.get()
    workspace, limits = found.workspace, found.limits
    jobs = limits.concurrent_jobs if limits is not None else None
    rate = limits.rate_limit if limits is not None else None
    columns = [
        Column("workspace", lambda _: workspace.id),
        Column("plan", lambda _: workspace.plan.tier if workspace.plan is not None else None),
        Column("credits", lambda _: workspace.credits.available if workspace.credits is not None else None),
        Column("active_jobs", lambda _: limits.active_jobs if limits is not None else None),
        Column("concurrent_jobs", lambda _: jobs.max if jobs is not None else None),
        Column("free_slots", lambda _: jobs.remaining if jobs is not None else None),
        Column("rate_limit", lambda _: rate.limit if rate is not None else None),
        Column("rate_window_seconds", lambda _: rate.window_seconds if rate is not None else None),
    ]
    session.output.record(columns, found, id=workspace.id)
