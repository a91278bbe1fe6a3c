// Members of an account, accounts of a person. What one types into to find them has no label: the theme's library, which
// makes it in its own time, leaves it out. Its cross for all that is chosen stands where a list has its items alone; each
// of the chosen has one of its own.
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
