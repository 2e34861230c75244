// Looks whether something changed, once a second and only while somebody sees the page; asks for
// the page again when it did, or when a minute passed, as times are told from now.
"use strict";
(() => {
  const page = document.querySelector("[data-live]");
  if (!page) return;
  const MINUTE = 60;
  let known = page.dataset.live;
  let seconds = 0;
  const look = async () => {
    if (document.hidden) return;
    seconds += 1;
    const answer = await fetch("/revision").catch(() => null);
    if (!answer || !answer.ok) return;
    const now = await answer.text();
    if (now === known && seconds < MINUTE) return;
    known = now;
    seconds = 0;
    page.dispatchEvent(new Event("look"));
  };
  setInterval(look, 1000);
  document.addEventListener("visibilitychange", look);
})();
