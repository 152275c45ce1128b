"""Read mmCIF files: atoms and secondary structure (https://mmcif.wwpdb.org/)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from .structure import MOST_ATOMS, Model, Row, Unreadable, number, position, residues, spread

_TOKEN = re.compile(r"""'(.*?)'(?=\s|$)|"(.*?)"(?=\s|$)|(\#.*)|(\S+)""")

_Table = dict[str, list[str]]
_MISSING = ("", ".", "?")


def read(text: str) -> Iterator[Model]:
    """Yield the models of the first block with atoms. Raises Unreadable."""
    tables, places = _tables(text, ("_atom_site", "_struct_conf", "_struct_sheet_range"))
    atoms = tables["_atom_site"]
    missing = [name for name in ("Cartn_x", "Cartn_y", "Cartn_z") if name not in atoms]
    if missing:
        raise Unreadable(f"the file has no _atom_site.{missing[0]}")
    count = len(atoms["Cartn_x"])
    if count > MOST_ATOMS:
        raise Unreadable(f"the file has more than {MOST_ATOMS:,} atoms")

    def column(*names: str) -> list[str]:
        """The first of these columns that there is, with missing values as empty texts, filled from the others."""
        there = [atoms[name] for name in names if name in atoms]
        return [
            next((each for each in cells if each not in _MISSING), "") for cells in zip(*there, strict=True)
        ] or ([""] * count)

    numbers = column("auth_seq_id", "label_seq_id")
    columns = zip(
        column("pdbx_PDB_model_num"),
        column("auth_atom_id", "label_atom_id"),
        column("auth_comp_id", "label_comp_id"),
        column("auth_asym_id", "label_asym_id"),
        [each + code for each, code in zip(numbers, column("pdbx_PDB_ins_code"), strict=True)],
        atoms["Cartn_x"],
        atoms["Cartn_y"],
        atoms["Cartn_z"],
        column("B_iso_or_equiv"),
        column("type_symbol"),
        column("label_alt_id"),
        strict=True,
    )
    models: dict[str, list[Row]] = {}
    for place, (model, name, residue, chain, at, x, y, z, b_factor, element, alternate) in zip(
        places, columns, strict=True
    ):
        known = number(b_factor, "a B-factor", place) if b_factor else None
        row = Row(
            name, residue, chain, at, position((x, y, z), place), known, element.capitalize(), alternate
        )
        models.setdefault(model, []).append(row)
    ranges = [*_ranges(tables["_struct_conf"], "H"), *_ranges(tables["_struct_sheet_range"], "E")]
    for title, rows in models.items():
        yield Model(title, residues(rows, spread([(row.chain, row.number) for row in rows], ranges)))


def _ranges(table: _Table, kind: Literal["H", "E"]) -> Iterator[tuple[Literal["H", "E"], str, str, str]]:
    kinds = table.get("conf_type_id")
    ends = []
    for end in ("beg", "end"):
        numbers = table.get(f"{end}_auth_seq_id", [])
        codes = table.get(f"pdbx_{end}_PDB_ins_code", ["?"] * len(numbers))
        ends.append(
            [each + ("" if code in _MISSING else code) for each, code in zip(numbers, codes, strict=True)]
        )
    chains = table.get("beg_auth_asym_id", [])
    for place, (chain, first, last) in enumerate(zip(chains, *ends, strict=True)):
        if kinds is None or kinds[place].upper().startswith("HELX"):
            yield kind, chain, first, last


def _tables(text: str, wanted: tuple[str, ...]) -> tuple[dict[str, _Table], list[int]]:
    """Return some categories by name, as columns, and the line of each row of the first."""
    tables: dict[str, _Table] = {name: {} for name in wanted}
    places: list[int] = []
    tokens = _tokens(text)
    pending = next(tokens, None)
    while pending is not None:
        place, token, is_value = pending
        pending = next(tokens, None)
        if is_value:
            continue
        if token.lower() == "loop_":
            names = []
            while pending is not None and not pending[2] and pending[1].startswith("_"):
                names.append(pending[1])
                pending = next(tokens, None)
            values, lines = [], []
            while pending is not None and pending[2]:
                lines.append(pending[0])
                values.append(pending[1])
                pending = next(tokens, None)
            category = names[0].partition(".")[0].lower() if names else ""
            if category in tables and not tables[category]:
                if len(values) % len(names):
                    raise Unreadable(f"line {place}: the last row of the loop of {category} is not complete")
                for at, name in enumerate(names):
                    tables[category][name.partition(".")[2]] = values[at :: len(names)]
                if category == wanted[0]:
                    places = lines[:: len(names)]
        elif token.startswith("_"):
            category, _, key = token.partition(".")
            if pending is not None and pending[2]:
                if category.lower() in tables:
                    tables[category.lower()].setdefault(key, [pending[1]])
                    if category.lower() == wanted[0] and not places:
                        places = [pending[0]]
                pending = next(tokens, None)
    return tables, places


def _tokens(text: str) -> Iterator[tuple[int, str, bool]]:
    """Yield the line, the text and whether it is a value of each token: names and keywords are none."""
    block: list[str] | None = None
    for place, line in enumerate(text.splitlines(), 1):
        if block is not None:
            if line.startswith(";"):
                yield place, "\n".join(block), True
                block, line = None, line[1:]
            else:
                block.append(line)
                continue
        elif line.startswith(";"):
            block = [line[1:]]
            continue
        if "'" not in line and '"' not in line and "#" not in line:
            for token in line.split():
                yield place, token, not _is_word(token)
            continue
        for single, double, comment, bare in _TOKEN.findall(line):
            if bare:
                yield place, bare, not _is_word(bare)
            elif not comment:
                yield place, single or double, True


def _is_word(token: str) -> bool:
    return token.startswith("_") or token[:5].lower() in ("loop_", "data_", "save_")
