"""Make `emboss.json`, the values of EMBOSS 6.6 that the tools are tested against.

    python tests/reference/make_emboss.py           # run EMBOSS and write the file
    python tests/reference/make_emboss.py --check   # run EMBOSS and compare with the file

It needs the EMBOSS programs (Debian: `apt install emboss`) and nothing but the standard library.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TARGET = HERE / "emboss.json"

ALIGNMENTS = (
    ("P69905", "P68871", "BLOSUM62", 10.0, 0.5),
    ("P69905", "P02185", "BLOSUM62", 10.0, 0.5),
    ("P68871", "P02185", "BLOSUM45", 12.0, 1.0),
    ("P00698", "P61823", "BLOSUM62", 10.0, 0.5),
    ("P0CG48", "P42212", "PAM250", 14.0, 2.0),
    ("P01308_A", "P01308_B", "BLOSUM80", 8.0, 0.5),
    ("HBB", "HBB_part", "NUC.4.4", 10.0, 0.5),
)
"""Query, target, matrix, gap open, gap extend; needle with free and with penalized end gaps, and water."""

MATRICES = {"NUC.4.4": "EDNAFULL"}
"""Names in EMBOSS of matrices; the others are E and the name."""

GENETIC_CODES = (1, 2, 4, 5, 11)

DIGESTS = {
    "trypsin-p": (1, True),
    "lys-c": (2, True),
    "arg-c": (3, True),
    "asp-n": (4, False),
    "glu-c": (5, True),
    "glu-c-phosphate": (6, True),
    "cnbr": (8, False),
}
"""Enzyme here → number in pepdigest, and whether its unfavoured cuts belong to the rule."""


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
    sys.stderr.write("emboss.json isn't what EMBOSS gives here; run make_emboss.py and look at the change.\n")
    return 1


def reference() -> dict[str, Any]:
    """All values, by program."""
    proteins = dict(read_fasta((HERE / "sequences.fasta").read_text(encoding="utf-8")))
    nucleotides = dict(read_fasta((HERE / "nucleotides.fasta").read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for name, sequence in (proteins | nucleotides).items():
            files[name] = str(Path(folder, name))
            Path(files[name]).write_text(f">{name}\n{sequence}\n", encoding="utf-8")
        return {
            "version": run("embossversion").strip(),
            "pepstats": {name: pepstats(files[name]) for name in proteins},
            "iep": {name: iep(files[name]) for name in proteins},
            "alignments": [alignment(case, files) for case in ALIGNMENTS],
            "transeq": {name: transeq(files[name]) for name in nucleotides},
            "getorf": {name: getorf(files[name]) for name in nucleotides},
            "pepdigest": {name: pepdigest(files[name]) for name in proteins},
        }


def run(program: str, *arguments: str) -> str:
    """What an EMBOSS program prints on its standard output."""
    done = subprocess.run([program, *arguments, "-auto"], capture_output=True, text=True, check=True)
    return done.stdout


def read_fasta(text: str) -> Iterator[tuple[str, str]]:
    for record in text.split(">")[1:]:
        header, _, lines = record.partition("\n")
        yield header.split()[0], "".join(lines.split())


def pepstats(file: str) -> dict[str, Any]:
    average, monoisotopic = (run("pepstats", file, "stdout", *flags) for flags in ((), ("-mono",)))

    def number(pattern: str, text: str = average) -> float:
        found = re.search(pattern, text)
        if found is None:
            raise ValueError(f"pepstats printed no {pattern}")
        return float(found[1])

    return {
        "length": int(number(r"Residues = (\d+)")),
        "average_mass": number(r"Molecular weight = ([\d.]+)"),
        "monoisotopic_mass": number(r"Molecular weight = ([\d.]+)", monoisotopic),
        "extinction_reduced": int(number(r"Coefficients  = (\d+) \(reduced\)")),
        "extinction_cystines": int(number(r"(\d+) \(cystine bridges\)")),
        "absorbance_reduced": number(r"1mg/ml = ([\d.]+)"),
        "absorbance_cystines": number(r"1mg/ml .* ([\d.]+) \(cystine"),
        "counts": {
            letter: int(count)
            for letter, count in re.findall(r"^([A-Z]) = \S+\s+(\d+)", average, re.MULTILINE)
        },
    }


def iep(file: str) -> dict[str, Any]:
    """pI with EMBOSS's pK values and with those of ExPASy, and the charges with the former."""
    own, expasy = (
        run("iep", file, "-outfile", "stdout", "-pkdata", pk) for pk in ("Epk.dat", "Epkexpasy.dat")
    )

    def point(text: str) -> float:
        return float(text.split("Isoelectric Point = ")[1].split()[0])

    rows = re.findall(r"^ *([\d.]+) +[\d.]+ +(-?[\d.]+)$", own, re.MULTILINE)
    return {
        "EMBOSS": point(own),
        "Bjellqvist": point(expasy),
        "charges": [[float(ph), float(charge)] for ph, charge in rows],
    }


def alignment(case: tuple[str, str, str, float, float], files: dict[str, str]) -> dict[str, Any]:
    query, target, matrix, gap_open, gap_extend = case
    penalties = ["-gapopen", str(gap_open), "-gapextend", str(gap_extend)]
    common = [files[query], files[target], "stdout", *penalties]
    common += ["-datafile", MATRICES.get(matrix, f"E{matrix}")]
    ends = ["-endweight", "-endopen", str(gap_open), "-endextend", str(gap_extend)]
    return {
        "query": query,
        "target": target,
        "matrix": matrix,
        "gap_open": gap_open,
        "gap_extend": gap_extend,
        "global_free": aligned("needle", *common),
        "global_penalized": aligned("needle", *common, *ends),
        "local_free": aligned("water", *common),
    }


def aligned(program: str, *arguments: str) -> dict[str, Any]:
    """Score, counts and gapped sequences that needle or water print."""
    pair = run(program, *arguments, "-aformat", "srspair")
    fasta = [sequence for _, sequence in read_fasta(run(program, *arguments, "-aformat", "fasta"))]

    def number(name: str) -> float:
        return float(re.findall(rf"^# {name}: +(-?[\d.]+)", pair, re.MULTILINE)[0])

    return {
        "score": number("Score"),
        "length": int(number("Length")),
        "identities": int(number("Identity")),
        "similarities": int(number("Similarity")),
        "gaps": int(number("Gaps")),
        "aligned": fasta,
    }


def transeq(file: str) -> dict[str, dict[str, str]]:
    """Code → frame → residues; the reverse frames begin at the last base."""
    result = {}
    for code in GENETIC_CODES:
        printed = run("transeq", file, "stdout", "-frame", "6", "-alternative", "-table", str(code))
        frames = (1, 2, 3, -1, -2, -3)
        proteins = [sequence for _, sequence in read_fasta(printed)]
        result[str(code)] = {str(frame): text for frame, text in zip(frames, proteins, strict=True)}
    return result


def getorf(file: str) -> dict[str, list[list[Any]]]:
    """Start of reading frames → [start, end, residues] of those with 10 or more."""
    result = {}
    for start, options in {
        "stop": ("-find", "0", "-table", "0"),
        "atg": ("-find", "1", "-table", "0"),
        "code": ("-find", "1", "-table", "1"),
    }.items():
        printed = run("getorf", file, "stdout", "-minsize", "30", *options)
        found = re.findall(r"^>\S+ \[(\d+) - (\d+)\][^\n]*\n([A-Z\n]+)", printed, re.MULTILINE)
        result[start] = sorted([int(a), int(b), "".join(text.split())] for a, b, text in found)
    return result


def pepdigest(file: str) -> dict[str, list[list[Any]]]:
    """Enzyme → [start, end, average mass, monoisotopic mass], by position."""
    result = {}
    for enzyme, (menu, unfavoured) in DIGESTS.items():
        flags = ["-unfavoured"] if unfavoured else []
        masses: dict[tuple[int, int], list[float]] = {}
        for mono in ("-nomono", "-mono"):
            arguments = (file, "-menu", str(menu), mono, *flags, "-outfile", "stdout")
            printed = run("pepdigest", *arguments, "-rformat", "excel")
            for row in (line.split("\t") for line in printed.splitlines()[1:] if "\t" in line):
                masses.setdefault((int(row[1]), int(row[2])), []).append(float(row[5]))
        result[enzyme] = [[start, end, *both] for (start, end), both in sorted(masses.items())]
    return result


if __name__ == "__main__":
    sys.exit(main())
