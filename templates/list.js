"use strict";
// The list: what is in its rows, which are shown, and in what order. Strangers' text is only ever read as text; what a
// row does not show is in the data beside the table: one object for each row, without what nobody told.
const List = (() => {
  const table = document.getElementById("communities");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const facts = JSON.parse(document.getElementById("facts").textContent);
  const factsOf = new Map(rows.map((row, index) => [row, facts[index]]));
  const headers = [...table.tHead.querySelectorAll("th[data-sort]")];
  const nsfwSwitch = document.getElementById("nsfw");
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" });
  const DEFAULT = "visitors-";

  const texts = (row, selector) => Array.from(row.querySelectorAll(selector), (element) => element.textContent);
  const textOf = (row, selector) => row.querySelector(selector)?.textContent ?? "";

  // Names of a language in itself and in the languages that the visitor reads: the browser knows them.
  const languageNames = new Map([["", []]]);
  const namesOf = (code, shown) => {
    if (!languageNames.has(code)) {
      const names = new Set([shown]);
      for (const locale of [code, ...navigator.languages]) {
        try {
          names.add(new Intl.DisplayNames([locale], { type: "language", fallback: "none" }).of(code) ?? shown);
        } catch {
          // A code or a locale that this browser doesn't know.
        }
      }
      languageNames.set(code, [...names].map(Query.fold));
    }
    return languageNames.get(code);
  };

  // How each activity is called on this page: four rows tell it, so the others need not be searched.
  const activityNames = new Map([[undefined, ""]]);
  const activityOf = (activity, row) => {
    if (!activityNames.has(activity)) activityNames.set(activity, textOf(row, ".activity .value"));
    return activityNames.get(activity);
  };

  const readRow = (row) => {
    const { language = "", activity } = factsOf.get(row);
    const code = language.toLowerCase();
    const labels = {
      language: textOf(row, ".language .value"),
      tags: texts(row, ".user-tags li"),
      badges: texts(row, ".badges li"),
      host: textOf(row, ".server"),
      activity: activityOf(activity, row),
    };
    const languages = namesOf(code, labels.language);
    const [tags, badges] = [labels.tags, labels.badges].map((all) => all.map(Query.fold));
    const host = Query.fold(labels.host);
    const said = [textOf(row, ".name .value"), row.id, textOf(row, "p.text")].map(Query.fold);
    const standing = badges.map((badge) => badge.replace(/\s+/g, "-"));
    for (const mark of ["pinned", "away"]) if (row.classList.contains(mark)) standing.push(mark);
    // In English in every language, too, so that links can be shared.
    if (activity) standing.push(activity, Query.fold(labels.activity));
    return {
      row, labels, code, languages, tags, standing, host,
      nsfw: row.classList.contains("nsfw"),
      text: [...said, ...languages, ...tags, ...badges, host].join("\n"),
    };
  };
  // Read once, when it is first needed.
  let entries;
  const read = () => (entries ??= rows.map(readRow));
  (window.requestIdleCallback ?? setTimeout)(read);

  const withNsfw = () => nsfwSwitch === null || nsfwSwitch.checked;

  // Shows what matches; how many do, how many of them are hidden as not safe for work, and how many there are.
  let shown = rows;
  const filter = (query) => {
    const terms = Query.parse(query);
    const matches = Query.matcher(terms, read());
    const all = withNsfw();
    let hidden = 0;
    let total = 0;
    shown = [];
    for (const entry of entries) {
      const fits = matches(entry);
      // Assigned only where it changes: the browser has work with each.
      if (entry.row.hidden === fits) entry.row.hidden = !fits;
      if (all || !entry.nsfw) total += 1;
      if (fits && (all || !entry.nsfw)) shown.push(entry.row);
      else if (fits) hidden += 1;
    }
    return { shown: shown.length, hidden, total };
  };

  const RANKS = { silent: 0, quiet: 1, steady: 2, busy: 3 };
  const keyOf = {
    name: (row) => textOf(row, ".name .value"),
    language: (row) => textOf(row, ".language .value") || null,
    server: (row) => textOf(row, ".server"),
    visitors: (row) => factsOf.get(row).visitors ?? null,
    age: (row) => factsOf.get(row).age ?? null,
    activity: (row) => RANKS[factsOf.get(row).activity] ?? null,
  };
  const compare = (a, b) => (typeof a === "number" ? a - b : collator.compare(a, b));

  const ordered = (column, sign) => {
    const rank = ({ classList }) => (classList.contains("away") ? 2 : classList.contains("pinned") ? 0 : 1);
    const keyed = rows.map((row, index) => [rank(row), keyOf[column](row), index, row]);
    // Pinned ones first, those out of reach last, and before them what is unknown, in both directions; ties as the page came.
    keyed.sort(
      ([rankA, a, i], [rankB, b, j]) =>
        rankA - rankB || (a === null) - (b === null) || (a === null ? 0 : sign * compare(a, b)) || i - j,
    );
    return keyed.map(([, , , row]) => row);
  };

  // Sorts by "name" or, descending, "name-".
  let order = DEFAULT;
  const sort = (wanted) => {
    const column = wanted.replace(/-$/, "");
    if (!Object.hasOwn(keyOf, column) || wanted === order) return;
    order = wanted;
    const descending = wanted.endsWith("-");
    for (const header of headers) {
      if (header.dataset.sort !== column) header.removeAttribute("aria-sort");
      else header.setAttribute("aria-sort", descending ? "descending" : "ascending");
    }
    body.append(...(order === DEFAULT ? rows : ordered(column, descending ? -1 : 1)));
  };

  // The row of a permalink. Those of 2023 end in the first half of today's server id, so its beginning is enough.
  const find = (identifier) =>
    rows.find((row) => row.id === identifier) ??
    // What was called so before its server moved.
    document.getElementById(identifier)?.closest("#communities tbody tr") ??
    (/\+[0-9a-f]{4,}$/.test(identifier) ? rows.find((row) => row.id.startsWith(identifier)) : undefined);

  return {
    DEFAULT, table, body, headers, nsfwSwitch, entries: read, filter, find, sort, withNsfw,
    facts: (row) => factsOf.get(row),
    order: () => order,
    shown: () => shown,
  };
})();
