"use strict";
// Sorting, finding and copying. Everything else works without this file; strangers' text is only ever read as text.
(() => {
  const table = document.getElementById("communities");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const status = document.getElementById("status");
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  document.documentElement.classList.add("scripted");

  const keyOf = (row, column, kind) => {
    const cell = row.cells[column];
    if (kind === "number") return cell.dataset.value === "" ? null : Number(cell.dataset.value);
    return cell.querySelector(".value")?.textContent ?? null;
  };
  const compare = (kind) => (kind === "number" ? (a, b) => a - b : collator.compare);

  const sortBy = (header, direction) => {
    const kind = header.dataset.sort;
    const order = compare(kind);
    const sign = direction === "descending" ? -1 : 1;
    const keyed = rows.map((row) => [keyOf(row, header.cellIndex, kind), row]);
    // What is unknown stays last in both directions.
    keyed.sort(([a], [b]) => (a === null || b === null ? (a === null) - (b === null) : sign * order(a, b)));
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", direction);
    body.append(...keyed.map(([, row]) => row));
  };

  for (const header of table.tHead.querySelectorAll("th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => {
      const first = header.dataset.sort === "number" ? "descending" : "ascending";
      const other = first === "ascending" ? "descending" : "ascending";
      sortBy(header, header.getAttribute("aria-sort") === first ? other : first);
    });
  }

  const filter = document.getElementById("filter");
  const nothing = document.getElementById("nothing");
  const texts = new Map();
  const textOf = (row) => {
    if (!texts.has(row)) {
      const cells = row.querySelectorAll(".name, .language, .description, .server");
      texts.set(row, [...cells].map((cell) => cell.textContent).join(" ").toLowerCase());
    }
    return texts.get(row);
  };
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      row.hidden = !words.every((word) => textOf(row).includes(word));
      if (!row.hidden) shown += 1;
    }
    nothing.hidden = shown > 0 || rows.length === 0;
    status.textContent = `${shown} of ${rows.length} Communities`;
  });

  const copyText = async (link) => {
    try {
      await navigator.clipboard.writeText(link.textContent);
      return true;
    } catch {
      // Without a secure connection there is no clipboard: select the link and ask the old way.
      getSelection().selectAllChildren(link);
      return document.execCommand("copy");
    }
  };
  body.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    const label = button.firstChild;
    const copied = await copyText(button.closest("td").querySelector(".link"));
    label.data = copied ? "Copied" : "Press Ctrl+C";
    status.textContent = copied ? "Join link copied" : "The join link is selected: copy it with Ctrl+C";
    button.classList.toggle("done", copied);
    setTimeout(() => {
      label.data = "Copy";
      button.classList.remove("done");
    }, 2000);
  });

  // Permalinks of 2023 end in the first half of today's server id, so an entry is found by the beginning of its name.
  const showTarget = () => {
    let wanted;
    try {
      wanted = decodeURIComponent(location.hash.slice(1));
    } catch {
      return;
    }
    for (const row of rows) row.classList.remove("target");
    if (!wanted.includes("+")) return;
    const row = document.getElementById(wanted) ?? rows.find((candidate) => candidate.id.startsWith(wanted));
    if (!row || !rows.includes(row)) return;
    row.hidden = false;
    row.classList.add("target");
    row.scrollIntoView({ block: "center" });
  };
  addEventListener("hashchange", showTarget);
  showTarget();
})();
