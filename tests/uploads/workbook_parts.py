"""Workbooks as no library writes them: their parts are changed."""

from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from tests.uploads.staff import workbook_file

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET, WORKBOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
RELATED = "xl/_rels/workbook.xml.rels"
HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>status</t></is></c></row>'
# Strict Open XML is the same under other names (ECMA-376 part 1 and ISO/IEC 29500-1, annex A).
STRICT = {
    NAMESPACE: "http://purl.oclc.org/ooxml/spreadsheetml/main",
    RELATIONS: "http://purl.oclc.org/ooxml/officeDocument/relationships",
}


def with_parts(workbook: bytes, parts: Mapping[str, str | bytes | None], compression: int = ZIP_DEFLATED) -> bytes:
    """Return a workbook with these parts in place of its own; of None there is none."""
    changed = BytesIO()
    with ZipFile(BytesIO(workbook)) as old, ZipFile(changed, "w", compression) as new:
        contents = {name: old.read(name) for name in old.namelist()} | dict(parts)
        for name, content in contents.items():
            if content is not None:
                new.writestr(name, content)
    return changed.getvalue()


def part_of(workbook: bytes, path: str) -> str:
    with ZipFile(BytesIO(workbook)) as archive:
        return archive.read(path).decode()


def sheet_xml(*rows: str, header: str = HEADER, before: str = "") -> str:
    return f'<worksheet xmlns="{NAMESPACE}">{before}<sheetData>{header}{"".join(rows)}</sheetData></worksheet>'


def with_sheet(*rows: str, header: str = HEADER, before: str = "") -> bytes:
    """Return a workbook whose only sheet has this XML below its header, and before its rows."""
    return with_parts(workbook_file(["status"]), {SHEET: sheet_xml(*rows, header=header, before=before)})


def with_strings(strings: str, *rows: str, header: str = HEADER) -> bytes:
    """Return a workbook with these shared texts, which the rows name by their places."""
    workbook = with_sheet(*rows, header=header)
    relation = f'<Relationship Id="shared" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
    related = part_of(workbook, RELATED).replace("</Relationships>", f"{relation}</Relationships>")
    shared = f'<sst xmlns="{NAMESPACE}">{strings}</sst>'
    return with_parts(workbook, {RELATED: related, "xl/sharedStrings.xml": shared})


def strict(workbook: bytes) -> bytes:
    """Return a workbook as Excel saves it as "Strict Open XML"."""
    changed = {}
    with ZipFile(BytesIO(workbook)) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode()
            for mostly, strictly in STRICT.items():
                text = text.replace(mostly, strictly)
            changed[name] = text
    return with_parts(workbook, changed)
