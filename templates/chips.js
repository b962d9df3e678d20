"use strict";
// Buttons for what one may filter by: a few in view, some of which are links to a page that shows the same, all of them in
// a panel. They write into the search field, which is the only truth about the filter.
const Chips = (() => {
  const MOST = 24;
  const panel = document.getElementById("filters");
  const inView = [...document.querySelectorAll(".chips [data-field]")];
  const { texts } = Words;
  let made = [];

  const counted = (kinds) => {
    const counts = new Map();
    for (const [value, label] of kinds) {
      const known = counts.get(value) ?? { value, label, count: 0 };
      known.count += 1;
      counts.set(value, known);
    }
    return [...counts.values()].sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  };

  const itself = (label) => [label, label];
  const GROUPS = {
    standing: ["is", (room) => room.badgeWords.map(([text]) => itself(text))],
    languages: ["lang", (room) => (room.languageName ? [[room.language.toLowerCase(), room.languageName]] : [])],
    activity: ["is", (room) => (room.activity ? [itself(texts[room.activity])] : [])],
    tags: ["tag", (room) => (room.tags ?? []).map(itself)],
    servers: ["host", (room) => [itself(room.host)]],
  };

  const chip = (field, { value, label, count }) => {
    const term = field === "is" ? value.replace(/\s+/g, "-") : value;
    const button = Rows.element("button", { type: "button", class: "chip", "data-field": field, "data-value": term });
    button.append(Rows.element("bdi", {}, label), " ", Rows.element("small", {}, Words.number(count)));
    made.push(button);
    return button;
  };

  const group = (title, field, kinds) => {
    const section = Rows.element("section", {}, Rows.element("h2", {}, title), ...kinds.slice(0, MOST).map((kind) => chip(field, kind)));
    if (kinds.length > MOST) {
      const more = Rows.element("button", { type: "button", class: "plain" }, Words.filled(texts.more, kinds.length - MOST));
      more.addEventListener("click", () => {
        const rest = kinds.slice(MOST).map((kind) => chip(field, kind));
        more.replaceWith(...rest);
        rest[0].focus();
      });
      section.append(more);
    }
    return section;
  };

  const shownRooms = () => (List.withNsfw() ? Rooms.all() : Rooms.all().filter(({ nsfw }) => !nsfw));

  // The panel is filled when it is first opened, and anew where adult rooms come or go.
  const fill = () => {
    made = [];
    const sections = Object.entries(GROUPS).map(([name, [field, kinds]]) => {
      const all = counted(shownRooms().flatMap(kinds));
      return all.length ? group(texts[name], field, all) : "";
    });
    for (const old of panel.querySelectorAll("section")) old.remove();
    panel.prepend(...sections);
  };

  // Counts are of what is really shown.
  let lastCount;
  const count = () => {
    if (!Rooms.complete()) return;
    const entries = shownRooms().map(({ entry }) => entry);
    const counting = (lastCount = {});
    const countOne = (button) => {
      const { field, value } = button.dataset;
      const { found } = Query.find(Query.write(field, value), entries, Fuzzy.vocabulary);
      button.querySelector("small").textContent = Words.number(found.length);
    };
    if (Rooms.isLarge) Slices.each(inView, countOne, Slices.soon, () => counting === lastCount);
    else inView.forEach(countOne);
    if (made.length) fill();
  };

  const update = (query) => {
    const terms = Query.parse(query);
    for (const button of [...inView, ...made]) {
      const { field, value } = button.dataset;
      const [state, on] = [button.href ? "aria-current" : "aria-pressed", String(Query.among(terms, field, value))];
      if (button.getAttribute(state) !== on) button.setAttribute(state, on);
    }
  };

  // `toggle(field, value)` is called by a click on any of them.
  const listen = (toggle) => {
    for (const place of [panel, document.querySelector(".chips")]) {
      place.addEventListener("click", (event) => {
        const button = event.target.closest("[data-field]");
        if (!button || (button.href && (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey))) return;
        event.preventDefault();
        const { field, value } = button.dataset;
        toggle(field, value);
      });
    }
  };

  const open = (wanted) => {
    panel.hidden = !wanted;
    document.getElementById("all-filters").setAttribute("aria-expanded", wanted);
    if (wanted && !made.length) fill();
  };

  return { listen, update, count, open, isOpen: () => !panel.hidden };
})();
