"use strict";
// Buttons for what one may filter by. They write into the search field, which is the only truth about the filter.
const Chips = (() => {
  const MOST = 24;
  const place = document.getElementById("chips");
  let pressed = [];

  const count = (kinds) => {
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
    standing: ["is", ({ labels }) => labels.badges.map(itself)],
    languages: ["lang", ({ labels, code }) => (code ? [[code, labels.language]] : [])],
    activity: ["is", ({ labels }) => (labels.activity ? [itself(labels.activity)] : [])],
    tags: ["tag", ({ labels }) => labels.tags.map(itself)],
    servers: ["host", ({ labels }) => [itself(labels.host)]],
  };

  const chip = (field, { value, label, count: number }, toggle) => {
    const button = document.createElement("button");
    const name = document.createElement("bdi");
    const many = document.createElement("small");
    button.type = "button";
    button.className = "chip";
    name.textContent = label;
    many.textContent = number;
    button.append(name, " ", many);
    const term = field === "is" ? value.replace(/\s+/g, "-") : value;
    button.addEventListener("click", () => toggle(field, term));
    pressed.push((query) => button.setAttribute("aria-pressed", Query.has(query, field, term)));
    return button;
  };

  const group = (title, field, kinds, texts, toggle) => {
    const section = document.createElement("section");
    const heading = document.createElement("h2");
    heading.textContent = title;
    section.append(heading, ...kinds.slice(0, MOST).map((kind) => chip(field, kind, toggle)));
    if (kinds.length > MOST) {
      const more = document.createElement("button");
      more.type = "button";
      more.className = "plain";
      more.textContent = texts.more.replace("{0}", kinds.length - MOST);
      more.addEventListener("click", () => {
        const rest = kinds.slice(MOST).map((kind) => chip(field, kind, toggle));
        more.replaceWith(...rest);
        rest[0].focus();
      });
      section.append(more);
    }
    return section;
  };

  // Made when they are first asked for; `toggle(field, value)` is called by a click.
  const build = (texts, toggle) => {
    pressed = [];
    const sections = Object.entries(GROUPS).map(([name, [field, kinds]]) => {
      const counted = count(List.entries().flatMap((entry) => kinds(entry)));
      return counted.length ? group(texts[name], field, counted, texts, toggle) : "";
    });
    place.replaceChildren(...sections);
  };

  const update = (query) => {
    for (const press of pressed) press(query);
  };

  return { build, update };
})();
