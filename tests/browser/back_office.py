"""The admin in a real browser, as a member of staff uses it."""

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page


class BackOffice:
    """A page of the admin; what its console complains of, and which hosts it asks, is noted."""

    def __init__(self, page: Page, port: int):
        self.page, self.address = page, f"http://127.0.0.1:{port}"
        self.troubles: list[str] = []
        self.hosts: set[str] = set()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def _note(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(message.text)

    def open(self, path: str = "/admin/") -> None:
        self.page.goto(self.address + path)

    def log_in(self, username: str, password: str) -> None:
        """Log in by the form, and land on the dashboard."""
        self.open("/admin/login/")
        self.page.locator("#id_username").fill(username)
        self.page.locator("#id_password").fill(password)
        self.page.locator("#id_password").press("Enter")
        self.page.wait_for_url("**/admin/")
