from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.setting import Setting
    from ..models.slot import Slot
    from ..models.tool_input_limits_type_0 import ToolInputLimitsType0


T = TypeVar("T", bound="ToolInput")


@_attrs_define
class ToolInput:
    """The input of a job.

    Attributes:
        slots (list[Slot]): Slots for input data.
        limits (None | ToolInputLimitsType0 | Unset): Limits of the whole input. The schema is not documented.
        settings (list[Setting] | None | Unset): Parameters. It is not documented that they are a list.
    """

    slots: list[Slot]
    limits: None | ToolInputLimitsType0 | Unset = UNSET
    settings: list[Setting] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.tool_input_limits_type_0 import ToolInputLimitsType0  # noqa: PLC0415

        slots = []
        for slots_item_data in self.slots:
            slots_item = slots_item_data.to_dict()
            slots.append(slots_item)

        limits: dict[str, Any] | None | Unset
        if isinstance(self.limits, Unset):
            limits = UNSET
        elif isinstance(self.limits, ToolInputLimitsType0):
            limits = self.limits.to_dict()
        else:
            limits = self.limits

        settings: list[dict[str, Any]] | None | Unset
        if isinstance(self.settings, Unset):
            settings = UNSET
        elif isinstance(self.settings, list):
            settings = []
            for settings_type_0_item_data in self.settings:
                settings_type_0_item = settings_type_0_item_data.to_dict()
                settings.append(settings_type_0_item)

        else:
            settings = self.settings

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "slots": slots,
            }
        )
        if limits is not UNSET:
            field_dict["limits"] = limits
        if settings is not UNSET:
            field_dict["settings"] = settings

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.setting import Setting  # noqa: PLC0415
        from ..models.slot import Slot  # noqa: PLC0415
        from ..models.tool_input_limits_type_0 import ToolInputLimitsType0  # noqa: PLC0415

        d = dict(src_dict)
        slots = []
        _slots = d.pop("slots")
        for slots_item_data in _slots:
            slots_item = Slot.from_dict(slots_item_data)

            slots.append(slots_item)

        def _parse_limits(data: object) -> None | ToolInputLimitsType0 | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                limits_type_0 = ToolInputLimitsType0.from_dict(data)

                return limits_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ToolInputLimitsType0 | Unset, data)

        limits = _parse_limits(d.pop("limits", UNSET))

        def _parse_settings(data: object) -> list[Setting] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                settings_type_0 = []
                _settings_type_0 = data
                for settings_type_0_item_data in _settings_type_0:
                    settings_type_0_item = Setting.from_dict(settings_type_0_item_data)

                    settings_type_0.append(settings_type_0_item)

                return settings_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[Setting] | None | Unset, data)

        settings = _parse_settings(d.pop("settings", UNSET))

        tool_input = cls(
            slots=slots,
            limits=limits,
            settings=settings,
        )

        tool_input.additional_properties = d
        return tool_input

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
