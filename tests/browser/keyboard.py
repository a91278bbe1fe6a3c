"""A page as someone uses it who has no mouse, and must see where they are."""

from typing import Any

from playwright.sync_api import Page

FOCUSED = """() => {
  const element = document.activeElement;
  const isOutlined = (of) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(of);
    return outlineStyle !== "none" && outlineWidth !== "0px";
  };
  const { top, bottom, left, right, width, height } = element.getBoundingClientRect();
  const isWithin = top < innerHeight && bottom > 0 && left < innerWidth && right > 0;
  const read = (node) => node.data ?? (node.ariaHidden === "true" ? "" : [...node.childNodes].map(read).join(""));
  const label = element.labels?.[0];
  const own = element.getAttribute("aria-label") || (label && read(label));
  const text = own || element.placeholder || element.title || read(element);
  return {
    name: text.replace(/[\\s*]+/g, " ").trim(),
    html: element.outerHTML.slice(0, 200),
    isMarked: isOutlined(element) || isOutlined(element.parentElement),
    isSeen: isWithin && width > 0 && height > 0 && element.checkVisibility({ opacityProperty: true }),
  };
}"""


class Keyboard:
    def __init__(self, page: Page):
        self.page = page

    def focused(self) -> dict[str, Any]:
        """Return what has the focus: its `name`, its `html`, and whether it `isMarked` and `isSeen`."""
        return self.page.evaluate(FOCUSED)

    def step(self, key: str = "Tab") -> str:
        """Go to the next element; return its name. One must see the element, and that the focus is there."""
        self.page.keyboard.press(key)
        focused = self.focused()
        assert focused["isSeen"], focused["html"]
        assert focused["isMarked"], focused["html"]
        return str(focused["name"])

    def steps_to(self, name: str, key: str = "Tab", most: int = 60) -> list[str]:
        """Go on until the element of the name has the focus; return the names of those on the way."""
        passed: list[str] = []
        while (here := self.step(key)) != name:
            passed.append(here)
            assert len(passed) < most, f"{name} is not among {passed}"
        return passed

    def press(self, key: str) -> None:
        """Press a key that leads to another page, and wait for that."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def skip_to_content(self) -> None:
        """Take the link, which is the first of a page, past the side bar."""
        first = self.step()
        assert first == "Skip to the content", first
        self.page.keyboard.press("Enter")
        assert self.page.evaluate("document.activeElement.localName") == "main"
