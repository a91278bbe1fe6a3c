"""The answers that the OpenAPI document shows: those that the service gave, as `make schema` recorded them."""

import json
from functools import cache
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).with_name("answers.json")


@cache
def recorded() -> dict[str, Any]:
    """Return what was answered: {operationId: {status: {media type: body}}}; a text where it is no JSON."""
    answers: dict[str, Any] = json.loads(RECORDED.read_text())
    return answers


def show_answers(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Show what each operation answers with each status; a postprocessing hook of drf-spectacular."""
    for operations in result["paths"].values():
        for operation in operations.values():
            answers = recorded().get(operation["operationId"], {})
            for status, response in operation["responses"].items():
                _show(response.get("content", {}), answers.get(status, {}))
    return result


def _show(contents: dict[str, Any], bodies: dict[str, Any]) -> None:
    for media_type in contents.keys() & bodies.keys():
        contents[media_type] = contents[media_type] | {"example": bodies[media_type]}
