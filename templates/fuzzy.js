"use strict";
// What was meant by a word that nobody has. No document here: words in, words out.
const Fuzzy = (() => {
  const MOST_WORDS = 30000; // of all texts: strangers write them
  const MOST_MEANT = 12;
  const [SHORTEST, LONGEST] = [3, 23];
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

  // Which letters a word has, one bit for those of the same rest by 32. A slip changes two bits at most, so most words are
  // known to be far by a look at these.
  const letters = (word) => {
    let bits = 0;
    for (let at = 0; at < word.length; at += 1) bits |= 1 << (word.charCodeAt(at) & 31);
    return bits;
  };
  const differing = (a, b) => {
    let [bits, count] = [a ^ b, 0];
    for (; bits; bits &= bits - 1) count += 1;
    return count;
  };

  // All words that there are, by their length.
  const vocabulary = () => ({ known: new Set(), ofLength: Array.from({ length: LONGEST + 1 }, () => ({ words: [], bits: [] })) });

  // Adds the words of a folded text; what has digits is a name or a number, and one either knows it or not.
  const learn = ({ known, ofLength }, text) => {
    if (known.size > MOST_WORDS) return;
    for (const word of text.split(SPLIT)) {
      if (word.length < SHORTEST || word.length > LONGEST || known.has(word) || DIGIT.test(word)) continue;
      known.add(word);
      ofLength[word.length].words.push(word);
      ofLength[word.length].bits.push(letters(word));
    }
  };

  // Those that come nearest to `word`, none where all are far.
  const near = (word, { ofLength }) => {
    const most = forgiven(word.length);
    const wanted = letters(word);
    let [least, found] = [most, []];
    if (most === 0) return found;
    for (let length = word.length - most; length <= word.length + most; length += 1) {
      const { words, bits } = ofLength[length] ?? { words: [], bits: [] };
      for (let at = 0; at < words.length; at += 1) {
        if (differing(wanted, bits[at]) > 2 * least) continue;
        const far = slips(word, words[at], least);
        if (far > least) continue;
        if (far < least) [least, found] = [far, []];
        found.push(words[at]);
      }
    }
    return found.slice(0, MOST_MEANT);
  };

  return { vocabulary, near, learn };
})();
