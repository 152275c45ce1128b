"""Make the view of structure files."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import InvalidInput
from .markup import image
from .page import Part, page
from .view import View
from .viewer import Source, draw, prepare, viewer

_GROUND = Part("", ("body { margin: 1rem; background: var(--ground) }",))


def view(
    sources: Sequence[Source], *, title: str, color: str | None = None, superposed: bool = False
) -> View:
    """Return the view of structure files. Raises InvalidInput if it can't be colored or superposed as wanted."""
    try:
        shown = prepare(sources, superposed=superposed)
        part = viewer(sources, title=title, colour=color, superposed=superposed)
        drawn = draw(shown.scenes, title, color) if shown.scenes.scenes else None
    except ValueError as error:
        raise InvalidInput(str(error)) from None
    if drawn is None:
        names = ", ".join(source.name for source in sources)
        return View(f"{names}: shown as text", page(title, [_GROUND, part]), "")
    picture = image(drawn.svg, drawn.description, "max-width: 100%; width: 640px")
    return View(drawn.description, page(title, [_GROUND, part]), picture)
