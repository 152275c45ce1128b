"""What a tool of the sandbox is: its contract, its own checks, and its computation.

A tool is one module under `proteiniq/sandbox/tools/` with one class that extends `Tool`, named in
`proteiniq/sandbox/tools/__init__.py`. The contract half is plain data, is served by `GET /tools/{toolId}`
and costs nothing to import; `check` and `units` run in the server before a job is created; `run`
is called in a process of its own and is the only place where a heavy package may be imported.

The shapes of slots, settings, outputs and credit models inside the service's tool document are not stated
by its documentation: they are this project's choice (see `openapi/SOURCES.md`).
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import attrs

SettingType = Literal["number", "integer", "string", "boolean"]
Progress = Callable[[float], None]


@attrs.frozen
class Slot:
    """A place for input data.

    `kind` is what the data is (`protein`, `nucleotide`), `formats` how it may be written (`fasta`).
    An entry of the slot may hold at most `max_records` records in `max_bytes` bytes of content.
    """

    id: str
    name: str
    description: str
    kind: str
    formats: tuple[str, ...]
    required: bool = True
    max_entries: int = 1
    max_records: int | None = None
    max_bytes: int = 1_000_000


@attrs.frozen
class Setting:
    """A named parameter of a tool, with the value it has when it is not given.

    `minimum` and `maximum` are inclusive; `options` are the allowed values; `unit` is for people.
    """

    id: str
    name: str
    description: str
    type: SettingType
    default: bool | int | float | str
    minimum: float | None = None
    maximum: float | None = None
    options: tuple[str, ...] | tuple[int, ...] | None = None
    unit: str | None = None


@attrs.frozen
class OutputFile:
    """A file that a completed job has among its results."""

    name: str
    content_type: str
    description: str


@attrs.frozen
class CreditModel:
    """Price of a job: `base_credits` and `credits_per_unit` for each `unit` of input."""

    base_credits: int = 0
    credits_per_unit: int = 0
    unit: str | None = None

    @property
    def is_free(self) -> bool:
        return self.base_credits == 0 and self.credits_per_unit == 0

    def credits(self, units: int) -> int:
        return self.base_credits + self.credits_per_unit * units


@attrs.frozen
class ToolContract:
    id: str
    name: str
    description: str
    category: str
    tags: tuple[str, ...]
    version: str
    slots: tuple[Slot, ...]
    settings: tuple[Setting, ...]
    outputs: tuple[OutputFile, ...]
    results: Mapping[str, str]
    """Key of the result document → what stands there, with units."""
    credit_model: CreditModel
    time_limit_s: float = 300.0
    subcategory: str | None = None
    beta: bool = False


@attrs.frozen
class Entry:
    """One input entry of a job, its content already text, whether it was sent or uploaded."""

    slot: str
    kind: str
    format: str
    content: str
    label: str | None = None


Inputs = Mapping[str, Sequence[Entry]]
"""Entries by slot; every required slot is there with at least one entry."""

Settings = Mapping[str, Any]
"""Setting → value; every setting of the contract is there, of its type and within its range."""


@attrs.frozen
class Problem:
    """One thing wrong with a submission: where, and what to do about it.

    `slot` or `setting` names the place; `entry` is the index within the slot; `line` is 1-based in the content.
    """

    message: str
    slot: str | None = None
    setting: str | None = None
    entry: int | None = None
    line: int | None = None


class Tool(abc.ABC):
    """A computation with a contract. Instances carry no state."""

    contract: ClassVar[ToolContract]
    requires: ClassVar[tuple[str, ...]] = ()
    """Import names that `check` or `run` needs; when one is missing the tool isn't listed."""

    def check(self, inputs: Inputs, settings: Settings) -> list[Problem]:
        """What the contract can't say: content that does not parse, letters that are no residues, …

        Slots, kinds, formats, sizes, setting types and ranges were checked before.
        """
        return []

    def units(self, inputs: Inputs, settings: Settings) -> int:
        """How many units of the credit model these inputs are; called only with inputs that passed `check`."""
        return 0

    @abc.abstractmethod
    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        """Compute, write every file of `contract.outputs` into `out`, and return the result document.

        `progress` takes a percentage, 0 to 100. The returned mapping must be plain JSON with no NaN.
        """
