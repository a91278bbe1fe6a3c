"""Names of operations' parts, for people and for generators of clients."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

TAGS = {"upload": "uploads", "whoami": "account"}  # by the first part of a path; other parts are their own tags


class OperationSchema(AutoSchema):
    def get_tags(self) -> list[str]:
        return [TAGS.get(tag, tag) for tag in super().get_tags()]

    def get_paginated_name(self, serializer_name: str) -> str:
        return f"{serializer_name}Page"

    def _get_response_for_code(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        response: dict[str, Any] = super()._get_response_for_code(*args, **kwargs)  # type: ignore[no-untyped-call]
        response["description"] = response["description"] or self._outcome()
        return response

    def _outcome(self) -> str:
        if not self._is_list_view():
            return "What was asked for."
        return (
            "A page of the list; all of it, where a file is asked for." if self._has_files() else "A page of the list."
        )

    def _has_files(self) -> bool:
        return len(self.view.get_renderers()) > 1
