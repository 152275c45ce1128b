"""Whether a contract still fits: for people, for programs and for GitHub."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import attrs

from ._compare import Change, compare
from ._normalise.bindings import Bindings
from ._normalise.findings import NeedsNotMet, Problem
from ._normalise.normaliser import Normalised, counted, normalise

Verdict = Literal["same", "additive", "breaking", "facade"]
_EXIT_CODES: Mapping[Verdict, int] = {"same": 0, "additive": 0, "breaking": 1, "facade": 3}
_SUMMARIES: Mapping[Verdict, str] = {
    "same": "fits: nothing changed",
    "additive": "fits: there is more than before",
    "breaking": "fits this client, though the contract was broken",
    "facade": "does not fit this client",
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
        return _EXIT_CODES[self.verdict]

    @property
    def regenerating_helps(self) -> bool:
        """Whether a client that is made anew from this contract fits it, with the facade as it is."""
        return self.verdict == "facade" and not self.problems

    def lines(self) -> list[str]:
        """For people."""
        said = [f"{self.source} {_SUMMARIES[self.verdict]}."]
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
        said += [
            _command(kinds[change.severity], "Contract", str(change))
            for change in self.changes
            if change.severity in kinds
        ]
        said += [_command("warning", "Contract: lost", str(loss)) for loss in self.losses]
        new = sum(change.severity == "additive" for change in self.changes)
        more = f" {new} additions." if new else ""
        if self.assumed:
            more += f" {counted(self.assumed)} assumed."
        return [*said, _command("notice", "Contract", f"{self.source} {_SUMMARIES[self.verdict]}.{more}")]

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "verdict": self.verdict,
            "exit_code": self.exit_code,
            "regenerating_helps": self.regenerating_helps,
            "version": self.version,
            "pinned": {"version": self.pinned_version, "reconstruction": self.pinned_is_reconstruction},
            "problems": [attrs.asdict(problem) for problem in self.problems],
            "losses": [attrs.asdict(loss) for loss in self.losses],
            "assumed": list(self.assumed),
            "changes": [attrs.asdict(change) for change in self.changes],
        }


def report(source: str, document: Mapping[str, Any], pinned: Mapping[str, Any], bindings: Bindings) -> Report:
    """Compare the service's `document` with the normalised document that is `pinned`.

    Raises NotAContract when `document` is not a readable OpenAPI 3 document.
    """
    problems: tuple[Problem, ...] = ()
    normalised = Normalised({})
    changes: tuple[Change, ...] = ()
    try:
        normalised = normalise(document, bindings)
        changes = tuple(compare(pinned, normalised.document))
    except NeedsNotMet as error:
        problems = tuple(each for each in error.problems if each.severity == "breaks")
        normalised = Normalised({}, tuple(each for each in error.problems if each.severity == "loses"))
    info = document.get("info")
    return Report(
        source=source,
        version=str(info.get("version", "")) if isinstance(info, Mapping) else "",
        pinned_version=pinned["info"]["version"],
        pinned_is_reconstruction=pinned["info"]["x-reconstruction"],
        problems=problems,
        changes=changes,
        losses=normalised.losses,
        assumed=normalised.assumed,
    )


def _printable(text: str) -> str:
    """Text of a document that is not ours, without what a terminal would obey."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def _command(kind: str, title: str, message: str) -> str:
    escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return f"::{kind} title={title.replace(':', '%3A')}::{escaped}"
