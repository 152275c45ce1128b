from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.job_billing import JobBilling
    from ..models.job_input import JobInput
    from ..models.quote_request_settings import QuoteRequestSettings


T = TypeVar("T", bound="QuoteRequest")


@_attrs_define
class QuoteRequest:
    """
    Attributes:
        input_ (JobInput): The input of a job: an object, not a bare list of entries.
        tool (str): Tool id.
        billing (JobBilling | Unset):
        settings (QuoteRequestSettings | Unset): Setting id → value. Omitted settings have their defaults.
    """

    input_: JobInput
    tool: str
    billing: JobBilling | Unset = UNSET
    settings: QuoteRequestSettings | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        input_ = self.input_.to_dict()

        tool = self.tool

        billing: dict[str, Any] | Unset = UNSET
        if not isinstance(self.billing, Unset):
            billing = self.billing.to_dict()

        settings: dict[str, Any] | Unset = UNSET
        if not isinstance(self.settings, Unset):
            settings = self.settings.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "input": input_,
                "tool": tool,
            }
        )
        if billing is not UNSET:
            field_dict["billing"] = billing
        if settings is not UNSET:
            field_dict["settings"] = settings

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.job_billing import JobBilling  # noqa: PLC0415
        from ..models.job_input import JobInput  # noqa: PLC0415
        from ..models.quote_request_settings import QuoteRequestSettings  # noqa: PLC0415

        d = dict(src_dict)
        input_ = JobInput.from_dict(d.pop("input"))

        tool = d.pop("tool")

        _billing = d.pop("billing", UNSET)
        billing: JobBilling | Unset
        if isinstance(_billing, Unset):
            billing = UNSET
        else:
            billing = JobBilling.from_dict(_billing)

        _settings = d.pop("settings", UNSET)
        settings: QuoteRequestSettings | Unset
        if isinstance(_settings, Unset):
            settings = UNSET
        else:
            settings = QuoteRequestSettings.from_dict(_settings)

        quote_request = cls(
            input_=input_,
            tool=tool,
            billing=billing,
            settings=settings,
        )

        quote_request.additional_properties = d
        return quote_request

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
