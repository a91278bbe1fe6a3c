// An icon is a word of its font, which must not be read out beside what it illustrates. Where it is alone, its title
// or it itself is the name.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  for (const icon of document.querySelectorAll(".material-symbols-outlined")) {
    const control = icon.closest("a, button");
    const isAlone = control && !control.title && control.textContent.trim() === icon.textContent.trim();
    if (!isAlone) icon.ariaHidden = "true";
  }
});
