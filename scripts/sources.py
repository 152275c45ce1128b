"""Where each element of the contract comes from: the page that is made of the marks in `openapi/upstream.json`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

MEANINGS = {
    "S": "stated by the service's API documentation",
    "M": "stated for the service's MCP connector, which shares the job payload but is not the HTTP API",
    "C": "our choice, because nothing is stated",
}


def marks(node: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every marked element below `node`: (place, mark)."""
    if isinstance(node, Mapping):
        if "x-mark" in node:
            yield place, node["x-mark"]
        for key in node:
            if key.startswith("x-mark-"):
                yield from _aspect(place, key.removeprefix("x-mark-"), node[key])
        for key, value in node.items():
            yield from marks(value, f"{place}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            name = value.get("name", index) if isinstance(value, Mapping) else index
            yield from marks(value, f"{place}/{name}")


def _aspect(place: str, aspect: str, value: Any) -> Iterator[tuple[str, str]]:
    """Marks of what can't carry one itself: an aspect of the element, or its parts by name."""
    if isinstance(value, Mapping):
        for name, mark in value.items():
            yield f"{place}/{aspect}/{name}", mark
    else:
        yield f"{place} ({aspect})", value


def shown(place: str) -> str:
    """A place as people write it: `POST /api/v1/jobs · 201`, `Job.progress`, `X-RateLimit-Reset`."""
    kind, *parts = place.strip("/").split("/")
    if kind == "components":
        group, name, *rest = parts
        inner = [part for part in rest if part not in ("properties", "items", "anyOf", "0")]
        return ".".join([name, *inner]) if group == "schemas" else " ".join([name, *inner])
    path, method, *rest = parts
    inner = [part for part in rest if part not in ("responses", "parameters", "headers")]
    return " · ".join([f"{method.upper()} {path}", *inner])


def elements(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every marked element of the document, as people write it, with its mark."""
    slash = "\0"
    found = [
        marked
        for path, item in document["paths"].items()
        for marked in marks(item, f"/paths/{path.replace('/', slash)}")
    ]
    found += marks(document.get("components", {}), "/components")
    return [(shown(place).replace(slash, "/"), mark) for place, mark in found]


def page(document: Mapping[str, Any]) -> str:
    found = elements(document)
    if not found:
        return (
            "# Where the contract comes from\n\n`upstream.json` is the service's own document as fetched: it has "
            "no marks, everything in it is stated by the service.\n"
        )
    counts = Counter(mark.split()[0] for _, mark in found)
    lines = [
        "# Where the contract comes from",
        "",
        "Made by `nox -s regenerate` from the marks in `upstream.json`, which is a reconstruction:",
        "the service's own document has not been seen. Its documentation is at https://proteiniq.io/docs/api.",
        "",
        "| mark | meaning | elements |",
        "|---|---|---|",
        *[f"| {mark} | {meaning} | {counts[mark]} |" for mark, meaning in MEANINGS.items()],
        f"| | all | {len(found)} |",
        "",
        f"**{counts['C']} of {len(found)} elements are still our choice.** The figure may only go down, and",
        "only by a stated source.",
        "",
    ]
    for mark, meaning in MEANINGS.items():
        lines += [f"## {mark}: {meaning}", ""]
        by_page: dict[str, list[str]] = {}
        for place, full in found:
            if full.split()[0] == mark:
                by_page.setdefault(full.partition(" ")[2], []).append(place)
        for source in sorted(by_page):
            if source:
                lines += [f"### Page `{source}`", ""]
            elif len(by_page) > 1:
                lines += ["### Page not recorded", ""]
            lines += [f"- `{place}`" for place in by_page[source]]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"
