"""What a report records of a job: inputs and settings, files, and where all is from."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from .._inputs.sent import Sent
from ..models import JobState, Tool
from .figures import values
from .markup import escape
from .page import Part
from .report_page import NOT_RECORDED, Client, moment
from .shapes import Column, Value
from .tables import Marked, table

MOST_EMBEDDED = 10_000_000
"""Files of more bytes than this, together, are not embedded."""

_LONGEST_INPUT = 10_000
"""The characters of an input that is in the page as text."""


@attrs.frozen(kw_only=True)
class Made:
    """A file of a result: its size in bytes and SHA-256. `content` is None if it is too large to show."""

    name: str
    content_type: str | None
    size: int
    sha256: str
    content: bytes | None = attrs.field(repr=False)


def inputs_and_settings(sent: Sent | None, tool: Tool | None) -> Part:
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
        if each.content is not None and len(each.content) <= _LONGEST_INPUT
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


def files_of(files: Sequence[Made], data: Any, job: JobState) -> Part:
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


def provenance(
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
