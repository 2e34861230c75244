// Looks whether something changed, a few times a second and only while somebody sees the page;
// asks for the page again when it did, or when a minute passed, as times are told from now.
"use strict";
(() => {
  const page = document.querySelector("[data-live]");
  if (!page) return;
  const GLANCE = 300;
  const MINUTE = 60000 / GLANCE;
  let known = page.dataset.live;
  let glances = 0;
  const look = async () => {
    if (document.hidden) return;
    glances += 1;
    const answer = await fetch("/revision").catch(() => null);
    if (!answer || !answer.ok) return;
    const now = await answer.text();
    if (now === known && glances < MINUTE) return;
    known = now;
    glances = 0;
    page.dispatchEvent(new Event("look"));
  };
  setInterval(look, GLANCE);
  document.addEventListener("visibilitychange", look);
})();
