"""A viewer of structures as part of a page: a static picture that a button replaces by one in 3D.

The browser gets the atoms as they were read here, turned to face the viewer, and the colour of each residue. So
picture, sequence and 3D show the same, and no file from a job reaches a parser in the page.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import attrs

from .._message_text import counted
from .bonds import bonds_of
from .colours import ELEMENTS, Colouring, Value
from .markup import escape
from .page import Part, asset
from .picture import picture, points_of, projection
from .scenes import Given, Scene, Scenes, arranged
from .secondary import helices_and_strands
from .structure import Model, Structure, Unreadable, read
from .superposing import NotAlignable, superpose

_SHOWN_TEXT = 20_000
"""Of a file that can't be read as a structure, so many characters are shown."""


@attrs.frozen
class Source:
    """A structure file. By default, the name's extension says its format.

    `plddt` says that its B-factors are pLDDT. `columns` has a value for each residue of its proteins and nucleic acids,
    in order, by the column's name.
    """

    name: str
    text: str
    format: str | None = None
    plddt: bool = False
    columns: Mapping[str, Sequence[Value]] = attrs.field(factory=dict)
    known: Structure | None = attrs.field(default=None, repr=False)
    """What the file describes, if it has been read already."""

    @cached_property
    def structure(self) -> Structure:
        """What the file describes. Raises Unreadable."""
        return read(self.name, self.text, self.format) if self.known is None else self.known


@attrs.frozen
class Drawn:
    """What a viewer shows first: its picture as SVG, a description of it, and the names of all colourings."""

    svg: str
    description: str
    colour: str
    colours: tuple[str, ...]


def viewer(
    sources: Sequence[Source],
    *,
    title: str,
    id: str = "structure",
    colour: str | None = None,
    superposed: bool = False,
) -> Part:
    """Return a viewer of structure files. In a page, each has its own `id`.

    `colour` is what is shown first: chain, element, secondary-structure, b-factor, plddt, structure (of superposed
    ones) or the name of a column; by default plddt where B-factors are that. With `superposed`, the structures after
    the first are moved onto it and drawn together. A file that can't be read is shown as text. Raises ValueError if
    there is no such colour, NotAlignable if structures have too little in common.
    """
    shown = prepare(sources, superposed=superposed)
    if not shown.scenes.scenes:
        return Part(
            f'<section class="structure">{shown.texts}</section>', (asset("theme.css"), asset("viewer.css"))
        )
    drawn = draw(shown.scenes, title, colour)
    scene = shown.scenes.scenes[0]
    chosen = next(each for each in scene.colourings if each.name == drawn.colour)
    notes = list(shown.notes)
    if shown.scenes.left_out:
        notes.append(f"{shown.scenes.left_out} further models are not shown: the page would be too large.")
    body = (
        f'<section class="structure" id="{escape(id)}" data-source="{escape(id)}-data" aria-label="{escape(title)}">'
        f'<figure><div class="structure-stage">{drawn.svg}</div>'
        f"<figcaption>{escape(title)}</figcaption></figure>"
        f'<div class="structure-legend">{_legend(chosen)}</div>'
        f"{_paragraphs(notes)}"
        f"{shown.texts}</section>"
    )
    data = _data(shown.scenes, drawn.colour)
    return Part(
        body, (asset("theme.css"), asset("viewer.css")), (library(), asset("viewer.js")), {f"{id}-data": data}
    )


@attrs.frozen
class Prepared:
    """Sources that were read: what is shown, what is said about it, and the HTML of those that can't be read."""

    scenes: Scenes
    notes: tuple[str, ...] = ()
    texts: str = ""


def prepare(sources: Sequence[Source], *, superposed: bool = False) -> Prepared:
    """Read the sources, and superpose them. Raises NotAlignable."""
    given, texts, notes = [], [], []
    for source in sources:
        try:
            structure = source.structure
        except Unreadable as error:
            texts.append(_as_text(source, str(error)))
            continue
        given.append(Given(structure, source.plddt, source.columns))
    if superposed:
        polymers = [each for each in given if each.structure.has_polymer]
        if len(polymers) < 2:
            raise NotAlignable("it takes two structures with a protein to superpose them")
        first = polymers[0].structure
        given = polymers[:1]
        for each in polymers[1:]:
            made = superpose(each.structure, first)
            given.append(attrs.evolve(each, structure=made.structure))
            notes.append(
                f"{made.structure.name} on {first.name}: RMSD {made.rmsd:.2f} Å of {made.count} Cα atoms"
            )
    if not given:
        return Prepared(Scenes(()), texts="".join(texts))
    return Prepared(arranged(given, together=superposed), tuple(notes), "".join(texts))


def draw(scenes: Scenes, title: str, colour: str | None = None) -> Drawn:
    """Draw what is shown first. Raises ValueError if there is no such colour."""
    scene, pose = scenes.scenes[0], scenes.poses[:1]
    names = tuple(each.name for each in scene.colourings)
    if colour is not None and colour not in names:
        raise ValueError(f"color must be one of {', '.join(names)}, got {colour!r}")
    chosen = colour or _default(scene, names)
    colouring = next(each for each in scene.colourings if each.name == chosen)
    models = [*scene.models, *(model for each in pose for model in each.models)]
    added = sum(len(model.residues) for model in models[len(scene.models) :])
    whole = attrs.evolve(colouring, residues=(*colouring.residues, *(0,) * added))
    description = f"{title}: {_contents(models)}, coloured by {colouring.label.lower()}"
    return Drawn(
        picture(models, whole, projection(points_of(models)), description), description, chosen, names
    )


def _default(scene: Scene, names: Sequence[str]) -> str:
    if "plddt" in names or "structure" in names:
        return names[0]
    chains = {residue.chain for model in scene.models for residue in model.residues if residue.trace}
    if len(chains) > 1:
        return "chain"
    return "secondary-structure" if "secondary-structure" in names else "element"


def _contents(models: Sequence[Model]) -> str:
    """Say what is in a picture, such as "2 chains, 120 residues, 1 ligand (HEM)"."""
    residues = [residue for model in models for residue in model.residues]
    polymer = [residue for residue in residues if residue.kind in ("protein", "nucleic")]
    ligands = [residue for residue in residues if residue.kind == "ligand"]
    parts = []
    if polymer:
        chains = sum(len(model.chains) for model in models)
        parts += [counted(chains, "chain"), counted(len(polymer), "residue")]
    if ligands:
        names = sorted({residue.name for residue in ligands if residue.name})
        parts.append(counted(len(ligands), "small molecule or ion", "small molecules or ions"))
        parts[-1] += f" ({', '.join(names[:5])}{', …' if names[5:] else ''})" if names else ""
    return ", ".join(parts) or "water"


def _paragraphs(notes: Sequence[str]) -> str:
    return "".join(f'<p class="structure-note">{escape(note)}</p>' for note in notes)


def _legend(colouring: Colouring) -> str:
    """The legend as HTML; the script makes the same for other colourings."""
    if colouring.edges:
        steps = len(colouring.edges) - 1
        items = [
            f"<li>{_swatch(colour)}<span>{escape(edge)}</span></li>"
            for colour, edge in zip(colouring.colours[:steps], colouring.edges, strict=False)
        ]
        items.append(f"<li><span>{escape(colouring.edges[-1])}</span></li>")
        missing = [f"<li>{_swatch(colour)} No value</li>" for colour in colouring.colours[steps:]]
        return (
            f'<span class="structure-legend-title">{escape(colouring.label)}</span>'
            f'<ol class="structure-scale">{"".join(items)}</ol>'
            f"{'<ul>' + missing[0] + '</ul>' if missing else ''}"
        )
    items = [
        f"<li>{_swatch(colour)} {escape(text)}</li>"
        for colour, text in zip(colouring.colours, colouring.legend, strict=False)
    ]
    return f'<span class="structure-legend-title">{escape(colouring.label)}</span><ul>{"".join(items)}</ul>'


def _swatch(colour: str) -> str:
    return (
        '<svg class="structure-swatch" viewBox="0 0 1 1" preserveAspectRatio="none">'
        f'<rect width="1" height="1" fill="{colour}"/></svg>'
    )


def _as_text(source: Source, reason: str) -> str:
    more = (
        f"\n… {len(source.text) - _SHOWN_TEXT:,} further characters" if len(source.text) > _SHOWN_TEXT else ""
    )
    return (
        f'<details class="structure-text" open><summary>{escape(source.name)} is shown as text: {escape(reason)}'
        f'</summary><pre tabindex="0">{escape(source.text[:_SHOWN_TEXT] + more)}</pre></details>'
    )


def _data(scenes: Scenes, colour: str) -> dict[str, Any]:
    return {
        "colour": colour,
        "elements": ELEMENTS,
        "scenes": [_scene(scene) for scene in scenes.scenes],
        "poses": [_scene(scene) for scene in scenes.poses],
        "projection": _projection(scenes),
    }


def _projection(scenes: Scenes) -> list[float]:
    models = [model for scene in (*scenes.scenes[:1], *scenes.poses[:1]) for model in scene.models]
    view = projection(points_of(models))
    return [round(view.scale, 4), round(view.left, 2), round(view.top, 2)]


def _scene(scene: Scene) -> dict[str, Any]:
    ways = [attrs.asdict(colouring) for colouring in scene.colourings]
    return {"label": scene.label, "models": [_model(model) for model in scene.models], "colourings": ways}


def _model(model: Model) -> dict[str, Any]:
    """The model in columns: residues, and atoms with positions in hundredths of an Å. Water is left out."""
    names: dict[str, int] = {}
    elements: dict[str, int] = {}
    residues, kinds, atoms, positions, places = [], "", [], [], []
    at = 0
    kept: dict[int, int] = {}
    for residue in model.residues:
        for atom in residue.atoms:
            if residue.kind != "water":
                kept[at] = len(kept)
                atoms.append(names.setdefault(atom.name, len(names)))
                places.append(elements.setdefault(atom.element, len(elements)))
                positions += [round(axis * 100) for axis in atom.position]
            at += 1
        kinds += {"protein": "p", "nucleic": "n", "ligand": "l", "water": "w"}[residue.kind]
        count = 0 if residue.kind == "water" else len(residue.atoms)
        residues.append([residue.chain, residue.label, residue.letter, count])
    bonds = [
        (kept[one], kept[other], order)
        for one, other, order in bonds_of(model)
        if one in kept and other in kept
    ]
    return {
        "title": model.title,
        "properties": model.properties,
        "residues": residues,
        "kinds": kinds,
        "structure": helices_and_strands(model.residues),
        "names": list(names),
        "name": atoms,
        "elements": list(elements),
        "element": places,
        "xyz": positions,
        "bonds": [value for bond in bonds for value in bond],
    }


@cache
def library() -> str:
    """3Dmol.js, which draws in WebGL."""
    return gzip.decompress((files(__package__) / "assets" / "3Dmol-min.js.gz").read_bytes()).decode("ascii")
