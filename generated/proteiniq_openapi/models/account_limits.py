from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.concurrent_jobs import ConcurrentJobs
    from ..models.rate_limit import RateLimit


T = TypeVar("T", bound="AccountLimits")


@_attrs_define
class AccountLimits:
    """
    Attributes:
        active_jobs (int | None | Unset): Jobs that are queued or running.
        concurrent_jobs (ConcurrentJobs | None | Unset):
        public_api_rate_limit (None | RateLimit | Unset):
    """

    active_jobs: int | None | Unset = UNSET
    concurrent_jobs: ConcurrentJobs | None | Unset = UNSET
    public_api_rate_limit: None | RateLimit | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.concurrent_jobs import ConcurrentJobs  # noqa: PLC0415
        from ..models.rate_limit import RateLimit  # noqa: PLC0415

        active_jobs: int | None | Unset
        if isinstance(self.active_jobs, Unset):
            active_jobs = UNSET
        else:
            active_jobs = self.active_jobs

        concurrent_jobs: dict[str, Any] | None | Unset
        if isinstance(self.concurrent_jobs, Unset):
            concurrent_jobs = UNSET
        elif isinstance(self.concurrent_jobs, ConcurrentJobs):
            concurrent_jobs = self.concurrent_jobs.to_dict()
        else:
            concurrent_jobs = self.concurrent_jobs

        public_api_rate_limit: dict[str, Any] | None | Unset
        if isinstance(self.public_api_rate_limit, Unset):
            public_api_rate_limit = UNSET
        elif isinstance(self.public_api_rate_limit, RateLimit):
            public_api_rate_limit = self.public_api_rate_limit.to_dict()
        else:
            public_api_rate_limit = self.public_api_rate_limit

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if active_jobs is not UNSET:
            field_dict["active_jobs"] = active_jobs
        if concurrent_jobs is not UNSET:
            field_dict["concurrent_jobs"] = concurrent_jobs
        if public_api_rate_limit is not UNSET:
            field_dict["public_api_rate_limit"] = public_api_rate_limit

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.concurrent_jobs import ConcurrentJobs  # noqa: PLC0415
        from ..models.rate_limit import RateLimit  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_active_jobs(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        active_jobs = _parse_active_jobs(d.pop("active_jobs", UNSET))

        def _parse_concurrent_jobs(data: object) -> ConcurrentJobs | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                concurrent_jobs_type_0 = ConcurrentJobs.from_dict(data)

                return concurrent_jobs_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ConcurrentJobs | None | Unset, data)

        concurrent_jobs = _parse_concurrent_jobs(d.pop("concurrent_jobs", UNSET))

        def _parse_public_api_rate_limit(data: object) -> None | RateLimit | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                public_api_rate_limit_type_0 = RateLimit.from_dict(data)

                return public_api_rate_limit_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RateLimit | Unset, data)

        public_api_rate_limit = _parse_public_api_rate_limit(
            d.pop("public_api_rate_limit", UNSET)
        )

        account_limits = cls(
            active_jobs=active_jobs,
            concurrent_jobs=concurrent_jobs,
            public_api_rate_limit=public_api_rate_limit,
        )

        account_limits.additional_properties = d
        return account_limits

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
