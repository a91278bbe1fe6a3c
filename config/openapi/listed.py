"""What the OpenAPI document says of the rows of lists that may be asked for some of their fields."""

from typing import Any

COMPONENTS = "#/components/schemas/"


def describe_listed_rows(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Require no field of rows whose fields are chosen by `fields`; a postprocessing hook of drf-spectacular."""
    schemas = result["components"]["schemas"]
    for operations in result["paths"].values():
        for operation in operations.values():
            if any(parameter["name"] == "fields" for parameter in operation.get("parameters", [])):
                page = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
                _require_nothing(schemas, schemas[page.removeprefix(COMPONENTS)]["properties"]["results"])
    return result


def _require_nothing(schemas: dict[str, Any], rows: dict[str, Any]) -> None:
    name = rows["items"]["$ref"].removeprefix(COMPONENTS)
    if not name.startswith("Listed"):  # else another list of the same pages has been here
        listed = {key: value for key, value in schemas[name].items() if key != "required"}
        schemas[f"Listed{name}"] = listed | {"description": "All fields, or those that `fields` names."}
        rows["items"] = {"$ref": f"{COMPONENTS}Listed{name}"}
