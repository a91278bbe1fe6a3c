// Brings the dashboard's figures up to date without the page being loaded anew: the button beside them, pressed for
// the reader as soon as it may be.
"use strict";

(() => {
  const replaced = (text) => {
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("dashboard");
    const old = document.getElementById("dashboard");
    if (fresh) old.replaceWith(fresh);
    return Boolean(fresh);
  };

  const isInUse = () => {
    const dashboard = document.getElementById("dashboard");
    return document.hidden || (dashboard.contains(document.activeElement) && !document.activeElement.closest(".freshness"));
  };

  const bringUpToDate = async () => {
    if (isInUse()) return wait(5); // nobody loses their place
    const form = document.querySelector("#dashboard .freshness");
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => null);
    if (answer && answer.ok && replaced(await answer.text())) await plan();
    else await wait(30);
  };

  const wait = (seconds) => {
    window.setTimeout(bringUpToDate, 1000 * seconds);
  };

  const plan = () => {
    const seconds = document.getElementById("dashboard")?.dataset.dueIn;
    if (seconds !== undefined) wait(Math.max(Number(seconds), 2));
  };

  plan();
})();
