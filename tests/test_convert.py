from __future__ import annotations

import copy
from typing import Any

import pytest
from proteiniq_openapi import models as low
from proteiniq_openapi.types import UNSET

from proteiniq import ContractError, _convert
from proteiniq.contract import document

from .support import ENTRY, documented


def test_unset_is_none() -> None:
    assert _convert.given(UNSET) is None
    assert _convert.given(None) is None
    assert _convert.given(0) == 0


@pytest.mark.parametrize("role", sorted(document()["components"]["schemas"]))
def test_every_schema_has_a_class_of_its_name(role: str) -> None:
    assert hasattr(low, role)


def test_what_the_contract_does_not_have_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _convert.is_documented("JobBilling", "max_reserved_credits")
    described = copy.deepcopy(document())
    described["components"]["schemas"]["JobBilling"]["x-undocumented"] = ["max_reserved_credits"]
    monkeypatch.setattr(_convert, "document", lambda: described)
    assert not _convert.is_documented("JobBilling", "max_reserved_credits")


def test_our_entries_are_those_of_the_contract() -> None:
    (made,) = _convert.entries([{**ENTRY, "label": "mine"}])
    assert made.to_dict() == {**ENTRY, "label": "mine"}


@pytest.mark.spelled
def test_an_entry_of_a_file() -> None:
    entry = {**ENTRY, "source": {"type": "file", "file_id": "file_1"}}
    del entry["content"]
    assert _convert.entries([entry])[0].to_dict() == entry


@pytest.mark.parametrize("entry", [{}, {"slotId": 5}, {"slotId": "x", "source": None, "more": [1]}])
def test_an_entry_of_the_users_own_is_sent_as_it_is(entry: dict[str, Any]) -> None:
    assert _convert.entries_as_given([entry])[0].to_dict() == entry


@pytest.mark.parametrize(
    ("has_more", "cursor", "following"),
    [
        (True, "x", "x"),
        (UNSET, "x", "x"),
        (None, "x", "x"),
        (False, "x", None),
        (False, None, None),
        (UNSET, UNSET, None),
        (None, "", None),
    ],
)
def test_where_the_next_page_starts(has_more: Any, cursor: Any, following: str | None) -> None:
    page = low.JobPage(data=[], has_more=has_more, next_cursor=cursor)
    assert _convert.next_cursor(page, "list_jobs") == following


@pytest.mark.parametrize("cursor", [None, "", UNSET, "\ud800"])
def test_a_next_page_that_starts_nowhere(cursor: Any) -> None:
    with pytest.raises(ContractError, match="list_jobs: there are more pages"):
        _convert.next_cursor(low.JobPage(data=[], has_more=True, next_cursor=cursor), "list_jobs")


def test_fields_that_the_contract_calls_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """The generated parser reads the contract's names, and `raw` has them too."""
    renamed = copy.deepcopy(document())
    properties = renamed["components"]["schemas"]["Account"]["properties"]
    properties["quotas"] = {**properties.pop("limits"), "x-name": "limits"}
    monkeypatch.setattr(_convert, "document", lambda: renamed)
    _convert._spelled.cache_clear()
    _convert._held.cache_clear()
    try:
        answer = low.Account.from_dict(documented("get_account"))
        raw = documented("get_account")
        raw["quotas"] = raw.pop("limits")
        account = _convert.account(answer, raw)
        assert account.limits is not None
        assert account.limits.raw == raw["quotas"]
        assert "quotas" not in account.extra
    finally:
        _convert._spelled.cache_clear()
        _convert._held.cache_clear()
