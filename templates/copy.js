"use strict";
// Join links and addresses into the clipboard, and what one does with them then.
const Copy = (() => {
  const { texts } = Words;
  const status = document.getElementById("status");
  const toast = document.getElementById("toast");
  const say = (text) => (status.textContent = text);

  const copyText = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  };
  // Without a secure connection there is no clipboard: select the text and ask the old way.
  const selectText = (text, near) => {
    const place = Rows.element("code", { class: "link", dir: "ltr" }, text);
    near.after(place);
    getSelection().selectAllChildren(place);
    const done = document.execCommand("copy");
    if (done) place.remove();
    else place.addEventListener("copy", () => setTimeout(() => place.remove()));
    return done;
  };

  // True where the text is in the clipboard; the button says what happened for a while.
  const copy = async (button, text) => {
    const label = button.firstChild;
    button.dataset.label ??= label.data;
    const done = (await copyText(text)) || selectText(text, button);
    label.data = done ? texts.copied : texts.press_copy;
    say(done ? texts.link_copied : texts.selected);
    button.classList.toggle("done", done);
    clearTimeout(Number(button.dataset.timer));
    button.dataset.timer = setTimeout(() => {
      label.data = button.dataset.label;
      button.classList.remove("done");
    }, 2000);
    return done;
  };

  // By the system where it can, else into the clipboard.
  const share = async (button, title, url) => {
    if (!navigator.share) return copy(button, url);
    try {
      await navigator.share({ title, url });
    } catch {
      // Who changed their mind is not told about it.
    }
  };

  const whatNext = () => {
    toast.hidden = false;
  };
  document.getElementById("toast-close").addEventListener("click", () => {
    toast.hidden = true;
  });

  return { copy, share, say, whatNext };
})();
