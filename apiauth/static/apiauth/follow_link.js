// The page that a link leads to: sends the text after the #, and removes it from the address and the history first.
"use strict";

const [number, token] = location.hash.slice(1).split(".");
const form = document.getElementById("follow-link");
history.replaceState(null, "", location.pathname);
if (number && token) {
  form.elements.number.value = number;
  form.elements.token.value = token;
  form.submit();
  addEventListener("pagehide", () => form.reset());  // "back" finds nothing in it
} else {
  document.getElementById("incomplete-link").hidden = false;
}
