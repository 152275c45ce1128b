from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.upload_ticket_fields_type_0 import UploadTicketFieldsType0
    from ..models.upload_ticket_headers_type_0 import UploadTicketHeadersType0


T = TypeVar("T", bound="UploadTicket")


@_attrs_define
class UploadTicket:
    """
    Attributes:
        url (str):
        fields (None | Unset | UploadTicketFieldsType0):
        headers (None | Unset | UploadTicketHeadersType0):
        id (None | str | Unset):
        method (None | str | Unset):
    """

    url: str
    fields: None | Unset | UploadTicketFieldsType0 = UNSET
    headers: None | Unset | UploadTicketHeadersType0 = UNSET
    id: None | str | Unset = UNSET
    method: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.upload_ticket_fields_type_0 import UploadTicketFieldsType0  # noqa: PLC0415
        from ..models.upload_ticket_headers_type_0 import UploadTicketHeadersType0  # noqa: PLC0415

        url = self.url

        fields: dict[str, Any] | None | Unset
        if isinstance(self.fields, Unset):
            fields = UNSET
        elif isinstance(self.fields, UploadTicketFieldsType0):
            fields = self.fields.to_dict()
        else:
            fields = self.fields

        headers: dict[str, Any] | None | Unset
        if isinstance(self.headers, Unset):
            headers = UNSET
        elif isinstance(self.headers, UploadTicketHeadersType0):
            headers = self.headers.to_dict()
        else:
            headers = self.headers

        id: None | str | Unset
        if isinstance(self.id, Unset):
            id = UNSET
        else:
            id = self.id

        method: None | str | Unset
        if isinstance(self.method, Unset):
            method = UNSET
        else:
            method = self.method

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "url": url,
            }
        )
        if fields is not UNSET:
            field_dict["fields"] = fields
        if headers is not UNSET:
            field_dict["headers"] = headers
        if id is not UNSET:
            field_dict["id"] = id
        if method is not UNSET:
            field_dict["method"] = method

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.upload_ticket_fields_type_0 import UploadTicketFieldsType0  # noqa: PLC0415
        from ..models.upload_ticket_headers_type_0 import UploadTicketHeadersType0  # noqa: PLC0415

        d = dict(src_dict)
        url = d.pop("url")

        def _parse_fields(data: object) -> None | Unset | UploadTicketFieldsType0:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                fields_type_0 = UploadTicketFieldsType0.from_dict(data)

                return fields_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UploadTicketFieldsType0, data)

        fields = _parse_fields(d.pop("fields", UNSET))

        def _parse_headers(data: object) -> None | Unset | UploadTicketHeadersType0:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                headers_type_0 = UploadTicketHeadersType0.from_dict(data)

                return headers_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UploadTicketHeadersType0, data)

        headers = _parse_headers(d.pop("headers", UNSET))

        def _parse_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        id = _parse_id(d.pop("id", UNSET))

        def _parse_method(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        method = _parse_method(d.pop("method", UNSET))

        upload_ticket = cls(
            url=url,
            fields=fields,
            headers=headers,
            id=id,
            method=method,
        )

        upload_ticket.additional_properties = d
        return upload_ticket

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
