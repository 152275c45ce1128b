"""What the workers of a cluster can run, as pure policy: how many jobs at a time, and of which tools."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

import attrs


@attrs.frozen
class Need:
    """What a tool needs of a worker."""

    reference: str
    """The tool, as `module:class`."""
    resources: Mapping[str, float]
    weights: str | None = None
    """The folder of its weights, if it has a model."""


@attrs.frozen
class Offer:
    """What a worker offers."""

    slots: int
    resources: Mapping[str, float]
    tools: Collection[str]
    """The tools that it has, as `module:class`."""


@attrs.frozen
class Capacity:
    needs: Mapping[str, Need]
    """Tool id → need."""
    offers: Mapping[str, Offer] = attrs.field(factory=dict)
    """Worker → offer, of those that can be used now."""
    _able: Mapping[str, frozenset[str]] = attrs.field(init=False, eq=False)

    @_able.default
    def _find_able(self) -> dict[str, frozenset[str]]:
        return {
            tool_id: frozenset(worker for worker, offer in self.offers.items() if _has(offer, need))
            for tool_id, need in self.needs.items()
        }

    @property
    def slots(self) -> int:
        return sum(offer.slots for offer in self.offers.values() if offer.tools)

    def able(self, tool_id: str) -> frozenset[str]:
        """The workers that have a tool and what it needs."""
        return self._able.get(tool_id, frozenset())

    def missing(self) -> frozenset[str]:
        """The tools that no worker can run."""
        return frozenset(tool_id for tool_id, able in self._able.items() if not able)

    def unable(self, claimed: Iterable[str]) -> frozenset[str]:
        """The tools of which no job can start now, beside jobs of the tools `claimed`.

        A job that only some workers can run would otherwise wait for them in the place of one that could run.
        """
        jobs = Counter(claimed)
        return frozenset(tool_id for tool_id in self.needs if not self._has_room(tool_id, jobs))

    def _has_room(self, tool_id: str, jobs: Mapping[str, int]) -> bool:
        able = self.able(tool_id)
        if not able:
            return False
        # Jobs that can run nowhere else. The others may be there, or not.
        rivals = {
            each: count for each, count in jobs.items() if (places := self.able(each)) and places <= able
        }
        offers = [self.offers[worker] for worker in able]
        is_choosy = len(able) < len(self.offers)
        if is_choosy and sum(offer.slots for offer in offers) <= sum(rivals.values()):
            return False
        return all(
            sum(offer.resources.get(name, 0) for offer in offers)
            - sum(self.needs[each].resources.get(name, 0) * count for each, count in rivals.items())
            >= amount
            for name, amount in self.needs[tool_id].resources.items()
        )


def _has(offer: Offer, need: Need) -> bool:
    return need.reference in offer.tools and all(
        offer.resources.get(name, 0) >= amount for name, amount in need.resources.items()
    )
