"""Query parameters: what an address would ignore, it refuses."""

import pytest

from customers.models import Customer
from receivables.api.filters import AMOUNTS, DAYS, TEXTS
from receivables.uploads.models import Upload
from tests.config.routes import api_routes
from tests.factories import InvoiceFactory, customer_row, invoice_row

PAGES = ["count", "cursor", "pageSize"]
FED = ["createdSince", "fields", "format", "hasWarning", "ordering", "search", "updatedSince", "uploadId", *PAGES]
OF_CUSTOMERS = [f"{name}{several}" for name in ("cocode", "customerno", "emailaddress1") for several in ("", "__in")]
OF_INVOICES = [
    *(f"{name}{several}" for name in ("customerNumber", *TEXTS) for several in ("", "__in")),
    *(f"{name}__{bound}" for name in (*DAYS, *AMOUNTS) for bound in ("gte", "lte")),
    *("open", "overdue", "overdueDaysMin", "overdueDaysMax", "closed", "closedSince"),
]
OF_MOVEMENTS = ["companyCode", "currency", "customerNumber", "kind", "cursor", "format", "pageSize"]

KNOWN = {
    "jsonApi/customers": [*OF_CUSTOMERS, *FED],
    "jsonApi/customers/<int:pk>": [],
    "jsonApi/customers/<int:pk>/history": PAGES,
    "jsonApi/customers/<int:pk>/invoices": [*OF_INVOICES, *FED, "amounts", "knownAt"],
    "jsonApi/customers/<int:pk>/statement": ["asOf", "buckets", "dateBasis", "format", "from", "knownAt"],
    "jsonApi/invoices": [*OF_INVOICES, *FED, "amounts", "knownAt"],
    "jsonApi/invoices/<int:pk>": ["amounts", "knownAt"],
    "jsonApi/invoices/<int:pk>/history": [*PAGES, "amounts"],
    "jsonApi/reports/aging": [
        "asOf",
        "buckets",
        "companyCode",
        "currency",
        "customerNumber",
        "dateBasis",
        "groupBy",
        "knownAt",
        "cursor",
        "pageSize",
    ],
    "jsonApi/reports/movements": ["since", "until", *OF_MOVEMENTS],
    "jsonApi/snapshots": ["companyCode", "state", *PAGES],
    "jsonApi/snapshots/<uuid:pk>": [],
    "jsonApi/snapshots/<uuid:pk>/commit": [],
    "jsonApi/snapshots/<uuid:pk>/confirm": [],
    "jsonApi/snapshots/<uuid:pk>/missing": [*OF_INVOICES, *FED, "amounts", "fate"],
    "jsonApi/snapshots/<uuid:pk>/undo": ["confirm", "preview"],
    "jsonApi/upload/customers": ["dryRun", "expectedRows", "extractedAt"],
    "jsonApi/upload/invoices": [
        "dryRun",
        "expectedRows",
        "expectedTotal",
        "extractedAt",
        *("snapshot", "part", "companyCodes", "expectedOpen", "allowEmpty"),
    ],
    "jsonApi/uploads": PAGES,
    "jsonApi/uploads/<uuid:pk>": [],
    "jsonApi/uploads/<uuid:pk>/changes": OF_MOVEMENTS,
    "jsonApi/uploads/<uuid:pk>/errors": PAGES,
    "jsonApi/uploads/<uuid:pk>/kept": PAGES,
    "jsonApi/uploads/<uuid:pk>/rejected": [],
    "jsonApi/uploads/<uuid:pk>/undo": ["confirm", "preview"],
    "jsonApi/whoami": [],
}
FOR_DEVELOPERS = {"jsonApi/docs", "jsonApi/schema"}


def test_every_address_stands_in_the_table():
    assert set(api_routes()) == KNOWN.keys() | FOR_DEVELOPERS


@pytest.mark.parametrize(("route", "known"), KNOWN.items(), ids=KNOWN)
def test_an_unknown_parameter_is_refused_with_the_known_ones(route, known, path_to, client):
    response = client.get(path_to(route), {"custmerNumber": "4711"})
    assert response.status_code == 400
    remedy = f"Known here: {', '.join(sorted(known))}." if known else "This address takes no query parameters."
    assert response.json()["errors"] == [
        {
            "field": "custmerNumber",
            "code": "unknown_parameter",
            "message": f"'custmerNumber' is not a parameter here. {remedy}",
        }
    ]


@pytest.mark.parametrize(("resource", "row"), [("invoices", invoice_row()), ("customers", customer_row())])
def test_an_upload_with_an_unknown_parameter_stores_nothing(resource, row, client):
    response = client.post(f"/jsonApi/upload/{resource}?drRun=true", [row])
    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "unknown_parameter")
    assert (Upload.objects.count(), Customer.objects.count()) == (0, 0)


def test_every_unknown_parameter_is_named(client):
    errors = client.get("/jsonApi/invoices?a=1&b=2&status=open").json()["errors"]
    assert [error["field"] for error in errors] == ["a", "b"]


UNKNOWN = {
    "another case": "customernumber",
    "the customers' name for it": "customerno",
    "a lookup": "status__startswith",
    "an ordering by another name": "order_by",
    "a format by another name": "output",
    "NUL": "status\0",
    "nothing": "",
    "a lone surrogate": "\udcff",
}


@pytest.mark.parametrize("name", UNKNOWN.values(), ids=UNKNOWN)
def test_a_name_that_is_nearly_known_is_unknown(name, client):
    response = client.get("/jsonApi/invoices", {name.encode("utf-8", "surrogatepass"): "x"})
    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "unknown_parameter")


@pytest.mark.parametrize("name", ["customerNumber", "status"])
@pytest.mark.parametrize("value", ["", " ", "\t", "\u00a0"], ids=["nothing", "a blank", "a tab", "a no-break space"])
def test_an_empty_filter_never_answers_the_whole_table(name, value, client, account):
    InvoiceFactory(account=account)
    response = client.get("/jsonApi/invoices", {name: value})
    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "empty_parameter")


BLANK = {
    "companyCodes": ("upload/invoices", 'The blank company code is named "".'),
    "companyCode": ("snapshots", 'The blank company code is named "".'),
    "companyCode of invoices": ("invoices", "companyCode__in=, finds what has none."),
}


@pytest.mark.parametrize(("name", "path", "remedy"), [(name, *about) for name, about in BLANK.items()], ids=BLANK)
def test_an_empty_parameter_is_refused_with_the_name_of_what_is_blank(name, path, remedy, client):
    send = client.post if path.startswith("upload") else client.get
    [error] = send(f"/jsonApi/{path}?{name.split()[0]}=").json()["errors"]
    assert error["message"] == f"{name.split()[0]} is empty. Give it a value, or leave it out. {remedy}"


def test_invoices_without_a_company_code_are_found(client, account):
    InvoiceFactory(account=account, company_code="")
    InvoiceFactory(account=account, company_code="1000")
    found = [client.get(f"/jsonApi/invoices?companyCode__in={codes}").json()["results"] for codes in (",", "1000,")]
    assert [[row["companyCode"] for row in rows] for rows in found] == [[""], ["", "1000"]]


def test_a_repeated_parameter_is_refused(client):
    response = client.get("/jsonApi/invoices?status=open&status=closed")
    assert response.status_code == 400
    assert response.json()["errors"] == [
        {"field": "status", "code": "repeated_parameter", "message": "status is given 2 times. Give it once."}
    ]


@pytest.mark.parametrize(
    ("path", "name"),
    [*(("invoices", name) for name in OF_INVOICES), ("customers", "cocode"), ("customers", "customerno")],
)
def test_a_filter_with_nul_is_refused(path, name, client):
    response = client.get(f"/jsonApi/{path}", {name: "a\0b"})
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert response.json()["errors"][0]["field"] == name


ODD = {"a very long text": "9" * 5000, "an emoji": "🧾", "no UTF-8": b"\xff\xfe", "a surrogate": b"\xed\xb3\xbf"}


@pytest.mark.parametrize("name", ["customerNumber", "status"])
@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_an_odd_filter_finds_nothing(name, value, client, account):
    InvoiceFactory(account=account)
    response = client.get("/jsonApi/invoices", {name: value})
    assert (response.status_code, response.json()["results"]) == (200, [])
