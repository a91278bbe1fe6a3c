// On paper a page is light, whatever it is on the screen.
"use strict";

(() => {
  const page = document.documentElement;
  let wasDark = false;
  addEventListener("beforeprint", () => {
    wasDark = page.classList.contains("dark");
    page.classList.remove("dark");
  });
  addEventListener("afterprint", () => page.classList.toggle("dark", wasDark));
})();
