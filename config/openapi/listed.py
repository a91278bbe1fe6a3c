"""What the OpenAPI document says of the rows of lists that may be asked for some of their fields."""

from typing import Any

COMPONENTS = "#/components/schemas/"


def describe_listed_rows(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Name the fields that `fields` may choose, and require none of them; a postprocessing hook of drf-spectacular."""
    schemas = result["components"]["schemas"]
    for operations in result["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                if parameter["name"] == "fields":
                    page = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
                    rows = schemas[page.removeprefix(COMPONENTS)]["properties"]["results"]
                    known = "|".join(_listed(schemas, rows)["properties"])
                    parameter["schema"]["pattern"] = f"^({known})(,({known}))*$"
    return result


def _listed(schemas: dict[str, Any], rows: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of rows with some of their fields; pages get it in place of that of whole rows."""
    name = rows["items"]["$ref"].removeprefix(COMPONENTS)
    if not name.startswith("Listed"):  # else another list of the same pages has been here
        listed = {key: value for key, value in schemas[name].items() if key != "required"}
        name = f"Listed{name}"
        schemas[name] = listed | {"description": "All fields, or those that `fields` names."}
        rows["items"] = {"$ref": f"{COMPONENTS}{name}"}
    found: dict[str, Any] = schemas[name]
    return found
