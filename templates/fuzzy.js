"use strict";
// What was meant by a word that nobody has. No document here: words in, words out.
const Fuzzy = (() => {
  const MOST_WORDS = 30000; // of all texts: strangers write them
  const MOST_MEANT = 12;
  // Signs of ASCII and those that texts are full of: a table of all letters would take four times as long.
  const SPLIT = /[\s!-/:-@[-`{-~¡¿«»·–—‘’“”„…、。，]+/;
  const DIGIT = /\d/;

  // How many slips of the hand are forgiven in a word of that length: none in short ones, since everything is near them.
  const forgiven = (length) => (length < 4 ? 0 : length < 8 ? 1 : 2);

  // Letters put in, left out, taken for another or swapped with the next (Damerau–Levenshtein, optimal string
  // alignment), at most `most`; more is told as `most` + 1.
  const slips = (a, b, most) => {
    if (Math.abs(a.length - b.length) > most) return most + 1;
    let [older, last] = [[], Array.from({ length: b.length + 1 }, (_, index) => index)];
    for (let i = 1; i <= a.length; i += 1) {
      const row = [i];
      let best = i;
      for (let j = 1; j <= b.length; j += 1) {
        const same = a[i - 1] === b[j - 1];
        row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], older[j - 2] + 1);
        best = Math.min(best, row[j]);
      }
      if (best > most) return most + 1;
      [older, last] = [last, row];
    }
    return last[b.length];
  };

  // Adds the words of a folded text; what has digits is a name or a number, and one either knows it or not.
  const learn = (words, text) => {
    if (words.size > MOST_WORDS) return;
    for (const word of text.split(SPLIT)) {
      if (!words.has(word) && word.length > 2 && word.length < 24 && !DIGIT.test(word)) words.add(word);
    }
  };

  // Those of `words` that come nearest to `word`, none where all are far.
  const near = (word, words) => {
    const most = forgiven(word.length);
    let [least, found] = [most, []];
    if (most === 0) return found;
    for (const other of words) {
      const far = slips(word, other, least);
      if (far > least) continue;
      if (far < least) [least, found] = [far, []];
      found.push(other);
    }
    return found.slice(0, MOST_MEANT);
  };

  return { near, learn };
})();
