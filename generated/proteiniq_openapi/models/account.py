from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.account_limits import AccountLimits
    from ..models.key_info import KeyInfo
    from ..models.workspace import Workspace


T = TypeVar("T", bound="Account")


@_attrs_define
class Account:
    """The workspace, plan, credits and limits behind a key.

    Attributes:
        workspace (Workspace):
        api_key (KeyInfo | None | Unset):
        limits (AccountLimits | None | Unset):
        object_ (None | str | Unset):
    """

    workspace: Workspace
    api_key: KeyInfo | None | Unset = UNSET
    limits: AccountLimits | None | Unset = UNSET
    object_: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.account_limits import AccountLimits  # noqa: PLC0415
        from ..models.key_info import KeyInfo  # noqa: PLC0415

        workspace = self.workspace.to_dict()

        api_key: dict[str, Any] | None | Unset
        if isinstance(self.api_key, Unset):
            api_key = UNSET
        elif isinstance(self.api_key, KeyInfo):
            api_key = self.api_key.to_dict()
        else:
            api_key = self.api_key

        limits: dict[str, Any] | None | Unset
        if isinstance(self.limits, Unset):
            limits = UNSET
        elif isinstance(self.limits, AccountLimits):
            limits = self.limits.to_dict()
        else:
            limits = self.limits

        object_: None | str | Unset
        if isinstance(self.object_, Unset):
            object_ = UNSET
        else:
            object_ = self.object_

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "workspace": workspace,
            }
        )
        if api_key is not UNSET:
            field_dict["api_key"] = api_key
        if limits is not UNSET:
            field_dict["limits"] = limits
        if object_ is not UNSET:
            field_dict["object"] = object_

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.account_limits import AccountLimits  # noqa: PLC0415
        from ..models.key_info import KeyInfo  # noqa: PLC0415
        from ..models.workspace import Workspace  # noqa: PLC0415

        d = dict(src_dict)
        workspace = Workspace.from_dict(d.pop("workspace"))

        def _parse_api_key(data: object) -> KeyInfo | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                api_key_type_0 = KeyInfo.from_dict(data)

                return api_key_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(KeyInfo | None | Unset, data)

        api_key = _parse_api_key(d.pop("api_key", UNSET))

        def _parse_limits(data: object) -> AccountLimits | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                limits_type_0 = AccountLimits.from_dict(data)

                return limits_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(AccountLimits | None | Unset, data)

        limits = _parse_limits(d.pop("limits", UNSET))

        def _parse_object_(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        object_ = _parse_object_(d.pop("object", UNSET))

        account = cls(
            workspace=workspace,
            api_key=api_key,
            limits=limits,
            object_=object_,
        )

        account.additional_properties = d
        return account

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
