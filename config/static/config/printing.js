// On paper a page is light, whatever it is on the screen, and what can be unfolded is unfolded.
"use strict";

(() => {
  const page = document.documentElement;
  let wasDark = false;
  let unfolded = [];
  addEventListener("beforeprint", () => {
    wasDark = page.classList.contains("dark");
    page.classList.remove("dark");
    unfolded = [...document.querySelectorAll(".upload-details:not([open])")];
    for (const details of unfolded) details.open = true;
  });
  addEventListener("afterprint", () => {
    page.classList.toggle("dark", wasDark);
    for (const details of unfolded) details.open = false;
  });
})();
