"use strict";
// Brings the parts together. What is shown is written behind the "#" of the address, which no server ever sees:
// "#q=words&sort=name" for a list, "#TOKEN+serverid" for one Community.
(() => {
  const texts = JSON.parse(document.getElementById("texts").textContent);
  const byId = (id) => document.getElementById(id);
  const [field, status, count, clear, nothing] = ["filter", "status", "count", "clear", "nothing"].map(byId);
  const [filters, nsfwMatches] = [byId("filters"), byId("nsfw-matches")];
  const { nsfwSwitch } = List;
  const say = (text) => (status.textContent = text);
  const written = (value) => (typeof value === "number" ? value.toLocaleString(document.documentElement.lang) : value);
  const filled = (text, ...values) => values.reduce((so, value, index) => so.replace(`{${index}}`, () => written(value)), text);

  // --- The address -------------------------------------------------------------------------------------------------

  const listHash = () => {
    const parts = new URLSearchParams();
    if (field.value.trim()) parts.set("q", field.value.trim());
    if (List.order() !== List.DEFAULT) parts.set("sort", List.order());
    return parts.size ? `#${parts}` : "";
  };
  const addressOf = (hash) => hash || location.pathname + location.search;
  const decoded = (hash) => {
    try {
      return decodeURIComponent(hash.slice(1));
    } catch {
      return "";
    }
  };
  const permalink = (row) => {
    const canonical = document.querySelector("link[rel=canonical]")?.href;
    const list = location.protocol === "file:" && canonical ? canonical : location.href;
    // The page of the Community explains itself to whoever gets the link, without scripts too.
    return new URL(row.querySelector("a.page").getAttribute("href"), list).href.replace(/index\.html$/, "");
  };

  // --- What is shown -----------------------------------------------------------------------------------------------

  let lastHash = "";
  const showList = () => {
    const found = List.filter(field.value);
    const one = found.total === 1 ? texts.count_one : filled(texts.count_all, found.total);
    count.textContent = field.value.trim() ? filled(texts.count_some, found.shown, found.total) : one;
    clear.hidden = !field.value.trim();
    nothing.hidden = found.shown > 0 || List.entries().length === 0;
    byId("nothing-text").textContent = filled(texts.no_match, `“${field.value.trim()}”`);
    nsfwMatches.hidden = found.hidden === 0;
    nsfwMatches.textContent = filled(texts.nsfw_matches, found.hidden);
    Chips.update(field.value);
  };
  // `kept`: the state goes into the entry of the history that is there, as with every letter of a word but the first.
  const changed = ({ kept = false } = {}) => {
    showList();
    say(count.textContent);
    const hash = listHash();
    if (hash === lastHash) return;
    if (kept) history.replaceState(null, "", addressOf(hash));
    else history.pushState(null, "", addressOf(hash));
    lastHash = hash;
  };
  const restore = (hash) => {
    const parts = new URLSearchParams(hash.slice(1));
    const anchor = decoded(hash);
    // Anything that is not ours was a tag in the links of 2023.
    const tag = anchor && !anchor.includes("=") ? Query.write("tag", anchor.replace(/^#/, "")) : "";
    field.value = parts.get("q") ?? tag;
    List.sort(parts.get("sort") ?? List.DEFAULT);
    lastHash = listHash();
    showList();
  };
  const toggle = (kind, value) => {
    field.value = Query.toggle(field.value, kind, value);
    changed();
  };
  // Out of the dialog to all that has a tag; the way back leads into the dialog again.
  const seek = (kind, value) => {
    Details.hide();
    lastHash = null;
    field.value = Query.write(kind, value);
    changed();
    field.focus();
  };
  const apply = () => {
    const wanted = decoded(location.hash);
    if (wanted === List.table.id) return;
    if (!/^[\w-]+\+[0-9a-f]{4,}$/.test(wanted)) {
      Details.hide();
      restore(location.hash);
      return;
    }
    if (typeof history.state?.list === "string" && history.state.list !== lastHash) restore(history.state.list);
    const row = List.find(wanted);
    if (row) {
      row.scrollIntoView({ block: "nearest" });
      Details.show(row, texts, seek);
    } else {
      field.value = wanted.replace(/\+.*/, "");
      showList();
      say(filled(texts.gone, wanted));
      count.textContent = status.textContent;
    }
  };
  const open = (row) => {
    history.pushState({ list: lastHash }, "", `#${row.id}`);
    Details.show(row, texts, seek);
  };

  // --- Copying -----------------------------------------------------------------------------------------------------

  const copyText = async (text, place) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Without a secure connection there is no clipboard: select the link and ask the old way.
      if (!place) return false;
      getSelection().selectAllChildren(place);
      return document.execCommand("copy");
    }
  };
  const copy = async (button, text, place) => {
    const label = button.firstChild;
    button.dataset.label ??= label.data;
    const done = await copyText(text, place);
    label.data = done ? texts.copied : texts.press_copy;
    say(done ? texts.link_copied : texts.selected);
    button.classList.toggle("done", done);
    clearTimeout(Number(button.dataset.timer));
    button.dataset.timer = setTimeout(() => {
      label.data = button.dataset.label;
      button.classList.remove("done");
    }, 2000);
  };

  // --- What visitors do --------------------------------------------------------------------------------------------

  for (const header of List.headers) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => {
      const column = header.dataset.sort;
      const most = ["visitors", "activity"].includes(column);
      const [first, other] = most ? [`${column}-`, column] : [column, `${column}-`];
      List.sort(List.order() === first ? other : first);
      changed();
    });
  }
  field.addEventListener("input", () => changed({ kept: listHash().includes("q=") && lastHash.includes("q=") }));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && field.value) {
      event.preventDefault();
      field.value = "";
      changed();
    }
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, dialog");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
  for (const button of [clear, byId("way-back")]) {
    button.addEventListener("click", () => {
      field.value = "";
      changed();
      field.focus();
    });
  }
  filters.addEventListener("toggle", () => {
    if (!filters.open || byId("chips").childElementCount) return;
    Chips.build(texts, toggle);
    Chips.update(field.value);
  });
  byId("surprise").addEventListener("click", () => {
    const choice = List.shown();
    if (choice.length) open(choice[Math.floor(Math.random() * choice.length)]);
  });
  if (nsfwSwitch) {
    nsfwSwitch.checked = Theme.remembered("nsfw") === "show";
    nsfwSwitch.addEventListener("change", () => {
      Theme.remember("nsfw", nsfwSwitch.checked ? "show" : "");
      changed();
    });
    nsfwMatches.addEventListener("click", () => nsfwSwitch.click());
  }
  List.body.addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    const copier = event.target.closest("button.copy");
    const opener = event.target.closest("a.open");
    const tag = event.target.closest(".user-tags .tag");
    const link = row.querySelector(".link");
    if (copier) copy(copier, link.textContent, link);
    else if (tag) toggle("tag", tag.textContent);
    else if (opener && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      open(row);
    }
  });

  const { dialog } = Details;
  // Back to the list: by the history where the list is the step before, else in place.
  const leave = () => {
    if (!Details.current()) return;
    const inside = history.state?.list !== undefined;
    Details.hide();
    if (inside) history.back();
    else history.replaceState(null, "", addressOf(lastHash));
  };
  dialog.addEventListener("close", leave);
  dialog.addEventListener("click", (event) => {
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (act === "close" || event.target === dialog) leave();
    const link = dialog.querySelector(".link");
    if (act === "copy") copy(event.target, link.textContent, link);
    if (act === "share") copy(event.target, permalink(Details.current()));
  });

  addEventListener("popstate", apply);
  if (location.hash) apply();
  else showList();
})();
