"use strict";
// Brings the parts together. What is shown is written behind the "#" of the address, which no server ever sees:
// "#q=words&sort=name" for a list, "#TOKEN+serverid" for one Community.
(() => {
  const { texts, filled } = Words;
  const { say } = Copy;
  const byId = (id) => document.getElementById(id);
  const [field, order, tally, count, nothing] = ["filter", "order", "tally", "count", "nothing"].map(byId);
  const [nsfwMatches, pages] = ["nsfw-matches", "pages"].map(byId);
  const { nsfwSwitch } = List;

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
  const permalink = (room) => {
    const canonical = document.querySelector("link[rel=canonical]")?.href;
    const list = location.protocol === "file:" && canonical ? canonical : location.href;
    // The page of the Community explains itself to whoever gets the link, without scripts too.
    return new URL(Rows.of(room).querySelector("h2 a").getAttribute("href"), list).href.replace(/index\.html$/, "");
  };

  // --- What is shown -----------------------------------------------------------------------------------------------

  let lastHash = "";
  const sentence = ({ shown, hidden, how }, query) => {
    const found = shown === 1 ? texts.count_one : filled(texts.count_all, shown);
    const start = { near: filled(texts.like_it, `“${query}”`), some: filled(texts.some_words, `“${query}”`) }[how];
    return [start, found, hidden > 0 && filled(texts.adult_hidden, hidden)].filter(Boolean).join(" ");
  };
  const showList = () => {
    const query = field.value.trim();
    const found = List.show(query);
    count.textContent = sentence(found, query);
    tally.hidden = found.whole && !query;
    byId("clear").hidden = !query;
    nothing.hidden = found.shown > 0 || !query;
    byId("nothing-text").textContent = filled(texts.no_match, `“${query}”`);
    nsfwMatches.hidden = found.hidden === 0;
    nsfwMatches.textContent = filled(texts.nsfw_matches, found.hidden);
    if (pages) pages.hidden = !found.whole;
    order.value = List.order();
    Chips.update(field.value);
    // What has a slip is looked for once more when all words are known.
    if ((found.how !== "all" || nothing.hidden === false) && !List.isPrepared() && Rooms.complete()) {
      List.prepare().then((learnt) => learnt && field.value.trim() === query && showList());
    }
  };
  // A large site has a search index, which is loaded when somebody begins to search.
  // However many letters are typed until it is there, what comes then is done once.
  let coming = null;
  const loadAll = async () => {
    say(texts.loading);
    const loaded = await Rooms.load();
    coming = null;
    if (!loaded) {
      say(texts.not_loaded);
      return;
    }
    showList();
    say(count.textContent);
    Chips.count();
    List.refresh();
  };
  const withAll = async () => {
    if (!Rooms.complete()) await (coming ??= loadAll());
  };
  // `kept`: the state goes into the entry of the history that is there, as with every letter of a word but the first.
  const changed = ({ kept = false } = {}) => {
    showList();
    if (listHash()) withAll();
    say(tally.hidden ? "" : count.textContent);
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
    if (lastHash) withAll();
  };
  const clear = () => {
    field.value = "";
    changed();
    field.focus();
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

  const neighbours = (room) => {
    const rooms = List.visible();
    const at = rooms.indexOf(room);
    return { previous: at > 0 ? rooms[at - 1] : undefined, next: at < 0 ? undefined : rooms[at + 1] };
  };
  const showDetails = (room) => Details.show(room, seek, neighbours(room));
  const open = (room) => {
    history.pushState({ list: lastHash }, "", `#${room.id}`);
    showDetails(room);
  };
  // The one before or after, in the place of the one that is open.
  const turn = (way) => {
    const other = neighbours(Details.current())[way];
    if (!other) return;
    history.replaceState(history.state, "", `#${other.id}`);
    showDetails(other);
  };
  // What a permalink meant that is not here: what is called like it, where there is any.
  const gone = (wanted) => {
    field.value = wanted.replace(/\+.*/, "").replace(/[-_]+/g, " ");
    showList();
    const like = nothing.hidden;
    count.textContent = filled(like ? texts.gone : texts.gone_alone, wanted);
    if (!like) {
      field.value = "";
      List.show("");
      nothing.hidden = true;
      Chips.update("");
    }
    tally.hidden = false;
    byId("clear").hidden = !like;
    say(count.textContent);
  };
  const apply = async () => {
    const wanted = decoded(location.hash);
    if (wanted === List.list.id || wanted === "text") return;
    if (!/^[\w-]+\+[0-9a-f]{4,}$/.test(wanted)) {
      Details.hide();
      restore(location.hash);
      return;
    }
    if (typeof history.state?.list === "string" && history.state.list !== lastHash) restore(history.state.list);
    let room = List.find(wanted);
    if (!room && !Rooms.complete()) {
      await withAll();
      room = List.find(wanted);
    }
    if (!room) return gone(wanted);
    if (room.row?.isConnected) room.row.scrollIntoView({ block: "nearest" });
    showDetails(room);
  };

  // --- What visitors do --------------------------------------------------------------------------------------------

  const roomOf = (row) => List.visible().find((room) => room.row === row) ?? Rooms.all().find((room) => room.row === row);
  const links = () => List.visible().filter(({ row }) => row?.checkVisibility()).map(({ row }) => row.querySelector("h2 a"));

  field.addEventListener("input", () => changed({ kept: listHash().includes("q=") && lastHash?.includes("q=") }));
  field.addEventListener("focus", () => {
    if (Rooms.complete()) List.prepare();
    else {
      Slices.each(Rooms.here(), (room) => room.entry, Slices.soon); // for the letters until all are there
      withAll();
    }
    // A phone's keyboard leaves half of the screen: it is for what is found.
    const tools = field.closest(".tools");
    if (matchMedia("(max-width: 44rem)").matches && tools.getBoundingClientRect().top > 0) tools.scrollIntoView({ block: "start" });
  });
  field.addEventListener("keydown", (event) => {
    const first = ["Enter", "ArrowDown"].includes(event.key) && links()[0]; // a look at all rows, so not with every letter
    if (event.key === "Escape" && field.value) {
      event.preventDefault();
      clear();
    } else if (event.key === "Enter" && field.value.trim() && first) open(roomOf(first.closest("li")));
    else if (event.key === "ArrowDown" && first) {
      event.preventDefault();
      first.focus();
    }
  });
  List.list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !event.target.matches("h2 a")) return;
    event.preventDefault();
    const all = links();
    (all[all.indexOf(event.target) + step] ?? (step < 0 ? field : event.target)).focus();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, dialog");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
  order.addEventListener("change", () => {
    List.sort(order.value);
    changed();
  });
  for (const id of ["clear", "way-back"]) byId(id).addEventListener("click", clear);
  byId("all-filters").addEventListener("click", async () => {
    if (!Chips.isOpen()) await withAll();
    Chips.open(!Chips.isOpen());
    Chips.update(field.value);
  });
  Chips.listen(toggle);
  byId("surprise").addEventListener("click", () => {
    const choice = List.visible();
    if (choice.length) open(choice[Math.floor(Math.random() * choice.length)]);
  });
  if (nsfwSwitch) {
    nsfwSwitch.checked = Theme.remembered("nsfw") === "show";
    nsfwSwitch.addEventListener("change", () => {
      Theme.remember("nsfw", nsfwSwitch.checked ? "show" : "");
      Chips.count();
      changed();
    });
    nsfwMatches.addEventListener("click", () => nsfwSwitch.click());
    if (nsfwSwitch.checked) Chips.count();
  }
  List.list.addEventListener("click", async (event) => {
    const row = event.target.closest("li");
    const copier = event.target.closest("button.copy");
    if (copier) {
      if (await Copy.copy(copier, roomOf(row).joinLink)) Copy.whatNext();
    } else if (event.target.closest("h2 a") && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      open(roomOf(row));
    }
  });

  const { dialog } = Details;
  // Back to the list: by the history where the list is the step before, else in place.
  const leave = () => {
    if (!Details.current()) return;
    const inside = history.state?.list !== undefined;
    Details.hide();
    if (inside) history.back();
    else {
      history.replaceState(null, "", addressOf(lastHash));
      showList();
    }
  };
  const acts = {
    close: leave,
    previous: () => turn("previous"),
    next: () => turn("next"),
    scan: () => Details.scan(),
    share: (button, room) => Copy.share(button, room.name, permalink(room)),
    copy: async (button, room) => {
      if (await Copy.copy(button, room.joinLink)) Details.copied();
    },
  };
  dialog.addEventListener("close", leave);
  dialog.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (event.target === dialog) leave();
    else if (button) acts[button.dataset.act](button, Details.current());
  });
  dialog.addEventListener("keydown", (event) => {
    const back = document.documentElement.dir === "rtl" ? "ArrowRight" : "ArrowLeft";
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    turn(event.key === back ? "previous" : "next");
  });

  addEventListener("popstate", apply);
  if (location.hash) apply();
  else if (nsfwSwitch?.checked) showList();
})();
