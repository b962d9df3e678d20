"use strict";
// Numbers, times and sentences as this page writes them: with the digits of its language.
const Words = (() => {
  const language = document.documentElement.lang;
  const texts = JSON.parse(document.getElementById("texts").textContent);
  const UNITS = [["year", 31557600], ["month", 2629800], ["day", 86400], ["hour", 3600], ["minute", 60]];

  // In groups of three digits in every language, as the numbers of the page are.
  const number = (value) => value.toLocaleString(language, { useGrouping: true });
  const compact = (value) =>
    value < 1000 ? number(value) : value.toLocaleString(language, { notation: "compact", maximumFractionDigits: value < 10000 ? 1 : 0 });
  const filled = (text, ...values) =>
    values.reduce((so, value, index) => so.replace(`{${index}}`, () => (typeof value === "number" ? number(value) : value)), text);

  // Gregorian in every language, and the day first in English, as the dates of the page are.
  const day = (seconds) =>
    new Date(seconds * 1000).toLocaleDateString(language === "en" ? "en-GB" : language, { dateStyle: "long", calendar: "gregory", timeZone: "UTC" });
  const minute = (seconds) => {
    const time = new Date(seconds * 1000).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" });
    return texts.utc.replace("%(day)s", day(seconds)).replace("%(time)s", time);
  };
  const ago = (seconds) => {
    const past = Math.max(0, Date.now() / 1000 - seconds);
    const [unit, length] = UNITS.find((one) => past >= one[1]) ?? UNITS.at(-1);
    return new Intl.RelativeTimeFormat(language).format(-Math.floor(past / length), unit);
  };
  const timeTag = (seconds, written) => {
    const time = document.createElement("time");
    time.dateTime = new Date(seconds * 1000).toISOString();
    time.textContent = written;
    return time;
  };
  // A sentence with nodes where its {0} is.
  const around = (text, node) => {
    const [before, after] = text.split("{0}");
    return [before, node, after];
  };

  return { language, texts, number, compact, filled, day, minute, ago, timeTag, around };
})();
