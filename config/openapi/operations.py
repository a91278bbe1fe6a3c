"""Operations and their parameters in the OpenAPI document: what views and serializers say, and what holds for all."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse

from config.http.answers import CONTENT_TYPE
from config.openapi.document import ANSWERED_WITH, DISPOSITION, ETAG, LINK, NOT_LOGGED_IN, REQUEST, SHARED
from config.openapi.problems import NOT_FOUND, NOT_KNOWN, PROBLEMS, ProblemSerializer

JSON = "application/json"
TAGS = {"upload": "uploads", "whoami": "account"}  # by the first part of a path; other parts are their own tags
NOT_MODIFIED = "The answer is still the one that `If-None-Match` names; there is no body."
PROBLEM_ORDER = ["description", "content", "headers"]  # of a problem's members; other answers have theirs by name
EXAMPLES: dict[str, Any] = {  # of what many lists take; filters and reports have examples of their own
    "If-None-Match": '"5d41402abc4b2a76b9719d911017c592"',
    "cursor": "WyJpZCIsZmFsc2UsWyIxIl1d",
    "fields": "id,updatedAt",
    "pageSize": 100,
}
EXAMPLES_OF_TYPES = {
    "boolean": True,
    "integer": 1,
    "uuid": "0195b7a4-7c1e-7d2a-9f63-1c2b3a4d5e6f",
    "date-time": "2026-01-31T06:00:00Z",
}
A_TEXT = r"^[^\x00]*[^\s\x00][^\x00]*$"  # not blank, without NUL
PAGING = ("pageSize", "count")
MOMENTS = ("knownAt", "since")  # parameters that name one, which may not be known
IF_NONE_MATCH: dict[str, Any] = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of an earlier answer: 304 and no body where it would be the same again.",
}
NAMED = "named"  # among the recorded answers, those that are shown beside the usual one
RECORDED = Path(__file__).with_name("answers.json")


@cache
def recorded() -> Any:
    """Return the answers that `make schema` recorded: {operationId: {status: {media type: body}}}, and under `named`
    further ones: {operationId: {status: {title: body}}}.
    """
    return json.loads(RECORDED.read_text())


class OperationSchema(AutoSchema):
    view: Any  # of DRF's classes, whichever has serializers or has none

    def get_tags(self) -> list[str]:
        return [TAGS.get(tag, tag) for tag in super().get_tags()]

    def _has_parameter(self, parameter: str) -> bool:
        return parameter in getattr(self.view, "query_parameters", ())

    def _get_parameters(self) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super()._get_parameters()
        if self.method == "GET":
            parameters.append(IF_NONE_MATCH | {"schema": {"type": "string"}})
        declaring = [*self.get_override_parameters(), getattr(self.view, "filterset_class", None)]
        examples = {name: text for each in declaring for name, text in getattr(each, "parameter_examples", {}).items()}
        for parameter in parameters:
            name, schema = parameter["name"], parameter["schema"]
            if name == "fields":
                known = "|".join(self.view.serializer_class().fields)
                schema["pattern"] = f"^({known})(,({known}))*$"
            complete(parameter, self.path, examples)
            if name in PAGING and self._has_parameter("format"):
                schema.pop("default", None)  # clients send defaults, and a file is refused where they are sent
        return parameters

    # The rows of a list that takes `fields` have a schema of their own, which requires none of them.

    def _is_listed(self, serializer: Any) -> bool:
        return self._has_parameter("fields") and isinstance(serializer, self.view.serializer_class)

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        name: str = super().get_serializer_name(serializer, direction)
        return f"Listed{name}" if self._is_listed(serializer) else name

    def get_paginated_name(self, serializer_name: str) -> str:
        return f"{serializer_name.removeprefix('Listed')}Page"

    def _map_serializer(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_serializer(serializer, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        if self._is_listed(serializer):
            del schema["required"]
            schema["description"] = "All fields, or those that `fields` names."
        return schema

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        responses = super()._get_response_bodies(direction)
        others = {status: OpenApiResponse(ProblemSerializer, text) for status, text in PROBLEMS.items()}
        if "{" in self.path:
            others["404"] = OpenApiResponse(ProblemSerializer, NOT_FOUND)
        if any(self._has_parameter(name) for name in MOMENTS):
            others["422"] = OpenApiResponse(ProblemSerializer, NOT_KNOWN)
        if self.method == "GET":
            others["304"] = OpenApiResponse(description=NOT_MODIFIED)
        for status in others.keys() - responses.keys():
            responses[status] = self._get_response_for_code(others[status], status)
        return dict(sorted(responses.items()))

    def _get_response_for_code(
        self, serializer: Any, status_code: str, media_types: Any = None, direction: Any = "response"
    ) -> dict[str, Any]:
        if status_code >= "400":
            media_types = [CONTENT_TYPE]
        response: dict[str, Any] = super()._get_response_for_code(serializer, status_code, media_types, direction)  # type: ignore[no-untyped-call]
        response["description"] = response["description"] or self._outcome()
        examples, further = (
            answers.get(self.get_operation_id(), {}).get(status_code, {})
            for answers in (recorded(), recorded().get(NAMED, {}))
        )
        for media_type, content in response.get("content", {}).items():
            if media_type not in (JSON, CONTENT_TYPE) and content["schema"].get("type") != "string":
                content["schema"] = self._file_schema(media_type)
            if media_type in examples and further:
                shown = {"an upload of rows": examples[media_type], **further}
                content["examples"] = {title: {"value": body} for title, body in shown.items()}
            elif media_type in examples:
                content["example"] = examples[media_type]
        order = sorted(response, key=PROBLEM_ORDER.index) if status_code >= "400" else sorted(response)
        return {member: response[member] for member in order}

    def _outcome(self) -> str:
        if not self._is_list_view():
            return "The requested data."
        whole = "; the whole list, where a file is requested" if self._has_parameter("format") else ""
        return f"A page of the list{whole}."

    def _file_schema(self, media_type: str) -> dict[str, Any]:
        """Return the schema of a list as a file, which is no page of rows but text, or bytes."""
        styles = {renderer.media_type: renderer.render_style for renderer in self.view.renderer_classes}
        form = {"format": "binary"} if styles[media_type] == "binary" else {}
        return {"type": "string", **form, "description": "Every row of the list."}

    def _get_response_headers_for_code(self, status_code: str, direction: Any = "response") -> dict[str, Any]:
        names = REQUEST if status_code == NOT_LOGGED_IN else SHARED
        headers = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
        headers |= ANSWERED_WITH.get(status_code, {})
        if self.method == "GET" and status_code == "200":
            headers["ETag"] = ETAG
            if self._is_list_view():
                headers["Link"] = LINK
            if self._has_parameter("format"):
                headers["Content-Disposition"] = DISPOSITION
        return headers | super()._get_response_headers_for_code(status_code, direction)


def complete(parameter: dict[str, Any], path: str, examples: dict[str, Any]) -> None:
    """Add a parameter's bounds, and an example: the one of its name, or one of its type.

    The example is part of the schema: beside it Swagger UI would fill it in, and no row would be found.
    """
    schema = parameter["schema"]
    if parameter["in"] == "path":
        parameter["description"] = f"The `id` of one of the {path.split('/')[2]}."
    if schema.get("type") == "array":
        # One text with commas: generators of clients repeat a parameter for each item, and repeated ones are refused.
        del parameter["explode"], parameter["style"]
        parameter["schema"] = schema = {"type": "string"}
    if parameter["in"] == "query" and schema.get("type") == "string" and not schema.keys() & {"enum", "format"}:
        schema.update(minLength=1, pattern=schema.get("pattern", A_TEXT))
    if parameter["name"] == "ordering":
        schema["x-enum-varnames"] = [_constant(name) for name in schema["enum"]]
    if "examples" not in schema:
        schema["examples"] = [_example(parameter["name"], schema, EXAMPLES | examples)]


def _constant(name: str) -> str:
    """Return what generators of clients call an ordering: UPDATED_AT, UPDATED_AT_DESCENDING."""
    words = re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", name.removeprefix("-")).upper()
    return f"{words}_DESCENDING" if name.startswith("-") else words


def _example(name: str, schema: dict[str, Any], examples: dict[str, Any]) -> Any:
    stem, _, lookup = name.partition("__")
    if stem in examples:
        example = examples[stem]
        if isinstance(example, tuple):  # of a filter that takes one text, or several
            return ",".join(example) if lookup == "in" else example[0]
        return example
    if "enum" in schema:
        return schema["enum"][-1]
    kind = schema.get("format", schema.get("type"))
    if kind not in EXAMPLES_OF_TYPES:
        raise ImproperlyConfigured(f"Give the parameter {name} an example, in parameter_examples where it is declared.")
    return EXAMPLES_OF_TYPES[kind]
