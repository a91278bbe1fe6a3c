"""Lists, walked page by page."""

INVOICES = "/jsonApi/invoices"


def walk(client, url, link="next"):
    """Yield the ids of each page, from a page's address along its links."""
    while url:
        page = client.get(url).json()
        yield [row["id"] for row in page["results"]]
        url = page[link]
