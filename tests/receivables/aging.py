"""The aging report, as its readers ask for it."""

AGING = "/jsonApi/reports/aging"
AS_OF = "2026-06-30"


def report(client, **query):
    """Return the report of what is open now as of a day of ours, unless told otherwise."""
    response = client.get(AGING, {"asOf": AS_OF, "knownAt": "now"} | query)
    assert response.status_code == 200, response.content
    return response.json()


def rows(client, **query):
    return report(client, **query)["results"]


def filled(row):
    """Return the buckets of a row that hold anything, by label."""
    return {part["label"]: part["amount"] for part in row["buckets"] if part["amount"] != "0"}


def groups(client, **query):
    """Return group, currency and total of each row."""
    return [(row["group"], row["currency"], row["total"]) for row in rows(client, **query)]
