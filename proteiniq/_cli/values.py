"""What a command line says of a job: inputs, settings, and times."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from .base import did_you_mean
from .session import CommandError, Session

if TYPE_CHECKING:
    from proteiniq import Tool

_INPUT = re.compile(r"([^=:]+)(:?=)(.*)", re.DOTALL)

_LONGEST = 1e8
"""Three years in seconds, as for the client: operating systems don't accept much more."""

_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def duration(text: str) -> float:
    """Return a time in seconds, which may have a unit: `90`, `15m`, `2h`, `1d`. Raises click.BadParameter."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", text)
    seconds = float(found[1]) * _SECONDS[found[2]] if found is not None else 0
    if not 0 < seconds <= _LONGEST:
        raise click.BadParameter(f"{text!r} is not a time such as 90, 15m, 2h or 1d, of up to three years")
    return seconds


def credits(text: str) -> float:
    """Return a number of credits. Raises click.BadParameter."""
    with suppress(ValueError):
        if "_" not in text and 0 <= (number := float(text)) < float("inf"):  # Python reads 1_0 as 10
            return number
    raise click.BadParameter(f"{text!r} is not a number of credits")


def inputs(session: Session, given: Sequence[str], tool: Tool) -> dict[str, Any]:
    """Return the inputs of a job, from `SLOT=FILE`, `SLOT=-`, `SLOT=@ID` and `SLOT:=TEXT`. Raises CommandError."""
    slots = [slot.id for slot in tool.slots]
    made: dict[str, list[Any]] = {}
    has_stdin = False
    for each in given:
        found = _INPUT.fullmatch(each)
        if found is None:
            example = slots[0] if slots else "SLOT"
            raise CommandError(
                f"{each!r} is not an input: write SLOT=FILE, such as {example}={each.strip(':=') or 'FILE'}"
            )
        slot, how, value = found.groups()
        if slots and slot not in slots:
            raise CommandError(f"{tool.id} has no slot {slot!r}{did_you_mean(slot, slots)}")
        if how == "=" and value == "-":
            if has_stdin or session.reads_key_from_stdin:
                raise CommandError("stdin can be read only once: pass files instead")
            has_stdin = True
        made.setdefault(slot, []).append(value if how == ":=" else _value(session, slot, value))
    return {slot: values[0] if len(values) == 1 else values for slot, values in made.items()}


def _value(session: Session, slot: str, value: str) -> Any:
    from pathlib import Path

    if value == "-":
        stdin = session.stdin
        if session.output.can_type:
            session.output.hint(f"Type or paste the data of {slot}, and end it with Ctrl-D.")
        return stdin.buffer.read()
    if not value:
        raise CommandError(f"{slot}= names no file: write {slot}=FILE, {slot}=- for stdin or {slot}:=TEXT")
    return session.client.files.get(value[1:]) if value.startswith("@") else Path(value)


def settings(given: Sequence[str], tool: Tool) -> dict[str, Any]:
    """Return the settings of a job from `NAME=VALUE`, as the types of the tool's contract. Raises CommandError."""
    from .._inputs.settings import of_text

    by_id = {setting.id: setting for setting in tool.settings}
    made: dict[str, Any] = {}
    for each in given:
        name, sign, text = each.partition("=")
        if not sign or not name:
            raise CommandError(f"--set {each!r} must have the form NAME=VALUE")
        if by_id and name not in by_id:
            raise CommandError(f"{tool.id} has no setting {name!r}{did_you_mean(name, list(by_id))}")
        if name in made:
            raise CommandError(f"setting {name} is given twice")
        setting = by_id.get(name)
        made[name] = of_text(text, setting) if setting is not None and setting.type in _TYPES else _json(text)
    return made


_TYPES = ("number", "integer", "string", "boolean")


def _json(text: str) -> Any:
    """Return the value of a setting whose type is unknown: JSON if it is, else text."""
    import json

    try:
        return json.loads(text)
    except ValueError:
        return text
