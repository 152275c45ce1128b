"""Recorded jobs of the real service: their files, and how a submission is compared with them.

`proteiniq.testing.Recorder` writes them and `Sandbox(recordings=)` serves them. A folder of recordings has a folder for
each tool, with `tool.json`, which is the tool as the service described it, and for each job `KEY.json` and a folder
`KEY` with its files. KEY is derived from the submission. Layout and schema are our own.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import attrs

from ._errors import APIError, Issue, SandboxError, invalid
from ._rows import TERMINAL

SCHEMA = "proteiniq-recording/1"
"""The schema that this version writes and reads."""

Json = dict[str, Any]

DescribeFile = Callable[[str], Mapping[str, Any] | None]
"""File id → `filename` and `size_bytes` of a saved file, or None if there is no such file."""


@attrs.frozen
class Recording:
    """A recorded job."""

    path: Path
    submission: Json
    """Its `tool`, `input` and `settings`. A saved file is described by `file` beside its source."""
    job: Json
    """The job when it had ended, as the service described it."""
    result: Json | None
    """Its result without URLs, as the service described it; each file has its place in `local`."""

    @property
    def tool(self) -> str:
        return str(self.submission["tool"])

    @property
    def status(self) -> str:
        """How it ended."""
        return str(self.job["status"]).upper()

    @property
    def credits(self) -> int:
        """What the job cost, in whole credits."""
        used = self.job.get("credits_used")
        is_number = isinstance(used, int | float) and not isinstance(used, bool) and math.isfinite(used)
        return max(math.ceil(used), 0) if is_number and used else 0

    @property
    def files(self) -> list[tuple[Json, Path]]:
        """The files of the result, and where they are."""
        listed = (self.result or {}).get("files") or ()
        return [(each, self.path.with_suffix("") / each["local"]) for each in listed]

    def payload(self, reference: str) -> str:
        """What the supervisor needs to play it, as JSON."""
        return json.dumps({"recording": self.path.stem})


class Recordings:
    """The recordings in a folder. Raises SandboxError, which names the file, if one can't be read."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise SandboxError(
                f"recordings must be a folder that proteiniq.testing.Recorder has filled, got {folder.absolute()}, "
                f"which {'is not a folder' if folder.exists() else 'does not exist'}"
            )
        self.tools: dict[str, Json] = {}
        self._jobs: dict[str, dict[str, Recording]] = {}
        for path in sorted(folder.glob("*/tool.json")):
            tool = _read(path, "tool")["tool"]
            self.tools[tool["id"]] = tool
            self._jobs[tool["id"]] = {
                each.stem: _recording(each) for each in sorted(path.parent.glob("*.json")) if each != path
            }
        if not self.tools:
            raise SandboxError(
                f"{folder.absolute()} has no recordings: make some with proteiniq.testing.Recorder"
            )

    def may_lack(self, body: Mapping[str, Any], issue: Issue) -> bool:
        """Whether a submission may lack what an issue calls required: the kind or format of a recorded tool's entry.

        The service's tools need not state them for their slots, and then the client doesn't send them.
        """
        tool, path = body.get("tool"), issue["path"]
        is_recorded = isinstance(tool, str) and tool in self.tools
        is_stated_by_slot = path.startswith("input.inputs[") and path.endswith((".kind", ".format"))
        return is_recorded and is_stated_by_slot and issue["message"] == "is required"

    def get(self, tool: str, key: str) -> Recording | None:
        return self._jobs.get(tool, {}).get(key)

    def find(self, body: Mapping[str, Any], describe_file: DescribeFile) -> Recording:
        """The recording of an equal submission.

        Raises APIError `validation_error`, which says where the closest recording differs.
        """
        tool = self.tools[body["tool"]]
        wanted = canonical(body, tool, describe_file)
        closest: list[tuple[int, str, str, Recording]] = []
        for recording in self._jobs[body["tool"]].values():
            there = canonical(recording.submission, tool, lambda _: None)
            found = list(differences(wanted, there, ""))
            if not found:
                return recording
            closest.append((len(found), *found[0], recording))
        if not closest:
            issue = {
                "path": "tool",
                "message": f"{body['tool']} has a recorded contract, but no recorded job",
            }
            raise invalid([issue])
        _, path, what, recording = min(closest, key=lambda each: each[0])
        what = (
            f"{what} ({recording.path.name}, the closest of {len(closest)} recorded jobs of {recording.tool})"
        )
        raise invalid([{"path": path, "message": f"no recorded job has this submission: {what}"}])


def folder_of(root: Path, tool: str) -> Path:
    """Where the recordings of a tool are."""
    return root / quote(tool, safe="")


def key_of(submission: Mapping[str, Any], tool: Mapping[str, Any]) -> str:
    """The name of the recording of a submission: equal submissions have the same."""
    value = canonical(submission, tool, lambda _: None)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def canonical(submission: Mapping[str, Any], tool: Mapping[str, Any], describe_file: DescribeFile) -> Json:
    """What counts for the result of a submission, in one form.

    The ids of entries, the order of slots, the case of kinds and formats, line ends, and settings that have their
    default don't count.
    """
    entries = [
        _canonical_entry(entry, f"input.inputs[{index}]", describe_file)
        for index, entry in enumerate(submission["input"]["inputs"])
    ]
    defaults = _defaults(tool)
    settings = {
        name: value
        for name, value in (submission.get("settings") or {}).items()
        if name not in defaults or not _equal(value, defaults[name])
    }
    return {
        "input": {"inputs": sorted(entries, key=lambda entry: str(entry["slotId"]))},
        "settings": settings,
    }


def _canonical_entry(entry: Mapping[str, Any], where: str, describe_file: DescribeFile) -> Json:
    made = {"slotId": entry["slotId"]}
    made |= {name: str(entry[name]).lower() for name in ("kind", "format") if name in entry}
    if entry.get("label") is not None:
        made["label"] = entry["label"]
    if isinstance(content := entry.get("content"), str):
        made["content"] = content.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    file_id = (entry.get("source") or {}).get("file_id")
    if file_id is not None:
        # The content of a saved file can't be read, so its name and size stand for it.
        described = entry.get("file") or describe_file(file_id)
        if described is None:
            raise invalid([{"path": f"{where}.source.file_id", "message": "No such file in this workspace."}])
        made["file"] = {name: described.get(name) for name in ("filename", "size_bytes")}
    return made


def _defaults(tool: Mapping[str, Any]) -> Json:
    """The defaults of a tool's settings, where its contract has them in the form that we know."""
    described = tool.get("input")
    settings = described.get("settings") if isinstance(described, dict) else None
    if not isinstance(settings, list):
        return {}
    return {
        each["id"]: each["default"]
        for each in settings
        if isinstance(each, dict) and isinstance(each.get("id"), str) and "default" in each
    }


def differences(got: Any, recorded: Any, path: str) -> Iterator[tuple[str, str]]:
    """Where two canonical values differ: paths, and what is there instead."""
    if isinstance(got, dict) and isinstance(recorded, dict):
        for name in [*recorded, *(name for name in got if name not in recorded)]:
            inner = f"{path}.{name}" if path else name
            if name not in got:
                yield inner, f"it is missing, the recording has {_shown(recorded[name])}"
            elif name not in recorded:
                yield inner, f"got {_shown(got[name])}, the recording has none"
            else:
                yield from differences(got[name], recorded[name], inner)
    elif isinstance(got, list) and isinstance(recorded, list):
        if len(got) != len(recorded):
            yield path, f"got {len(got)} items, the recording has {len(recorded)}"
        for index, (one, other) in enumerate(zip(got, recorded, strict=False)):
            yield from differences(one, other, f"{path}[{index}]")
    elif not _equal(got, recorded):
        if isinstance(got, str) and isinstance(recorded, str) and "\n" in got + recorded:
            yield path, _different_line(got, recorded)
        else:
            yield path, f"got {_shown(got)}, the recording has {_shown(recorded)}"


def _different_line(got: str, recorded: str) -> str:
    lines, others = got.split("\n"), recorded.split("\n")
    for number, (line, other) in enumerate(zip(lines, others, strict=False), 1):
        if line != other:
            return f"line {number} is {_shown(line)}, the recording has {_shown(other)}"
    return f"got {len(lines)} lines, the recording has {len(others)}"


def _equal(one: Any, other: Any) -> bool:
    """JSON equality: 1 is 1.0, and true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[name], other[name]) for name in one)
    return bool(one == other)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _recording(path: Path) -> Recording:
    found = _read(path, "submission", "job")
    recording = Recording(path, found["submission"], found["job"], found.get("result"))
    try:
        canonical(recording.submission, {}, lambda _: {})
        if recording.status not in TERMINAL:
            raise SandboxError(
                f"the recording {path} is of a job that is {recording.status}, and had not ended"
            )
        if missing := [str(file) for _, file in recording.files if not file.is_file()]:
            raise SandboxError(f"the recording {path} lacks its file {missing[0]}: record the job again")
    except (KeyError, TypeError, AttributeError, APIError) as error:
        raise SandboxError(f"the recording {path} is not complete: {error!r}") from error
    return recording


def _read(path: Path, *parts: str) -> Json:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SandboxError(f"cannot read the recording {path}: {error}") from error
    schema = found.get("schema") if isinstance(found, dict) else None
    if schema != SCHEMA:
        raise SandboxError(f"the recording {path} has the schema {schema!r}; this version reads {SCHEMA}")
    if lacking := [part for part in parts if not isinstance(found.get(part), dict)]:
        raise SandboxError(f"the recording {path} is not complete: it lacks {', '.join(lacking)}")
    return dict(found)


def summary(tool: Mapping[str, Any]) -> Json:
    """A recorded tool as an item of the list of tools, with what the contract promises there."""
    price = tool.get("credit_model")
    tags: Sequence[Any] = tool["tags"] if isinstance(tool.get("tags"), list) else ()
    made: Json = {"id": tool["id"], "object": "tool", "tags": [tag for tag in tags if isinstance(tag, str)]}
    for name in ("name", "description", "category"):
        made[name] = tool[name] if isinstance(tool.get(name), str) else ""
    made["credit_model"] = {"is_free": isinstance(price, dict) and price.get("is_free") is True}
    return made


def replayed(recorded: Mapping[str, Any], made: Mapping[str, Any]) -> Json:
    """A recorded result, of this job: with its id and times, and with URLs of the sandbox."""
    files = {each["name"]: each for each in made["files"]}
    listed = [
        {**{name: value for name, value in each.items() if name != "local"}, **_place(files[each["name"]])}
        for each in recorded.get("files") or ()
    ]
    own = {name: made[name] for name in ("job_id", "tool", "status", "completed_at")}
    return {**recorded, **own, "files": listed}


def _place(file: Mapping[str, Any]) -> Json:
    return {"key": file["key"], "url": file["url"]}
