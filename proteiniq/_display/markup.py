"""HTML from text that nobody vouches for."""

from __future__ import annotations

import base64
import html


def escape(text: object) -> str:
    """Return text for HTML, as content or as an attribute's value between double quotes.

    Half of a character, which JSON can have and UTF-8 can't, becomes its number, such as `\\ud800`.
    """
    return html.escape(str(text).encode("utf-8", "backslashreplace").decode(), quote=True)


def image(svg: str, description: str, style: str = "") -> str:
    """Return an `<img>` with an SVG picture inside, which a notebook keeps even if it isn't trusted.

    `description` is the alternative text.
    """
    encoded = base64.b64encode(svg.encode()).decode("ascii")
    styled = f' style="{escape(style)}"' if style else ""
    return f'<img src="data:image/svg+xml;base64,{encoded}" alt="{escape(description)}"{styled}>'
