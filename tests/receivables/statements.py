"""Statements of account, as their readers ask for them."""

import csv
import io

from pypdf import PdfReader

AS_OF = "2026-06-30"


def address(customer):
    return f"/jsonApi/customers/{customer.pk}/statement"


def answer(client, customer, **query):
    """Return the answer of what is open now as of a day of ours, unless told otherwise."""
    response = client.get(address(customer), {"asOf": AS_OF, "knownAt": "now"} | query)
    assert response.status_code == 200, response.content
    return response


def statement(client, customer, **query):
    return answer(client, customer, **query).json()


def sections(client, customer, **query):
    return statement(client, customer, **query)["currencies"]


def table_text(client, customer, **query):
    return b"".join(answer(client, customer, format="csv", **query).streaming_content).decode()


def table(client, customer, **query):
    return list(csv.DictReader(io.StringIO(table_text(client, customer, **query), newline="")))


def pages(client, customer, **query):
    """Return the text of each page of a PDF, without what lets long words break."""
    document = PdfReader(io.BytesIO(answer(client, customer, format="pdf", **query).content))
    return [page.extract_text().replace("\u200b", "") for page in document.pages]


def letter(client, customer, **query):
    return "\n".join(pages(client, customer, **query))
