"use strict";
// All Communities that this page knows: those of its rows with the facts beside them, and once the search index is there
// those of all pages. Strangers' text is only ever read as text.
const Rooms = (() => {
  const list = document.getElementById("communities");
  const { texts } = Words;
  const { languages: languageWords, badges: badgeWords } = texts.words;

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

  // What many Communities have is folded once.
  const folded = new Map();
  const often = (text) => {
    if (!folded.has(text)) folded.set(text, Query.fold(text));
    return folded.get(text);
  };

  // What the search reads of a Community, all folded; made when it is first needed.
  const searched = (room) => {
    const code = (room.language ?? "").toLowerCase();
    const languages = namesOf(code, room.languageName);
    const [tags, topics] = [room.tags, room.topics].map((all = []) => all.map(often));
    const badges = room.badgeWords.map(([text]) => often(text));
    const host = often(room.host);
    const standing = badges.map((badge) => badge.replace(/\s+/g, "-"));
    // In English in every language, too, so that links can be shared.
    standing.push(...(room.badges ?? []).map((badge) => badge.replace(/\s+/g, "-")));
    for (const mark of ["pinned", "away"]) if (room[mark]) standing.push(mark);
    if (room.write === true) standing.push("writable");
    if (room.activity) standing.push(room.activity, often(texts[room.activity]));
    const said = [room.name, room.id, room.text ?? room.lead ?? ""].map(Query.fold);
    return { room, code, languages, tags, topics, standing, host, text: [...said, ...languages, ...tags, ...topics, ...badges, host].join("\n") };
  };

  const hosts = new Map();
  const hostOf = (server) => {
    if (!hosts.has(server)) hosts.set(server, new URL(server.url).host);
    return hosts.get(server);
  };

  class Community {
    #entry;

    constructor(facts, servers, row) {
      Object.assign(this, facts);
      this.server = servers[facts.server];
      this.row = row;
      this.host = hostOf(this.server);
      this.languageName = languageWords[this.language]?.[1] ?? "";
      this.badgeWords = (this.badges ?? []).map((badge) => badgeWords[badge === "nsfw" ? `nsfw ${this.nsfw ?? null}` : badge] ?? [badge, "reserved", ""]);
    }

    get token() {
      return this.id.slice(0, this.id.lastIndexOf("+"));
    }

    get joinLink() {
      return `${this.server.url}/${this.token}?public_key=${this.server.key}`;
    }

    get previewLink() {
      return this.preview && this.server.url + this.preview;
    }

    get entry() {
      return (this.#entry ??= searched(this));
    }
  }

  const ofRow = (row, facts, servers) => {
    const link = row.querySelector("h2 a");
    const shown = { id: row.id, name: link.textContent, lead: row.querySelector(".text")?.textContent, link: link.getAttribute("href").slice(texts.root.length) };
    const marks = { away: row.classList.contains("away"), pinned: row.classList.contains("pinned") };
    return new Community({ ...facts, ...shown, ...marks }, servers, row);
  };

  // Those of this page, in its order. Made when somebody first does something: while the page comes nobody needs them, and
  // a phone has work enough.
  let made;
  const here = () => {
    if (!made) {
      const facts = JSON.parse(document.getElementById("facts").textContent);
      made = [...list.children].map((row, index) => ofRow(row, facts.rooms[index], facts.servers));
    }
    return made;
  };
  // Where there are too many for one page; the rest comes with the search index.
  const isLarge = Boolean(texts.index);
  let indexed = null;
  const complete = () => !isLarge || indexed !== null;

  // The search index is a script, since a page that lies in a folder may load nothing else.
  let loading;
  const load = () =>
    (loading ??= new Promise((done) => {
      if (complete()) return done(true);
      const script = document.createElement("script");
      script.src = texts.index;
      script.addEventListener("load", () => {
        // Made, and read for the search, a few at a time; until all are there, a search is one of this page.
        const own = new Map(here().map((room) => [room.id, room]));
        const { rooms, servers } = JSON.parse(globalThis.searchIndex);
        const found = [];
        const make = (facts) => {
          const room = own.get(facts.id) ?? new Community(facts, servers, null);
          found.push(room);
          return room.entry;
        };
        Slices.each(rooms, make, Slices.soon).then(() => {
          indexed = found;
          done(true);
        });
      });
      script.addEventListener("error", () => {
        loading = undefined;
        done(false);
      });
      document.head.append(script);
    }));

  return {
    isLarge, here, load, complete,
    all: () => indexed ?? here(),
  };
})();
