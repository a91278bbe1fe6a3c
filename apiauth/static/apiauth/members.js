// Members of an account, accounts of a person. The search field has no label: the theme's library creates it later and
// without one. The library's button that clears all items is hidden: it is inside the list of items, and each item has
// its own.
"use strict";

function label(select) {
  const search = select.parentElement.querySelector(".select2-search__field:not([aria-label])");
  search?.setAttribute("aria-label", select.labels[0].textContent.trim());
}

window.addEventListener("DOMContentLoaded", () => {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    select.dataset.allowClear = "false";
    new MutationObserver(() => label(select)).observe(select.parentElement, { childList: true, subtree: true });
    label(select);
  }
});
