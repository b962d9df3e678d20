"use strict";
// The list: which Communities are shown, and in what order.
const List = (() => {
  const MOST = 40; // rows that are shown at once of what was found on a large site
  const list = document.getElementById("communities");
  const more = document.getElementById("more");
  const nsfwSwitch = document.getElementById("nsfw");
  // Made when it is first needed: it takes as long as all else that is done while the page comes.
  let collator;
  const collate = (a, b) => (collator ??= new Intl.Collator(Words.language, { numeric: true, sensitivity: "base" })).compare(a, b);
  const DEFAULT = "";
  const RANKS = { silent: 0, quiet: 1, steady: 2, busy: 3 };
  const KEYS = {
    name: (room) => room.name,
    server: (room) => room.host,
    visitors: (room) => room.visitors ?? null,
    created: (room) => room.created ?? null,
    activity: (room) => RANKS[room.activity] ?? null,
  };

  const compare = (a, b) => (typeof a === "number" ? a - b : collate(a, b));
  // Those out of reach last, and before them what is unknown, in both directions; ties as they are recommended.
  const ordered = (rooms, wanted) => {
    if (wanted === DEFAULT) return rooms;
    const key = KEYS[wanted.replace(/-$/, "")];
    const sign = wanted.endsWith("-") ? -1 : 1;
    const keyed = rooms.map((room, index) => [room.away ? 1 : 0, key(room), index, room]);
    keyed.sort(
      ([away, a, i], [gone, b, j]) =>
        away - gone || (a === null) - (b === null) || (a === null ? 0 : sign * compare(a, b)) || i - j,
    );
    return keyed.map(([, , , room]) => room);
  };

  let order = DEFAULT;
  // By "name" or, descending, "name-"; anything else is the recommended order.
  const sort = (wanted) => {
    order = Object.hasOwn(KEYS, wanted.replace(/-$/, "")) ? wanted : DEFAULT;
  };

  const withNsfw = () => nsfwSwitch === null || nsfwSwitch.checked;
  // What a search reads is made ready from when the visitor is about to search, some Communities at a time.
  const A_TIME = 50;
  const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 20));
  let [vocabulary, learnt] = [new Set(), 0];
  const learn = (until) => {
    const rooms = Rooms.all();
    for (const { entry } of rooms.slice(learnt, until)) Fuzzy.learn(vocabulary, entry.text);
    learnt = Math.min(until, rooms.length);
  };
  const words = () => {
    learn(Infinity);
    return vocabulary;
  };
  const prepare = () => {
    learn(learnt + A_TIME);
    if (learnt < Rooms.all().length) idle(prepare);
  };
  const refresh = () => {
    [vocabulary, learnt] = [new Set(), 0];
    idle(prepare);
  };

  let [found, limit, isWhole] = [Rooms.here, Infinity, true];
  const paint = () => {
    const rows = found.slice(0, limit).map(Rows.of);
    // Only where something changes: the browser has work with each row.
    if (rows.length !== list.childElementCount || rows.some((row, index) => list.children[index] !== row)) list.replaceChildren(...rows);
    more.hidden = found.length <= limit;
  };
  more.querySelector("button").addEventListener("click", () => {
    const next = found[limit];
    limit += MOST;
    paint();
    next.row.querySelector("h2 a").focus();
  });

  // Shows what a query means. How many are shown of what was found, how many adult ones are hidden, how they were found.
  const show = (query) => {
    isWhole = !query.trim() && order === DEFAULT;
    const rooms = isWhole ? Rooms.here : Rooms.all();
    const sought = query.trim() ? Query.find(query, rooms.map(({ entry }) => entry), words) : null;
    const matching = sought ? sought.found.map(({ room }) => room) : rooms;
    const seen = withNsfw() ? matching : matching.filter(({ nsfw }) => !nsfw);
    // Without a query hidden ones stay in their places, where the switch shows them.
    found = ordered(sought ? seen : matching, order);
    limit = Rooms.complete() && Rooms.all() === Rooms.here ? Infinity : isWhole ? Infinity : MOST;
    paint();
    return { shown: seen.length, hidden: matching.length - seen.length, how: sought?.how ?? "all", whole: isWhole };
  };
  // The Community of a permalink. Those of 2023 end in the first half of today's server id, so its beginning is enough.
  const find = (identifier) => {
    const rooms = Rooms.all();
    return (
      rooms.find(({ id }) => id === identifier) ??
      // What was called so before its server moved.
      rooms.find(({ former }) => former?.includes(identifier)) ??
      (/\+[0-9a-f]{4,}$/.test(identifier) ? rooms.find(({ id }) => id.startsWith(identifier)) : undefined)
    );
  };

  const visible = () => (withNsfw() ? found : found.filter(({ nsfw }) => !nsfw));
  return { DEFAULT, list, nsfwSwitch, show, sort, prepare, refresh, find, withNsfw, visible, order: () => order, isWhole: () => isWhole };
})();
