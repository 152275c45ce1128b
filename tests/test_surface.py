"""The public names and what they take: stable from the first release. Extend, don't rename."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import proteiniq
from proteiniq import AsyncProteinIQ, ProteinIQ

NAMES = """
APIError Account AccountLimits AsyncClock AsyncJob AsyncPager AsyncProteinIQ AsyncResult AsyncResultFile BadRequest
BlockingError ConcurrentJobLimitExceeded ConcurrentJobs ConfigurationError Conflict ContractError CreditModel
Credits DailyLimitExceeded DeletedFile File Forbidden InsufficientCredits InternalError InvalidInput InvalidJSON
Issue Job JobFailed JobFailure JobNotCompleted JobState JobStatus KeyInfo MethodNotAllowed NotFound OutputFile Page
Pager PaidPlanRequired PayloadTooLarge PaymentRequired Plan ProteinIQ ProteinIQError Quote QuoteLimits RateLimit
RateLimited Request RequestTimeout Result ResultFile ServerError Setting Slot SpendLimitExceeded SyncClock
TeamNotFound Tool ToolSummary TransportError Unauthorized UnsupportedMediaType UnsupportedOperation UserNotFound
ValidationError WaitTimeout Workspace __version__
"""

CALLS = {
    "ProteinIQ": "api_key base_url *timeout max_retries deadline rate_limit rate_window job_read_interval clock",
    "ProteinIQ.run": "tool inputs settings *name max_credits max_reserved_credits idempotency_key timeout on_update",
    "ProteinIQ.with_options": "**options",
    "ProteinIQ.openapi": "",
    "ProteinIQ.close": "",
    "account.AccountAPI.get": "",
    "tools.Tools.list": "*q category tag task limit",
    "tools.Tools.get": "tool_id",
    "jobs.Jobs.quote": "tool inputs settings *max_reserved_credits",
    "jobs.Jobs.submit": "tool inputs settings *name max_credits max_reserved_credits idempotency_key",
    "jobs.Jobs.list": "*q tool status created_after created_before limit",
    "jobs.Jobs.get": "job_id",
    "jobs.Jobs.cancel": "job_id",
    "jobs.Jobs.events": "job *timeout streams",
    "jobs.Jobs.wait": "job *timeout on_update streams",
    "jobs.Jobs.result": "job *timeout",
    "results.Results.get": "job_id",
    "files.Files.upload": "source *filename description tags collection_ids",
    "files.Files.list": "*q format origin collection_id mine limit",
    "files.Files.get": "file_id",
    "files.Files.delete": "file_id",
    "Job.refresh": "",
    "Job.wait": "*timeout on_update",
    "Job.result": "*timeout",
    "Job.cancel": "",
    "Job.events": "*timeout",
    "Pager.pages": "",
    "Pager.list": "",
    "ResultFile.read": "",
    "ResultFile.text": "",
    "ResultFile.save": "path",
    "Result.save_all": "folder",
    "Tool.validate": "inputs settings",
    "Tool.slot": "slot_id",
}
"""What can be called, and by which names; keyword-only ones follow the star. More may come, none may go."""


def test_the_names() -> None:
    assert sorted(proteiniq.__all__) == list(proteiniq.__all__)
    assert set(NAMES.split()) <= set(proteiniq.__all__)


def test_dir_shows_the_names() -> None:
    assert dir(proteiniq) == sorted(proteiniq.__all__)


def test_the_version_is_that_of_the_installed_package() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", proteiniq.__version__)


def found(path: str, *, asynchronous: bool) -> Any:
    parts = path.split(".")
    if parts[0].islower():
        world = "_async" if asynchronous else "_sync"
        holder: Any = importlib.import_module(f"proteiniq.{world}.{parts[0]}")
        parts = parts[1:]
    else:
        holder = proteiniq
    first = parts[0]
    if asynchronous and hasattr(holder, f"Async{first}"):
        first = f"Async{first}"
    holder = getattr(holder, first)
    for part in parts[1:]:
        holder = getattr(holder, part)
    return holder


def parameters(call: Callable[..., Any]) -> tuple[list[str], set[str]]:
    """Names that may be given by place, and those that may not."""
    kinds = inspect.Parameter
    given = [each for each in inspect.signature(call).parameters.values() if each.name != "self"]
    by_place = [each.name for each in given if each.kind is kinds.POSITIONAL_OR_KEYWORD]
    by_name = {each.name for each in given if each.kind is kinds.KEYWORD_ONLY}
    by_name |= {f"**{each.name}" for each in given if each.kind is kinds.VAR_KEYWORD}
    return by_place, by_name


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("path", sorted(CALLS))
def test_what_can_be_called(path: str, asynchronous: bool) -> None:
    wanted = CALLS[path]
    places, _, names = ("", "", wanted) if wanted.startswith("**") else wanted.partition("*")
    by_place, by_name = parameters(found(path, asynchronous=asynchronous))
    assert by_place == places.split()
    assert set(names.split()) <= by_name


def public_calls() -> Iterator[tuple[str, Any]]:
    for world in ("_async", "_sync"):
        for name in ("client", "account", "tools", "jobs", "job", "results", "files", "paging"):
            module = importlib.import_module(f"proteiniq.{world}.{name}")
            for kind in vars(module).values():
                if not inspect.isclass(kind) or not kind.__module__.startswith(f"proteiniq.{world}"):
                    continue
                for attribute, value in vars(kind).items():
                    if inspect.isfunction(value) and (
                        not attribute.startswith("_") or attribute == "__init__"
                    ):
                        yield f"{kind.__qualname__}.{attribute}", value


def test_no_public_signature_names_a_type_of_httpx_or_of_generated_code() -> None:
    strangers = re.compile(r"httpx|\bLow|\blow\.|proteiniq_openapi|Unset")
    for name, call in public_calls():
        for annotation in call.__annotations__.values():
            assert not strangers.search(str(annotation)), name


def test_every_public_method_is_documented() -> None:
    public = {name.partition(".")[0] for name in CALLS} | {
        each.__name__ for each in (AsyncProteinIQ, ProteinIQ)
    }
    calls = [
        (name, call)
        for name, call in public_calls()
        if name.partition(".")[0].removeprefix("Async") in public
    ]
    assert {name for name, call in calls if not call.__doc__ and not name.endswith(".__init__")} == set()


def test_both_worlds_have_the_same_methods() -> None:
    def methods(kind: type) -> dict[str, list[str]]:
        return {
            name: sorted(inspect.signature(value).parameters)
            for name, value in vars(kind).items()
            if inspect.isfunction(value) and not name.startswith("_")
        }

    for name in ("ProteinIQ", "Job", "Pager", "Result", "ResultFile"):
        assert methods(getattr(proteiniq, name)) == methods(getattr(proteiniq, f"Async{name}"))


@pytest.mark.parametrize("kind", [ProteinIQ, AsyncProteinIQ])
def test_the_resources(kind: type) -> None:
    assert {"account", "tools", "jobs", "results", "files"} <= set(dir(kind))
