"""Format alignments as text, in the layout of EMBOSS's `srspair`, and count their columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs

_WIDTH = 50
_NAME = 20


@attrs.frozen
class Row:
    """One sequence of an alignment: its name, its gapped residues, and where they start (1-based)."""

    name: str
    gapped: str
    start: int


@attrs.frozen
class Counts:
    """Column counts of an alignment: all, with equal letters, with equal letters or a positive score, with a gap."""

    length: int
    identities: int
    similarities: int
    gaps: int

    @classmethod
    def of(cls, marks: str) -> Counts:
        """The counts of a line of `markup`."""
        identities = marks.count("|")
        return cls(len(marks), identities, identities + marks.count(":"), marks.count(" "))


def markup(query: str, target: str, score: Callable[[str, str], float]) -> str:
    """A mark for each column: `|` equal, `:` positive score, `.` other, blank for a gap."""

    def mark(a: str, b: str) -> str:
        if "-" in (a, b):
            return " "
        if a == b:
            return "|"
        return ":" if score(a, b) > 0 else "."

    return "".join(map(mark, query, target))


def text(query: Row, target: Row, marks: str, facts: dict[str, str]) -> str:
    """The alignment with a header of `facts`, in blocks of 50 columns, with positions at both ends of a line."""
    rule = "#" + "=" * 39
    head = [rule, "#", f"# 1: {query.name}", f"# 2: {target.name}"]
    head += [f"# {key}: {value}" for key, value in facts.items()]
    return "\n".join([*head, "#", rule, "", *blocks(query, target, marks)]) + "\n"


def blocks(query: Row, target: Row, marks: str) -> Iterator[str]:
    """Lines of the alignment in blocks of 50 columns, with the positions of the first and last residue."""
    positions = [query.start - 1, target.start - 1]
    for start in range(0, len(marks), _WIDTH):
        columns = slice(start, start + _WIDTH)
        lines = []
        for i, row in enumerate((query, target)):
            part = row.gapped[columns]
            residues = len(part) - part.count("-")
            first = positions[i] + 1 if residues else positions[i]
            positions[i] += residues
            lines.append(f"{row.name[:_NAME]:<{_NAME}} {first:>6} {part} {positions[i]:>6}")
        yield from (lines[0], f"{'':<{_NAME}} {'':>6} {marks[columns]}".rstrip(), lines[1], "")
