"""What the workers of a cluster can run, as pure policy: how many jobs at a time, and of which tools."""

from __future__ import annotations

from collections.abc import Collection, Mapping

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

    @property
    def slots(self) -> int:
        return sum(offer.slots for offer in self.offers.values() if offer.tools)

    def able(self, tool_id: str) -> frozenset[str]:
        """The workers that have a tool and what it needs."""
        need = self.needs.get(tool_id)
        if need is None:
            return frozenset()
        return frozenset(
            worker
            for worker, offer in self.offers.items()
            if need.reference in offer.tools
            and all(offer.resources.get(name, 0) >= amount for name, amount in need.resources.items())
        )

    def missing(self) -> frozenset[str]:
        """The tools that no worker can run."""
        return frozenset(tool_id for tool_id in self.needs if not self.able(tool_id))

    def unable(self, claimed: Collection[str]) -> frozenset[str]:
        """The tools of which no job can start now, beside jobs of the tools `claimed`.

        A job that only some workers can run would otherwise wait for them in the place of one that could run.
        """
        return frozenset(tool_id for tool_id in self.needs if not self._has_room(tool_id, claimed))

    def _has_room(self, tool_id: str, claimed: Collection[str]) -> bool:
        able = self.able(tool_id)
        if not able:
            return False
        rivals = [each for each in claimed if (places := self.able(each)) and places <= able]
        offers = [self.offers[worker] for worker in able]
        is_choosy = len(able) < len(self.offers)
        if is_choosy and sum(offer.slots for offer in offers) <= len(rivals):
            return False
        return all(
            sum(offer.resources[name] for offer in offers)
            - sum(self.needs[each].resources.get(name, 0) for each in rivals)
            >= amount
            for name, amount in self.needs[tool_id].resources.items()
        )
