from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="QuoteLimits")


@_attrs_define
class QuoteLimits:
    """
    Attributes:
        active_concurrent_jobs (int | None | Unset):
        daily_limit_max (int | None | Unset):
        daily_limit_used (int | None | Unset):
        max_concurrent_jobs (int | None | Unset):
    """

    active_concurrent_jobs: int | None | Unset = UNSET
    daily_limit_max: int | None | Unset = UNSET
    daily_limit_used: int | None | Unset = UNSET
    max_concurrent_jobs: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        active_concurrent_jobs: int | None | Unset
        if isinstance(self.active_concurrent_jobs, Unset):
            active_concurrent_jobs = UNSET
        else:
            active_concurrent_jobs = self.active_concurrent_jobs

        daily_limit_max: int | None | Unset
        if isinstance(self.daily_limit_max, Unset):
            daily_limit_max = UNSET
        else:
            daily_limit_max = self.daily_limit_max

        daily_limit_used: int | None | Unset
        if isinstance(self.daily_limit_used, Unset):
            daily_limit_used = UNSET
        else:
            daily_limit_used = self.daily_limit_used

        max_concurrent_jobs: int | None | Unset
        if isinstance(self.max_concurrent_jobs, Unset):
            max_concurrent_jobs = UNSET
        else:
            max_concurrent_jobs = self.max_concurrent_jobs

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if active_concurrent_jobs is not UNSET:
            field_dict["active_concurrent_jobs"] = active_concurrent_jobs
        if daily_limit_max is not UNSET:
            field_dict["daily_limit_max"] = daily_limit_max
        if daily_limit_used is not UNSET:
            field_dict["daily_limit_used"] = daily_limit_used
        if max_concurrent_jobs is not UNSET:
            field_dict["max_concurrent_jobs"] = max_concurrent_jobs

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_active_concurrent_jobs(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        active_concurrent_jobs = _parse_active_concurrent_jobs(
            d.pop("active_concurrent_jobs", UNSET)
        )

        def _parse_daily_limit_max(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        daily_limit_max = _parse_daily_limit_max(d.pop("daily_limit_max", UNSET))

        def _parse_daily_limit_used(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        daily_limit_used = _parse_daily_limit_used(d.pop("daily_limit_used", UNSET))

        def _parse_max_concurrent_jobs(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_concurrent_jobs = _parse_max_concurrent_jobs(
            d.pop("max_concurrent_jobs", UNSET)
        )

        quote_limits = cls(
            active_concurrent_jobs=active_concurrent_jobs,
            daily_limit_max=daily_limit_max,
            daily_limit_used=daily_limit_used,
            max_concurrent_jobs=max_concurrent_jobs,
        )

        quote_limits.additional_properties = d
        return quote_limits

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
