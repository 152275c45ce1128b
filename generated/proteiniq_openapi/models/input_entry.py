from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.input_source import InputSource


T = TypeVar("T", bound="InputEntry")


@_attrs_define
class InputEntry:
    """An entry of the input, for one slot.

    Attributes:
        format_ (str):
        id (str): Id of the entry within the job.
        kind (str):
        slot_id (str): An active slot of the tool.
        source (InputSource):
        content (str | Unset): The data, if `source.type` is `text`.
        label (str | Unset): Display name.
    """

    format_: str
    id: str
    kind: str
    slot_id: str
    source: InputSource
    content: str | Unset = UNSET
    label: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        format_ = self.format_

        id = self.id

        kind = self.kind

        slot_id = self.slot_id

        source = self.source.to_dict()

        content = self.content

        label = self.label

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "format": format_,
                "id": id,
                "kind": kind,
                "slotId": slot_id,
                "source": source,
            }
        )
        if content is not UNSET:
            field_dict["content"] = content
        if label is not UNSET:
            field_dict["label"] = label

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.input_source import InputSource  # noqa: PLC0415

        d = dict(src_dict)
        format_ = d.pop("format")

        id = d.pop("id")

        kind = d.pop("kind")

        slot_id = d.pop("slotId")

        source = InputSource.from_dict(d.pop("source"))

        content = d.pop("content", UNSET)

        label = d.pop("label", UNSET)

        input_entry = cls(
            format_=format_,
            id=id,
            kind=kind,
            slot_id=slot_id,
            source=source,
            content=content,
            label=label,
        )

        input_entry.additional_properties = d
        return input_entry

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
