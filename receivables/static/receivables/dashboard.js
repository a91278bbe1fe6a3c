// Refreshes the dashboard's figures without loading the page again: it presses the refresh button for the reader as
// soon as the figures are due.
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

  const refresh = async () => {
    if (isInUse()) return wait(5); // the reader does not lose the focus
    const form = document.querySelector("#dashboard .freshness");
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => null);
    if (answer && answer.ok && replaced(await answer.text())) await plan();
    else await wait(30);
  };

  const wait = (seconds) => {
    window.setTimeout(refresh, 1000 * seconds);
  };

  const plan = () => {
    const seconds = document.getElementById("dashboard")?.dataset.dueIn;
    if (seconds !== undefined) wait(Math.max(Number(seconds), 2));
  };

  plan();
})();
