"""The settings of a job: plain JSON values, checked against the tool's contract.

Numbers of NumPy, Decimal and other types of number become those of Python, and members of enums their values. A value
that differs from an allowed one by its type only, such as 2.0 for an integer or 1 for the option "1", becomes the
allowed one.
"""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

from .._message_text import number_text, short_repr
from ..errors import InvalidInput, Issue
from ..models import Setting, Tool
from .arguments import copied
from .suggestions import suggestion

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_LONGEST_WHOLE = 1000
"""Python converts integers of up to 4300 digits."""


def plain(value: Any) -> Any:
    """Return a copy of a value with plain numbers, lists and dictionaries; other values stay as they are."""
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, (str, bytes, bool)) or type(value) in (int, float):
        return value
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, numbers.Integral):
        return int(value)
    if callable(getattr(value, "tolist", None)):  # an array or a scalar of NumPy
        listed = value.tolist()
        if isinstance(listed, float) or isinstance(value, numbers.Real):
            # The digits of a 32-bit number are those that it was written with: 0.1, not 0.10000000149011612.
            return float(str(value))
        return value if type(listed) is type(value) else plain(listed)
    if isinstance(value, (numbers.Real, Decimal)):
        number = float(value)
        return int(number) if number.is_integer() else number
    return value


def prepared(settings: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a copy of the settings as JSON values. Raises InvalidInput if they are not a mapping."""
    if settings is not None and not isinstance(settings, Mapping):
        raise InvalidInput(f"settings must be a mapping of settings to values, got {short_repr(settings)}")
    try:
        made: dict[str, Any] = copied(plain(settings or {}), "settings")
    except RecursionError:
        raise InvalidInput("settings: nested too deeply. Nothing was sent: pass JSON values") from None
    except (ValueError, OverflowError) as error:  # a signalling nan, or a fraction that is too large
        raise InvalidInput(f"settings: {error}. Nothing was sent: pass plain numbers") from None
    return made


def of_text(text: str, setting: Setting | None) -> Any:
    """Return what is written in a text file or a command line as the setting's type.

    What is not of its type stays text, for the check to reject.
    """
    kind = setting.type if setting is not None else None
    text = text.strip() if kind in ("number", "integer", "boolean") else text
    if kind == "boolean":
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
    if kind in ("number", "integer") and _NUMBER.fullmatch(text):
        return int(text) if _WHOLE.fullmatch(text) and len(text) < _LONGEST_WHOLE else float(text)
    return text


def fitted(tool: Tool, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings with values of the contract's types, where only the type differs."""
    by_id = {setting.id: setting for setting in tool.settings}
    return {name: _fitted(by_id[name], value) if name in by_id else value for name, value in settings.items()}


def issues(tool: Tool, settings: Mapping[str, Any]) -> Iterator[Issue]:
    """Yield the problems of the settings. If the tool's settings are unknown, the check is left to the service."""
    by_id = {setting.id: setting for setting in tool.settings}
    if not by_id:
        return
    for name, value in settings.items():
        if name not in by_id:
            yield Issue(f"{tool.id} has no such setting{suggestion(str(name), by_id)}", setting=str(name))
        elif (message := _problem(by_id[name], value)) is not None:
            yield Issue(message, setting=name)


def _fitted(setting: Setting, value: Any) -> Any:
    if _is_number(value) or isinstance(value, str):
        same = [option for option in setting.options if str(option) == _text(value)]
        if len(same) == 1 and value not in setting.options:
            return same[0]
    if setting.type == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _text(value: Any) -> str:
    """Return how an option would be written: 1.0 as 1."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _problem(setting: Setting, value: Any) -> str | None:
    if value is None and setting.default is None:
        return None  # it may be the default
    kinds: dict[str | None, tuple[type, ...]] = {
        "number": (int, float),
        "integer": (int,),
        "string": (str,),
        "boolean": (bool,),
    }
    kind = kinds.get(setting.type)
    if kind and (not isinstance(value, kind) or (isinstance(value, bool) and setting.type != "boolean")):
        article = "an" if setting.type == "integer" else "a"
        return f"must be {article} {setting.type}, got {short_repr(value)}"
    chosen = value if isinstance(value, list) else [value]  # a type unknown here may take several
    if setting.options and any(each not in setting.options for each in chosen):
        allowed = ", ".join(str(option) for option in setting.options)
        return f"must be one of {allowed}; got {short_repr(value)}"
    unit = f" {setting.unit}" if setting.unit else ""
    if _is_number(value):
        low, high = setting.minimum, setting.maximum
        if (low is not None and not value >= low) or (high is not None and not value <= high):
            return f"must be {_range(low, high)}{unit}, got {short_repr(value)}"
        if isinstance(value, float) and not math.isfinite(value):
            return f"must be a finite number, got {short_repr(value)}"
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _range(low: float | None, high: float | None) -> str:
    ends = [number_text(end) for end in (low, high) if end is not None]
    if len(ends) == 2:
        return f"from {ends[0]} to {ends[1]}"
    return f"at {'most' if low is None else 'least'} {ends[0]}"
