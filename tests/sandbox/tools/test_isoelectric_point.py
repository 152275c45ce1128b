from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from proteiniq.sandbox.tools._charge import NAMES, SCALES, Charge
from proteiniq.sandbox.tools._fasta import STANDARD
from proteiniq.sandbox.tools.isoelectric_point import IsoelectricPointCalculator, grid

from .running import EMBOSS, PROTEINS, fasta, problems, rows, run

TOOL = IsoelectricPointCalculator()
P99029 = (
    "MLQLGLRVLGCKASSVLRASTCLAGRAGRKEAGWECGGARSFSSSAVTMAPIKVGDAIPSVEVFEGEPGKKVNLAELFKGKKGVLFGVPGAFTPGCSKTHLPGF"
    "VEQAGALKAKGAQVVACLSVNDVFVIEEWGRAHQAEGKVRLLADPTGAFGKATDLLLDDSLVSLFGNRRLKRFSMVIDNGIVKALNVEPDGTGLTCSLAPNILSQL"
)


@pytest.mark.parametrize("name", PROTEINS)
def test_points_are_those_of_iep(name: str) -> None:
    (row,) = run(TOOL, {"protein": fasta(name)})["rows"]
    for scale in ("EMBOSS", "Bjellqvist"):
        assert row["isoelectric_points"][scale] == pytest.approx(EMBOSS["iep"][name][scale], abs=2e-4)


@pytest.mark.parametrize("name", PROTEINS)
def test_curve_is_that_of_iep(name: str) -> None:
    results = run(TOOL, {"protein": fasta(name)}, pk_scale="EMBOSS", ph_min=1, ph_step=0.5)
    curve = list(zip(results["ph"], results["rows"][0]["charges"], strict=True))
    expected = EMBOSS["iep"][name]["charges"]
    assert [ph for ph, _ in curve] == [ph for ph, _ in expected]
    assert [charge for _, charge in curve] == pytest.approx([charge for _, charge in expected], abs=0.006)


@pytest.mark.parametrize(
    ("scale", "point"),
    [
        ("DTASelect", 8.848),
        ("Solomon", 9.101),
        ("Rodwell", 9.03),
        ("Lehninger", 9.127),
        ("Thurlkill", 9.02),
        ("IPC_protein", 8.054),
        ("IPC_peptide", 9.101),
    ],
)
def test_points_of_p99029_are_those_of_isoelectric_org(scale: str, point: float) -> None:
    """Values of Kozlowski's calculator, as the tests of Bioconductor's packages quote them."""
    assert Charge.of(P99029, SCALES[scale]).isoelectric_point() == pytest.approx(point, abs=1.1e-3)


def test_bjellqvist_takes_the_end_residues_into_account() -> None:
    """Biopython's documentation has 9.75 for INGAR, and 4.53 for PETER."""
    scale = SCALES["Bjellqvist"]
    assert round(Charge.of("INGAR", scale).isoelectric_point(), 2) == 9.75
    assert round(Charge.of("PETER", scale).isoelectric_point(), 2) == 4.53
    assert Charge.of("MGGG", scale).isoelectric_point() < Charge.of("PGGG", scale).isoelectric_point()
    assert Charge.of("GGGD", scale).at(4.55) > Charge.of("GDGG", scale).at(4.55)


def test_the_chosen_scale_gives_the_point_of_a_row() -> None:
    (row,) = run(TOOL, {"protein": fasta("P69905")}, pk_scale="Sillero")["rows"]
    assert row["isoelectric_point"] == row["isoelectric_points"]["Sillero"]


@pytest.mark.parametrize(
    ("low", "high", "step", "values"),
    [
        (0, 1, 0.25, [0, 0.25, 0.5, 0.75, 1]),
        (6.5, 7, 0.3, [6.5, 6.8, 7]),
        (0, 0.05, 1, [0, 0.05]),
        (0, 0.3, 0.1, [0, 0.1, 0.2, 0.3]),
    ],
)
def test_grid_includes_both_ends(low: float, high: float, step: float, values: list[float]) -> None:
    assert grid(low, high, step) == values


@given(st.floats(0, 13), st.floats(0.01, 1), st.floats(0.01, 1))
def test_grid_ascends_in_steps(low: float, width: float, step: float) -> None:
    values = grid(low, low + width, step)
    assert values[-1] == pytest.approx(low + width, abs=1e-8)
    gaps = [b - a for a, b in pairwise(values)]
    assert all(0 < gap <= step + 1e-6 for gap in gaps)


@given(st.text(STANDARD, min_size=1, max_size=200), st.sampled_from(NAMES))
def test_charge_is_zero_at_the_isoelectric_point(sequence: str, scale: str) -> None:
    charge = Charge.of(sequence, SCALES[scale])
    assert charge.at(charge.isoelectric_point()) == pytest.approx(0, abs=1e-6)


@given(st.text(STANDARD, min_size=1, max_size=50), st.sampled_from(NAMES), st.floats(0, 13))
def test_charge_falls_with_ph(sequence: str, scale: str, ph: float) -> None:
    charge = Charge.of(sequence, SCALES[scale])
    assert charge.at(ph) > charge.at(ph + 1)


def test_polyarginine_has_its_point_above_ph_14() -> None:
    (row,) = run(TOOL, {"protein": "R" * 200})["rows"]
    assert row["isoelectric_point"] > 14


def test_files_contain_the_points_and_the_curve(tmp_path: Path) -> None:
    results = run(TOOL, {"protein": ">a\nMK\n>b\nDD\n"}, tmp_path, ph_min=6, ph_max=7, ph_step=0.5)
    points = rows(tmp_path / "isoelectric_points.csv")
    assert [row["pk_scale"] for row in points] == [*NAMES, *NAMES]
    curve = rows(tmp_path / "charge_curve.csv")
    assert [(row["id"], float(row["ph"])) for row in curve] == [(i, ph) for i in "ab" for ph in (6, 6.5, 7)]
    assert [float(row["charge"]) for row in curve[:3]] == pytest.approx(
        results["rows"][0]["charges"], abs=1e-6
    )


def test_selenocysteine_counts_as_uncharged() -> None:
    with_it, without = run(TOOL, {"protein": ">a\nMKUD\n>b\nMKGD\n"})["rows"]
    assert with_it["isoelectric_points"] == without["isoelectric_points"]


def test_refuses_an_empty_range() -> None:
    (problem,) = problems(TOOL, {"protein": "MK"}, ph_min=7, ph_max=7)
    assert problem.setting == "ph_min"
    assert problem.message == "ph_min must be less than ph_max, got 7 and 7."


def test_refuses_curves_of_too_many_points() -> None:
    content = "".join(f">{number}\nMK\n" for number in range(40))
    (problem,) = problems(TOOL, {"protein": content}, ph_step=0.01)
    assert problem.setting == "ph_step"
    assert "at most 50000 points, got 56040" in problem.message


def test_refuses_duplicate_names() -> None:
    (problem,) = problems(TOOL, {"protein": ">a\nMK\n>a\nMK\n"})
    assert (problem.slot, problem.line) == ("protein", 3)
