from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="JobBilling")


@_attrs_define
class JobBilling:
    """
    Attributes:
        max_reserved_credits (int | Unset): Spending limit of a job that is billed by the minute. The range, and that
            `billing` has no other key, are documented for the connector.
    """

    max_reserved_credits: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        max_reserved_credits = self.max_reserved_credits

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if max_reserved_credits is not UNSET:
            field_dict["max_reserved_credits"] = max_reserved_credits

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        max_reserved_credits = d.pop("max_reserved_credits", UNSET)

        job_billing = cls(
            max_reserved_credits=max_reserved_credits,
        )

        return job_billing
