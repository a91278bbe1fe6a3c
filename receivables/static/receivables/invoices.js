"use strict";
// A text field that suggests customers: the browser's own list of suggestions, filled while one types.
function suggesting(input) {
  const list = document.createElement("datalist");
  list.id = `${input.id}-suggestions`;
  input.after(list);
  input.setAttribute("list", list.id);
  let waiting, latest = 0;

  async function suggest() {
    const request = ++latest;
    const answer = await fetch(`${input.dataset.suggestions}?term=${encodeURIComponent(input.value)}`);
    if (!answer.ok || request !== latest) return;
    const { results } = await answer.json();
    list.replaceChildren(...results.map(({ number, name }) => new Option(name ? `${number} – ${name}` : number, number)));
  }

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    if (input.value.trim()) waiting = setTimeout(suggest, 200);
  });
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("input[data-suggestions]").forEach(suggesting);
});
