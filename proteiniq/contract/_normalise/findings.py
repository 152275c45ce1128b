"""Problems of a document and their places, collected while it is normalised."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Literal

import attrs

from .spelling import JSON

Severity = Literal["breaks", "loses"]


@attrs.frozen
class Problem:
    """A need of the client that the contract doesn't meet. `breaks` rules out the contract, `loses` doesn't."""

    operation: str
    place: str
    what: str
    entry: str
    """The entry of `bindings.toml` that has the need."""
    severity: Severity = "breaks"

    def __str__(self) -> str:
        return f"{self.operation}: {self.place}: {self.what} (see {self.entry} in bindings.toml)"


class NeedsNotMet(Exception):
    """The client can't work with this contract. `problems` lists every reason."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@attrs.frozen
class Findings:
    """The problems so far, and by operation the places that the document doesn't describe."""

    problems: list[Problem] = attrs.field(factory=list)
    assumed: dict[str, list[str]] = attrs.field(factory=dict)

    def add(self, problem: Problem) -> None:
        """Add a problem, unless it is there already."""
        if _key(problem) not in map(_key, self.problems):
            self.problems.append(problem)


def _key(problem: Problem) -> Hashable:
    """The same for two reports of one problem: a loss counts once, wherever it is found."""
    if problem.severity == "breaks":
        return problem
    return problem.place.rpartition(".")[2], problem.what, problem.entry


@attrs.frozen
class Spot:
    """A place in an operation. A problem in an `optional` part doesn't break the client."""

    operation: str
    place: str = ""
    findings: Findings = attrs.field(factory=Findings)
    media: str = JSON
    optional: bool = False
    is_quiet: bool = False
    """Whether the findings are discarded."""
    identity: frozenset[str] = frozenset()
    """Fields that the request determines, so the response may omit them."""

    def inside(self, name: str, *, optional: bool = False) -> Spot:
        return attrs.evolve(
            self, place=self.place + name, optional=self.optional or optional, identity=frozenset()
        )

    def wrong(self, what: str, entry: str, *, optional: bool = False) -> None:
        """Add a problem of this place, and the entry of the bindings that has the need."""
        severity: Severity = "loses" if optional or self.optional else "breaks"
        self.findings.add(Problem(self.operation, self.place, what, entry, severity))

    def assume(self) -> None:
        """Record that the document doesn't describe this place."""
        places = self.findings.assumed.setdefault(self.operation, [])
        if self.place not in places:
            places.append(self.place)

    def needed(self) -> Spot:
        """The same place, but a problem breaks the client even in an optional part."""
        return attrs.evolve(self, optional=False)

    def quiet(self) -> Spot:
        """The same place, but its findings are discarded."""
        return attrs.evolve(self, findings=Findings(), is_quiet=True)
