"""Plots: where ticks, bins and lines are, and what is said of them."""

from __future__ import annotations

import base64
import re
import zlib
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, strategies as st

from proteiniq._display.axes import Axis, labels, nice_step, ticks
from proteiniq._display.matrix import Matrix, heat_map, png
from proteiniq._display.plots import WIDTH, Level, bins, histogram, line_plot, path, sparkline
from proteiniq._display.shapes import Line

PH, CHARGE = Axis("pH"), Axis("charge", "e")


def plotted(*lines: Line, **more: object) -> str:
    made = line_plot(lines, PH, CHARGE, title="Net charge", description="of lysozyme", **more)  # type: ignore[arg-type]
    ElementTree.fromstring(made)
    return made


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_ticks_are_evenly_spaced_around_the_range(first: float, second: float) -> None:
    low, high = sorted((first, second))
    made = ticks(low, high)
    gap = 1e-6 * max(abs(low), abs(high), 1e-6)
    assert made[0] <= low + gap
    assert made[-1] >= high - gap
    assert 2 <= len(made) <= 12
    steps = [after - before for before, after in pairwise(made)]
    assert max(steps) == pytest.approx(min(steps), rel=1e-4)


def test_steps_are_those_of_heckbert() -> None:
    assert [nice_step(width, 5) for width in (5, 9, 26, 48)] == [1, 2, 5, 10]


def test_labels_have_the_same_number_of_decimals() -> None:
    assert labels([0.0, 0.25, 0.5]) == ["0.00", "0.25", "0.50"]
    assert labels([0.0]) == ["0"]
    assert labels([-2e7, 1e7]) == ["−2e7", "1e7"]
    assert labels([1 / 3]) == ["0.333333"]


def test_a_line_has_axes_with_units_and_a_description() -> None:
    made = plotted(Line("lysozyme", [0.0, 7.0, 14.0], [20.0, 8.0, -10.0]))
    assert ">charge (e)</text>" in made
    assert ">pH</text>" in made
    assert 'role="img" aria-label="Net charge. of lysozyme"' in made
    assert 'class="legend"' not in made


def test_a_line_is_interrupted_where_a_value_is_missing() -> None:
    made = plotted(Line("a", [1.0, 2.0, 3.0, 4.0, 5.0], [1.0, 2.0, None, 2.0, 1.0]))
    drawn = re.search('class="line s1" d="([^"]*)"', made)
    assert drawn is not None
    assert drawn[1].count("M") == 2


def test_a_lone_point_is_drawn() -> None:
    assert path([(1, 1), (2, None), (3, 3), (4, 4), (5, None), (6, None)]) == "M1 1h0M3 3L4 4"
    assert path([(1, None), (2, 2)]) == "M2 2h0"


def test_several_lines_have_a_legend_in_which_long_names_are_cut() -> None:
    names = ["<b>", "a name that is much longer than there is room for beside five other ones"]
    made = plotted(*(Line(name, [1.0, 2.0], [1.0, 2.0]) for name in [*names, *"cdefgh"]))
    assert "&lt;b&gt;</text>" in made
    assert "a name th…</text>" in made
    assert made.count('class="line s') == 12


def test_a_line_of_many_points_keeps_its_extremes() -> None:
    x = [float(number) for number in range(100_000)]
    y: list[float | None] = [0.0] * 100_000
    y[50_000], y[70_000] = 1000.0, None
    made = plotted(Line("a", x, y))
    assert len(made) < 40 * WIDTH
    drawn = re.search('class="line s1" d="([^"]*)"', made)
    assert drawn is not None
    assert drawn[1].count("M") == 2
    assert min(float(each) for each in re.findall(r"[ML][\d.]+ ([\d.]+)", drawn[1])) == 12.0


def test_a_column_of_gaps_only_is_a_gap() -> None:
    x = [float(number) for number in range(10_000)]
    y: list[float | None] = [1.0] * 3_000 + [None] * 4_000 + [1.0] * 3_000
    assert plotted(Line("a", x, y)).count("M") > 2


def test_levels_are_named() -> None:
    made = plotted(Line("a", [1.0, 2.0], [60.0, 95.0]), levels=[Level(90, "very high")])
    assert ">very high</text>" in made


def test_an_axis_may_have_its_own_range() -> None:
    made = line_plot(
        [Line("a", [1.0, 2.0], [60.0, 80.0])],
        Axis("residue"),
        Axis("pLDDT", low=0, high=100),
        title="pLDDT",
        description="",
    )
    assert ">0</text>" in made
    assert ">100</text>" in made


def test_lines_without_points_are_refused() -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        plotted(Line("a", [1.0], [None]))


def test_bins_are_those_of_numpy() -> None:
    """`numpy.histogram(values, bins)` of numpy 2.4 with "fd" gives these edges and counts."""
    values = [0.5, 1.7, 2.2, 2.9, 3.1, 3.3, 3.8, 4.1, 4.4, 5.2, 6.9, 9.5]
    made = bins(values)
    assert (made.low, made.width, made.rule) == (0.5, 1.5, "Freedman–Diaconis")
    assert made.counts == [2, 4, 3, 1, 1, 1]
    assert bins([0.5] * 10 + [1.5, 2.25]).rule == "Sturges"
    assert len(bins([0.5] * 10 + [1.5, 2.25]).counts) == 5  # as with "sturges"


@given(st.lists(st.floats(-1e6, 1e6) | st.integers(-1000, 1000), min_size=2).filter(lambda v: len({*v}) > 1))
def test_every_value_is_in_a_bin(values: list[float]) -> None:
    made = bins(values)
    assert sum(made.counts) == len(values)
    assert 1 <= len(made.counts) <= 62


def test_bins_of_whole_numbers_are_around_them() -> None:
    made = bins([1, 2, 2, 3, 3, 3, 4])
    assert (made.low + 0.5) % 1 == 0
    assert made.width % 1 == 0
    assert sum(made.counts) == 7


def test_a_histogram_says_what_it_counts() -> None:
    made = histogram(
        bins([1.5, 2.0, 2.5, 90.5]), Axis("mass", "Da"), title="Mass", description="", what="proteins"
    )
    ElementTree.fromstring(made)
    assert ">number of proteins</text>" in made
    assert ">mass (Da)</text>" in made


def test_a_sparkline_says_its_range() -> None:
    assert "3 values from 0.0 to 2.5" in sparkline([0, None, 2.5])
    assert "1 values from 2 to 2" in sparkline([2])


def test_a_matrix_is_a_png_with_a_byte_a_pixel() -> None:
    made = png([bytes([0, 1]), bytes([1, 0])], [(0, 0, 0), (255, 255, 255)])
    assert made[:8] == b"\x89PNG\r\n\x1a\n"
    place, chunks = 8, {}
    while place < len(made):
        size = int.from_bytes(made[place : place + 4], "big")
        kind, data = made[place + 4 : place + 8], made[place + 8 : place + 8 + size]
        assert int.from_bytes(made[place + 8 + size : place + 12 + size], "big") == zlib.crc32(kind + data)
        chunks[kind] = data
        place += 12 + size
    assert list(chunks) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    assert chunks[b"IHDR"] == bytes([0, 0, 0, 2, 0, 0, 0, 2, 8, 3, 0, 0, 0])
    assert zlib.decompress(chunks[b"IDAT"]) == b"\0\0\1\0\1\0"


def test_a_large_matrix_is_shown_by_the_means_of_blocks() -> None:
    rows: list[list[float | None]] = [
        [float(row // 2 + column // 2) for column in range(1023)] for row in range(1023)
    ]
    rows[0][0] = None
    rows[1022] = [None] * 1023
    made = Matrix.of(rows)
    assert made.block == 2
    assert (len(made.rows), len(made.rows[0])) == (512, 512)
    assert made.rows[3][4] == 7.0
    assert made.rows[0][0] == 0.0
    assert made.rows[511][0] is None


def test_a_heat_map_counts_from_one_and_has_a_legend_with_the_unit() -> None:
    matrix = Matrix.of([[0.0, 10.0, None], [10.0, 0.0, 40.0], [5.0, 5.0, 0.0]])
    made = heat_map(
        matrix,
        0,
        30,
        Axis("scored residue"),
        Axis("aligned residue"),
        Axis("error", "Å"),
        title="PAE",
        description="",
    )
    ElementTree.fromstring(made)
    assert ">error (Å)</text>" in made
    assert 'dy=".32em" text-anchor="end">1</text>' in made
    first = base64.b64decode(made.split("base64,")[1].split('"')[0])
    start = first.index(b"IDAT")
    size = int.from_bytes(first[start - 4 : start], "big")
    pixels = zlib.decompress(first[start + 4 : start + 4 + size])
    assert pixels == bytes([0, 0, 85, 255, 0, 85, 0, 254, 0, 42, 42, 0])


def test_a_heat_map_of_equal_numbers_can_be_drawn() -> None:
    ElementTree.fromstring(
        heat_map(Matrix([[1.0, 1.0], [1.0, 1.0]]), 1, 1, PH, PH, PH, title="Matrix", description="")
    )
