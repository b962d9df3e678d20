"use strict";
// Rows of Communities that this page came without, as _row.html writes them.
const Rows = (() => {
  const { texts } = Words;
  const element = (name, attributes, ...content) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, value);
    made.append(...content);
    return made;
  };
  const DETAILS = new Set(["moderated", "uploads off"]);

  const picture = (room) => {
    if (room.icon) return element("img", { class: "monogram", src: texts.root + room.icon, alt: "", width: 64, height: 64, loading: "lazy", decoding: "async" });
    if (room.row) return room.row.querySelector(".monogram").cloneNode(true);
    return element("span", { class: `monogram hue-${room.hue}`, "aria-hidden": "true" }, room.initial);
  };
  const mark = ([text, kind, title]) => element("span", { class: `mark ${kind}`, title }, text);

  const heading = (room) => {
    const [, , code] = texts.words.languages[room.language] ?? [];
    const link = element("a", { href: texts.root + (room.alone ? "" : texts.folder) + room.link, dir: "auto", lang: (!room.guessed && code) || undefined }, room.name);
    const marks = room.badgeWords.filter((_, index) => !DETAILS.has(room.badges[index])).map(mark);
    if (room.pinned) marks.push(mark([texts.pinned, "reserved"]));
    if (room.away) marks.push(element("span", { class: "mark lost" }, ...Words.around(texts.missed_since, Words.timeTag(room.missed, Words.day(room.missed)))));
    return element("h2", {}, link, ...marks.flatMap((one) => [" ", one]));
  };

  const meta = (room) => {
    const parts = [];
    if (room.languageName) {
      const [flag, name] = texts.words.languages[room.language];
      parts.push(element("span", { class: "language", title: room.guessed ? texts.guessed : name }, `${flag} `, element("span", {}, room.guessed ? Words.filled(texts.guess, name) : name)));
    }
    if (room.visitors !== undefined) {
      const title = `${texts.week_title}: ${Words.number(room.visitors)}`;
      parts.push(element("span", { class: "visitors", title }, `${Words.compact(room.visitors)} `, element("span", {}, texts.a_week)));
    }
    if (room.activity) parts.push(element("span", { class: "activity" }, texts[room.activity]));
    parts.push(element("bdi", { class: "server" }, room.host));
    return element("p", { class: "meta" }, ...parts.flatMap((one) => [one, " "]));
  };

  const build = (room) => {
    const classes = ["nsfw", "pinned", "away"].filter((name) => room[name]);
    const text = room.lead ? [element("p", { class: "text", dir: "auto" }, room.lead)] : [];
    const copy = element("button", { class: "copy js", type: "button" }, texts.copy, element("span", { class: "unseen" }, `: ${room.name}`));
    return element("li", { id: room.id, class: classes.join(" ") || undefined }, picture(room), heading(room), ...text, meta(room), copy);
  };

  // The row of a Community: the one that the page came with, or one that is made when it is first shown.
  const of = (room) => (room.row ??= build(room));

  return { of, picture, element };
})();
