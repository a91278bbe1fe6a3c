"""The page of the API's documents (Swagger UI), as an integrator uses it."""

import json
from typing import Any

from playwright.sync_api import Locator, Page

from tests.browser.watched import Watched


class Documents(Watched):
    def __init__(self, page: Page, port: int, pair: dict[str, str]):
        super().__init__(page, f"http://127.0.0.1:{port}/jsonApi/docs")
        self.pair = pair

    def open(self) -> None:
        self.page.goto(self.address)
        self.page.locator(".opblock").first.wait_for()

    def authorize(self, **values: str) -> None:
        """Log in by the schemes that are named, each with a value for every input it has."""
        self.page.locator("button.authorize").first.click()
        for scheme, value in values.items():
            form = self.page.locator(f'.auth-container form:has(h4 code:text-is("{scheme}"))')
            for place, text in enumerate(value.split(":")):
                form.locator("input").nth(place).fill(text)
            form.get_by_role("button", name="Apply credentials").click()
        self.page.locator(".btn-done").first.click()

    def authorize_with_the_pair(self) -> None:
        self.authorize(apiKey=self.pair["api_key"], apiSecret=self.pair["api_secret"])

    def operation(self, tag: str, name: str) -> Locator:
        block = self.page.locator(f"#operations-{tag}-{name}")
        if "is-open" not in (block.get_attribute("class") or ""):
            block.locator(".opblock-summary-control").click()
        return block

    def choose(self, tag: str, name: str, parameter: str, value: str) -> None:
        row = self.operation(tag, name).locator(f'tr[data-param-name="{parameter}"]')
        row.locator("select").select_option(value)

    def execute(self, tag: str, name: str) -> tuple[int, Any]:
        """Try an operation as it stands; return the status and the body that are shown."""
        status, answer = self._answer(tag, name)
        return status, json.loads(answer.locator("pre").first.inner_text())

    def execute_to_download(self, tag: str, name: str) -> tuple[int, str]:
        """The same, of a body that is offered as a file."""
        status, answer = self._answer(tag, name)
        with self.page.expect_download() as download:
            answer.get_by_text("Download file").click()
        return status, download.value.path().read_text()

    def _answer(self, tag: str, name: str) -> tuple[int, Locator]:
        block = self.operation(tag, name)
        block.get_by_role("button", name="Execute").click()
        answer = block.locator(".live-responses-table")
        status = answer.locator("tr.response td.response-col_status").first.inner_text()
        return int(status.split()[0]), answer
