"""A page in the browser, and what it had trouble with."""

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page


class Watched:
    """A page; what its console complains of, and which hosts it asks, is noted."""

    def __init__(self, page: Page, address: str):
        self.page, self.address = page, address
        self.troubles: list[str] = []
        self.hosts: set[str] = set()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def _note(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(message.text)
