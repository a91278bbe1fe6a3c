// The upload page: files that are dropped or too large, forms that are sent once, the progress of an upload.
"use strict";

const POLL_AFTER = 1000; // milliseconds

function watchFile(area) {
  const input = area.querySelector("input[type=file]");
  const problem = area.querySelector("[data-problem]");
  input.hasChangeListener = true; // the theme's own looks for a text beside the input, which is not there
  input.addEventListener("change", () => {
    const tooLarge = [...input.files].some((file) => file.size > Number(input.dataset.maxBytes));
    problem.textContent = tooLarge ? input.dataset.tooLarge : "";
    area.classList.toggle("errors", tooLarge);
    if (tooLarge) input.value = "";
  });
  for (const name of ["dragenter", "dragover"]) {
    area.addEventListener(name, (event) => { event.preventDefault(); area.classList.add("is-over"); });
  }
  area.addEventListener("dragleave", () => area.classList.remove("is-over"));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    area.classList.remove("is-over");
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change"));
  });
}

function sendOnce(button) {
  button.form.addEventListener("submit", () => {
    button.textContent = button.dataset.working;
    button.disabled = true;
  });
}

// What was ticked since holds for the next preview, not for the one that would be confirmed.
function watchCodes(form) {
  const showUnseen = () => {
    const isUnseen = [...form.querySelectorAll("[type=checkbox]")].some((box) => box.checked !== box.defaultChecked);
    form.querySelector("[data-unseen]").textContent = isUnseen ? form.dataset.codes : "";
    document.querySelectorAll("[data-once] button").forEach((button) => { button.disabled = isUnseen; });
  };
  form.addEventListener("change", showUnseen);
  showUnseen();
}

function showDone(bar, percent) {
  if (percent === null) return;
  bar.setAttribute("aria-valuenow", percent);
  bar.style.setProperty("--done", `${percent}%`);
}

async function watchProgress(section) {
  const answer = await fetch(section.dataset.progress, { headers: { Accept: "application/json" } }).catch(() => null);
  if (answer && answer.ok && !answer.redirected) {
    const progress = await answer.json();
    if (progress.isFinished) { location.reload(); return; }
    section.querySelector("[data-state]").textContent = progress.state;
    showDone(section.querySelector("[data-bar]"), progress.percent);
    section.querySelectorAll("[data-step]").forEach((figure, index) => {
      figure.textContent = progress.steps[index].count;
    });
  } else if (answer && answer.status !== 502 && answer.status !== 503) {
    location.reload(); // logged out, or no longer allowed: the page says so
    return;
  }
  setTimeout(watchProgress, POLL_AFTER, section);
}

document.querySelectorAll("[data-drop]").forEach(watchFile);
document.querySelectorAll("button[data-working]").forEach(sendOnce);
document.querySelectorAll("[data-codes]").forEach(watchCodes);
document.querySelectorAll("[data-progress]").forEach((section) => setTimeout(watchProgress, POLL_AFTER, section));
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); }); // back from the next page
