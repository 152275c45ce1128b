"""Viewers as HTML and data: what is drawn in which colour, and what is said. The browser's part is in tests/browser."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import attrs
import pytest

from proteiniq import InvalidInput, View
from proteiniq._display import scenes
from proteiniq._display.colours import colourings
from proteiniq._display.page import page
from proteiniq._display.structure import Model, read
from proteiniq._display.structure_view import view
from proteiniq._display.superposing import NotAlignable
from proteiniq._display.viewer import Source, viewer

from ..structures import SDF, atom, entry, helix

UBIQUITIN = Source("1ubq.pdb", entry("1ubq.pdb"))


def data_of(*sources: Source, **options: Any) -> dict[str, Any]:
    made: dict[str, Any] = viewer(sources, title="Test", **options).data["structure-data"]
    return made


def scheme(name: str, *sources: Source, **options: Any) -> dict[str, Any]:
    found = data_of(*sources, **options)["scenes"][0]["colourings"]
    return next(each for each in found if each["name"] == name)


def test_plddt_has_the_classes_of_the_alphafold_database() -> None:
    made = scheme("plddt", Source("x.pdb", helix(95, 90, 70, 69.9, 50, 49.9), plddt=True))
    assert made["residues"] == (0, 1, 1, 2, 2, 3)
    assert made["colours"] == ("#0053d6", "#65cbf3", "#ffdb13", "#ff7d45")
    assert made["legend"][1] == "Confident (70 to 90)"


def test_plddt_from_0_to_1_is_recognised() -> None:
    made = scheme("plddt", Source("x.pdb", helix(0.95, 0.9, 0.7, 0.5, 0.49), plddt=True))
    assert made["residues"] == (0, 1, 1, 2, 3)
    assert made["legend"][1] == "Confident (0.7 to 0.9)"


def test_b_factors_are_not_plddt_unless_it_is_said() -> None:
    names = [each["name"] for each in data_of(Source("x.pdb", helix(95, 90)))["scenes"][0]["colourings"]]
    assert names == ["chain", "secondary-structure", "element", "b-factor"]


def test_what_can_not_be_plddt_is_not_shown_as_such() -> None:
    names = [
        each["name"]
        for each in data_of(Source("x.pdb", helix(120, 90), plddt=True))["scenes"][0]["colourings"]
    ]
    assert "plddt" not in names
    assert "b-factor" in names


def test_a_residue_without_plddt_has_a_colour_of_its_own() -> None:
    without = atom(9, number="   9 ", tail="")
    made = scheme("plddt", Source("x.pdb", f"{helix(95)}\n{without}", plddt=True))
    assert (made["residues"], made["legend"][-1], made["texts"]) == ((0, 4), "No value", ("95", ""))


def test_a_scale_has_the_numbers_of_its_edges() -> None:
    made = scheme("b-factor", Source("x.pdb", helix(10, 15, 20)))
    assert made["residues"] == (0, 5, 9)
    assert (made["edges"][0], made["edges"][5], made["edges"][-1]) == ("10", "15", "20")


def test_columns_are_numbers_or_categories() -> None:
    source = Source(
        "x.pdb", helix(1, 1, 1, 1), columns={"charge": [0.5, None, 2, -1], "site": [True, None, False, True]}
    )
    numbers, words = scheme("charge", source), scheme("site", source)
    assert (numbers["residues"], numbers["texts"]) == ((5, 10, 9, 0), ("0.5", "", "2", "-1"))
    assert (words["residues"], words["legend"]) == ((0, 2, 1, 0), ("True", "False", "No value"))


def test_more_chains_than_colours_share_them() -> None:
    text = "\n".join(helix(1, chain=chain) for chain in "ABCDEFGHIJKLMN")
    made = scheme("chain", Source("x.pdb", text))
    assert made["colours"][12] == made["colours"][0]


def test_a_color_that_there_is_not_is_refused() -> None:
    with pytest.raises(
        InvalidInput, match="color must be one of chain, secondary-structure, element, b-factor, got 'x'"
    ):
        view([UBIQUITIN], title="x", color="x")


def test_values_that_no_color_can_show_have_no_colouring() -> None:
    assert [each.name for each in colourings(["x"], [Model("", ())])] == ["element"]


def test_the_first_colouring_depends_on_what_is_shown() -> None:
    two = Source("x.pdb", f"{helix(1, 2)}\n{helix(1, 2, chain='B')}")
    molecule = Source("x.sdf", SDF)
    plddt = Source("x.pdb", helix(90, 80), plddt=True)
    shown = [data_of(each)["colour"] for each in (UBIQUITIN, two, molecule, plddt)]
    assert shown == ["secondary-structure", "chain", "element", "plddt"]


def test_the_picture_says_what_is_in_it_and_is_valid_svg() -> None:
    made = view([Source("4cup.cif", entry("4cup.cif"))], title='<"Bromodomain">')
    assert made.description == (
        '<"Bromodomain">: 1 chain, 115 residues, 4 small molecules or ions (MOH, ZYB), coloured by secondary structure'
    )
    svg = re.search("<svg xmlns.*?</svg>", made.html)
    assert svg is not None
    assert ElementTree.fromstring(svg[0]).get("aria-label") == made.description


@pytest.mark.parametrize("name", ["1lcd.pdb", "2beg.pdb", "1a8o.cif"])
def test_pictures_of_nucleic_acids_and_several_chains(name: str) -> None:
    body = viewer([Source(name, entry(name))], title=name).body
    assert body.count("<path") > 50
    assert "nan" not in body


@pytest.mark.parametrize(
    "text", [helix(1), atom(1, " O  ", "HOH", record="HETATM"), atom(1, "ZN  ", " ZN", record="HETATM")]
)
def test_pictures_of_a_single_atom(text: str) -> None:
    assert "nan" not in viewer([Source("x.pdb", text)], title="x").body


def test_a_gap_in_a_chain_is_dashed() -> None:
    assert (
        "stroke-dasharray"
        in viewer([Source("x.pdb", f"{helix(1)}\n{atom(9, number='   9 ', x='  50.000')}")], title="x").body
    )


def test_hydrogens_on_carbon_are_left_out_of_the_picture() -> None:
    text = "4\n\nC 0 0 0\nH 1.09 0 0\nO -1.4 0 0\nH -1.7 0.9 0\n"
    assert viewer([Source("x.xyz", text)], title="x").body.count("<circle") == 3


def test_water_is_not_sent_to_the_browser() -> None:
    model = data_of(UBIQUITIN)["scenes"][0]["models"][0]
    assert model["kinds"].count("w") == 58
    assert len(model["name"]) == 602 == sum(count for *_, count in model["residues"])
    assert len(model["xyz"]) == 3 * 602


def test_poses_keep_their_place_beside_the_receptor() -> None:
    pose = Source("poses.sdf", f"{SDF}$$$$\n{SDF}> <score>\n-7\n")
    made = data_of(UBIQUITIN, pose)
    assert [each["label"] for each in made["poses"]] == ["poses.sdf #1 ethanol", "poses.sdf #2 ethanol"]
    receptor, ligand = (made[kind][0]["models"][0]["xyz"] for kind in ("scenes", "poses"))
    first = next(read("1ubq.pdb", UBIQUITIN.text).models[0].atoms).position
    expected = math.dist(first, (-0.0187, 1.5258, 0.0104))
    assert math.dist(receptor[:3], ligand[:3]) / 100 == pytest.approx(expected, abs=0.02)


def test_superposed_structures_are_drawn_together_with_their_rmsd() -> None:
    part = viewer([UBIQUITIN, attrs.evolve(UBIQUITIN, name="copy.pdb")], title="x", superposed=True)
    (scene,) = part.data["structure-data"]["scenes"]
    assert (len(scene["models"]), scene["colourings"][0]["legend"]) == (2, ("1ubq.pdb", "copy.pdb"))
    assert "copy.pdb on 1ubq.pdb: RMSD 0.00 Å of 76 Cα atoms" in part.body


def test_it_takes_two_structures_to_superpose() -> None:
    with pytest.raises(NotAlignable, match="it takes two structures with a protein"):
        viewer([UBIQUITIN, Source("x.sdf", SDF)], title="x", superposed=True)


def test_models_that_are_too_many_for_a_page_are_left_out_and_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scenes, "MOST_ATOMS", 10)
    assert "2 further models are not shown" in viewer([Source("1lcd.pdb", entry("1lcd.pdb"))], title="x").body


def test_a_damaged_file_is_shown_as_text_beside_the_others() -> None:
    damaged = Source("bad<i>.pdb", "ATOM  </pre><script>alert(1)</script>" + "x" * 30_000)
    body = viewer([UBIQUITIN, damaged], title="x").body
    assert "bad&lt;i&gt;.pdb is shown as text: line 1: a coordinate must be a number" in body
    assert "<script>" not in body
    assert "further characters" in body
    alone = view([damaged], title="x")
    assert (alone.description, alone.html.count("<script")) == ("bad<i>.pdb: shown as text", 0)


def test_a_page_with_300_residues_is_below_800_kb() -> None:
    assert (
        len(page("x", [viewer([Source("2beg.pdb", entry("2beg.pdb")), UBIQUITIN, UBIQUITIN], title="x")]))
        < 800_000
    )


def test_a_notebook_shows_the_page_in_a_frame_and_else_the_picture() -> None:
    shown = view([UBIQUITIN], title="x")._repr_html_()
    assert '<img src="data:image/svg+xml;base64,' in shown.partition("<iframe")[0]
    assert '<iframe sandbox="allow-scripts" srcdoc="&lt;!doctype html&gt;' in shown
    assert "<script" not in shown


def test_a_view_is_saved_without_replacing_anything(tmp_path: Path) -> None:
    made = View("x", "<p>1</p>", "")
    assert made.save(tmp_path).read_text() == "<p>1</p>"
    with pytest.raises(FileExistsError, match="pass overwrite=True"):
        made.save(tmp_path / "view.html")
    assert made.save(tmp_path / "view.html", overwrite=True) == tmp_path / "view.html"
    assert repr(made) == "View(description='x')"


def test_the_vendored_viewer_is_the_pinned_one() -> None:
    script = Path(__file__).parents[2] / "scripts" / "vendor_3dmol.py"
    done = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_data_is_json() -> None:
    assert json.dumps(data_of(UBIQUITIN), allow_nan=False)


def test_two_small_molecules_are_scenes_of_their_own() -> None:
    made = data_of(Source("a.sdf", SDF), Source("b.sdf", SDF))
    assert ([each["label"] for each in made["scenes"]], made["poses"]) == (["a.sdf", "b.sdf"], [])


def test_a_scale_with_gaps_has_a_colour_for_no_value() -> None:
    source = Source("x.pdb", helix(1, 1, 1), columns={"charge": [1, None, 2]})
    assert "No value" in viewer([source], title="x", colour="charge").body


def test_water_is_not_what_has_no_value() -> None:
    water = atom(9, " O  ", "HOH", "  99 ", record="HETATM")
    for values in ([1, 1.5, 2], ["a", "b", "a"]):
        source = Source("x.pdb", f"{helix(1, 2, 3)}\n{water}", columns={"charge": values})
        made = scheme("charge", source)
        assert len(made["residues"]) == 4
        assert "No value" not in viewer([source], title="x", colour="charge").body


def test_a_scale_of_tiny_numbers_has_powers_of_ten() -> None:
    source = Source("x.pdb", helix(1, 1, 1), columns={"distance": [0.0, 1e-15, 1.6e-14]})
    body = viewer([source], title="x", colour="distance").body
    assert "<span>0</span>" in body
    assert "<span>1.6e-14</span>" in body


@pytest.mark.parametrize(
    "values",
    [
        (-1.7e308, 0, 1.7e308),
        (0.0, 5e-324, 1e-323),
        (1e300, 2e300, 10**300),
        (1, 2, 10**400),
        (1, math.nan, 2),
    ],
)
def test_numbers_of_any_size_have_a_colouring(values: tuple[float, ...]) -> None:
    made = scheme("v", Source("x.pdb", helix(1, 1, 1), columns={"v": values}))
    assert len(made["residues"]) == 3
    assert all(len(text) < 12 for text in made["edges"])


def test_values_are_at_the_same_residues_of_all_models() -> None:
    """Models may list different residues."""
    whole, part = helix(1, 1, 1), helix(1, 1, first=2)
    text = "\n".join(f"MODEL {at}\n{each}\nENDMDL" for at, each in enumerate((whole, part, whole), 1))
    made = data_of(Source("x.pdb", text, columns={"v": ["a", "b", "c"]}))["scenes"]
    ways = [next(way for way in scene["colourings"] if way["name"] == "v") for scene in made]
    assert [[way["legend"][place] for place in way["residues"]] for way in ways] == [
        ["a", "b", "c"],
        ["b", "c"],
        ["a", "b", "c"],
    ]


def test_residues_of_a_model_that_have_no_names_of_their_own_have_no_values() -> None:
    text = f"MODEL 1\n{helix(1, 1)}\nENDMDL\nMODEL 2\n{helix(1)}\n{helix(1, chain='B')}\n{helix(1)}\nENDMDL"
    first, second = data_of(Source("x.pdb", text, columns={"v": ["a", "b"]}))["scenes"]
    assert first["colourings"][-1]["legend"] == ("a", "b")
    assert second["colourings"][-1]["legend"] == ("No value",)


def test_a_nucleotide_without_its_base_is_drawn() -> None:
    assert (
        "<path"
        in viewer(
            [Source("x.pdb", f"{atom(1, ' P  ', ' DA')}\n{atom(2, ' P  ', ' DC', '   2 ', '   7.000')}")],
            title="x",
        ).body
    )
