"use strict";
// All that is known of one Community, in a dialog; it shows what its row shows, and the facts beside the table.
const Details = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const QUIET = 4; // modules of white around a QR code (ISO/IEC 18004, section 6.3.8)
  const dialog = document.getElementById("details");
  const fact = (name) => dialog.querySelector(`[data-fact="${name}"]`);

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

  const copyOf = (row, selector) => [...row.querySelectorAll(selector)].map((element) => element.cloneNode(true));
  const grouped = (key) => key.match(/.{1,4}/g).join(" ");
  const permission = (may, texts) => (may === undefined ? texts.unknown : may ? texts.yes : texts.no);
  // In groups of three digits in every language, as the numbers of the page are.
  const written = (number) => number.toLocaleString(document.documentElement.lang, { useGrouping: true });

  const staff = ({ admins = 0, moderators = 0 }, texts) => {
    // A list of nobody means that the server hides its staff.
    if (admins + moderators === 0) return texts.staff_hidden;
    return texts.staff.replace("{0}", admins).replace("{1}", moderators);
  };

  const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];
  const ago = (seconds, language) => {
    const past = Math.max(0, Date.now() / 1000 - seconds);
    const [unit, length] = UNITS.find((one) => past >= one[1]) ?? UNITS[2];
    return new Intl.RelativeTimeFormat(language).format(-Math.floor(past / length), unit);
  };
  // Gregorian in every language, and the day first in English, as the dates of the page are.
  const day = (seconds, language) => new Date(seconds * 1000).toLocaleDateString(language === "en" ? "en-GB" : language, { dateStyle: "long", calendar: "gregory", timeZone: "UTC" });
  const proof = ({ proof, proven, claimed, since }, texts) => {
    const language = document.documentElement.lang;
    const words = { "preview-page": texts.by_page, directory: texts.by_directory, claim: texts.by_claim }[proof];
    const why = proven === undefined ? words?.replace("{0}", written(claimed ?? 0)) : texts.proven.replace("{0}", ago(proven, language));
    const change = since === undefined ? undefined : texts.new_key.replace("{0}", day(since, language));
    return [why, change].filter((words) => words !== undefined).join("; ");
  };

  const activity = ({ activity, events, trend, posts }, texts) => {
    const often = events === undefined ? undefined : texts.events.replace("{0}", written(events));
    const change = { up: texts.trend_up, level: texts.trend_level, down: texts.trend_down }[trend];
    const lately = [texts[activity], change].filter((words) => words !== undefined).join(", ");
    const ever = posts === undefined ? "" : texts.posts.replace("{0}", written(posts));
    return [lately, often, ever].filter(Boolean);
  };
  const missed = ({ missed }, texts) => {
    if (missed === undefined) return [];
    const time = document.createElement("time");
    const when = new Date(missed * 1000);
    const minute = when.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" });
    time.dateTime = when.toISOString();
    time.textContent = texts.utc.replace("%(day)s", day(missed, document.documentElement.lang)).replace("%(time)s", minute);
    const [before, after] = texts.missed.split("{0}");
    return [before, time, after];
  };

  // Tags are buttons here: each leads to what else has it.
  const tagButtons = (row, seek) => {
    const list = copyOf(row, ".user-tags");
    for (const item of list.flatMap((tags) => [...tags.children])) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "chip";
      button.append(...item.childNodes);
      button.addEventListener("click", () => seek("tag", item.textContent));
      item.replaceChildren(button);
      item.removeAttribute("class");
    }
    return list;
  };

  const fill = (row, texts, seek) => {
    const link = row.querySelector(".join .link").textContent;
    const key = new URL(link).searchParams.get("public_key");
    const title = document.getElementById("details-name");
    const name = row.querySelector(".name .value");
    title.textContent = name.textContent;
    title.lang = name.lang;
    const facts = List.facts(row);
    const age = row.querySelector(".age time");
    const content = {
      monogram: copyOf(row, ".monogram"),
      identifier: [row.id],
      description: [row.querySelector("p.text")?.textContent ?? ""],
      badges: copyOf(row, ".badges"),
      tags: tagButtons(row, seek),
      qr: [qrCode(link, texts.qr)],
      link: [link],
      language: copyOf(row, ".language > *"),
      visitors: [row.querySelector(".visitors").textContent],
      created: age ? [`${age.title} (${age.textContent})`] : [],
      activity: [activity(facts, texts).join("; ")],
      missed: missed(facts, texts),
      staff: [staff(facts, texts)],
      reading: [permission(facts.read, texts)],
      writing: [permission(facts.write, texts)],
      uploads: [permission(facts.upload, texts)],
      sources: facts.sources ? [facts.sources.join(", ")] : [],
      address: [new URL(link).origin],
      server: [row.id.slice(row.id.lastIndexOf("+") + 1)],
      proof: [proof(facts, texts)],
      key: [grouped(key)],
    };
    for (const [part, nodes] of Object.entries(content)) {
      const place = fact(part);
      place.replaceChildren(...(part === "missed" ? nodes : nodes.flatMap((node) => [node, " "]).slice(0, -1)));
      (place.closest("dl > div") ?? place).hidden = nodes.length === 0 || place.textContent === "" && part !== "qr";
    }
    const preview = row.querySelector("a.preview");
    fact("preview").hidden = preview === null;
    if (preview) Object.assign(fact("preview"), { href: preview.href, rel: preview.rel });
  };

  const focusTitle = () => {
    if (dialog.open) document.getElementById("details-name").focus();
  };

  let current = null;
  const show = (row, texts, seek) => {
    fill(row, texts, seek);
    current = row;
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    focusTitle();
    // A page that opens at a permalink looks for its target once more when all is loaded, and lets go of the focus.
    if (document.readyState !== "complete") addEventListener("load", () => setTimeout(focusTitle), { once: true });
  };
  const hide = () => {
    const row = current;
    current = null;
    if (!dialog.open) return;
    dialog.close();
    if (row && !row.hidden) row.querySelector("a.open").focus({ preventScroll: true });
  };

  return { dialog, show, hide, current: () => current };
})();
