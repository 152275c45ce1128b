from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="CreditModel")


@_attrs_define
class CreditModel:
    """
    Attributes:
        base_credits (float | None | Unset): Credits per job.
        credits_per_unit (float | None | Unset): Credits per unit of input.
        is_free (bool | None | Unset):
        type_ (None | str | Unset): It is documented that prices are base, per-unit or calculator-based, but not the key
            and the literals.
        unit (None | str | Unset): The unit: `sequence`, `minute`, …
    """

    base_credits: float | None | Unset = UNSET
    credits_per_unit: float | None | Unset = UNSET
    is_free: bool | None | Unset = UNSET
    type_: None | str | Unset = UNSET
    unit: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        base_credits: float | None | Unset
        if isinstance(self.base_credits, Unset):
            base_credits = UNSET
        else:
            base_credits = self.base_credits

        credits_per_unit: float | None | Unset
        if isinstance(self.credits_per_unit, Unset):
            credits_per_unit = UNSET
        else:
            credits_per_unit = self.credits_per_unit

        is_free: bool | None | Unset
        if isinstance(self.is_free, Unset):
            is_free = UNSET
        else:
            is_free = self.is_free

        type_: None | str | Unset
        if isinstance(self.type_, Unset):
            type_ = UNSET
        else:
            type_ = self.type_

        unit: None | str | Unset
        if isinstance(self.unit, Unset):
            unit = UNSET
        else:
            unit = self.unit

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if base_credits is not UNSET:
            field_dict["base_credits"] = base_credits
        if credits_per_unit is not UNSET:
            field_dict["credits_per_unit"] = credits_per_unit
        if is_free is not UNSET:
            field_dict["is_free"] = is_free
        if type_ is not UNSET:
            field_dict["type"] = type_
        if unit is not UNSET:
            field_dict["unit"] = unit

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_base_credits(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        base_credits = _parse_base_credits(d.pop("base_credits", UNSET))

        def _parse_credits_per_unit(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        credits_per_unit = _parse_credits_per_unit(d.pop("credits_per_unit", UNSET))

        def _parse_is_free(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        is_free = _parse_is_free(d.pop("is_free", UNSET))

        def _parse_type_(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        type_ = _parse_type_(d.pop("type", UNSET))

        def _parse_unit(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        unit = _parse_unit(d.pop("unit", UNSET))

        credit_model = cls(
            base_credits=base_credits,
            credits_per_unit=credits_per_unit,
            is_free=is_free,
            type_=type_,
            unit=unit,
        )

        credit_model.additional_properties = d
        return credit_model

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
