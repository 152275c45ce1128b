"""Structures to look at in a notebook or a browser."""

from __future__ import annotations

import os
from pathlib import Path

import attrs

from .._inputs.arguments import check_flags
from .._inputs.files import new_file, saving_target
from .._transfer.durable import replace
from .markup import escape

_HEIGHT = 720
"""Of the frame in a notebook, in pixels."""


@attrs.frozen
class View:
    """A page with structures in 3D, which needs no network. A notebook shows it where it is the value of a cell.

    `html` is the page. A notebook that isn't trusted shows only the picture.
    """

    description: str
    html: str = attrs.field(repr=False)
    _picture: str = attrs.field(repr=False)

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Save the page at `path`, or as `view.html` in it if that is a folder, and return where it is.

        Raises FileExistsError without `overwrite`, OSError, InvalidInput if `path` is not a path.
        """
        check_flags(overwrite=overwrite)
        target = new_file(saving_target(path, "view.html"), overwrite=overwrite)
        replace(target, self.html.encode())
        return target

    def _repr_html_(self) -> str:
        # The frame lets the page's scripts run, but not in the notebook. One that isn't trusted drops the frame.
        return (
            f"<details><summary>Picture: {escape(self.description)}</summary>{self._picture}</details>"
            f'<iframe sandbox="allow-scripts" srcdoc="{escape(self.html)}" title="{escape(self.description)}" '
            f'width="100%" height="{_HEIGHT}" style="border: 0"></iframe>'
        )
