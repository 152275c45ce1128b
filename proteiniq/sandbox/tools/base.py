"""The base class of the sandbox's tools: a contract, checks, and a computation.

A tool is a module in `proteiniq/sandbox/tools/` with one class that extends `Tool`, listed in
`proteiniq/sandbox/tools/__init__.py`. Its contract is plain data, served by `GET /tools/{toolId}` and cheap to import.
`check` and `units` run in the server before a job is created. `run` is called in its own process, and is the only place
that may import a heavy package.

The service's documentation doesn't state the shapes of slots, settings, outputs and credit models: they are our choice
(see `openapi/SOURCES.md`).
"""

from __future__ import annotations

import abc
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import attrs

SettingType = Literal["number", "integer", "string", "boolean"]
Progress = Callable[[float], None]


@attrs.frozen
class Slot:
    """A place for input data.

    `kind` is the type of data (`protein`, `structure`), `formats` are the accepted file formats (`fasta`, `pdb`).
    An entry may have at most `max_records` records and `max_bytes` bytes of content.
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
    """A named parameter of a tool, with its default.

    `minimum` and `maximum` are inclusive, `options` are the allowed values, and `unit` is for display.
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
    """A file in the result of a completed job.

    `b_factor` says what the B-factor column of a structure file has, such as `plddt`, if it isn't a B-factor.
    """

    name: str
    content_type: str
    description: str
    b_factor: str | None = None


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


def _check_amounts(contract: object, field: object, resources: Mapping[str, float]) -> None:
    for name, amount in resources.items():
        if not 0 <= amount < math.inf:
            raise ValueError(f"the amount of the resource {name} must be at least 0, got {amount}")


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
    results: Mapping[str, str | Mapping[str, Any]]
    """Key of the result document → description of its value, with units.

    An object instead of a text has the keys `description`, `type` (of JSON Schema) and `unit`, each if it is known.
    """
    credit_model: CreditModel
    time_limit_s: float = 300.0
    memory_limit_bytes: int | None = None
    """The most memory that a job may use, with everything that it starts. None leaves it to the sandbox."""
    resources: Mapping[str, float] = attrs.field(factory=dict, validator=_check_amounts)
    """What a Dask worker must have free for a job, such as `{"GPU": 1}`. On one machine it has no meaning."""
    subcategory: str | None = None
    beta: bool = False


@attrs.frozen
class Entry:
    """One input entry of a job. Its content is text, whether it was sent inline or uploaded."""

    slot: str
    kind: str
    format: str
    content: str
    label: str | None = None


Inputs = Mapping[str, Sequence[Entry]]
"""Entries by slot. Every required slot has at least one entry."""

Settings = Mapping[str, Any]
"""Setting → value. Every setting of the contract is present, of its type and within its range."""


@attrs.frozen
class Problem:
    """One problem of a submission: where it is, and what to do about it.

    `slot` or `setting` is the place, `entry` the index within the slot, and `line` the 1-based line in the content.
    """

    message: str
    slot: str | None = None
    setting: str | None = None
    entry: int | None = None
    line: int | None = None


class Tool(abc.ABC):
    """A computation with a contract. Instances have no state but `weights`."""

    contract: ClassVar[ToolContract]
    requires: ClassVar[tuple[str, ...]] = ()
    """Import names that `check` or `run` needs. If one is missing, the tool isn't listed."""
    needs_weights: ClassVar[bool] = False
    """Whether it is only served with a folder of weights."""
    weights: Path | None = None
    """The folder with the weights of its model, which the user of the sandbox names. Most tools have none."""

    def use_weights(self, folder: Path) -> None:
        """Take the weights of the model from a folder, in the sandbox and again in the process of each job.

        Raises ValueError if the tool has no model, or if the folder can't contain its weights.
        """
        raise ValueError(f"the tool {self.contract.id} takes no weights")

    def check(self, inputs: Inputs, settings: Settings) -> list[Problem]:
        """Check what the contract can't express: content that does not parse, letters that are not residues, …

        Slots, kinds, formats, sizes, setting types and ranges have already been checked.
        """
        return []

    def units(self, inputs: Inputs, settings: Settings) -> int:
        """The number of credit-model units in these inputs, which have passed `check`."""
        return 0

    @abc.abstractmethod
    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        """Compute, write every file of `contract.outputs` into `out`, and return the result document.

        `progress` takes a percentage, 0 to 100. The returned mapping must be plain JSON without NaN.
        """
