# Generated from proteiniq/_async/submission.py by scripts/unasync.py. Edit that file instead.

"""Quote and submit a job: one call makes one job, whatever becomes of the responses."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from proteiniq_openapi.api.jobs import quote_job, submit_job
from proteiniq_openapi.models import (
    JobBilling,
    JobInput,
    JobRequest,
    JobRequestSettings,
    QuoteRequest,
    QuoteRequestSettings,
)
from proteiniq_openapi.types import UNSET

from .._inputs import entries, job_entries, requests, settings as job_settings
from .._inputs.arguments import (
    check_credits,
    check_flags,
    check_id,
    check_idempotency_key,
    check_name,
    check_reserved_credits,
    copied,
)
from .._inputs.entries import Part
from .._inputs.reader import Reader
from .._inputs.sent import remember, sent
from .._policy.slots import SlotWait, slot_pause
from .._responses import convert
from .._responses.messages import after_submit, blocked, no_slot, spend_limit, without_advice
from .._responses.refusals import explain
from ..errors import ConcurrentJobLimitExceeded, InvalidInput, ValidationError
from ..models import JobState, Quote, Tool, ToolSummary
from .pipeline import Pipeline
from .tools import Tools

log = logging.getLogger("proteiniq")


class Submitter:
    """Quotes and submits the jobs of a client."""

    def __init__(self, pipeline: Pipeline, tools: Tools) -> None:
        self._pipeline = pipeline
        self._tools = tools

    def quote(
        self,
        tool: str | ToolSummary | Tool,
        inputs: Any,
        settings: Mapping[str, Any] | None,
        *,
        max_reserved_credits: int | None,
        check: bool,
    ) -> Quote:
        """Return what a job would cost."""
        check_flags(check=check)
        reserved = _reserved("QuoteRequest", max_reserved_credits)
        return self._quote(self._order(tool, inputs, settings, check), reserved)

    def submit(
        self,
        tool: str | ToolSummary | Tool,
        inputs: Any,
        settings: Mapping[str, Any] | None,
        *,
        name: str | None,
        max_credits: float | None,
        max_reserved_credits: int | None,
        idempotency_key: str | None,
        slot: SlotWait | None,
        check: bool,
    ) -> JobState:
        """Submit a job, with a quote first if there is a limit, and again while there is no slot for it."""
        check_flags(check=check)
        check_credits("max_credits", max_credits)
        check_name(name)
        reserved = _reserved("JobRequest", max_reserved_credits)
        key = check_idempotency_key(
            f"proteiniq-{uuid.uuid4()}" if idempotency_key is None else idempotency_key
        )
        order = self._order(tool, inputs, settings, check)
        in_doubt, tries = False, 0
        while True:
            try:
                return self._submit(order, key, name, max_credits, reserved)
            except ConcurrentJobLimitExceeded as full:
                in_doubt, tries = in_doubt or full.in_doubt, tries + 1
                pause = None if slot is None else self._pause(slot, tries, full.retry_after)
                if pause is None:
                    if slot is not None:
                        without_advice(full)
                    if slot is not None and slot.timeout is not None:
                        full.add_note(no_slot(slot.timeout, in_doubt=in_doubt))
                    if in_doubt and not full.in_doubt:
                        full.in_doubt = True
                        full.add_note(str(after_submit(full, key)))
                    raise
            if tries == 1:
                log.warning("%s: no job slot is free, so it is submitted as soon as there is one", order.tool)
            try:
                self._pipeline.pause(pause, "no job slot is free", "submit_job")
            except BaseException as interrupt:
                if in_doubt:
                    interrupt.add_note(str(after_submit(interrupt, key)))
                raise

    def _pause(self, slot: SlotWait, tries: int, asked: float | None) -> float | None:
        """Return the pause before the next try, in seconds, or None if there is no time for one."""
        clock, longest = self._pipeline.clock, self._pipeline.config.retry.max_retry_after
        remaining = None if slot.deadline is None else slot.deadline - clock.monotonic()
        return slot_pause(tries, jitter=clock.random(), asked=asked, remaining=remaining, longest=longest)

    def _submit(
        self,
        order: _Order,
        key: str,
        name: str | None,
        max_credits: float | None,
        reserved: int | None,
    ) -> JobState:
        """Submit a job, once, with a quote first if there is a limit."""
        if max_credits is not None:
            quote = self._quote(order, reserved)
            refusal = spend_limit(order.tool, quote, max_credits) or blocked(order.tool, quote)
            if refusal is not None:
                raise refusal
        body = JobRequest(
            tool=order.tool,
            name=name or order.name,
            input_=order.input,
            settings=JobRequestSettings.from_dict(order.settings),
            billing=UNSET if reserved is None else JobBilling(max_reserved_credits=reserved),
        )
        prepared = submit_job.prepared(body=body, idempotency_key=key)
        what = sent(order.entries, order.settings)
        try:
            made = convert.made_job(self._pipeline.call(prepared))
            self._pipeline.made.add(made.id, self._pipeline.clock.monotonic())
            made = attrs.evolve(made, tool=made.tool or body.tool, name=made.name or body.name)
            remember(self._pipeline.sent, made.id, what)
            for told in tuple(self._pipeline.on_submit):
                told(order, made)
            return made
        except BaseException as error:
            if isinstance(error, ValidationError):
                explain(error, order.tool, order.entries, order.parts)
            if note := after_submit(error, key):
                error.add_note(note)
            raise

    def _order(
        self, tool: str | ToolSummary | Tool, inputs: Any, settings: Mapping[str, Any] | None, check: bool
    ) -> _Order:
        given = entries.given_entries(inputs)
        if given is not None:
            given = copied(given, "inputs")
            chosen = job_settings.prepared(settings)
            tool_id = tool.id if isinstance(tool, Tool) else check_id("tool", tool)
            name = _default_name(tool_id, given)
            return _Order(tool_id, name, given, None, job_entries.Entries(given), chosen)
        known = tool if isinstance(tool, Tool) else self._tools._recall(tool)
        made = Reader.read(known, inputs, settings, check=check)
        name = _default_name(known.id, made.entries)
        job_input = job_entries.job_input(made.entries)
        return _Order(known.id, name, made.entries, made.parts, job_input, made.settings)

    def _quote(self, order: _Order, reserved: int | None) -> Quote:
        body = QuoteRequest(
            tool=order.tool,
            input_=order.input,
            settings=QuoteRequestSettings.from_dict(order.settings),
            billing=JobBilling(max_reserved_credits=reserved)
            if reserved is not None and _may_reserve("QuoteRequest")
            else UNSET,
        )
        try:
            return convert.quote(self._pipeline.call(quote_job.prepared(body=body)))
        except ValidationError as error:
            explain(error, order.tool, order.entries, order.parts)
            raise


@attrs.frozen
class _Order:
    """The arguments of a job, copied, so that later changes to them have no effect."""

    tool: str
    name: str
    entries: Sequence[Mapping[str, Any]]
    parts: Sequence[tuple[Part, ...]] | None
    input: JobInput
    settings: dict[str, Any]


def _may_reserve(role: str) -> bool:
    """Whether the contract has a limit on reserved credits in this request."""
    return requests.is_documented(role, "billing") and requests.is_documented(
        "JobBilling", "max_reserved_credits"
    )


def _reserved(role: str, max_reserved_credits: int | None) -> int | None:
    """Return the limit as it is sent. Raises InvalidInput if it can't be sent in this request."""
    reserved = check_reserved_credits(max_reserved_credits)
    if reserved is not None and not _may_reserve(role):
        raise InvalidInput(
            "max_reserved_credits: the service's contract has no such limit, so it might be ignored and the job "
            "might cost more. Nothing was submitted: omit it, or use max_credits"
        )
    return reserved


def _default_name(tool_id: str, entries: Sequence[Mapping[str, Any]]) -> str:
    """Return a readable name: the tool and the first label or FASTA header."""
    for entry in entries:
        label, content = entry.get("label"), entry.get("content")
        if not label and isinstance(content, str) and content.startswith(">"):
            label = content[1:].split("\n", 1)[0].split(" ", 1)[0].strip()
        if label and isinstance(label, str):
            return f"{tool_id} {label}"[:100]
    return tool_id
