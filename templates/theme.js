"use strict";
// Runs in the head, before anything is painted. The choice is kept in this browser only, and forgotten where it keeps nothing.
const Theme = (() => {
  const root = document.documentElement;
  const CHOICES = ["auto", "light", "dark"];
  root.classList.add("scripted");

  const remembered = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  };
  const remember = (name, value) => {
    try {
      if (value) localStorage.setItem(name, value);
      else localStorage.removeItem(name);
    } catch {
      // Nothing is lost but the choice.
    }
  };

  const current = () => root.dataset.theme ?? "auto";
  const choose = (choice) => {
    if (choice === "auto") delete root.dataset.theme;
    else root.dataset.theme = choice;
  };
  const label = () => {
    for (const text of document.querySelectorAll("[data-theme-switch] [data-auto]")) text.textContent = text.dataset[current()];
  };

  const kept = remembered("theme");
  if (CHOICES.includes(kept)) choose(kept);
  document.addEventListener("DOMContentLoaded", label);
  // What drops down from the bar goes away by itself.
  const shut = (event) => {
    for (const open of document.querySelectorAll(".pop[open]")) {
      if (event.type === "keydown" ? event.key !== "Escape" : open.contains(event.target)) continue;
      open.open = false;
      if (event.type === "keydown") open.querySelector("summary").focus();
    }
  };
  for (const kind of ["click", "keydown"]) document.addEventListener(kind, shut);
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-theme-switch]")) return;
    choose(CHOICES[(CHOICES.indexOf(current()) + 1) % CHOICES.length]);
    remember("theme", root.dataset.theme);
    label();
  });
  return { remembered, remember };
})();
