"use strict";
// All that is known of one Community, in a dialog.
const Details = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const QUIET = 4; // modules of white around a QR code (ISO/IEC 18004, section 6.3.8)
  const dialog = document.getElementById("details");
  const title = document.getElementById("details-name");
  const [next, qr] = ["details-next", "details-qr"].map((id) => document.getElementById(id));
  const fact = (name) => dialog.querySelector(`[data-fact="${name}"]`);
  const act = (name) => dialog.querySelector(`[data-act="${name}"]`);
  const { texts, number, filled } = Words;

  // An image of its own on white ground: dark mode may not turn it round.
  const qrCode = (text, label) => {
    const code = leanQr.generate(text, { minCorrectionLevel: leanQr.correction.M });
    const svg = document.createElementNS(SVG, "svg");
    const ground = document.createElementNS(SVG, "rect");
    const path = document.createElementNS(SVG, "path");
    const size = code.size + 2 * QUIET;
    let drawn = "";
    for (let y = 0; y < code.size; y += 1) {
      for (let x = 0; x < code.size; x += 1) if (code.get(x, y)) drawn += `M${x + QUIET} ${y + QUIET}h1v1h-1z`;
    }
    for (const [name, value] of Object.entries({ viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges" })) {
      svg.setAttribute(name, value);
    }
    ground.setAttribute("width", size);
    ground.setAttribute("height", size);
    ground.setAttribute("fill", "#fff");
    path.setAttribute("d", drawn);
    path.setAttribute("fill", "#000");
    svg.append(ground, path);
    return svg;
  };

  const grouped = (key) => key.match(/.{1,4}/g).join(" ");
  const permission = (may) => (may === undefined ? texts.unknown : may ? texts.yes : texts.no);
  const joined = (parts, by) => parts.filter(Boolean).join(by);

  const staff = ({ admins = 0, moderators = 0 }) =>
    // A list of nobody means that the server hides its staff.
    admins + moderators === 0 ? texts.staff_hidden : filled(texts.staff, admins, moderators);

  const proof = ({ proof: kind, proven, claimed, since }) => {
    const words = { "preview-page": texts.by_page, directory: texts.by_directory, claim: texts.by_claim }[kind];
    const why = proven === undefined ? words && filled(words, claimed ?? 0) : filled(texts.proven, Words.ago(proven));
    return joined([why, since !== undefined && filled(texts.new_key, Words.day(since))], "; ");
  };

  const activity = ({ activity: word, events, trend, posts }) => {
    const change = { up: texts.trend_up, level: texts.trend_level, down: texts.trend_down }[trend];
    const often = events !== undefined && filled(texts.events, events);
    const ever = posts !== undefined && filled(texts.posts, posts);
    return joined([joined([texts[word], change], ", "), often, ever], "; ");
  };

  // What one wants to know first, in one line.
  const line = (room) => {
    const [flag, name] = texts.words.languages[room.language] ?? [];
    const language = name && `${flag} ${room.guessed ? filled(texts.guess, name) : name}`;
    const visitors = room.visitors !== undefined && `${number(room.visitors)} ${texts.a_week}`;
    return joined([language, visitors, texts[room.activity]], " · ");
  };

  // Breaks before the server's id and nowhere within it.
  const identifier = (id) => {
    const plus = id.lastIndexOf("+");
    return [id.slice(0, plus), document.createElement("wbr"), Rows.element("span", { class: "whole" }, id.slice(plus))];
  };

  const badges = (room) => {
    const items = room.badgeWords.map(([text, kind, meaning]) => Rows.element("li", { class: `tag ${kind}`, title: meaning }, Rows.element("bdi", {}, text)));
    return items.length ? [Rows.element("ul", { class: "tags", "aria-label": texts.standing }, ...items)] : [];
  };

  // Tags are buttons here: each leads to what else has it.
  const tags = (room, seek) => {
    const items = (room.tags ?? []).map((tag) => {
      const button = Rows.element("button", { type: "button" }, Rows.element("bdi", {}, tag));
      button.addEventListener("click", () => seek("tag", tag));
      return Rows.element("li", { class: "tag" }, button);
    });
    return items.length ? [Rows.element("ul", { class: "tags", "aria-label": texts.tags }, ...items)] : [];
  };

  const fill = (room, seek) => {
    const name = Rows.of(room).querySelector("h2 a");
    title.textContent = room.name;
    title.lang = name.lang;
    const content = {
      monogram: [Rows.picture(room)],
      line: [line(room)],
      missed: room.missed === undefined ? [] : Words.around(texts.missed, Words.timeTag(room.missed, Words.minute(room.missed))),
      description: [room.text ?? room.lead ?? ""],
      badges: badges(room),
      tags: tags(room, seek),
      qr: [qrCode(room.joinLink, texts.qr)],
      activity: [activity(room)],
      created: room.created === undefined ? [] : [`${Words.day(room.created)} (${Words.ago(room.created)})`],
      staff: [staff(room)],
      reading: [permission(room.read)],
      writing: [permission(room.write)],
      uploads: [permission(room.upload)],
      sources: room.sources ? [room.sources.join(", ")] : [],
      address: [room.server.url],
      proof: [proof(room.server)],
      identifier: identifier(room.id),
      link: [room.joinLink],
      key: [grouped(room.server.key)],
    };
    for (const [part, nodes] of Object.entries(content)) {
      const place = fact(part);
      place.replaceChildren(...nodes);
      (place.closest("dl > div") ?? place).hidden = place.textContent === "" && !place.querySelector("svg, img");
    }
    fact("page").href = name.getAttribute("href");
    fact("preview").hidden = !room.previewLink;
    if (room.previewLink) fact("preview").href = room.previewLink;
    next.hidden = true;
    scan(false);
  };

  const scan = (wanted = qr.hidden) => {
    qr.hidden = !wanted;
    act("scan").setAttribute("aria-expanded", wanted);
    if (wanted) qr.scrollIntoView({ block: "nearest" });
  };

  const focusTitle = () => {
    if (dialog.open) title.focus({ preventScroll: true });
  };

  let current = null;
  // `neighbours` are the Communities before and after it in the list.
  const show = (room, seek, neighbours) => {
    fill(room, seek);
    current = room;
    for (const [way, other] of Object.entries(neighbours)) act(way).disabled = !other;
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    focusTitle();
    // A page that opens at a permalink looks for its target once more when all is loaded, and lets go of the focus.
    if (document.readyState !== "complete") addEventListener("load", () => setTimeout(focusTitle), { once: true });
  };
  const hide = () => {
    const room = current;
    current = null;
    if (!dialog.open) return;
    dialog.close();
    if (room?.row?.checkVisibility()) room.row.querySelector("h2 a").focus({ preventScroll: true });
  };
  const copied = () => {
    next.hidden = false;
  };

  return { dialog, show, hide, scan, copied, current: () => current };
})();
