"""What a viewer can show at a time: structures, alone or superposed, and the poses of small molecules beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from .colours import Colouring, Value, colourings
from .geometry import Motion, facing
from .picture import points_of
from .structure import Model, Structure
from .superposing import moved

MOST_ATOMS = 200_000
"""What a page may have in all, so that a browser on a phone opens it."""

MOST_SCENES = 100


@attrs.frozen
class Given:
    """A structure to show. `columns` has a value for each residue of its first model's polymers, in order, by the
    column's name.
    """

    structure: Structure
    plddt: bool = False
    columns: Mapping[str, Sequence[Value]] = attrs.field(factory=dict)


@attrs.frozen
class Scene:
    """Models that are drawn together, already turned to face the viewer, with the ways in which they are coloured."""

    label: str
    models: tuple[Model, ...]
    colourings: tuple[Colouring, ...]


@attrs.frozen
class Scenes:
    """What can be chosen: one of `scenes`, and, if it has any, one of `poses` beside it.

    `left_out` says how many models were too many.
    """

    scenes: tuple[Scene, ...]
    poses: tuple[Scene, ...] = ()
    left_out: int = 0


def arranged(given: Sequence[Given], *, together: bool = False) -> Scenes:
    """Arrange structures. With `together`, the first models of those with polymers are one scene, with the columns of
    the first.

    Small molecules are poses if there is a polymer too, in whose coordinates they are; then nothing is turned apart.
    """
    polymers = [each for each in given if each.structure.has_polymer]
    molecules = [each for each in given if not each.structure.has_polymer]
    budget = _Budget(MOST_ATOMS, MOST_SCENES)
    if not polymers:
        return Scenes(tuple(_scenes(molecules, budget)), left_out=budget.left_out)
    first = _facing([polymers[0].structure.models[0]])
    shared = first if molecules or together else None
    if together:
        models = tuple(moved(each.structure.models[0], first) for each in polymers)
        names = [each.structure.name for each in polymers]
        whole = all(each.plddt for each in polymers)
        ways = colourings(names, models, plddt=whole, columns=polymers[0].columns)
        scenes = [Scene(" and ".join(names), models, tuple(ways))]
    else:
        scenes = list(_scenes(polymers, budget, shared))
    return Scenes(tuple(scenes), tuple(_scenes(molecules, budget, shared)), budget.left_out)


@attrs.define
class _Budget:
    atoms: int
    scenes: int
    is_used: bool = False
    left_out: int = 0

    def takes(self, model: Model) -> bool:
        """Whether there is room for a model; the first always has it."""
        count = sum(len(residue.atoms) for residue in model.residues)
        if self.is_used and (count > self.atoms or self.scenes < 1):
            self.left_out += 1
            return False
        self.is_used = True
        self.atoms -= count
        self.scenes -= 1
        return True


def _scenes(given: Sequence[Given], budget: _Budget, motion: Motion | None = None) -> Sequence[Scene]:
    made = []
    for each in given:
        structure = each.structure
        turn = motion or _facing([structure.models[0]])
        for place, model in enumerate(structure.models, 1):
            if budget.takes(model):
                turned = moved(model, turn)
                columns = _columns(each, model)
                ways = colourings([structure.name], [turned], plddt=each.plddt, columns=columns)
                made.append(Scene(_label(structure, model, place), (turned,), tuple(ways)))
    return made


def _columns(given: Given, model: Model) -> Mapping[str, Sequence[Value]]:
    """Return the columns for a model, whose residues need not all be those of the first, which the values are for."""
    first, own = _polymers(given.structure.models[0]), _polymers(model)
    if own == first:
        return given.columns
    places = {name: place for place, name in enumerate(first)}
    if len(places) < len(first) or len(set(own)) < len(own):
        return {name: [None] * len(own) for name in given.columns}
    return {
        name: [values[places[each]] if each in places else None for each in own]
        for name, values in given.columns.items()
    }


def _polymers(model: Model) -> list[tuple[str, str, str]]:
    return [(each.chain, each.number, each.name) for each in model.residues if each.is_polymer]


def _facing(models: Sequence[Model]) -> Motion:
    return facing(points_of(models))


def _label(structure: Structure, model: Model, place: int) -> str:
    """The file's name; of several models also the place, and the title if it says more than that."""
    if len(structure.models) == 1:
        return structure.name
    title = "" if model.title in ("", str(place)) else f" {model.title}"
    return f"{structure.name} #{place}{title}"
