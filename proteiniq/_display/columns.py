"""Which row of a result belongs to which residue of a structure.

Rows are put to residues only where there is no doubt: what is off by one would look right.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from string import ascii_letters
from typing import Any

import attrs

from .._inputs.suggestions import suggestion
from .colours import BUILT_IN, CATEGORIES, Value
from .structure import Residue, Structure, letter_of

_CHAIN = ("chain", "chain_id", "asym_id")
_NUMBER = (
    "residue_number", "residue_index", "residue_id", "resnum", "res_num", "resi", "resid", "position", "pos", "number",
    "index", "residue",
)  # fmt: skip
_INSERTION_CODE = ("insertion_code", "ins_code", "icode")
_LETTER = ("letter", "aa", "amino_acid", "residue_name", "resname", "wild_type", "wildtype", "wt", "residue")
_NAME = ("name", "group")
"""What may be names of residues, or of anything else."""

_STRUCTURE = ("structure", "structure_name")
_KEYS = frozenset((*_CHAIN, *_NUMBER, *_INSERTION_CODE, *_LETTER, *_NAME))

_RESIDUE = re.compile("[A-Za-z0-9]{1,3}")
_GROUP = re.compile(r"N\+|C-|[ACGTU][NO]\d|[A-Za-z0-9]{1,3} +\S{1,4}")
"""Groups besides side chains, as PROPKA names them: ends of chains, atoms of bases (`GN2`), of ligands (`MSE N`)."""

_SECONDARY = frozenset({
    *"HBEGIPTSCL-~. ", "", "helix", "strand", "sheet", "coil", "loop", "turn", "bend", "bridge", "other", "none",
})  # fmt: skip
"""What a column named "structure" has if it is about secondary structure: these, or texts that end with such a word."""

_NO_CODE = ("", ".", "?")
"""What stands for no insertion code, in mmCIF too."""

_NUMBERED = re.compile(r"(-?\d{1,9})([A-Za-z]?)")
"""A number of a residue as text, with its insertion code."""

_LARGEST, _DEEPEST = 10**9, 20

_MOST_NAMES = 30
"""The colorings and columns that a message names, at most."""

Row = Mapping[str, Any]


class Ambiguous(ValueError):
    """It can't be told which residue has which value. The message says why."""


@attrs.frozen
class _Listed:
    """A list of rows in a document, by its path, which is empty for the document itself.

    A plain list of numbers has rows with one column, which has the list's name.
    """

    path: str
    rows: Sequence[Row]
    is_plain: bool = False

    @property
    def names(self) -> list[str]:
        """The columns that all rows have."""
        return [str(name) for name in self.rows[0] if all(name in row for row in self.rows)]

    def path_of(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


def values_of(data: Any, column: str, structure: Structure) -> list[Value]:
    """Return the values of a column of a result's rows, one for each residue of a structure's polymers.

    Rows are those of the list of objects that have the column, which may be named by its path too, such as `rows.sasa`;
    or the column is a list of numbers. Rows belong to residues

    - by chain, number and insertion code, if each row has a residue, and each residue a row, or all letters or names
      agree, and would not if the rows counted the residues of their chain;
    - by order, if there is one chain with ascending numbers, as many rows as residues, and the rows' numbers count from
      0 or 1, or there are none.

    Of rows about several structures, those with the structure's name count. Rows about ligands, water and groups
    besides side chains don't. Raises Ambiguous.
    """
    lists = list(_lists(data))
    found = [(each, name) for each in lists for name in each.names if column in (name, each.path_of(name))]
    exact = [(each, name) for each, name in found if each.path_of(name) == column]
    if len(exact or found) != 1:
        if found:
            raise Ambiguous(f"the result has {len(found)} lists of rows with {column!r}")
        known = suggestion(column, [*BUILT_IN, *(name for each in lists for name in each.names)], _MOST_NAMES)
        raise Ambiguous(f"the result has no list of rows with {column!r}{known}")
    ((listed, name),) = exact or found
    return [None if row is None else _value(row[name]) for row in _matched(listed.rows, structure, column)]


def columns_of(data: Any, structure: Structure, most: int, *, plain: bool = True) -> dict[str, list[Value]]:
    """Return the first columns of a result's rows that belong to a structure's residues, by the rules of `values_of`.

    Nobody has asked for these, so rows must have numbers or letters of residues; lists of numbers count if `plain`.
    Left out are what names the residues, and what has one value only, or more texts than there are colours. A column
    with the name of another colouring has its path, or "(column)" after its name.
    """
    lists = list(_lists(data))
    count = Counter(name for each in lists for name in each.names)
    found: dict[str, list[Value]] = {}
    for each in lists:
        if not (plain if each.is_plain else _is_about_residues(each.rows)):
            continue
        try:
            rows = _matched(each.rows, structure, each.path)
        except Ambiguous:
            continue
        for name in (name for name in each.names if name.lower() not in _KEYS):
            values = [None if row is None else row[name] for row in rows]
            if _is_shown(values):
                alone = name if count[name] == 1 and name not in BUILT_IN else each.path_of(name)
                found[f"{alone} (column)" if alone in BUILT_IN else alone] = values
    return dict(list(found.items())[:most])


def _is_shown(values: Sequence[Any]) -> bool:
    given = [value for value in values if value is not None]
    if not all(isinstance(value, (bool, int, float, str)) for value in given):
        return False
    kinds = len(set(given))
    return kinds > 1 and (kinds <= len(CATEGORIES) or not any(isinstance(value, str) for value in given))


def _lists(data: Any, path: str = "", depth: int = 0) -> Iterator[_Listed]:
    """Yield the lists of objects or numbers in a document, or in an object of it."""
    if isinstance(data, Mapping) and depth < _DEEPEST:
        for key, value in data.items():
            yield from _lists(value, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(data, list) and data:
        if all(isinstance(row, Mapping) for row in data):
            yield _Listed(path, data)
        elif path and all(value is None or _is_number(value) for value in data):
            parent, _, name = path.rpartition(".")
            yield _Listed(parent, [{name: value} for value in data], is_plain=True)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_about_residues(rows: Sequence[Row]) -> bool:
    """Whether rows have letters of residues, or numbers that are not only those of the rows themselves."""
    if _letters(rows):
        return True
    there = [name for name in _named(rows, _NUMBER) if _numbers(rows, name) is not None]
    return any(name.lower() not in _ANY_NUMBER for name in there) or bool(there and _named(rows, _CHAIN))


_ANY_NUMBER = ("number", "index")
"""What ranks and counts of anything are called, too."""


def _named(rows: Sequence[Row], names: Sequence[str]) -> list[str]:
    """Return the columns of any row that have one of these names, in the order of the names and any case of letters."""
    there = dict.fromkeys(str(name) for row in rows for name in row)
    return [each for name in names for each in there if each.lower() == name]


def _matched(rows: Sequence[Row], structure: Structure, what: str) -> list[Row | None]:
    """Return the row of each residue. Raises Ambiguous; `what` it is about is named."""
    residues = [residue for residue in structure.models[0].residues if residue.is_polymer]
    rows = _of_structure(rows, structure)
    letters = _letters(rows)
    rows = [row for row in rows if not any(_GROUP.fullmatch(row.get(each) or "") for each in letters)]
    columns = [name for name in _named(rows, _NUMBER) if name not in letters]
    numbers = [told for name in columns if (told := _numbers(rows, name)) is not None]
    has_no_numbers = not any(row.get(name) is not None for row in rows for name in columns)
    chains = _chains(rows, {residue.chain for residue in residues})
    if chains is not None:
        placed = _Placed.of(structure.models[0].residues, residues, letters)
        tried = [placed.by_number(rows, chains, own) for own in numbers]
        found = [places for places in tried if places is not None]
        if found and all(each == found[0] for each in found):
            return _rows_at(rows, found[0], residues)
        if not found and len({residue.chain for residue in residues}) == 1 and len(rows) == len(residues):
            orders = [order for own in numbers if (order := _order(own)) is not None]
            order = orders[0] if orders else [*range(len(rows))]
            if (orders or has_no_numbers) and _ascend(residues):
                if letters and not placed.agree(rows, [residues[at] for at in order]):
                    raise Ambiguous(
                        f"the letters in the rows with {what!r} are not those of {structure.name}"
                    )
                return _rows_at(rows, order, residues)
    raise Ambiguous(
        f"it can't be told which residue of {structure.name} has which {what!r}: there are {len(rows):,} rows and "
        f"{len(residues):,} residues, and rows need the residue's chain and number, or the order of the one chain"
    )


def _rows_at(
    rows: Sequence[Row], places: Sequence[int | None], residues: Sequence[Residue]
) -> list[Row | None]:
    found: list[Row | None] = [None] * len(residues)
    for row, place in zip(rows, places, strict=True):
        if place is not None:
            found[place] = row
    return found


def _of_structure(rows: Sequence[Row], structure: Structure) -> Sequence[Row]:
    """Return the rows about a structure, of those about several. Raises Ambiguous if none is named so."""
    key = next(iter(_named(rows, _STRUCTURE)), None)
    if key is None:
        return rows
    values = [row[key] for row in rows if row.get(key) is not None]
    if not all(isinstance(value, str) for value in values):
        return rows
    names = list(dict.fromkeys(values))
    if len(names) < 2 or all(map(_is_secondary, names)):
        return rows
    for own in (structure.name, PurePath(structure.name).stem):
        if own in names:
            return [row for row in rows if row.get(key) == own]
    shown = f"{', '.join(names[:5])}{', …' if names[5:] else ''}"
    raise Ambiguous(
        f"the rows are about {len(names)} structures ({shown}), and {structure.name} is none of them"
    )


def _is_secondary(text: str) -> bool:
    words = re.findall("[a-z]+", text.lower())
    return text in _SECONDARY or (bool(words) and words[-1] in _SECONDARY)


def _letters(rows: Sequence[Row]) -> list[str]:
    """Return the columns that name residues, by a letter or by a name. Rows may have none."""

    def are_names(name: str) -> bool:
        given = [row[name] for row in rows if row.get(name) is not None]
        texts = [value for value in given if isinstance(value, str)]
        is_named = name.lower() in _LETTER or all(
            _RESIDUE.fullmatch(text) or _GROUP.fullmatch(text) for text in texts
        )
        return bool(texts) and len(texts) == len(given) and is_named and _numbers(rows, name) is None

    return [name for name in dict.fromkeys(_named(rows, (*_LETTER, *_NAME))) if are_names(name)]


def _numbers(rows: Sequence[Row], name: str) -> list[tuple[int, str | None]] | None:
    """Return the number and the insertion code in each row; None if a row has none. A code is None if it isn't told."""
    code = next(iter(_named(rows, _INSERTION_CODE)), None)
    found: list[tuple[int, str | None]] = []
    for row in rows:
        value, own = row.get(name), ""
        more = row.get(code) if code is not None else None
        if isinstance(value, str) and (read := _NUMBERED.fullmatch(value.strip())):
            value, own = int(read[1]), read[2]
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return None
        if not -_LARGEST < value < _LARGEST or value != int(value) or not isinstance(more, str | None):
            return None
        stated = "" if more is None or more.strip() in _NO_CODE else more.strip()
        found.append((int(value), (stated or own) if code is not None or own else None))
    return found


def _chains(rows: Sequence[Row], own: set[str]) -> list[str] | None:
    """Return the chain of each row; None if it can't be told. Of a structure with one chain, rows need not name it."""
    for name in _named(rows, _CHAIN):
        values = [row.get(name) for row in rows]
        texts = [value.strip() for value in values if isinstance(value, str)]
        if len(own) > 1:
            if len(texts) == len(rows):
                return texts
            continue
        if len({str(value) for value in values if value is not None}) > 1 and len(texts) < len(rows):
            return None
        if len(texts) == len(rows) and len({*texts}) > 1:
            return texts
        if {*texts} - {"", *own} and own != {""}:
            return None
    return [*own] * len(rows) if len(own) == 1 else None


def _order(numbers: Sequence[tuple[int, str | None]]) -> list[int] | None:
    """Return the place of each row by numbers that count from 0 or 1; None if they don't."""
    found = [number for number, _ in numbers]
    start = min(found, default=0)
    if start not in (0, 1) or sorted(found) != [*range(start, start + len(found))]:
        return None
    return None if any(code for _, code in numbers) else [number - start for number in found]


def _ascend(residues: Sequence[Residue]) -> bool:
    """Whether the file lists residues in the order of their numbers; else rows may be in either order."""
    found = [int(read[1]) for each in residues if (read := _NUMBERED.fullmatch(each.number))]
    return found == sorted(found)


@attrs.frozen
class _Placed:
    """The places of a structure's residues, those of polymers in order, and what rows call residues."""

    residues: Sequence[Residue]
    places: Mapping[tuple[str, str], int]
    others: Mapping[tuple[str, str], Residue]
    letters: Sequence[str]

    @classmethod
    def of(cls, all: Sequence[Residue], residues: Sequence[Residue], letters: Sequence[str]) -> _Placed:
        places = {(residue.chain, residue.number): at for at, residue in enumerate(residues)}
        others = {(residue.chain, residue.number): residue for residue in (*all, *residues)}
        return cls(residues, places, others, letters)

    def by_number(
        self, rows: Sequence[Row], chains: Sequence[str], numbers: Sequence[tuple[int, str | None]]
    ) -> list[int | None] | None:
        """Return the place of each row by chain, number and insertion code; None if these don't belong together for
        certain. What has no place is a ligand or a water.
        """
        keys = [
            (chain, f"{number}{code or ''}") for chain, (number, code) in zip(chains, numbers, strict=True)
        ]
        found = [self.places.get(key) for key in keys]
        if (
            len(set(keys)) < len(keys)
            or len(self.places) < len(self.residues)
            or not {*keys} <= {*self.others}
        ):
            return None
        if self.letters and not self.agree(rows, [self.others[key] for key in keys]):
            return None
        own = [at for at in found if at is not None]
        if len(own) == len(self.residues) > 0:
            return found
        about = [row for row, at in zip(rows, found, strict=True) if at is not None]
        if not own or not self.agree(about, [self.residues[at] for at in own], strictly=True):
            return None
        return None if self._may_be_others(about, own, numbers, found) else found

    def _may_be_others(
        self,
        rows: Sequence[Row],
        own: Sequence[int],
        numbers: Sequence[tuple[int, str | None]],
        found: Sequence[int | None],
    ) -> bool:
        """Whether rows without insertion codes fit residues that have them, or others counted along their chains."""
        told = [number for number, at in zip(numbers, found, strict=True) if at is not None]
        if any(code is not None for _, code in told):
            return False
        chains: dict[str, list[int]] = {}
        for at, residue in enumerate(self.residues):
            chains.setdefault(residue.chain, []).append(at)
        stems = Counter((each.chain, each.number.rstrip(ascii_letters)) for each in self.residues)
        if any(stems[self.residues[at].chain, self.residues[at].number] > 1 for at in own):
            return True
        for start in (0, 1):
            counted = [
                chain[number - start]
                for at, (number, _) in zip(own, told, strict=True)
                if 0 <= number - start < len(chain := chains[self.residues[at].chain])
            ]
            is_other = len(counted) == len(own) and counted != [*own]
            if is_other and self.agree(rows, [self.residues[at] for at in counted], strictly=True):
                return True
        return False

    def agree(self, rows: Sequence[Row], residues: Iterable[Residue], *, strictly: bool = False) -> bool:
        """Whether one of the columns of letters fits all residues. Unless `strictly`, unknown ones fit any."""
        pairs = [*zip(rows, residues, strict=True)]
        wanted = (True,) if strictly else (True, None)
        return any(
            all(_agree(row.get(each), residue) in wanted for row, residue in pairs) for each in self.letters
        )


def _agree(given: str | None, residue: Residue) -> bool | None:
    """Whether a letter or a name is that of a residue; None if it is not known."""
    text = (given or "").strip().upper()
    if not text:
        return None
    if text == residue.name.upper():
        return True
    if residue.letter == "X" or text in ("X", "UNK"):
        return None if len(text) == 1 or text == "UNK" else False
    return text == residue.letter or letter_of(text) == residue.letter


def _value(value: Any) -> Value:
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
