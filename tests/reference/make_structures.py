"""Make `structures.json`, the values of FreeSASA and DSSP that the structure tools are tested against.

    python tests/reference/make_structures.py           # run the programs and write the file
    python tests/reference/make_structures.py --check   # run the programs and compare with the file

It needs FreeSASA 2.1 and DSSP 4.2 (Debian: `apt install freesasa dssp`) and nothing but the standard library.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TARGET = HERE / "structures.json"
ENTRIES = HERE.parent / "data" / "structures"
NAMES = ("1ubq.pdb", "1a8o.pdb", "1lcd.pdb", "2beg.pdb")
PROBES = (0.5, 3.0)
"""Radii in Å besides 1.4."""

NUCLEOTIDES = ("DA", "DC", "DG", "DT")
CELL = "CRYST1    1.000    1.000    1.000  90.00  90.00  90.00 P 1           1"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the file, write nothing")
    check = parser.parse_args().check
    text = json.dumps(reference(), indent=1, sort_keys=True) + "\n"
    if not check:
        TARGET.write_text(text, encoding="utf-8")
        return 0
    if text == TARGET.read_text(encoding="utf-8"):
        return 0
    sys.stderr.write(
        "structures.json isn't what FreeSASA and DSSP give here; run make_structures.py and look at the change.\n"
    )
    return 1


def reference() -> dict[str, Any]:
    """All values, by program and entry."""
    result: dict[str, Any] = {"freesasa": {}, "probes": {}, "dssp": {}}
    with tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            file = Path(folder, name)
            text = gzip.decompress((ENTRIES / f"{name}.gz").read_bytes()).decode()
            file.write_text(protein(text), encoding="ascii")
            result["freesasa"][name] = freesasa(file)
            result["probes"][name] = {str(probe): freesasa(file, probe)["total"] for probe in PROBES}
            if text.startswith("HEADER"):  # as it is, so that DSSP learns what a modified residue is
                file.write_text(text, encoding="ascii")
            result["dssp"][name] = dssp(file)
    return result


def protein(text: str) -> str:
    """The residues of the first model, without waters, ions and DNA. Selenomethionine is HETATM in the entries."""
    lines = ["HEADER    PROTEIN                                 01-JAN-00   XXXX", CELL]
    for line in text.splitlines():
        if line.startswith("ENDMDL"):
            break
        name = line[17:20].strip()
        if line.startswith("HETATM") and name == "MSE":
            line = f"ATOM  {line[6:]}"
        if line.startswith("ATOM  ") and name not in NUCLEOTIDES:
            lines.append(line)
    return "\n".join([*lines, "END", ""])


def freesasa(file: Path, probe: float = 1.4) -> dict[str, Any]:
    """Areas in Å² by Lee & Richards with ProtOr radii, hydrogens left out."""
    options = [
        "--lee-richards",
        "--resolution=200",
        "--radii=protor",
        f"--probe-radius={probe}",
        "--format=seq",
    ]
    printed = run("freesasa", *options, str(file))
    residues: list[list[Any]] = [
        [line[4:6].strip(), line[6:11].strip(), float(line.rpartition(":")[2])]
        for line in printed.splitlines()
        if line.startswith("SEQ ")
    ]
    return {"total": round(sum(area for _, _, area in residues), 2), "residues": residues}


def dssp(file: Path) -> list[list[Any]]:
    """Chain, number, code (`-` for none), φ and ψ of each residue; null where DSSP prints 360."""
    target = file.with_suffix(".dssp")
    run("mkdssp", "--quiet", "--output-format", "dssp", str(file), str(target))
    _, _, table = target.read_text(encoding="utf-8").partition("  #  RESIDUE")
    rows = []
    for line in table.splitlines()[1:]:
        if line[13] != "!":
            code = line[16].replace(" ", "-")
            rows.append([line[11], line[5:11].strip(), code, angle(line[103:109]), angle(line[109:115])])
    return rows


def angle(text: str) -> float | None:
    return None if float(text) == 360 else float(text)


def run(program: str, *arguments: str) -> str:
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=True)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
