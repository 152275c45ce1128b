"""What is wrong with a document, and where: collected while it is normalised."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Literal

import attrs

from .spelling import JSON

Severity = Literal["breaks", "loses"]


@attrs.frozen
class Problem:
    """A need of the facade that the contract doesn't meet. What `breaks` stops everything, what `loses` doesn't."""

    operation: str
    place: str
    what: str
    entry: str
    """The entry of `bindings.toml` that says so."""
    severity: Severity = "breaks"

    def __str__(self) -> str:
        return f"{self.operation}: {self.place}: {self.what} (see {self.entry} in bindings.toml)"


class NeedsNotMet(Exception):
    """The facade can't work with this contract: every reason, at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@attrs.frozen
class Findings:
    """The problems so far, and by operation the places of which the document says nothing."""

    problems: list[Problem] = attrs.field(factory=list)
    assumed: dict[str, list[str]] = attrs.field(factory=dict)

    def add(self, problem: Problem) -> None:
        """Note a problem, unless it is known."""
        if _key(problem) not in map(_key, self.problems):
            self.problems.append(problem)


def _key(problem: Problem) -> Hashable:
    """What two notes of one problem have in common: what is lost is lost wherever it would be."""
    if problem.severity == "breaks":
        return problem
    return problem.place.rpartition(".")[2], problem.what, problem.entry


@attrs.frozen
class Spot:
    """Where in an operation something is. What is wrong in an `optional` part doesn't break the client."""

    operation: str
    place: str = ""
    findings: Findings = attrs.field(factory=Findings)
    media: str = JSON
    optional: bool = False
    is_quiet: bool = False
    """Whether nobody reads the findings."""
    identity: frozenset[str] = frozenset()
    """Fields that the request says, so that the response needn't."""

    def inside(self, name: str, *, optional: bool = False) -> Spot:
        return attrs.evolve(
            self, place=self.place + name, optional=self.optional or optional, identity=frozenset()
        )

    def wrong(self, what: str, entry: str, *, optional: bool = False) -> None:
        """Note what is wrong here, and which entry of the bindings says so."""
        severity: Severity = "loses" if optional or self.optional else "breaks"
        self.findings.add(Problem(self.operation, self.place, what, entry, severity))

    def assume(self) -> None:
        """Note that the document says nothing here."""
        places = self.findings.assumed.setdefault(self.operation, [])
        if self.place not in places:
            places.append(self.place)

    def needed(self) -> Spot:
        """The same place, where what is wrong breaks the client even in an optional part."""
        return attrs.evolve(self, optional=False)

    def quiet(self) -> Spot:
        """The same place, with findings that nobody reads."""
        return attrs.evolve(self, findings=Findings(), is_quiet=True)
