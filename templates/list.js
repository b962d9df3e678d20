"use strict";
// The list: which Communities are shown, and in what order.
const List = (() => {
  const MOST = 40; // rows that are shown at once of what was found on a large site
  const [FIRST, IN_REACH, A_TIME] = [10, 25, 5]; // rows of a phone's first screen, those that a browser lays out with them
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
  // All words that there are, for slips: learnt while nobody waits, from when the visitor is about to search.
  let [vocabulary, learning, isPrepared] = [Fuzzy.vocabulary(), null, false];
  const refresh = () => {
    [vocabulary, learning, isPrepared] = [Fuzzy.vocabulary(), null, false];
    return prepare();
  };
  // Resolves when all are learnt, to false where others are to be learnt by then.
  const prepare = () => {
    const mine = vocabulary;
    const learn = ({ entry }) => Fuzzy.learn(mine, entry.text);
    return (learning ??= Slices.each(Rooms.all(), learn, Slices.idle, () => mine === vocabulary).then((all) => {
      isPrepared ||= all;
      return all;
    }));
  };
  const words = () => {
    // Few are learnt at once where somebody needs them; what many say is incomplete as long as `isPrepared` doesn't hold.
    if (!isPrepared && !Rooms.isLarge) {
      for (const { entry } of Rooms.here()) Fuzzy.learn(vocabulary, entry.text);
      isPrepared = true;
    }
    return vocabulary;
  };

  let [found, limit, isWhole] = [null, Infinity, true];
  // Rows that stay are left alone, since the browser has work with each that comes.
  const put = (rows, wanted) => {
    for (const row of [...list.children]) if (!wanted.has(row)) row.remove();
    let next = list.firstElementChild;
    for (const row of rows) {
      if (row === next) next = next.nextElementSibling;
      else list.insertBefore(row, next);
    }
  };
  let painting;
  // Those that one sees come first, the others when they are painted: on a large site they are made only then.
  const paint = ({ after = Infinity } = {}) => {
    const [mine, shown] = [(painting = {}), found.slice(0, limit)];
    const upTo = (count) => {
      if (mine !== painting) return;
      const rows = shown.slice(0, count).map(Rows.of);
      put(rows, new Set(shown.map(({ row }) => row)));
      if (count < shown.length) Slices.painted(() => upTo(count < after + IN_REACH ? count + A_TIME : Infinity));
    };
    if (Rooms.isLarge) upTo(after);
    else {
      const there = new Set(list.children);
      const rows = shown.map(Rows.of);
      Slices.later(rows.slice(after, after + IN_REACH).filter((row) => !there.has(row)));
      put(rows, new Set(rows));
    }
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
    const rooms = isWhole ? Rooms.here() : Rooms.all();
    const sought = query.trim() ? Query.find(query, rooms.map(({ entry }) => entry), words) : null;
    const matching = sought ? sought.found.map(({ room }) => room) : rooms;
    const seen = withNsfw() ? matching : matching.filter(({ nsfw }) => !nsfw);
    // Without a query hidden ones stay in their places, where the switch shows them.
    found = ordered(sought ? seen : matching, order);
    limit = Rooms.complete() && Rooms.all() === Rooms.here() ? Infinity : isWhole ? Infinity : MOST;
    paint({ after: FIRST });
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

  const visible = () => {
    const rooms = found ?? Rooms.here();
    return withNsfw() ? rooms : rooms.filter(({ nsfw }) => !nsfw);
  };
  return { DEFAULT, list, nsfwSwitch, show, sort, prepare, refresh, find, isPrepared: () => isPrepared, withNsfw, visible, order: () => order, isWhole: () => isWhole };
})();
