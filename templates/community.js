"use strict";
// The page of a Community: copies its join link, and hands its address to the apps of this device where the browser can.
document.addEventListener("DOMContentLoaded", () => {
  const way = document.querySelector(".way");
  if (!way) return;
  const link = way.querySelector(".link");
  const said = way.querySelector("[role=status]");
  const share = way.querySelector("[data-share]");

  const copied = async () => {
    try {
      await navigator.clipboard.writeText(link.textContent);
      return true;
    } catch {
      // Without a secure connection there is no clipboard: select the link and ask the old way.
      getSelection().selectAllChildren(link);
      return document.execCommand("copy");
    }
  };
  way.querySelector("[data-copy]").addEventListener("click", async () => {
    const done = await copied();
    way.classList.toggle("done", done);
    said.textContent = done ? said.dataset.done : said.dataset.selected;
  });
  if (navigator.share) {
    share.hidden = false;
    share.addEventListener("click", () => {
      const url = document.querySelector("link[rel=canonical]")?.href ?? location.href;
      navigator.share({ title: document.querySelector("h1").textContent, url }).catch(() => {}); // whoever shares may change their mind
    });
  }
});
