"""What is shown of an object as a whole, for a card in a notebook and a page of text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import attrs

from .bars import Picture, mark_of, share_of, shares
from .line import facts
from .results import lengths, tables
from .text import one_line, shown
from .tools import needed, price, setting_text, slot_text

MOST_ROWS = 100
"""Rows of a table that are shown: a page of a list has at most as many."""

_SAMPLE_ROWS, _SAMPLE_COLUMNS = 5, 8
_SAMPLE_LETTERS, _SAMPLE_VALUES = 60, 3
"""What is shown of the data of a result."""


@attrs.frozen
class Grid:
    """A table: `left` rows are not shown."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    left: int = 0


@attrs.frozen
class Sheet:
    """A title, facts with a name each, tables, and a picture that says one of the facts at a glance."""

    title: str
    facts: Sequence[tuple[str, Any]] = ()
    grids: Sequence[Grid] = ()
    picture: Picture | None = None
    note: str = ""


def sheet(value: Any) -> Sheet | None:
    """Return what is shown of an object, None if its `repr` is all."""
    for kind in type(value).__mro__:
        known = _KNOWN.get(kind.__name__.removeprefix("Async"))
        if known is not None:
            return known(value)
    return None


def _titled(kind: str, name: object) -> str:
    return f"{kind} {one_line(name, 120)}"


def _of(first: Any, second: Any) -> str | None:
    return None if first is None or second is None else f"{first} of {second}"


def _account(account: Any) -> Sheet:
    workspace, key = account.workspace, account.api_key
    limits = account.limits
    jobs, rate = (limits.concurrent_jobs, limits.rate_limit) if limits else (None, None)
    active, most = limits.active_jobs if limits else None, jobs.max if jobs else None
    rows = [
        ("plan", workspace.plan and workspace.plan.tier),
        ("credits", workspace.credits and workspace.credits.available),
        ("active jobs", _of(active, most) or active),
        ("free job slots", jobs and jobs.remaining),
        ("rate limit", rate and f"{rate.limit} requests in {rate.window_seconds} s"),
        ("key", key and key.prefix),
        ("scopes", key and key.scopes),
    ]
    picture = share_of(active, most, "active jobs")
    return Sheet(_titled("Account", workspace.id), rows, picture=picture)


def _tool(tool: Any) -> Sheet:
    named = [each for each in (tool.name, tool.version, "beta" if tool.beta else None) if each]
    rows = [
        ("name", " ".join(named)),
        ("category", " / ".join(each for each in (tool.category, tool.subcategory) if each)),
        ("tags", tool.tags),
        ("price", price(tool)),
        ("description", tool.description),
    ]
    slots = [(each.id, needed(each), slot_text(each), each.description or each.name) for each in tool.slots]
    settings = [(each.id, setting_text(each), each.description or each.name) for each in tool.settings]
    outputs = [(each.name, each.content_type, each.description) for each in tool.outputs]
    results = [(path, _description(each)) for path, each in tool.results.items()]
    grids = [
        _grid("Inputs", ("slot", "", "takes", "description"), slots),
        _grid("Settings", ("setting", "value", "description"), settings),
        _grid("Output files", ("file", "type", "description"), outputs),
        _grid("Results", ("key", "description"), results),
    ]
    return Sheet(_titled("Tool", tool.id), rows, [each for each in grids if each.rows], mark_of("tool"))


def _description(described: Any) -> Any:
    """Return what a contract says of a key of the result document: a text, or an object with one."""
    if not isinstance(described, Mapping):
        return described
    unit = described.get("unit")
    return f"{described.get('description') or described.get('type') or ''}{f' [{unit}]' if unit else ''}"


def _quote(quote: Any) -> Sheet:
    limits = quote.limits
    rows = [
        ("estimated credits", quote.estimated_credits),
        ("available credits", quote.available_credits),
        ("billable credits", quote.billable_credits),
        ("billing", quote.billing_mode),
        ("active jobs", limits and _of(limits.active_concurrent_jobs, limits.max_concurrent_jobs)),
        ("jobs today", limits and _of(limits.daily_limit_used, limits.daily_limit_max)),
        ("would be refused", _refused(quote)),
    ]
    reasons = [(each.code, each.message) for each in quote.blocking_errors]
    grids = [_grid("Why it would be refused", ("code", "message"), reasons)] if reasons else []
    picture = share_of(quote.estimated_credits, quote.available_credits, "available credits")
    return Sheet(_titled("Quote", quote.tool or ""), rows, grids, picture or mark_of("quote"))


def _refused(quote: Any) -> Any:
    return bool(quote.blocking_errors) if quote.blocking_errors_known else "unknown"


def job_sheet(job: Any, more: Iterable[tuple[str, Any]] = (), note: str = "") -> Sheet:
    """Return what is shown of a job; `more` are further facts."""
    status = one_line(job.status, 40)
    if job.progress is not None and not job.is_terminal:
        status = f"{status}, {job.progress:.0f} %"
    rows = [
        ("status", status),
        *more,
        ("name", job.name),
        ("tool", job.tool),
        ("created", job.created_at),
        ("started", job.started_at),
        ("ended", job.completed_at),
        ("credits used", job.credits_used),
        ("error", job.error and _problem(job.error)),
    ]
    return Sheet(_titled("Job", job.id), rows, picture=_state(job), note=note)


def _state(job: Any) -> Picture:
    status = str(job.status)
    if job.is_terminal or job.progress is None:
        return mark_of(status)
    return shares([(status, job.progress / 100)], f"{status}, {job.progress:.0f} %")


def _problem(error: Any) -> str:
    return ": ".join(each for each in (error.code, error.message) if each)


def _result(result: Any) -> Sheet:
    rows = [
        ("status", result.status and str(result.status)),
        ("tool", result.tool),
        ("completed", result.completed_at),
        ("error", result.error and _problem(result.error)),
        *lengths(result.data),
        ("files", len(result.files)),
    ]
    files = [(each.name, each.content_type) for each in result.files]
    grids = [_grid("Files", ("name", "type"), files)] if files else []
    for name, found in tables(result.data):
        columns = list(
            islice(dict.fromkeys(key for row in found[:_SAMPLE_ROWS] for key in row), _SAMPLE_COLUMNS)
        )
        sample = [[_brief(row.get(key)) for key in columns] for row in found[:_SAMPLE_ROWS]]
        left = len(found) - len(sample)
        grids.append(Grid(f"First {name}" if left else name, [str(key) for key in columns], sample, left))
    return Sheet(_titled("Result of", result.job_id), rows, grids, mark_of(str(result.status)))


def _brief(value: Any) -> Any:
    """Return a value of a result as a cell has room for: only the start of a long text, a list or an object."""
    match value:
        case str():
            return one_line(value, _SAMPLE_LETTERS)
        case list() if len(value) > _SAMPLE_VALUES:
            return f"{one_line(shown(value[:_SAMPLE_VALUES]), _SAMPLE_LETTERS)}, … ({len(value):,} values)"
        case Mapping():
            first = [
                f"{key}: {shown(each, _SAMPLE_LETTERS)}"
                for key, each in islice(value.items(), _SAMPLE_VALUES)
            ]
            more = f", … ({len(value):,} values)" if len(value) > _SAMPLE_VALUES else ""
            return one_line(", ".join(first), 2 * _SAMPLE_LETTERS) + more
    return value


def _result_file(file: Any) -> Sheet:
    rows = [("type", file.content_type), ("job", file.job_id)]
    return Sheet(_titled("Result file", file.name), rows, picture=mark_of("file"))


def _result_files(files: Any) -> Sheet:
    rows = [(each.name, each.content_type) for each in files]
    return Sheet(
        _titled("Result files:", len(files)), (), [_grid("", ("name", "type"), rows)], mark_of("file")
    )


def _page(page: Any) -> Sheet:
    rows = [dict(facts(each)) for each in page.items[:MOST_ROWS]]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[row.get(name) for name in columns] for row in rows]
    kind = type(page.items[0]).__name__.removeprefix("Async") if page.items else "nothing"
    grids = (
        [Grid("", [name.replace("_", " ") for name in columns], cells, len(page.items) - len(rows))]
        if rows
        else []
    )
    title = f"Page of {len(page.items)}: {kind}" if page.items else "Empty page"
    more = [("next page", f"starting_after={page.next_cursor!r}")] if page.next_cursor else []
    return Sheet(title, more, grids, mark_of("page"))


def batch_sheet(status: Any, title: str = "Batch") -> Sheet:
    """Return what is shown of the status of a batch."""
    counts = [(name, getattr(status, name)) for name in _STATES]
    rows = [
        ("items", status.items),
        *((name.replace("_", " "), count or None) for name, count in counts),
        ("credits used", status.credits_used),
        ("credits reserved", status.credits_reserved or None),
        ("credits expected in all", None if status.finished else status.estimated_credits),
        ("limit", status.max_credits),
        ("requests per minute", status.requests_per_minute),
        ("ends about", status.estimated_end),
        ("paused", status.paused),
    ]
    picture = shares([(name, count / max(1, status.items)) for name, count in counts], str(status))
    return Sheet(title, rows, picture=picture)


_STATES = ("done", "running", "in_doubt", "failed", "skipped", "waiting")


def _batch(batch: Any) -> Sheet:
    return batch_sheet(batch.status(), _titled("Batch", batch.path))


def _model(model: Any) -> Sheet:
    """Return what is shown of any other object: its attributes."""
    rows = [(field.name.replace("_", " "), getattr(model, field.name)) for field in attrs.fields(type(model))]
    hidden = {field.name.replace("_", " ") for field in attrs.fields(type(model)) if field.repr is not True}
    return Sheet(type(model).__name__, [(name, each) for name, each in rows if name not in hidden])


def _grid(caption: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Grid:
    return Grid(caption, columns, rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS))


_KNOWN: dict[str, Callable[[Any], Sheet]] = {
    "Account": _account,
    "Tool": _tool,
    "Quote": _quote,
    "JobState": job_sheet,
    "Result": _result,
    "ResultFile": _result_file,
    "ResultFiles": _result_files,
    "Page": _page,
    "BatchStatus": batch_sheet,
    "BatchView": _batch,
    "Model": _model,
    "ItemSummary": _model,
}
"""By name of the class, since the sync client must not load the classes of the async one."""
