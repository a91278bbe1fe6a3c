// Stores what a reader enters into a form until it is saved, for this tab alone: a login may end before they send it.
//
// Stored are the fields of forms with `data-keep` and of the theme's forms, unless they have a password; not hidden
// fields and files. A form was saved if it was sent and the next page was reached by a redirect. Where a refused form
// redirects, too, its `data-keep` is the start of the address's fragment after it was saved. The pages of the login,
// and those that refuse, do not count as saved. Entries of another reader are removed, and on logout all of them.
"use strict";

(() => {
  const PREFIX = "written:";
  const IGNORED = ["password", "hidden", "file", "submit", "button"];
  const FORMS = "form[data-keep], #content-main > form[method=post]";
  const logouts = new BroadcastChannel("logouts");

  const keys = () => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  const read = (key) => JSON.parse(sessionStorage.getItem(key));
  const forget = (key) => sessionStorage.removeItem(key);
  const store = (key, entry) => {
    try {
      sessionStorage.setItem(key, JSON.stringify(entry));
    } catch (error) {
      if (error.name !== "QuotaExceededError") throw error; // too long to be stored
    }
  };
  const fieldsOf = (form, name) => [...form.elements].filter((field) => field.name === name);
  const isCheckable = (field) => ["checkbox", "radio"].includes(field.type);
  const values = (field) => {
    if (isCheckable(field)) return field.checked ? [field.value] : [];
    return field.multiple ? [...field.selectedOptions].map((option) => option.value) : [field.value];
  };

  const fill = (form, written) => {
    for (const [name, texts] of Object.entries(written)) {
      for (const [index, field] of fieldsOf(form, name).entries()) {
        if (IGNORED.includes(field.type)) continue;
        if (isCheckable(field)) field.checked = texts.includes(field.value);
        else if (field.multiple) for (const option of field.options) option.selected = texts.includes(option.value);
        else field.value = texts[index] ?? "";
      }
    }
  };

  const announce = (form, key, { again, discard }) => {
    const notice = document.createElement("p");
    const button = document.createElement("button");
    notice.className = "written-again";
    notice.setAttribute("role", "status");
    Object.assign(button, { type: "button", textContent: discard });
    button.addEventListener("click", () => { forget(key); form.reset(); notice.remove(); });
    notice.append(`${again} `, button);
    form.prepend(notice);
  };

  const watch = (form, key) => {
    const fresh = () => ({ written: {}, sent: false, proof: form.dataset.keep ?? "" });
    form.addEventListener("input", ({ target }) => {
      if (!target.name || IGNORED.includes(target.type)) return;
      const entry = read(key) ?? fresh();
      entry.written[target.name] = fieldsOf(form, target.name).flatMap(values);
      store(key, entry);
    });
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault(); // a second click
      form.dataset.sent = "yes";
      setTimeout(() => delete form.dataset.sent, 5000);
      const entry = read(key);
      if (entry) store(key, { ...entry, sent: true, fragment: location.hash });
    });
  };

  const wasLed = () => performance.getEntriesByType("navigation")[0].redirectCount > 0;
  const isProved = ({ proof, fragment }) =>
    proof
      ? location.hash.startsWith(proof) && location.hash !== fragment
      : wasLed() || document.querySelector("[data-shown-once]");
  const wasSaved = (entry) => entry.sent && isProved(entry);
  const forgetAll = () => keys().forEach(forget);

  document.addEventListener("DOMContentLoaded", () => {
    const page = document.querySelector("[data-reader]");
    if (!page || document.querySelector("[data-refused]")) {
      for (const key of keys()) store(key, { ...read(key), sent: false });
      return;
    }
    const own = `${PREFIX}${page.dataset.reader}:`;
    keys().filter((key) => !key.startsWith(own) || wasSaved(read(key))).forEach(forget);
    const forms = [...document.querySelectorAll(FORMS)].filter((form) => !form.querySelector("[type=password]"));
    for (const form of forms) {
      const key = `${own}${location.pathname}:${form.id || form.getAttribute("action")}`;
      const entry = read(key);
      if (entry) {
        fill(form, entry.written);
        announce(form, key, page.dataset);
        store(key, { ...entry, sent: false });
      }
      watch(form, key);
    }
    document.getElementById("logout-form")?.addEventListener("submit", () => { forgetAll(); logouts.postMessage(""); });
  });
  logouts.addEventListener("message", forgetAll);
})();
