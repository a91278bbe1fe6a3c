"""The admin in a real browser, as a member of staff uses it."""

from playwright.sync_api import Page

from tests.browser.watched import Watched

PASSWORD = "a long pass phrase"


class BackOffice(Watched):
    """A page of the admin."""

    def __init__(self, page: Page, port: int):
        super().__init__(page, f"http://127.0.0.1:{port}")

    def open(self, path: str = "/admin/") -> None:
        self.page.goto(self.address + path)

    def log_in(self, username: str, password: str) -> None:
        """Log in by the form, and land on the dashboard."""
        self.open("/admin/login/")
        self.fill_login(username, password)
        self.page.wait_for_url("**/admin/")

    def fill_login(self, username: str, password: str) -> None:
        """Send the form of the login page that is open, wherever it leads."""
        self.page.locator("#id_username").fill(username)
        self.page.locator("#id_password").fill(password)
        self.page.locator("#id_password").press("Enter")
