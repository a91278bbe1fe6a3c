// Keeps what a reader writes into a form until it is saved, for this tab alone: a login may end before they send it.
//
// Kept are forms with `data-kept`, and those of the theme, unless they have a password; hidden fields and files are not.
// A form was saved if it was sent and the next page was led to. Where a form is led back to when it is refused, too,
// its `data-kept` is how the fragment of the address begins once it is saved. A page of the login, or one that refuses,
// says that nothing was. What another reader wrote is forgotten, and on logout all of it.
"use strict";

(() => {
  const PREFIX = "written:";
  const UNKEPT = ["password", "hidden", "file", "submit", "button"];
  const FORMS = "form[data-kept], #content-main > form[method=post]";
  const logouts = new BroadcastChannel("logouts");

  const keys = () => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  const read = (key) => JSON.parse(sessionStorage.getItem(key));
  const forget = (key) => sessionStorage.removeItem(key);
  const keep = (key, kept) => {
    try {
      sessionStorage.setItem(key, JSON.stringify(kept));
    } catch (error) {
      if (error.name !== "QuotaExceededError") throw error; // too long to be kept
    }
  };
  const fieldsOf = (form, name) => [...form.elements].filter((field) => field.name === name);
  const isChosen = (field) => ["checkbox", "radio"].includes(field.type);
  const values = (field) => {
    if (isChosen(field)) return field.checked ? [field.value] : [];
    return field.multiple ? [...field.selectedOptions].map((option) => option.value) : [field.value];
  };

  const fill = (form, written) => {
    for (const [name, texts] of Object.entries(written)) {
      for (const [place, field] of fieldsOf(form, name).entries()) {
        if (UNKEPT.includes(field.type)) continue;
        if (isChosen(field)) field.checked = texts.includes(field.value);
        else if (field.multiple) for (const option of field.options) option.selected = texts.includes(option.value);
        else field.value = texts[place] ?? "";
      }
    }
  };

  const tell = (form, key, { again, discard }) => {
    const told = document.createElement("p");
    const button = document.createElement("button");
    told.className = "written-again";
    told.setAttribute("role", "status");
    Object.assign(button, { type: "button", textContent: discard });
    button.addEventListener("click", () => { forget(key); form.reset(); told.remove(); });
    told.append(`${again} `, button);
    form.prepend(told);
  };

  const watch = (form, key) => {
    const fresh = () => ({ written: {}, sent: false, proof: form.dataset.kept ?? "" });
    form.addEventListener("input", ({ target }) => {
      if (!target.name || UNKEPT.includes(target.type)) return;
      const kept = read(key) ?? fresh();
      kept.written[target.name] = fieldsOf(form, target.name).flatMap(values);
      keep(key, kept);
    });
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault(); // a second click
      form.dataset.sent = "yes";
      setTimeout(() => delete form.dataset.sent, 5000);
      const kept = read(key);
      if (kept) keep(key, { ...kept, sent: true, fragment: location.hash });
    });
  };

  const wasLed = () => performance.getEntriesByType("navigation")[0].redirectCount > 0;
  const isProved = ({ proof, fragment }) =>
    proof
      ? location.hash.startsWith(proof) && location.hash !== fragment
      : wasLed() || document.querySelector("[data-shown-once]");
  const wasSaved = (kept) => kept.sent && isProved(kept);
  const forgetAll = () => keys().forEach(forget);

  document.addEventListener("DOMContentLoaded", () => {
    const page = document.querySelector("[data-reader]");
    if (!page || document.querySelector("[data-refused]")) {
      for (const key of keys()) keep(key, { ...read(key), sent: false });
      return;
    }
    const own = `${PREFIX}${page.dataset.reader}:`;
    keys().filter((key) => !key.startsWith(own) || wasSaved(read(key))).forEach(forget);
    const forms = [...document.querySelectorAll(FORMS)].filter((form) => !form.querySelector("[type=password]"));
    for (const form of forms) {
      const key = `${own}${location.pathname}:${form.id || form.getAttribute("action")}`;
      const kept = read(key);
      if (kept) {
        fill(form, kept.written);
        tell(form, key, page.dataset);
        keep(key, { ...kept, sent: false });
      }
      watch(form, key);
    }
    document.getElementById("logout-form")?.addEventListener("submit", () => { forgetAll(); logouts.postMessage(""); });
  });
  logouts.addEventListener("message", forgetAll);
})();
