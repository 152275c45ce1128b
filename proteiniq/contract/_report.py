"""Whether a contract still fits this package: for people, for programs and for GitHub."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import attrs

from ._compare import Change, compare
from ._normalise.bindings import Bindings, parse
from ._normalise.findings import NeedsNotMet, Problem
from ._normalise.normaliser import Normalised, counted, normalise
from ._overlay import overlaid
from ._packaged import document, path
from ._source import default_source, fetch

Verdict = Literal["same", "additive", "breaking", "facade"]
_VERDICTS: Mapping[Verdict, tuple[int, str]] = {
    # verdict: (exit code, what it says)
    "same": (0, "fits: nothing changed"),
    "additive": (0, "fits: there is more than before"),
    "breaking": (1, "fits this client, though the contract was broken"),
    "facade": (3, "does not fit this client"),
}


@attrs.frozen
class Report:
    """What became of a contract since the one that this package was made from.

    `problems` are needs of the facade that the contract doesn't meet; where there is one, nothing else is compared.
    `losses` are optional things that it lacks, `assumed` the places where it says nothing, so that our own
    documentation counts.
    """

    source: str
    version: str
    pinned_version: str
    pinned_is_reconstruction: bool
    problems: tuple[Problem, ...] = ()
    changes: tuple[Change, ...] = ()
    losses: tuple[Problem, ...] = ()
    assumed: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """`same`, `additive`, `breaking` (for others), or `facade`: this client breaks."""
        severities = {change.severity for change in self.changes}
        if self.problems or "facade" in severities:
            return "facade"
        if "contract" in severities:
            return "breaking"
        return "additive" if severities else "same"

    @property
    def exit_code(self) -> int:
        """0: same or additive; 1: breaking for the contract, not for the facade; 3: breaking for the facade."""
        return _VERDICTS[self.verdict][0]

    @property
    def regenerating_helps(self) -> bool:
        """Whether a client that is made anew from this contract fits it, with the facade as it is."""
        return self.verdict == "facade" and not self.problems

    @property
    def _summary(self) -> str:
        return f"{self.source} {_VERDICTS[self.verdict][1]}."

    def lines(self) -> list[str]:
        """For people."""
        said = [self._summary]
        if self.pinned_is_reconstruction:
            said.append("What it is compared with is a reconstruction from public documentation.")
        if self.regenerating_helps:
            said.append("A newer release of proteiniq, or `nox -s regenerate` in its checkout, fits it.")
        said += [f"  need not met   {problem}" for problem in self.problems]
        labels = {"facade": "breaks us", "contract": "breaking", "additive": "harmless"}
        said += [f"  {labels[change.severity]:13}  {change}" for change in self.changes]
        said += Normalised({}, self.losses, self.assumed).lines()
        return [_printable(line) for line in said]

    def github(self) -> list[str]:
        """Workflow commands: errors for what breaks the facade, warnings for what is broken, one notice."""
        said = [_command("error", "Contract: need not met", str(problem)) for problem in self.problems]
        kinds = {"facade": "error", "contract": "warning"}
        broken = [change for change in self.changes if change.severity in kinds]
        said += [_command(kinds[change.severity], "Contract", str(change)) for change in broken]
        said += [_command("warning", "Contract: lost", str(loss)) for loss in self.losses]
        new = len(self.changes) - len(broken)
        more = f" {new} additions." if new else ""
        if self.assumed:
            more += f" {counted(self.assumed)} assumed."
        return [*said, _command("notice", "Contract", self._summary + more)]

    def text(self, *, as_json: bool = False, github: bool = False) -> str:
        """What a command prints."""
        if as_json:
            return json.dumps(self.as_json(), indent=2)
        return "\n".join(self.github() if github else self.lines())

    def as_json(self) -> dict[str, Any]:
        whole = attrs.asdict(self)
        pinned = {
            "version": whole.pop("pinned_version"),
            "reconstruction": whole.pop("pinned_is_reconstruction"),
        }
        derived = {key: getattr(self, key) for key in ("verdict", "exit_code", "regenerating_helps")}
        return {**derived, **whole, "pinned": pinned}


def bindings(file: Path | None = None, *more: Path) -> Bindings:
    """The bindings of this package, or those that `file` says; those of each of `more` are laid over them.

    Raises BindingsError when they can't be read, or one names an unknown role.
    """
    return parse(*(each.read_text(encoding="utf-8") for each in (file or path("bindings.toml"), *more)))


def check(source: str | os.PathLike[str] | None = None, *, timeout: float = 30.0) -> Report:
    """Whether the contract at a URL or in a file still fits this package; by default the service's own.

    Raises CannotFetch when there is no response within `timeout` seconds, and NotAContract when it is not a readable
    OpenAPI document.
    """
    fetched = fetch(default_source() if source is None else source, timeout=timeout)
    assert fetched is not None  # Only an entity tag that is still right gives nothing.
    return report(fetched.source, overlaid(fetched.document), document(), bindings())


def report(source: str, document: Mapping[str, Any], pinned: Mapping[str, Any], bindings: Bindings) -> Report:
    """Compare the service's `document` with the normalised document that is `pinned`.

    Raises NotAContract when `document` is not a readable OpenAPI 3 document.
    """
    info = document.get("info")
    empty = Report(
        source=source,
        version=str(info.get("version", "")) if isinstance(info, Mapping) else "",
        pinned_version=pinned["info"]["version"],
        pinned_is_reconstruction=pinned["info"]["x-reconstruction"],
    )
    try:
        made = normalise(document, bindings)
    except NeedsNotMet as error:
        breaks, loses = (
            tuple(each for each in error.problems if each.severity == severity)
            for severity in ("breaks", "loses")
        )
        return attrs.evolve(empty, problems=breaks, losses=loses)
    changes = tuple(compare(pinned, made.document))
    return attrs.evolve(empty, changes=changes, losses=made.losses, assumed=made.assumed)


def _printable(text: str) -> str:
    """Text of a document that is not ours, without what a terminal would obey."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def _command(kind: str, title: str, message: str) -> str:
    escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return f"::{kind} title={title.replace(':', '%3A')}::{escaped}"
