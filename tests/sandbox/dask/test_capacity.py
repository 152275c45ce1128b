"""What a cluster can run, without one."""

from __future__ import annotations

from proteiniq.sandbox._dask.capacity import Capacity, Need, Offer

NEEDS = {
    "plain": Need("tools:Plain", {}),
    "rare": Need("tools:Rare", {}),
    "folding": Need("tools:Folding", {"GPU": 1}),
    "modest": Need("tools:Plain", {"GPU": 0}),
    "docking": Need("tools:Docking", {"GPU": 2}),
}
ANY = Offer(2, {}, {"tools:Plain"})
RARE = Offer(1, {}, {"tools:Plain", "tools:Rare"})
GPUS = Offer(4, {"GPU": 2}, {"tools:Plain", "tools:Folding", "tools:Docking"})


def unable(offers: dict[str, Offer], *claimed: str) -> set[str]:
    return set(Capacity(NEEDS, offers).unable(claimed))


def test_slots_are_those_of_workers_that_have_a_tool() -> None:
    assert Capacity(NEEDS, {"a": ANY, "b": GPUS, "c": Offer(8, {}, ())}).slots == 6


def test_a_tool_that_no_worker_has_waits() -> None:
    assert unable({"a": ANY}) == {"rare", "folding", "docking"}
    assert unable({}) == set(NEEDS)


def test_a_tool_waits_while_its_resource_is_in_use() -> None:
    offers = {"a": ANY, "b": GPUS}
    assert unable(offers) == {"rare"}
    assert unable(offers, "folding") == {"rare", "docking"}
    assert unable(offers, "folding", "folding") == {"rare", "docking", "folding"}
    assert unable(offers, "docking") == {"rare", "docking", "folding"}


def test_a_resource_of_another_worker_counts() -> None:
    assert "folding" not in unable({"a": GPUS, "b": GPUS}, "folding", "folding")


def test_a_tool_waits_while_the_workers_that_have_it_are_full() -> None:
    offers = {"a": ANY, "b": RARE}
    assert "rare" not in unable(offers, "plain", "plain")
    assert unable(offers, "rare") == {"rare", "folding", "docking"}


def test_a_tool_that_every_worker_has_never_waits_for_others() -> None:
    assert "plain" not in unable({"a": ANY}, "plain", "plain", "plain")


def test_a_resource_that_is_not_needed_may_be_missing() -> None:
    assert "modest" not in unable({"a": ANY}, "modest")


def test_a_claimed_job_that_no_worker_can_run_any_more_takes_no_place() -> None:
    assert "folding" not in unable({"b": GPUS}, "rare", "unknown")
