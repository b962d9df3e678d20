"use strict";
// Long work in short pieces, so that whoever types or taps in the meantime never waits for more than one of them.
const Slices = (() => {
  const LONGEST = 6; // milliseconds of one piece
  const soon = (work) => setTimeout(work);
  const idle = window.requestIdleCallback ? (work) => requestIdleCallback(work, { timeout: 1000 }) : (work) => setTimeout(work, 20);

  // `work` of each of `items`; resolves when all is done, to false where `wanted()` ceased to hold before that.
  const each = (items, work, when, wanted = () => true) =>
    new Promise((done) => {
      let at = 0;
      const slice = () => {
        if (!wanted()) return done(false);
        const end = performance.now() + LONGEST;
        while (at < items.length && performance.now() < end) work(items[at++]);
        if (at < items.length) when(slice);
        else done(true);
      };
      when(slice);
    });

  // Rows below a phone's first screen wait until that is painted (list.css), and then come a few at a time.
  const A_TIME = 5;
  const waiting = [];
  const painted = (work) => requestAnimationFrame(() => setTimeout(work));
  const next = () => painted(release);
  const release = () => {
    for (const row of waiting.splice(0, A_TIME)) delete row.dataset.later;
    if (waiting.length) next();
  };
  const later = (rows) => {
    if (!waiting.length && rows.length) next();
    for (const row of rows) row.dataset.later = "";
    waiting.push(...rows);
  };
  later([...document.querySelectorAll("[data-later]")]);

  return { soon, idle, each, painted, later };
})();
