// What one types into to find members has no label: the theme's library, which makes it in its own time, leaves it out.
"use strict";

function label(select) {
  const search = select.parentElement.querySelector(".select2-search__field:not([aria-label])");
  search?.setAttribute("aria-label", select.labels[0].textContent.trim());
}

window.addEventListener("DOMContentLoaded", () => {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    new MutationObserver(() => label(select)).observe(select.parentElement, { childList: true, subtree: true });
    label(select);
  }
});
