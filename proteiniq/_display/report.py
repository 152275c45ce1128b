"""A report of a job: one page with what was computed, from what, and all that came out.

The page makes no request, and the same result gives the same bytes. Signed URLs of files are not in it.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from .._inputs.sent import Sent
from .._message_text import number_text
from ..models import JobState, Tool
from .axes import Axis
from .colours import plddt_limits
from .figures import curve, figure, values
from .markup import escape
from .outputs import outputs
from .page import Part, asset, page
from .plots import Level
from .shapes import (
    Column,
    Curve,
    GivenFile,
    Image,
    Line,
    Matrix,
    Numbers,
    Output,
    Sequences,
    Structure,
    Table,
    Value,
)
from .structure import Unreadable, read
from .tables import Marked, table
from .text import duration_text
from .viewer import Source, viewer

MOST_EMBEDDED = 10_000_000
"""Files of more bytes than this, together, are not embedded."""

NOT_RECORDED = "not recorded"


@attrs.frozen(kw_only=True)
class Made:
    """A file of a result: its size in bytes and SHA-256. `content` is None if it is too large to show."""

    name: str
    content_type: str | None
    size: int
    sha256: str
    content: bytes | None = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Client:
    """What wrote the report: the version of this package, and the digest of the contract that it knows."""

    version: str
    contract: str


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
    structures = [each for each in found if isinstance(each, Structure)]
    others = [each for each in found if not isinstance(each, Structure)]
    traces = [_traces(each) for each in structures]
    lengths = _lengths(traces, found, sent)
    sections = [
        *([("structure", "Structure", _structures(structures, traces, found))] if structures else []),
        ("results", "Results", _results(others, lengths)),
        ("inputs", "Inputs and settings", [_inputs(sent, tool)]),
        ("files", "Files", [_files(files, data, job)]),
        ("provenance", "Provenance", [_provenance(job, data, client, tool, sent, data_source)]),
    ]
    name = job.name or (tool.name if tool and tool.name else job.tool) or job.id
    return page(f"{name} – {job.id}", [_head(job, tool, name, sections), *body(sections), foot(client)])


Section = tuple[str, str, list[Part]]


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


def _failure(job: JobState) -> str:
    if job.error is None:
        return ""
    text = ": ".join(each for each in (job.error.code, job.error.message) if each)
    return f'<p class="failure" role="note">{escape(text)}</p>'


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


def _between(start: datetime | None, end: datetime | None) -> str:
    return NOT_RECORDED if start is None or end is None else duration_text((end - start).total_seconds(), 1)


def _structures(
    structures: Sequence[Structure], traces: Sequence[tuple[Line, ...]], found: Sequence[Output]
) -> list[Part]:
    """Return a viewer for each structure, with the numbers of its residues in the results as colours."""
    made = []
    for number, (each, lines) in enumerate(zip(structures, traces, strict=True), start=1):
        plddt = each.b_factor == "plddt"
        count = sum(len(line.x) for line in lines)
        columns = {
            other.name: other.values
            for other in found
            if isinstance(other, Numbers) and len(other.values) == count
        }
        source = Source(each.name, each.text, each.format, plddt, columns)
        made.append(viewer([source], title=each.name, id=f"structure-{number}"))
        if each.description:
            made.append(Part(f'<p class="note">{escape(each.description)}</p>'))
        if plddt and lines:
            made.append(_confidence(each.name, lines))
    return made


def _confidence(name: str, lines: tuple[Line, ...]) -> Part:
    """Return the pLDDT of each residue, with the limits of the AlphaFold database's classes."""
    limits = plddt_limits(value for line in lines for value in line.y)
    whole = 1 if max(limits) <= 1 else 100
    levels = [Level(limit, text.lower()) for limit, text in limits.items()]
    drawn = Curve(name=name, x=Column("residue", int), y=Column("pLDDT", float), lines=lines)
    part = curve(drawn, Axis("pLDDT", low=0, high=whole), levels)
    return attrs.evolve(part, body=f"<h3>Confidence along the sequence</h3>{part.body}")


def _traces(given: Structure) -> tuple[Line, ...]:
    """Return the B-factors of each chain's residues, counted from 1."""
    try:
        chains = read(given.name, given.text, given.format).models[0].chains
    except Unreadable:
        return ()
    return tuple(
        Line(
            f"chain {name}" if len(chains) > 1 else "",
            [float(number) for number in range(1, len(chain) + 1)],
            [residue.b_factor for residue in chain],
        )
        for name, chain in chains.items()
    )


def _lengths(traces: Sequence[tuple[Line, ...]], found: Sequence[Output], sent: Sent | None) -> set[int]:
    """Return the lengths of the sequences that a job is about."""
    records = [record for each in found if isinstance(each, Sequences) for record in each.records]
    lengths = {len(record.letters) for record in records}
    for lines in traces:
        lengths |= {len(line.x) for line in lines} | {sum(len(line.x) for line in lines)}
    if sent is not None:
        lengths |= {length for entry in sent.inputs for length in entry.lengths}
    return lengths


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


def _inputs(sent: Sent | None, tool: Tool | None) -> Part:
    if sent is None:
        return Part(
            "<p>Not recorded: the service's result does not contain them, and the client that wrote this report did "
            "not submit the job.</p>"
        )
    columns = [
        Column("slot", str),
        Column("format", str),
        Column("label", str),
        Column("bytes", int),
        Column("SHA-256", str),
    ]
    rows = [
        [each.slot, each.format, each.label, each.size, each.file_id or Marked(f"<code>{each.sha256}</code>")]
        for each in sent.inputs
    ]
    made = table(columns, rows, id="inputs-table", caption="Inputs, as they were sent", save_as="inputs.csv")
    texts = "".join(
        f"<details><summary>{escape(each.label or each.slot or 'input')}</summary>"
        f'<pre tabindex="0">{escape(each.content)}</pre></details>'
        for each in sent.inputs
        if each.content is not None
    )
    return attrs.evolve(made, body=made.body + texts + settings(sent.settings, tool))


def settings(given: Mapping[str, Any], tool: Tool | None) -> str:
    """Return the settings that were sent, and the tool's defaults of the others."""
    known = {} if tool is None else {each.id: each for each in tool.settings}
    shown = []
    for id in dict.fromkeys([*given, *known]):
        stated = known.get(id)
        value = given.get(id, stated.default if stated else None)
        note = [] if id in given else ["Default of the tool when this report was written."]
        note += [stated.description] if stated and stated.description else []
        shown.append(Value(id, value, stated.unit if stated else None, " ".join(note) or None))
    return f"<h3>Settings</h3>{values(shown) if shown else '<p>None.</p>'}"


def _files(files: Sequence[Made], data: Any, job: JobState) -> Part:
    document = json.dumps(data, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")
    made = [*files]
    if data not in (None, {}, []) and not any(file.name == "result.json" for file in files):
        digest = hashlib.sha256(document).hexdigest()
        made.append(
            Made(
                name="result.json",
                content_type="application/json",
                size=len(document),
                sha256=digest,
                content=document,
            )
        )
    rows, left = [], MOST_EMBEDDED
    for file in made:
        link, left = _link(file, left)
        rows.append([file.name, file.content_type, file.size, Marked(f"<code>{file.sha256}</code>"), link])
    names = {"name": str, "type": str, "bytes": int, "SHA-256": str, "in this page": str}
    columns = [Column(name, kind) for name, kind in names.items()]
    if not rows:
        return Part("<p>The result has no files.</p>")
    shown = table(columns, rows, id="files-table", caption="Files of the result", save_as="files.csv")
    return attrs.evolve(
        shown,
        body=f"{shown.body}<p class=note>Without JavaScript, files are saved compressed with gzip. result.json is the "
        "structured result.</p>",
    )


_BYTES = "application/octet-stream"


def _link(file: Made, left: int) -> tuple[str, int]:
    if file.content is None or file.size > left:
        return "no: too large", left
    packed = base64.b64encode(gzip.compress(file.content, mtime=0)).decode()
    link = (
        f'<a class="save" download="{escape(file.name)}.gz" href="data:application/gzip;base64,{packed}" '
        f'data-name="{escape(file.name)}" data-kind="{escape(file.content_type or _BYTES)}">Save</a>'
    )
    return Marked(link), left - file.size


def _provenance(
    job: JobState, data: Any, client: Client, tool: Tool | None, sent: Sent | None, data_source: str | None
) -> Part:
    canonical = json.dumps(data, sort_keys=True, separators=(",", ":")).encode()
    stated = "when this report was written"
    facts = [
        Value("Job", job.id),
        Value("Tool", job.tool or NOT_RECORDED),
        Value(
            "Tool version",
            tool.version if tool and tool.version else NOT_RECORDED,
            description=f"Of the contract {stated}.",
        ),
        Value("Status", str(job.status)),
        Value("Submitted", moment(job.created_at)),
        Value("Started", moment(job.started_at)),
        Value("Completed", moment(job.completed_at)),
        Value(
            "Data source",
            data_source or NOT_RECORDED,
            description="As the service calls where the result is from.",
        ),
        Value("Client", f"proteiniq {client.version}"),
        Value(
            "Contract",
            client.contract,
            description="SHA-256 of the contract that this client was made for.",
        ),
        Value(
            "Result",
            hashlib.sha256(canonical).hexdigest(),
            description="SHA-256 of the structured result, as JSON with sorted keys.",
        ),
        *(
            Value(
                f"Input {each.slot or ''}".strip(),
                each.file_id or each.sha256,
                description="Id of a saved file."
                if each.file_id
                else "SHA-256 of the text that was sent, in UTF-8.",
            )
            for each in (sent.inputs if sent else ())
        ),
    ]
    return Part(values(facts))
