"use strict";
// The language of the search field. No document here: texts in, answers out.
const Query = (() => {
  const MARKS = /[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670]/g;
  const LETTERS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ħ: "h", ı: "i", "’": "'" };
  const FIELDS = { lang: "lang", language: "lang", host: "host", server: "host", is: "is", tag: "tag", topic: "topic" };
  const TERM = /(-)?(?:(#)|(lang|language|host|server|is|tag|topic):)?(?:["“„]([^"“”]*)["“”]?|(\S+))/giu;
  // Of these one is enough: no room is on two servers, and who names two topics likes both.
  const ANY_OF = new Set(["lang", "host", "topic"]);

  // Case, accents and ligatures aside: what a person would type on another keyboard.
  const ASCII = /^[\0-\x7f]*$/;
  const fold = (text) =>
    ASCII.test(text) ? text.toLowerCase() : text.normalize("NFKD").toLowerCase().replace(MARKS, "").replace(/[ßæœøłđðþħı’]/g, (letter) => LETTERS[letter]);

  const isWord = ({ value }) => /[^#:"“”„-]/u.test(value);

  // "-#tag "a phrase" lang:cs" → [{field, value, not}], all folded.
  const parse = (text) =>
    [...text.matchAll(TERM)]
      .map(([, minus, hash, field, phrase, word]) => ({
        field: hash ? "tag" : field ? FIELDS[field.toLowerCase()] : "",
        value: fold(phrase ?? word).trim(),
        not: Boolean(minus),
      }))
      .filter((term) => isWord(term) && !(term.field === "" && term.value.slice(0, -1) in FIELDS && term.value.endsWith(":")));

  // How a term is written.
  const write = (field, value) => {
    const text = /\s/.test(value) ? `"${value}"` : value;
    return field === "tag" ? `#${text}` : `${field}:${text}`;
  };

  const language = (value, entries) => {
    const isCode = (entry) => entry.code === value || entry.code.startsWith(`${value}-`);
    // "sl" is Slovenian and not the beginning of Slovak, where there is a room in it.
    return entries.some(isCode) ? isCode : (entry) => entry.languages.some((name) => name.startsWith(value));
  };
  const tag = (value, entries) => {
    // While a tag is being typed its beginning counts; once it is one, only itself.
    const known = entries.some((entry) => entry.tags.includes(value));
    return (entry) => (known ? entry.tags.includes(value) : entry.tags.some((other) => other.startsWith(value)));
  };
  const standing = (value) => {
    const wanted = value.replace(/[\s_]+/g, "-");
    return (entry) => entry.standing.some((badge) => badge.startsWith(wanted));
  };
  const TESTS = {
    "": (value) => (entry) => entry.text.includes(value),
    host: (value) => (entry) => entry.host.includes(value),
    is: standing,
    lang: language,
    tag,
    topic: (value) => (entry) => entry.topics.includes(value),
  };

  // A function that tells whether an entry {text, code, languages, tags, topics, standing, host}, all folded, is meant.
  const matcher = (terms, entries) => {
    const all = [];
    const alternatives = new Map();
    for (const { field, value, not } of terms) {
      const test = TESTS[field](value, entries);
      if (not) all.push((entry) => !test(entry));
      else if (!ANY_OF.has(field)) all.push(test);
      else alternatives.set(field, [...(alternatives.get(field) ?? []), test]);
    }
    for (const tests of alternatives.values()) all.push((entry) => tests.some((test) => test(entry)));
    return (entry) => all.every((test) => test(entry));
  };

  const isFree = ({ field, not }) => field === "" && !not;

  // The entries that a query means, in their order, and how they were found: "all" where they have everything, "near"
  // where words were taken for others, "some" where they have a part of the words, those with the most of them first.
  // `words` gives all words that there are.
  const find = (text, entries, words) => {
    const terms = parse(text);
    const exact = entries.filter(matcher(terms, entries));
    const free = terms.filter(isFree);
    if (exact.length || free.length === 0) return { how: "all", found: exact };
    const strict = terms.filter((term) => !isFree(term));
    const rest = entries.filter(matcher(strict, entries));
    const tests = free.map(({ value }) => {
      const known = rest.some((entry) => entry.text.includes(value));
      const meant = known ? [value] : Fuzzy.near(value, words());
      return (entry) => meant.some((word) => entry.text.includes(word));
    });
    const near = rest.filter((entry) => tests.every((test) => test(entry)));
    if (near.length) return { how: "near", found: near };
    const counted = rest.map((entry) => [tests.filter((test) => test(entry)).length, entry]).filter(([count]) => count > 0);
    if (counted.length === 0) return { how: "all", found: [] };
    return { how: "some", found: counted.sort(([a], [b]) => b - a).map(([, entry]) => entry) };
  };

  const among = (terms, field, value) => terms.some((term) => !term.not && term.field === field && term.value === fold(value));
  const has = (text, field, value) => among(parse(text), field, value);

  // The query with a term taken away where it is there, else added.
  const toggle = (text, field, value) => {
    if (!has(text, field, value)) return `${text.trim()} ${write(field, value)}`.trim();
    const kept = [...text.matchAll(TERM)].map(([term]) => term).filter((term) => !has(term, field, value));
    return kept.join(" ");
  };

  return { fold, parse, write, find, among, has, toggle };
})();
