"use strict";

// Sorting, filtering, copying and saving of the tables of a page.
for (const block of document.querySelectorAll("div.table")) {
  const SHOWN = 25;
  const table = block.querySelector("table");
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const all = [...body.rows];
  const texts = new Map();
  let order = all;
  let matching = all;
  let page = 0;

  const make = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const count = (number) => number.toLocaleString("en");
  const raw = (cell) => cell.dataset.v ?? cell.querySelector("svg")?.getAttribute("aria-label") ?? cell.textContent;

  const status = make("span", { className: "status" });
  status.setAttribute("role", "status");
  const back = make("button", { type: "button", textContent: "Previous" });
  const forth = make("button", { type: "button", textContent: "Next" });
  const pager = make("span", { className: "pager" }, back, forth);

  function show() {
    closeDetails();
    const from = page * SHOWN;
    const visible = new Set(matching.slice(from, from + SHOWN));
    for (const row of all) row.classList.toggle("off", !visible.has(row));
    if (block.dataset.details !== undefined) visible.forEach(offerDetails);
    const rows = `${count(matching.length)} ${matching.length === 1 ? "row" : "rows"}`;
    const of = matching.length === all.length ? "" : ` of ${count(all.length)}`;
    const to = Math.min(from + SHOWN, matching.length);
    status.textContent = matching.length > SHOWN ? `${count(from + 1)} to ${count(to)} of ${rows}${of && " found"}` : rows + of;
    pager.hidden = matching.length <= SHOWN;
    back.disabled = page === 0;
    forth.disabled = to === matching.length;
  }

  function filter(wanted) {
    const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (row) => {
      if (!texts.has(row)) texts.set(row, [...row.cells].map(raw).join("\n").toLowerCase());
      return words.every((word) => texts.get(row).includes(word));
    };
    matching = words.length ? order.filter(fits) : order;
    const kept = new Set(matching);
    for (const row of all) row.hidden = !kept.has(row);
    page = 0;
    show();
  }

  function sort(place) {
    const head = heads[place];
    const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    const isNumber = head.dataset.type === "number";
    const keyed = order.map((row) => {
      const text = raw(row.cells[place]);
      return [row, text === "" ? null : isNumber ? Number(text) : text];
    });
    const compare = isNumber ? (a, b) => a - b : new Intl.Collator("en", { numeric: true }).compare;
    keyed.sort(([, a], [, b]) => {
      if (a === null || b === null) return (a === null) - (b === null);
      return sign * compare(a, b);
    });
    order = keyed.map(([row]) => row);
    closeDetails();
    const sorted = document.createDocumentFragment();
    for (const row of order) sorted.append(row);
    body.append(sorted);
    for (const each of heads) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
    filter(search.value);
  }

  // A spreadsheet runs a text that begins so as a formula.
  const guarded = (text, isNumber) => (!isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
  const lines = (write, between) => {
    const names = heads.map((head) => write(guarded(head.dataset.name, false)));
    const rows = matching.map((row) =>
      [...row.cells].map((cell) => write(guarded(raw(cell), cell.classList.contains("n")))).join(between));
    return [names.join(between), ...rows].join("\r\n") + "\r\n";
  };
  const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

  async function copy() {
    const text = lines((cell) => cell.replace(/[\t\r\n]+/g, " "), "\t").replaceAll("\r\n", "\n");
    let done = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = make("textarea", { value: text });
      document.body.append(area);
      area.select();
      done = document.execCommand("copy");
      area.remove();
    }
    status.textContent = done ? `Copied ${count(matching.length)} rows` : "The browser did not allow copying";
  }

  // Details of a row are shown in a row below it.
  let details = null;
  let opened = null;
  const places = new Map(all.map((row, place) => [row, place]));
  function offerDetails(row) {
    const cell = row.cells[0];
    if (cell.querySelector("button") !== null) return;
    const button = make("button", { type: "button", className: "more" }, ...cell.childNodes);
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => toggle(button, places.get(row)));
    cell.append(button);
  }
  function closeDetails() {
    if (opened === null) return;
    opened.setAttribute("aria-expanded", "false");
    opened.closest("tr").nextElementSibling.remove();
    opened = null;
  }
  function toggle(button, number) {
    const was = opened;
    closeDetails();
    if (was === button) return;
    details ??= JSON.parse(document.getElementById(block.dataset.details).textContent);
    const cell = make("td", { colSpan: heads.length });
    build(cell, details[number]);
    button.closest("tr").after(make("tr", { className: "details" }, cell));
    button.setAttribute("aria-expanded", "true");
    opened = button;
  }
  function build(parent, parts) {
    const list = make("dl", { className: "facts" });
    for (const [name, value] of parts) {
      const shown = Array.isArray(value) ? make("a", { href: value[0], textContent: value[1] }) : value;
      list.append(make("div", {}, make("dt", { textContent: name }), make("dd", {}, shown)));
    }
    parent.append(list);
  }

  const search = make("input", { type: "search", placeholder: "all words, in any column" });
  const tools = make("div", { className: "tools" },
    all.length > 5 ? make("label", {}, "Filter ", search) : "",
    make("button", { type: "button", textContent: "Copy", title: "Copy the rows found, with tabs, as for a spreadsheet", onclick: copy }),
    make("button", { type: "button", textContent: "Save CSV", title: "Save the rows found, as for a spreadsheet",
      onclick: () => saveAs(block.dataset.save, "text/csv;charset=utf-8", "\ufeff" + lines(quoted, ",")) }),
    status, pager);
  search.addEventListener("input", () => filter(search.value));
  back.addEventListener("click", () => { page -= 1; show(); });
  forth.addEventListener("click", () => { page += 1; show(); });
  heads.forEach((head, place) => {
    head.dataset.name = head.textContent;
    const button = make("button", { type: "button" }, ...head.childNodes);
    button.addEventListener("click", () => sort(place));
    head.append(button);
  });
  block.prepend(tools);
  show();
}
