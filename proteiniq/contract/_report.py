"""Report whether a contract still fits this package: as text, as JSON, or for GitHub Actions."""

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
    # verdict: (exit code, summary)
    "same": (0, "fits: nothing changed"),
    "additive": (0, "fits: something was added"),
    "breaking": (1, "fits this client, but has breaking changes"),
    "facade": (3, "does not fit this client"),
}


@attrs.frozen
class Report:
    """How a contract differs from the one that this package was generated from.

    `problems` are needs of the client that the contract doesn't meet; if there are any, nothing else is compared.
    `losses` are optional parts that it lacks. `assumed` are the places that it doesn't describe, where our own schema
    is used.
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
        """0: same or additive; 1: breaking for other clients, but not for the facade; 3: breaking for the facade."""
        return _VERDICTS[self.verdict][0]

    @property
    def regenerating_helps(self) -> bool:
        """Whether a client that is regenerated from this contract fits it, without changes of the facade."""
        return self.verdict == "facade" and not self.problems

    @property
    def _summary(self) -> str:
        return f"{self.source} {_VERDICTS[self.verdict][1]}."

    def lines(self) -> list[str]:
        """The report as text."""
        lines = [self._summary]
        if self.pinned_is_reconstruction:
            lines.append("It was compared with a reconstruction from public documentation.")
        if self.regenerating_helps:
            lines.append("A newer release of proteiniq, or `nox -s regenerate` in its checkout, fits it.")
        lines += [f"  unmet need     {problem}" for problem in self.problems]
        labels = {"facade": "breaks client", "contract": "breaking", "additive": "additive"}
        lines += [f"  {labels[change.severity]:13}  {change}" for change in self.changes]
        lines += Normalised({}, self.losses, self.assumed).lines()
        return [_printable(line) for line in lines]

    def github(self) -> list[str]:
        """Workflow commands: errors for what breaks the facade, warnings for other breaking changes, one notice."""
        lines = [_command("error", "Contract: unmet need", str(problem)) for problem in self.problems]
        kinds = {"facade": "error", "contract": "warning"}
        broken = [change for change in self.changes if change.severity in kinds]
        lines += [_command(kinds[change.severity], "Contract", str(change)) for change in broken]
        lines += [_command("warning", "Contract: lost", str(loss)) for loss in self.losses]
        new = len(self.changes) - len(broken)
        more = f" {new} additions." if new else ""
        if self.assumed:
            more += f" {counted(self.assumed)} assumed."
        return [*lines, _command("notice", "Contract", self._summary + more)]

    def text(self, *, as_json: bool = False, github: bool = False) -> str:
        """The report in the format of a command's options."""
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
    """The bindings of this package, or those in `file`. Each of `more` is applied over them.

    Raises BindingsError for an invalid entry, or one that names an unknown role.
    """
    return parse(*(each.read_text(encoding="utf-8") for each in (file or path("bindings.toml"), *more)))


def check(source: str | os.PathLike[str] | None = None, *, timeout: float = 30.0) -> Report:
    """Check whether the contract at a URL or in a file still fits this package. The default is the service's own.

    Raises CannotFetch if it can't be fetched within `timeout` seconds, and NotAContract if it is not a readable OpenAPI
    document.
    """
    fetched = fetch(default_source() if source is None else source, timeout=timeout)
    assert fetched is not None  # None is returned only for a matching entity tag.
    return report(fetched.source, overlaid(fetched.document), document(), bindings())


def report(source: str, document: Mapping[str, Any], pinned: Mapping[str, Any], bindings: Bindings) -> Report:
    """Compare the service's `document` with the normalised document `pinned`.

    Raises NotAContract if `document` is not a readable OpenAPI 3 document.
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
    """Text from outside, with control characters escaped for a terminal."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def _command(kind: str, title: str, message: str) -> str:
    escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return f"::{kind} title={title.replace(':', '%3A')}::{escaped}"
