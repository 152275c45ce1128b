"""A report of a batch: one page with its totals, a row for each item, and what is known of an item on demand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import attrs

from .._frames.rows import types
from .._message_text import number_text
from .figures import rows as table_of, values
from .line import STATES
from .markup import escape
from .page import Part, page
from .report_page import NOT_RECORDED, Client, Section, body, foot, head, moment
from .shapes import Column, Table, Value

MOST_CELLS = 150_000
"""The cells of the results in the page, at most, so that it opens in two seconds; the first columns are shown."""


@attrs.frozen(kw_only=True)
class Item:
    """An item of a batch. `link` is the path of its result from the page, for a browser."""

    id: str
    status: str
    job_id: str | None
    credits: float | None
    attempts: int
    message: str | None
    link: str | None
    same_as: str | None
    sha256: str
    settings: Mapping[str, Any]


@attrs.frozen(kw_only=True)
class Batch:
    """What a batch is, and its totals by their names."""

    id: str
    name: str | None
    tool: str
    tool_version: str | None
    contract: str
    created: float
    finished: bool
    totals: Mapping[str, str]
    text: str


def report(
    batch: Batch, items: Sequence[Item], results: Iterable[Mapping[str, Any]], *, client: Client
) -> str:
    """Return the page of a batch. `results` are the rows of its table, each with its `item`."""
    found = list(results)
    sections: list[Section] = [
        ("items", "Items", _items(items, found)),
        ("provenance", "Provenance", [_provenance(batch, client)]),
    ]
    facts = [("Created", _moment(batch.created)), *batch.totals.items()]
    top = head(
        f"Batch of {batch.tool}",
        batch.name or f"Batch of {batch.tool}",
        "finished" if batch.finished else "not finished",
        facts,
        sections,
        about=batch.text,
    )
    return page(f"{batch.name or batch.id} – {batch.tool}", [top, *body(sections), foot(client)])


def _moment(seconds: float) -> str:
    return moment(datetime.fromtimestamp(seconds, UTC))


_OWN = ("item", "job_id", "status", "credits")
"""The columns of each result that the table of the items has already."""


def _items(items: Sequence[Item], results: Sequence[Mapping[str, Any]]) -> list[Part]:
    """Return the items with their results as one table, or as two if an item has several rows of results."""
    by_item: dict[str, list[Mapping[str, Any]]] = {}
    for row in results:
        by_item.setdefault(row["item"], []).append(row)
    is_one = all(len(rows) == 1 for rows in by_item.values())
    kinds = types([{name: value for name, value in row.items() if name not in _OWN} for row in results])
    most = max(1, MOST_CELLS // max(1, len(results)))
    columns = [Column(name, kind) for name, kind in list(kinds.items())[:most]]
    left = (
        f'<p class="note">{len(kinds) - most} more columns of the results are in the batch\'s table.</p>'
        if len(kinds) > most
        else ""
    )
    own = [Column("credits", float), Column("attempts", int), Column("job", str), Column("message", str)]
    inner = columns if is_one else []
    lines = [
        [
            each.id,
            each.status,
            *((by_item.get(each.id) or [{}])[0].get(column.name) for column in inner),
            each.credits,
            each.attempts,
            each.job_id,
            each.message,
        ]
        for each in items
    ]
    first = [Column("item", str), Column("status", str)]
    made = [
        table_of(
            Table(name="", description=f"{len(items):,} items", columns=(*first, *inner, *own), rows=lines),
            "items-table",
            save_as="items.csv",
            details="items-details",
        )
    ]
    made[0] = attrs.evolve(made[0], data={"items-details": [_details(each) for each in items]})
    if not is_one:
        rows = [[row["item"], *(row.get(column.name) for column in columns)] for row in results]
        shown = Table(
            name="", description=f"{len(rows):,} rows of results", columns=(first[0], *columns), rows=rows
        )
        part = table_of(shown, "results-table", save_as="results.csv")
        made.append(attrs.evolve(part, body=f"<h3>Results</h3>{part.body}"))
    return [*made, Part(left)]


def _details(item: Item) -> list[list[Any]]:
    """Return what the script shows of an item: names with texts, or with a link and its text."""
    facts: list[list[Any]] = [
        ["Settings", ", ".join(f"{name} = {value}" for name, value in item.settings.items()) or "defaults"],
        ["Inputs (SHA-256)", item.sha256],
    ]
    if item.same_as is not None:
        facts.append(["Same inputs and settings as", item.same_as])
    if item.link is not None:
        facts.append(["Result", [item.link, "folder of the result"]])
    return facts


def _provenance(batch: Batch, client: Client) -> Part:
    facts = [
        Value("Batch", batch.id),
        Value("Tool", batch.tool),
        Value("Tool version", batch.tool_version or NOT_RECORDED, description="When the batch was begun."),
        Value(
            "Contract", batch.contract, description="SHA-256 of the contract that the batch was begun with."
        ),
        Value("Created", _moment(batch.created)),
        Value("Client", f"proteiniq {client.version}", description="That wrote this report."),
    ]
    note = "Links to results are relative to this file: move it together with the folder of the batch."
    return Part(f'{values(facts)}<p class="note">{escape(note)}</p>')


def totals(status: Any) -> dict[str, str]:
    """Return how far a batch is, from its `BatchStatus`."""
    counts = {name: getattr(status, name) for name in ("items", *STATES)}
    shown = {
        name.replace("_", " ").capitalize(): f"{count:,}"
        for name, count in counts.items()
        if count or name in ("items", "done")
    }
    return {**shown, "Credits used": number_text(status.credits_used)}
