from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.blocking_error import BlockingError
    from ..models.quote_billing import QuoteBilling
    from ..models.quote_limits import QuoteLimits


T = TypeVar("T", bound="Quote")


@_attrs_define
class Quote:
    """The cost of a job, and whether it would be accepted.

    Attributes:
        estimated_credits (float):
        available_credits (float | None | Unset):
        billable_credits (float | None | Unset):
        billing (None | QuoteBilling | Unset):
        blocking_errors (list[BlockingError] | None | Unset): Reasons to refuse a submit of the same body. Empty in the
            documented example, so the schema of an item is not documented.
        limits (None | QuoteLimits | Unset):
        object_ (None | str | Unset):
        tool (None | str | Unset):
    """

    estimated_credits: float
    available_credits: float | None | Unset = UNSET
    billable_credits: float | None | Unset = UNSET
    billing: None | QuoteBilling | Unset = UNSET
    blocking_errors: list[BlockingError] | None | Unset = UNSET
    limits: None | QuoteLimits | Unset = UNSET
    object_: None | str | Unset = UNSET
    tool: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.quote_billing import QuoteBilling  # noqa: PLC0415
        from ..models.quote_limits import QuoteLimits  # noqa: PLC0415

        estimated_credits = self.estimated_credits

        available_credits: float | None | Unset
        if isinstance(self.available_credits, Unset):
            available_credits = UNSET
        else:
            available_credits = self.available_credits

        billable_credits: float | None | Unset
        if isinstance(self.billable_credits, Unset):
            billable_credits = UNSET
        else:
            billable_credits = self.billable_credits

        billing: dict[str, Any] | None | Unset
        if isinstance(self.billing, Unset):
            billing = UNSET
        elif isinstance(self.billing, QuoteBilling):
            billing = self.billing.to_dict()
        else:
            billing = self.billing

        blocking_errors: list[dict[str, Any]] | None | Unset
        if isinstance(self.blocking_errors, Unset):
            blocking_errors = UNSET
        elif isinstance(self.blocking_errors, list):
            blocking_errors = []
            for blocking_errors_type_0_item_data in self.blocking_errors:
                blocking_errors_type_0_item = blocking_errors_type_0_item_data.to_dict()
                blocking_errors.append(blocking_errors_type_0_item)

        else:
            blocking_errors = self.blocking_errors

        limits: dict[str, Any] | None | Unset
        if isinstance(self.limits, Unset):
            limits = UNSET
        elif isinstance(self.limits, QuoteLimits):
            limits = self.limits.to_dict()
        else:
            limits = self.limits

        object_: None | str | Unset
        if isinstance(self.object_, Unset):
            object_ = UNSET
        else:
            object_ = self.object_

        tool: None | str | Unset
        if isinstance(self.tool, Unset):
            tool = UNSET
        else:
            tool = self.tool

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "estimated_credits": estimated_credits,
            }
        )
        if available_credits is not UNSET:
            field_dict["available_credits"] = available_credits
        if billable_credits is not UNSET:
            field_dict["billable_credits"] = billable_credits
        if billing is not UNSET:
            field_dict["billing"] = billing
        if blocking_errors is not UNSET:
            field_dict["blocking_errors"] = blocking_errors
        if limits is not UNSET:
            field_dict["limits"] = limits
        if object_ is not UNSET:
            field_dict["object"] = object_
        if tool is not UNSET:
            field_dict["tool"] = tool

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.blocking_error import BlockingError  # noqa: PLC0415
        from ..models.quote_billing import QuoteBilling  # noqa: PLC0415
        from ..models.quote_limits import QuoteLimits  # noqa: PLC0415

        d = dict(src_dict)
        estimated_credits = d.pop("estimated_credits")

        def _parse_available_credits(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        available_credits = _parse_available_credits(d.pop("available_credits", UNSET))

        def _parse_billable_credits(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        billable_credits = _parse_billable_credits(d.pop("billable_credits", UNSET))

        def _parse_billing(data: object) -> None | QuoteBilling | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                billing_type_0 = QuoteBilling.from_dict(data)

                return billing_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | QuoteBilling | Unset, data)

        billing = _parse_billing(d.pop("billing", UNSET))

        def _parse_blocking_errors(data: object) -> list[BlockingError] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                blocking_errors_type_0 = []
                _blocking_errors_type_0 = data
                for blocking_errors_type_0_item_data in _blocking_errors_type_0:
                    blocking_errors_type_0_item = BlockingError.from_dict(
                        blocking_errors_type_0_item_data
                    )

                    blocking_errors_type_0.append(blocking_errors_type_0_item)

                return blocking_errors_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[BlockingError] | None | Unset, data)

        blocking_errors = _parse_blocking_errors(d.pop("blocking_errors", UNSET))

        def _parse_limits(data: object) -> None | QuoteLimits | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                limits_type_0 = QuoteLimits.from_dict(data)

                return limits_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | QuoteLimits | Unset, data)

        limits = _parse_limits(d.pop("limits", UNSET))

        def _parse_object_(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        object_ = _parse_object_(d.pop("object", UNSET))

        def _parse_tool(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        tool = _parse_tool(d.pop("tool", UNSET))

        quote = cls(
            estimated_credits=estimated_credits,
            available_credits=available_credits,
            billable_credits=billable_credits,
            billing=billing,
            blocking_errors=blocking_errors,
            limits=limits,
            object_=object_,
            tool=tool,
        )

        quote.additional_properties = d
        return quote

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
