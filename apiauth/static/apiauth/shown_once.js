// The page that shows a secret once: copies what its buttons name, and forgets the secret with the page.
"use strict";

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedBySelection(text);  // no clipboard without TLS, except on this machine
  }
}

function copiedBySelection(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("readonly", "");
  area.className = "pair-unseen";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

async function copy(button, words) {
  const source = document.getElementById(button.dataset.copies);
  const done = await copied(source.textContent);
  button.focus();
  if (!done) getSelection().selectAllChildren(source);
  button.nextElementSibling.textContent = done ? words.copied : words.notCopied;
  button.classList.toggle("is-copied", done);
  setTimeout(() => {
    button.nextElementSibling.textContent = "";
    button.classList.remove("is-copied");
  }, 4000);
}

const shown = document.querySelector("[data-shown-once]");
for (const button of shown.querySelectorAll("[data-copies]")) {
  button.addEventListener("click", () => copy(button, shown.dataset));
}

// To load the page again opens that of the pair, and does not send the form again; nor does "back" bring the secret up.
history.replaceState(null, "", shown.dataset.pageOfPair);
addEventListener("pagehide", () => shown.querySelectorAll("[data-secret]").forEach((place) => place.replaceChildren()));
