"""A page in one file: it may run the scripts and styles in it, and load nothing else.

Browsers enforce this with a content security policy that lists a hash of each script and style. Text from a job is data
in the page, never script. Scripts are ASCII, since a page that embeds this one may have another charset, and the hash
is of the bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

import attrs

from .markup import escape


@attrs.frozen
class Part:
    """A piece of a page: its HTML, and the styles, scripts and data that it needs.

    `data` is JSON by the id of its element: a script reads it with
    `JSON.parse(document.getElementById(id).textContent)`. Scripts run after all of the body, in order. Styles and
    scripts that several parts need stand in the page once.
    """

    body: str
    styles: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    data: Mapping[str, Any] = attrs.field(factory=dict)


def asset(name: str) -> str:
    """Return a style or a script of this package."""
    return (files(__package__) / "assets" / name).read_text("utf-8")


def page(title: str, parts: Iterable[Part]) -> str:
    """Return the HTML document with these parts."""
    parts = list(parts)
    styles = dict.fromkeys(style for part in parts for style in part.styles)
    scripts = dict.fromkeys(_inline(script) for part in parts for script in part.scripts)
    data = {id: value for part in parts for id, value in part.data.items()}
    policy = (
        f"default-src 'none'; img-src data:; script-src {_hashes(scripts)}; style-src {_hashes(styles)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return "".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="color-scheme" content="light dark">\n',
            f"<title>{escape(title)}</title>\n",
            *(f"<style>{style}</style>\n" for style in styles),
            "</head>\n<body>\n",
            *(f"{part.body}\n" for part in parts),
            *(
                f'<script type="application/json" id="{escape(id)}">{_json(value)}</script>\n'
                for id, value in data.items()
            ),
            *(f"<script>{script}</script>\n" for script in scripts),
            "</body>\n</html>\n",
        ]
    )


def _hashes(texts: Iterable[str]) -> str:
    hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    return " ".join(f"'sha256-{each}'" for each in hashes) or "'none'"


def _json(value: Any) -> str:
    """Return JSON in ASCII in which nothing can end its element."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


def _inline(script: str) -> str:
    """Return a script as it can stand in a page: without a text that would end its element."""
    if not script.isascii():
        raise ValueError("a script of a page must be ASCII")
    return re.sub("</(?=script)", "<\\/", script, flags=re.IGNORECASE)
