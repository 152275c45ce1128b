"""The frame of a report's page: its head with the facts in short, its sections, its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import attrs

from .markup import escape
from .page import Part, asset

NOT_RECORDED = "not recorded"

Section = tuple[str, str, list[Part]]
"""The id of a section, its title, and what is in it."""


@attrs.frozen(kw_only=True)
class Client:
    """What wrote the report: the version of this package, and the digest of the contract that it knows."""

    version: str
    contract: str


def head(
    label: str,
    name: str,
    status: str,
    facts: Iterable[tuple[str, str]],
    sections: Sequence[Section],
    note: str = "",
    *,
    about: str | None = None,
) -> Part:
    """Return the head of a page: what it is about, the facts in short, and links to the sections."""
    kind = {"COMPLETED": "good", "finished": "good"}.get(status, "other")
    shown = status.replace("_", " ").capitalize()
    list_ = "".join(f"<div><dt>{escape(key)}</dt><dd>{escape(value)}</dd></div>" for key, value in facts)
    links = "".join(f'<li><a href="#{id}">{escape(title)}</a></li>' for id, title, _ in sections)
    description = f'<p class="about">{escape(about)}</p>' if about else ""
    return Part(
        f'<header><p class="label">{escape(label)}</p><h1>{escape(name)}</h1>'
        f'<p class="state {kind}">{escape(shown)}</p>{note}{description}<dl class="facts">{list_}</dl>'
        f'<nav aria-label="Sections"><ul>{links}</ul></nav></header><main>',
        styles=(asset("theme.css"), asset("report.css"), asset("tables.css"), asset("plots.css")),
    )


def body(sections: Iterable[Section]) -> Iterator[Part]:
    """Yield the sections of a page."""
    for id, title, parts in sections:
        yield Part(
            f'<section class="part" id="{id}" aria-labelledby="{id}-title"><h2 id="{id}-title">{escape(title)}</h2>'
        )
        yield from parts
        yield Part("</section>")


def foot(client: Client) -> Part:
    """Return the end of a page."""
    return Part(
        f"</main><footer>Written by proteiniq {escape(client.version)}. This file makes no request.</footer>"
    )


def moment(at: datetime | None) -> str:
    return NOT_RECORDED if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"
