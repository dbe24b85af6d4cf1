"use strict";
(() => {
  const WORDS = {
    light: {{ _("Light") | tojson }}, dark: {{ _("Dark") | tojson }}, lightColours: {{ _("Light colours") | tojson }},
    darkColours: {{ _("Dark colours") | tojson }}, sort: {{ _("Sort") | tojson }}, enlarge: {{ _("Enlarge") | tojson }},
    enlarged: {{ _("Enlarged figure") | tojson }}, close: {{ _("Close") | tojson }}, copy: {{ _("Copy the text") | tojson }},
    copied: {{ _("Copied") | tojson }}, select: {{ _("Select the text and copy it") | tojson }},
  };
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const each = (selector, act, root = document) => root.querySelectorAll(selector).forEach(act);

  // Light or dark: as the system has it, until the reader chooses.
  const remember = (theme) => { try { localStorage.setItem("practicework-theme", theme); } catch { /* no storage: for this visit */ } };
  const remembered = () => { try { return localStorage.getItem("practicework-theme"); } catch { return null; } };
  const dark = () => (document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  if (remembered()) document.documentElement.dataset.theme = remembered();
  const toggle = make("button", { type: "button", class: "theme" });
  const name = () => { toggle.textContent = dark() ? WORDS.light : WORDS.dark; toggle.setAttribute("aria-label", dark() ? WORDS.lightColours : WORDS.darkColours); };
  toggle.addEventListener("click", () => { document.documentElement.dataset.theme = dark() ? "light" : "dark"; remember(document.documentElement.dataset.theme); name(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", name);
  name();
  document.querySelector("header").prepend(toggle);

  // Tables are sorted by the numbers behind the cells, or by their words; empty cells stay last.
  const value = (row, column) => {
    const cell = row.cells[column];
    if (cell.dataset.value !== undefined) return Number(cell.dataset.value);
    const text = cell.textContent.trim();
    return text === "" || text === "–" ? null : text;
  };
  const compare = (a, b, sign) => {
    if (a === null || b === null) return (a === null) - (b === null);
    return sign * (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true }));
  };
  each("table[data-sortable]", (table) => {
    const body = table.tBodies[0];
    each("thead th", (heading, column) => {
      const button = make("button", { type: "button", title: WORDS.sort }, ...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const ascending = heading.getAttribute("aria-sort") !== "ascending";
        each("thead th", (one) => one.removeAttribute("aria-sort"), table);
        heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
        const rows = [...body.rows].map((row) => [value(row, column), row]);
        rows.sort(([a], [b]) => compare(a, b, ascending ? 1 : -1));
        body.append(...rows.map(([, row]) => row));
      });
    }, table);
  });

  // Figures enlarge to the window; Escape, the button or a click beside the figure closes them.
  const dialog = make("dialog", { "aria-label": WORDS.enlarged });
  const close = make("button", { type: "button", class: "close" }, WORDS.close);
  const enlarged = make("div", { class: "enlarged" });
  dialog.append(close, enlarged);
  document.body.append(dialog);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  each(".drawing", (figure) => {
    const image = figure.querySelector("img");
    const button = make("button", { type: "button", class: "enlarge", "aria-label": `${WORDS.enlarge}: ${figure.querySelector("figcaption b").textContent}` }, WORDS.enlarge);
    const open = () => { enlarged.replaceChildren(image.cloneNode(), figure.querySelector("figcaption").cloneNode(true)); dialog.showModal(); };
    button.addEventListener("click", open);
    image.addEventListener("click", open);
    figure.prepend(button);
  });

  // Copy the text for a manuscript to the clipboard.
  each("[data-copy]", (source) => {
    const button = make("button", { type: "button", class: "copy" }, WORDS.copy);
    button.addEventListener("click", async () => {
      const selection = getSelection();
      selection.selectAllChildren(source);
      let done = document.execCommand("copy"); // keeps italics, and works for a file that is opened from disk
      if (!done && navigator.clipboard) done = await navigator.clipboard.writeText(source.innerText).then(() => true, () => false);
      selection.removeAllRanges();
      button.textContent = done ? WORDS.copied : WORDS.select;
      setTimeout(() => { button.textContent = WORDS.copy; }, 2500);
    });
    source.before(button);
  });

  // A link to something that is folded away opens it; so does printing.
  const unfold = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  unfold();
  const opened = [];
  addEventListener("beforeprint", () => each("details:not([open])", (one) => { one.open = true; opened.push(one); }));
  addEventListener("afterprint", () => opened.splice(0).forEach((one) => { one.open = false; }));

  // Where the reader is, in the contents.
  const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting || !links.has(entry.target.id)) continue;
      links.forEach((link) => link.removeAttribute("aria-current"));
      links.get(entry.target.id).setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-10% 0px -80% 0px" });
  each("main section, main [id^=model-]", (one) => seen.observe(one));

{% include "explorer.js" %}
})();
