"""Colours of residues with their legends, and of elements."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import attrs

from .secondary import helices_and_strands
from .structure import Model, Residue

Value = str | int | float | bool | None

BUILT_IN = ("chain", "element", "secondary-structure", "b-factor", "plddt", "structure")
"""The names of all colourings that are not by a column."""

CATEGORIES = (
    "#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377",
    "#ee8866", "#44bb99", "#8a7fc7", "#bbcc33", "#dd9fb8", "#997700",
)  # fmt: skip
"""Distinct for most colour-blind readers too, in the first six: Paul Tol's "bright" scheme (SRON/EPS/TN/09-002)."""

SCALE = (
    "#440154", "#482878", "#3e4a89", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725",
)  # fmt: skip
"""Ten steps of viridis, from low to high (https://bids.github.io/colormap/)."""

OTHER = "#9aa3ad"
"""What has no value."""

_PLDDT = (("#0053d6", "Very high"), ("#65cbf3", "Confident"), ("#ffdb13", "Low"), ("#ff7d45", "Very low"))
_PLDDT_LIMITS = (90, 70, 50)
"""The classes of the AlphaFold database (https://alphafold.ebi.ac.uk/faq): colours, names and lower limits."""

ELEMENTS = {
    "H": "#d9dde2", "B": "#ffa07a", "C": "#8c96a0", "N": "#3a66e0", "O": "#e53935", "F": "#57b846", "Na": "#9b5de5",
    "Mg": "#3f9e3f", "Si": "#c8a26b", "P": "#f28c28", "S": "#e0b400", "Cl": "#2eb82e", "K": "#8f40d4", "Ca": "#62a844",
    "Mn": "#9c7ac7", "Fe": "#d0693a", "Co": "#e08090", "Ni": "#50b050", "Cu": "#c88033", "Zn": "#7d80b0",
    "Se": "#d98a00", "Br": "#a62929", "I": "#8f209f",
}  # fmt: skip
"""After the custom of Corey, Pauling and Koltun, for a light and a dark background."""


@attrs.frozen
class Colouring:
    """Which residue has which colour, and what that means.

    `residues` has for each residue of the models, in order, a place in `colours`. `legend` has a text for each colour;
    or `edges` has one more than colours, if these are steps of a scale. `texts` is the value of each residue, if it has
    one that the colour doesn't say.
    """

    name: str
    label: str
    colours: tuple[str, ...]
    residues: tuple[int, ...]
    legend: tuple[str, ...] = ()
    edges: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    def colour(self, place: int) -> str:
        return self.colours[self.residues[place]]


def colourings(
    names: Sequence[str],
    models: Sequence[Model],
    *,
    plddt: bool = False,
    columns: Mapping[str, Sequence[Value]] | None = None,
) -> list[Colouring]:
    """Return the ways in which models that are drawn together can be coloured.

    `names` are those of the models' files, and `columns` has a value for each residue of the polymers, in order, by the
    column's name. `plddt` says that B-factors are pLDDT; then there is no colouring by B-factor.
    """
    residues = [residue for model in models for residue in model.residues]
    found = []
    if len(models) > 1:
        places = [place for place, model in enumerate(models) for _ in model.residues]
        found.append(_by_category("structure", "Structure", [names[place] for place in places]))
    if any(residue.is_polymer for residue in residues):
        found.append(_by_category("chain", "Chain", [_chain(residue) for residue in residues]))
    if any(residue.kind == "protein" for residue in residues):
        found.append(_by_structure(models))
    found.append(_by_element(residues))
    drawn = [residue for residue in residues if residue.kind != "water"]
    b_factors = [residue.b_factor for residue in drawn]
    known = [value for value in b_factors if value is not None]
    if plddt and is_plddt(known):
        found.insert(0, _with_water(_by_plddt(b_factors), residues))
    elif known and min(known) < max(known):
        found.append(_with_water(_by_value("b-factor", "B-factor", b_factors), residues))
    for name, values in (columns or {}).items():
        left = iter(values)
        spread = [next(left, None) if residue.is_polymer else None for residue in drawn]
        found.append(_with_water(_by_column(name, spread), residues))
    return found


def _with_water(colouring: Colouring, residues: Sequence[Residue]) -> Colouring:
    """Add water to a colouring of the other residues. It is not drawn, so its colour is any, and in no legend."""
    places, texts = iter(colouring.residues), iter(colouring.texts)
    is_water = [residue.kind == "water" for residue in residues]
    return attrs.evolve(
        colouring,
        residues=tuple(0 if water else next(places) for water in is_water),
        texts=tuple("" if water else next(texts) for water in is_water) if colouring.texts else (),
    )


def is_plddt(values: Sequence[float]) -> bool:
    """Whether all values can be pLDDT: from 0 to 100, or from 0 to 1."""
    return bool(values) and min(values) >= 0 and 0 < max(values) <= 100


def plddt_limits(values: Iterable[float | None]) -> dict[float, str]:
    """Return the lower limits of the classes above the last, with their names.

    They are fractions if no value is above 1, as some programs write them.
    """
    whole = 1 if max((value or 0 for value in values), default=0) <= 1 else 100
    return {limit * whole / 100: name for limit, (_, name) in zip(_PLDDT_LIMITS, _PLDDT, strict=False)}


def _chain(residue: Residue) -> str:
    return f"Chain {residue.chain}" if residue.chain else "One chain"


def _by_category(name: str, label: str, values: Sequence[str]) -> Colouring:
    """A colour for each value; empty ones have none. What comes after the twelfth shares its colour with an earlier."""
    kinds = [each for each in dict.fromkeys(values) if each]
    colours = tuple(CATEGORIES[place % len(CATEGORIES)] for place in range(len(kinds)))
    places = {each: place for place, each in enumerate(kinds)}
    missing = "" in values
    return Colouring(
        name,
        label,
        (*colours, OTHER) if missing else colours,
        tuple(places.get(each, len(kinds)) for each in values),
        (*kinds, "No value") if missing else tuple(kinds),
    )


def _by_element(residues: Sequence[Residue]) -> Colouring:
    """Atoms have the colours; the course of a chain has none."""
    there = {atom.element for residue in residues if residue.kind != "water" for atom in residue.atoms}
    listed = [element for element in ELEMENTS if element in there]
    is_polymer = any(residue.is_polymer for residue in residues)
    return Colouring(
        "element",
        "Element",
        (
            *([OTHER] if is_polymer else []),
            *(ELEMENTS[element] for element in listed),
            *([] if listed else [OTHER]),
        ),
        (0,) * len(residues),
        (*(["Backbone"] if is_polymer else []), *listed),
    )


def _by_structure(models: Sequence[Model]) -> Colouring:
    found = "".join(helices_and_strands(model.residues) for model in models)
    colours = ("#c2417c", "#c79a1e", OTHER)
    return Colouring(
        "secondary-structure",
        "Secondary structure",
        colours,
        tuple("HE-".index(each) for each in found),
        ("Helix", "Strand", "Other"),
    )


def _by_plddt(values: Sequence[float | None]) -> Colouring:
    """The four classes."""
    limits = list(plddt_limits(values))
    high, middle, low = (f"{limit:g}" for limit in limits)
    ranges = (f"> {high}", f"{middle} to {high}", f"{low} to {middle}", f"< {low}")
    colours = [colour for colour, _ in _PLDDT]
    legend = [f"{name} ({range})" for (_, name), range in zip(_PLDDT, ranges, strict=True)]
    missing = None in values
    return Colouring(
        "plddt",
        "pLDDT",
        (*colours, OTHER) if missing else tuple(colours),
        tuple(
            len(colours)
            if value is None
            else (0 if value > limits[0] else sum(value < limit for limit in limits[1:]) + 1)
            for value in values
        ),
        (*legend, "No value") if missing else tuple(legend),
        texts=tuple(map(_text, values)),
    )


def _by_column(name: str, values: Sequence[Value]) -> Colouring:
    numbers = [_number(value) for value in values]
    given = [value for value in values if value is not None]
    finite = [number for number in numbers if number is not None]
    if len(finite) == len(given) and finite and min(finite) < max(finite):
        return _by_value(name, name, numbers)
    return _by_category(name, name, ["" if value is None else _text(value) for value in values])


_TINY, _HUGE = 1e-4, 1e15
"""Numbers that are all nearer to 0, or some further from it, have powers of ten in the legend."""


def _by_value(name: str, label: str, values: Sequence[float | None]) -> Colouring:
    """Ten steps of equal width from the least value to the greatest."""
    known = [value for value in values if value is not None]
    least, greatest, steps = min(known), max(known), len(SCALE)
    width = greatest / steps - least / steps
    unit = 1.0 if math.isfinite(greatest - least) else 0.5
    span = unit * greatest - unit * least
    decimals = max(0, 1 - math.floor(math.log10(span)))
    extreme = max(-least, greatest)
    shown = ".2g" if extreme < _TINY else ".3g" if extreme > _HUGE else f".{decimals}f"
    missing = None in values
    return Colouring(
        name,
        label,
        (*SCALE, OTHER) if missing else SCALE,
        tuple(
            steps if value is None else min(steps - 1, int((unit * value - unit * least) / span * steps))
            for value in values
        ),
        edges=tuple(f"{least + width * step:{shown}}" for step in range(steps + 1)),
        texts=tuple(map(_text, values)),
    )


def _number(value: Value) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, float):
        return str(value)
    return f"{value:.4g}"
