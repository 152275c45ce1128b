"""A report of a job: one page with what was computed, from what, and all that came out.

The page makes no request, and the same result gives the same bytes. Signed URLs of files are not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs

from .._inputs.sent import Sent
from .._message_text import number_text
from ..models import JobState, Tool
from .figures import figure
from .markup import escape
from .outputs import outputs
from .page import Part, page
from .report_page import NOT_RECORDED, Client, Section, body, foot, head, moment
from .report_record import Made, files_of, inputs_and_settings, provenance
from .report_structures import lengths_of, section, shown
from .shapes import GivenFile, Image, Matrix, Output, Structure, Table
from .text import duration_text


def report(
    job: JobState,
    data: Any,
    files: Sequence[Made],
    *,
    client: Client,
    tool: Tool | None = None,
    sent: Sent | None = None,
    data_source: str | None = None,
) -> str:
    """Return the page of a result. `sent` is what the job was submitted with, as far as this client did it.

    `tool` is its contract at the time of the report.
    """
    given = [GivenFile(file.name, file.content_type, file.content) for file in files]
    found = outputs(data, given, tool)
    structures = shown(data, found, sent)
    others = [each for each in found if not isinstance(each, Structure)]
    lengths = lengths_of(structures, found, sent)
    sections = [
        *([("structure", "Structure", section(structures))] if structures else []),
        ("results", "Results", _results(others, lengths)),
        ("inputs", "Inputs and settings", [inputs_and_settings(sent, tool)]),
        ("files", "Files", [files_of(files, data, job)]),
        ("provenance", "Provenance", [provenance(job, data, client, tool, sent, data_source)]),
    ]
    name = job.name or (tool.name if tool and tool.name else job.tool) or job.id
    return page(f"{name} – {job.id}", [_head(job, tool, name, sections), *body(sections), foot(client)])


def _head(job: JobState, tool: Tool | None, name: str, sections: Sequence[Section]) -> Part:
    label = tool.name if tool and tool.name else job.tool or "unknown tool"
    facts = [
        ("Job", job.id),
        ("Submitted", moment(job.created_at)),
        ("Waited", _between(job.created_at, job.started_at)),
        ("Computed", _between(job.started_at, job.completed_at)),
        ("Completed", moment(job.completed_at)),
        ("Credits", NOT_RECORDED if job.credits_used is None else number_text(job.credits_used)),
    ]
    return head(
        label, name, str(job.status), facts, sections, _failure(job), about=tool.description if tool else None
    )


def _failure(job: JobState) -> str:
    if job.error is None:
        return ""
    text = ": ".join(each for each in (job.error.code, job.error.message) if each)
    return f'<p class="failure" role="note">{escape(text)}</p>'


def _between(start: datetime | None, end: datetime | None) -> str:
    return NOT_RECORDED if start is None or end is None else duration_text((end - start).total_seconds(), 1)


def _results(found: Sequence[Output], lengths: set[int]) -> list[Part]:
    """Return the outputs one below another; those in files are to be opened if the result has data of its own."""
    has_data = any(each.file is None for each in found)
    made: list[Part] = []
    for number, each in enumerate(found, start=1):
        part = figure(each, f"output-{number}", lengths)
        if part is None:
            continue
        is_described = each.description and not isinstance(each, Table)
        note = f'<p class="note">{escape(each.description)}</p>' if is_described else ""
        is_picture = isinstance(each, (Image, Matrix))
        if each.file is not None and has_data and not is_picture:
            body = (
                f'<details class="output"><summary>{escape(each.name)}</summary>{note}{part.body}</details>'
            )
        else:
            title = f"<h3>{escape(each.name)}</h3>" if each.name else ""
            body = f"<div>{title}{note}{part.body}</div>"
        made.append(attrs.evolve(part, body=body))
    return made or [Part("<p>The result has no structured data.</p>")]
