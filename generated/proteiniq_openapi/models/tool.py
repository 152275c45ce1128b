from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.credit_model import CreditModel
    from ..models.tool_input import ToolInput
    from ..models.tool_limits_type_0 import ToolLimitsType0
    from ..models.tool_output import ToolOutput


T = TypeVar("T", bound="Tool")


@_attrs_define
class Tool:
    """A tool with the details needed to submit a job.

    Attributes:
        id (str): Tool id, as in `tool` of a job.
        input_ (ToolInput): The input of a job.
        beta (bool | None | Unset):
        category (None | str | Unset): `folding` in the documented example.
        credit_model (CreditModel | None | Unset):
        description (None | str | Unset): Absent in one documented example.
        limits (None | ToolLimitsType0 | Unset): Limits of the tool. The schema is not documented.
        name (None | str | Unset):
        object_ (None | str | Unset):
        output (None | ToolOutput | Unset): The output of a completed job.
        processing (Any | Unset): How jobs of the tool are processed. The schema is not documented.
        subcategory (None | str | Unset):
        tags (list[str] | None | Unset): Absent in one documented example.
        version (None | str | Unset):
    """

    id: str
    input_: ToolInput
    beta: bool | None | Unset = UNSET
    category: None | str | Unset = UNSET
    credit_model: CreditModel | None | Unset = UNSET
    description: None | str | Unset = UNSET
    limits: None | ToolLimitsType0 | Unset = UNSET
    name: None | str | Unset = UNSET
    object_: None | str | Unset = UNSET
    output: None | ToolOutput | Unset = UNSET
    processing: Any | Unset = UNSET
    subcategory: None | str | Unset = UNSET
    tags: list[str] | None | Unset = UNSET
    version: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.credit_model import CreditModel  # noqa: PLC0415
        from ..models.tool_limits_type_0 import ToolLimitsType0  # noqa: PLC0415
        from ..models.tool_output import ToolOutput  # noqa: PLC0415

        id = self.id

        input_ = self.input_.to_dict()

        beta: bool | None | Unset
        if isinstance(self.beta, Unset):
            beta = UNSET
        else:
            beta = self.beta

        category: None | str | Unset
        if isinstance(self.category, Unset):
            category = UNSET
        else:
            category = self.category

        credit_model: dict[str, Any] | None | Unset
        if isinstance(self.credit_model, Unset):
            credit_model = UNSET
        elif isinstance(self.credit_model, CreditModel):
            credit_model = self.credit_model.to_dict()
        else:
            credit_model = self.credit_model

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        limits: dict[str, Any] | None | Unset
        if isinstance(self.limits, Unset):
            limits = UNSET
        elif isinstance(self.limits, ToolLimitsType0):
            limits = self.limits.to_dict()
        else:
            limits = self.limits

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        object_: None | str | Unset
        if isinstance(self.object_, Unset):
            object_ = UNSET
        else:
            object_ = self.object_

        output: dict[str, Any] | None | Unset
        if isinstance(self.output, Unset):
            output = UNSET
        elif isinstance(self.output, ToolOutput):
            output = self.output.to_dict()
        else:
            output = self.output

        processing = self.processing

        subcategory: None | str | Unset
        if isinstance(self.subcategory, Unset):
            subcategory = UNSET
        else:
            subcategory = self.subcategory

        tags: list[str] | None | Unset
        if isinstance(self.tags, Unset):
            tags = UNSET
        elif isinstance(self.tags, list):
            tags = self.tags

        else:
            tags = self.tags

        version: None | str | Unset
        if isinstance(self.version, Unset):
            version = UNSET
        else:
            version = self.version

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "input": input_,
            }
        )
        if beta is not UNSET:
            field_dict["beta"] = beta
        if category is not UNSET:
            field_dict["category"] = category
        if credit_model is not UNSET:
            field_dict["credit_model"] = credit_model
        if description is not UNSET:
            field_dict["description"] = description
        if limits is not UNSET:
            field_dict["limits"] = limits
        if name is not UNSET:
            field_dict["name"] = name
        if object_ is not UNSET:
            field_dict["object"] = object_
        if output is not UNSET:
            field_dict["output"] = output
        if processing is not UNSET:
            field_dict["processing"] = processing
        if subcategory is not UNSET:
            field_dict["subcategory"] = subcategory
        if tags is not UNSET:
            field_dict["tags"] = tags
        if version is not UNSET:
            field_dict["version"] = version

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.credit_model import CreditModel  # noqa: PLC0415
        from ..models.tool_input import ToolInput  # noqa: PLC0415
        from ..models.tool_limits_type_0 import ToolLimitsType0  # noqa: PLC0415
        from ..models.tool_output import ToolOutput  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        input_ = ToolInput.from_dict(d.pop("input"))

        def _parse_beta(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        beta = _parse_beta(d.pop("beta", UNSET))

        def _parse_category(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        category = _parse_category(d.pop("category", UNSET))

        def _parse_credit_model(data: object) -> CreditModel | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                credit_model_type_0 = CreditModel.from_dict(data)

                return credit_model_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CreditModel | None | Unset, data)

        credit_model = _parse_credit_model(d.pop("credit_model", UNSET))

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        def _parse_limits(data: object) -> None | ToolLimitsType0 | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                limits_type_0 = ToolLimitsType0.from_dict(data)

                return limits_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ToolLimitsType0 | Unset, data)

        limits = _parse_limits(d.pop("limits", UNSET))

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        def _parse_object_(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        object_ = _parse_object_(d.pop("object", UNSET))

        def _parse_output(data: object) -> None | ToolOutput | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                output_type_0 = ToolOutput.from_dict(data)

                return output_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ToolOutput | Unset, data)

        output = _parse_output(d.pop("output", UNSET))

        processing = d.pop("processing", UNSET)

        def _parse_subcategory(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        subcategory = _parse_subcategory(d.pop("subcategory", UNSET))

        def _parse_tags(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                tags_type_0 = cast(list[str], data)

                return tags_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        tags = _parse_tags(d.pop("tags", UNSET))

        def _parse_version(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        version = _parse_version(d.pop("version", UNSET))

        tool = cls(
            id=id,
            input_=input_,
            beta=beta,
            category=category,
            credit_model=credit_model,
            description=description,
            limits=limits,
            name=name,
            object_=object_,
            output=output,
            processing=processing,
            subcategory=subcategory,
            tags=tags,
            version=version,
        )

        tool.additional_properties = d
        return tool

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
