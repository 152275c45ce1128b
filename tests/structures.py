"""Small structures in the formats that slots take: a residue of ubiquitin (1UBQ), ethanol, and whole PDB entries."""

from __future__ import annotations

import gzip
import math
from pathlib import Path

ENTRIES = Path(__file__).parent / "data" / "structures"
"""Entries of the PDB, gzipped; the README there names their sources."""

PDB = """\
HEADER    CHROMOSOMAL PROTEIN                     02-JAN-87   1UBQ
ATOM      1  N   MET A   1      27.340  24.430   2.614  1.00  9.67           N
ATOM      2  CA  MET A   1      26.266  25.413   2.842  1.00 10.38           C
END
"""

CIF = """\
data_1UBQ
#
_entry.id   1UBQ
loop_
_atom_site.group_PDB
_atom_site.id
_atom_site.Cartn_x
ATOM 1 27.340
"""

SDF = """\
ethanol
  by hand

  3  2  0  0  0  0  0  0  0  0999 V2000
   -0.0187    1.5258    0.0104 C   0  0  0  0  0  0
    0.0021   -0.0041    0.0020 C   0  0  0  0  0  0
    1.3564   -0.4722   -0.0009 O   0  0  0  0  0  0
  1  2  1  0
  2  3  1  0
M  END
"""


def entry(name: str) -> str:
    """The text of an entry of the PDB, such as `1a8o.cif`."""
    return gzip.decompress((ENTRIES / f"{name}.gz").read_bytes()).decode()


def atom(
    serial: int = 1,
    name: str = " CA ",
    residue: str = "ALA",
    number: str = "   1 ",
    x: str = "   1.000",
    record: str = "ATOM  ",
    chain: str = "A",
    alternate: str = " ",
    tail: str = "  1.00 10.00           C  ",
) -> str:
    """A line of a PDB file: an atom at 1, 2, 3 unless it is changed."""
    return f"{record}{serial:5d} {name}{alternate}{residue:>3} {chain}{number}   {x}   2.000   3.000{tail}"


def helix(*b_factors: float, chain: str = "A", first: int = 1) -> str:
    """Cα atoms of an ideal α-helix with these B-factors."""
    lines = []
    for at, b_factor in enumerate(b_factors):
        angle = math.radians(100 * at)
        x, y, z = 2.3 * math.cos(angle), 2.3 * math.sin(angle), 1.5 * at
        place = f"{x:8.3f}{y:8.3f}{z:8.3f}"
        lines.append(
            f"ATOM  {at + 1:5d}  CA  ALA {chain}{at + first:4d}    {place}  1.00{b_factor:6.2f}           C"
        )
    return "\n".join(lines)
