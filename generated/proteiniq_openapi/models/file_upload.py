from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from .. import types
from ..types import UNSET, File, Unset

T = TypeVar("T", bound="FileUpload")


@_attrs_define
class FileUpload:
    """The form of an upload. The names of the optional parts are documented for the connector. It is not documented that
    they are form parts.

        Attributes:
            file (File): The content, with a file name.
            collection_ids (list[str] | Unset):
            description (str | Unset):
            filename (str | Unset):
            mime_type (str | Unset):
            size_bytes (int | Unset):
            tags (list[str] | Unset):
    """

    file: File
    collection_ids: list[str] | Unset = UNSET
    description: str | Unset = UNSET
    filename: str | Unset = UNSET
    mime_type: str | Unset = UNSET
    size_bytes: int | Unset = UNSET
    tags: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        file = self.file.to_tuple()

        collection_ids: list[str] | Unset = UNSET
        if not isinstance(self.collection_ids, Unset):
            collection_ids = self.collection_ids

        description = self.description

        filename = self.filename

        mime_type = self.mime_type

        size_bytes = self.size_bytes

        tags: list[str] | Unset = UNSET
        if not isinstance(self.tags, Unset):
            tags = self.tags

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "file": file,
            }
        )
        if collection_ids is not UNSET:
            field_dict["collection_ids"] = collection_ids
        if description is not UNSET:
            field_dict["description"] = description
        if filename is not UNSET:
            field_dict["filename"] = filename
        if mime_type is not UNSET:
            field_dict["mime_type"] = mime_type
        if size_bytes is not UNSET:
            field_dict["size_bytes"] = size_bytes
        if tags is not UNSET:
            field_dict["tags"] = tags

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(("file", self.file.to_tuple()))

        if not isinstance(self.collection_ids, Unset):
            for collection_ids_item_element in self.collection_ids:
                files.append(
                    (
                        "collection_ids",
                        (None, str(collection_ids_item_element).encode(), "text/plain"),
                    )
                )

        if not isinstance(self.description, Unset):
            files.append(
                ("description", (None, str(self.description).encode(), "text/plain"))
            )

        if not isinstance(self.filename, Unset):
            files.append(
                ("filename", (None, str(self.filename).encode(), "text/plain"))
            )

        if not isinstance(self.mime_type, Unset):
            files.append(
                ("mime_type", (None, str(self.mime_type).encode(), "text/plain"))
            )

        if not isinstance(self.size_bytes, Unset):
            files.append(
                ("size_bytes", (None, str(self.size_bytes).encode(), "text/plain"))
            )

        if not isinstance(self.tags, Unset):
            for tags_item_element in self.tags:
                files.append(
                    ("tags", (None, str(tags_item_element).encode(), "text/plain"))
                )

        for prop_name, prop in self.additional_properties.items():
            files.append((prop_name, (None, str(prop).encode(), "text/plain")))

        return files

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        file = File(payload=BytesIO(d.pop("file")))

        collection_ids = cast(list[str], d.pop("collection_ids", UNSET))

        description = d.pop("description", UNSET)

        filename = d.pop("filename", UNSET)

        mime_type = d.pop("mime_type", UNSET)

        size_bytes = d.pop("size_bytes", UNSET)

        tags = cast(list[str], d.pop("tags", UNSET))

        file_upload = cls(
            file=file,
            collection_ids=collection_ids,
            description=description,
            filename=filename,
            mime_type=mime_type,
            size_bytes=size_bytes,
            tags=tags,
        )

        file_upload.additional_properties = d
        return file_upload

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
