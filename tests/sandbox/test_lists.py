"""Lists: filters, pages, and pages while the list changes."""

from __future__ import annotations

import pytest

from .clients import Api, Clock, Json, body, code, generous


def pages(api: Api, route: str, **query: str | int) -> list[list[Json]]:
    """Every page of a list."""
    found, cursor = [], None
    while True:
        parameters = {**query, **({"starting_after": cursor} if cursor else {})}
        page = body(api.get(route, params=parameters))
        assert page["object"] == "list"
        found.append(page["data"])
        cursor = page["next_cursor"]
        assert page["has_more"] == (cursor is not None)
        if cursor is None:
            return found


def ids(api: Api, route: str, **query: str | int) -> set[str]:
    return {item["id"] for page in pages(api, route, **query) for item in page}


def test_an_empty_list_is_a_page(api: Api) -> None:
    assert pages(api, "jobs") == pages(api, "files") == [[]]


def test_jobs_are_listed_newest_first_in_pages_of_the_limit(api: Api) -> None:
    made = [api.submit(name=f"job {n}")["id"] for n in range(5)]
    found = pages(api, "jobs", limit=2)
    assert [len(page) for page in found] == [2, 2, 1]
    assert [item["id"] for page in found for item in page] == made[::-1]


def test_a_full_last_page_has_no_next(api: Api) -> None:
    for _ in range(4):
        api.upload()
    assert [len(page) for page in pages(api, "files", limit=2)] == [2, 2]


def test_a_page_has_twenty_items_by_default(api: Api) -> None:
    for _ in range(21):
        api.upload()
    assert [len(page) for page in pages(api, "files")] == [20, 1]
    assert [len(page) for page in pages(api, "files", limit=100)] == [21]


def test_pages_neither_repeat_nor_skip_items_while_the_list_changes(api: Api) -> None:
    made = [api.upload(f"{n}.fasta")["id"] for n in range(6)]
    first = body(api.get("files?limit=2"))
    api.upload("new.fasta")
    # The item at the cursor may be deleted too.
    api.delete(f"files/{first['data'][-1]['id']}")
    rest = body(api.get("files", params={"starting_after": first["next_cursor"]}))
    assert [file["id"] for file in rest["data"]] == made[3::-1]


def test_a_cursor_of_another_list_is_refused(api: Api) -> None:
    api.upload()
    api.upload()
    cursor = body(api.get("files?limit=1"))["next_cursor"]
    response = api.get("jobs", params={"starting_after": cursor})
    assert code(response) == (400, "validation_error")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "COPIES"}, {"plain", "priced", "waits", "fails", "endless", "talkative", "choosy"}),
        ({"q": "chooSY input"}, {"choosy"}),
        ({"q": "plain nothing"}, set()),
        ({"tag": "fast", "q": "choosy"}, {"choosy"}),
        ({"tag": "slow"}, set()),
        ({"task": "copying", "q": "choosy"}, {"choosy"}),
        ({"category": "Testing", "q": "waits"}, {"waits"}),
        ({"category": "folding"}, set()),
    ],
)
def test_tools_are_filtered(api: Api, query: dict[str, str], found: set[str]) -> None:
    assert ids(api, "tools", **query) - {"unfit"} == found


def test_the_list_of_tools_is_paged(api: Api) -> None:
    found = [tool["id"] for page in pages(api, "tools", limit=3) for tool in page]
    assert found == sorted(found)
    assert len(found) == 8


def test_jobs_are_filtered(api: Api) -> None:
    a = api.run("plain", name="Alpha 50% one")["id"]
    b = api.run("fails", name="Beta two")["id"]
    c = api.run("plain", name="alpha_two")["id"]
    assert ids(api, "jobs", q="alpha") == {a, c}
    assert ids(api, "jobs", q="two alpha") == {c}
    assert ids(api, "jobs", q="%") == {a}
    assert ids(api, "jobs", q="_") == {c}
    assert ids(api, "jobs", tool="fails") == {b}
    assert ids(api, "jobs", status="FAILED") == {b}
    assert ids(api, "jobs", status="COMPLETED", tool="plain", q="one") == {a}
    assert ids(api, "jobs", tool="nothing") == set()


def test_jobs_are_filtered_by_time() -> None:
    clock = Clock()
    with generous(clock=clock) as sandbox, Api(sandbox) as api:
        made = []
        for _ in range(3):
            made.append(api.run())
            clock.now += 60
        first, second, third = ((job["id"], job["created_at"]) for job in made)
        assert ids(api, "jobs", created_after=first[1]) == {second[0], third[0]}
        assert ids(api, "jobs", created_before=second[1]) == {first[0]}
        window = {"created_after": first[1], "created_before": third[1]}
        assert ids(api, "jobs", **window) == {second[0]}
        moved = second[1].replace("Z", "+00:00")
        assert ids(api, "jobs", created_before=moved) == {first[0]}


def test_files_are_filtered(api: Api, workspace: str) -> None:
    fasta = api.upload("Human.fasta", tags=["blood", "é"], collection_ids=["c1", "c2"])["id"]
    pdb = api.upload("1ubq.pdb", b"HEADER\n", description="Ubiquitin of a human")["id"]
    api.run("plain")
    (copy,) = ids(api, "files", origin="JOB_OUTPUT")
    assert ids(api, "files", q="human") == {fasta, pdb}
    assert ids(api, "files", q="BLOOD") == ids(api, "files", q="É") == {fasta}
    assert ids(api, "files", format="pdb") == ids(api, "files", format="PDB") == {pdb}
    assert ids(api, "files", origin="UPLOAD") == {fasta, pdb}
    assert ids(api, "files", collection_id="c2") == {fasta}
    assert ids(api, "files", collection_id="c") == set()
    with Api(api.sandbox, api.sandbox.create_key(workspace=workspace)) as colleague:
        assert ids(colleague, "files", mine="true") == set()
        assert ids(colleague, "files", mine="false") == {fasta, pdb, copy}
    assert ids(api, "files", mine="true") == {fasta, pdb, copy}


def test_a_search_may_have_thousands_of_words(api: Api) -> None:
    job, file = api.submit(name="alpha")["id"], api.upload("alpha.fasta")["id"]
    assert ids(api, "jobs", q="alpha " * 3000) == {job}
    assert file in ids(api, "files", q="alpha " * 3000)
    assert ids(api, "files", q="alpha " * 3000 + "beta") == set()
