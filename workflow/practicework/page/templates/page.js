// What forms cannot do alone: signs of life, progress, order by buttons or dragging, and dropped files. Everything works without it.
"use strict";

async function look() {
  try {
    const answer = await fetch("/status");
    const { task } = await answer.json();
    const box = document.querySelector(".task");
    if (!task || !box) return;
    if (box.dataset.state === "running" && task.state !== "running") { location.reload(); return; }
    if (task.state !== "running") return;
    const bar = box.querySelector("progress");
    bar.max = task.done + task.left || 1;
    if (task.done) bar.value = task.done;
    const left = task.seconds_left === null ? "" : `, about ${task.seconds_left} s left`;
    box.querySelector(".time").textContent = `${task.seconds} s${left}`;
    box.querySelector(".parts").replaceChildren(...task.parts.map((line) => {
      const item = document.createElement("li");
      item.textContent = line;
      return item;
    }));
    box.querySelector(".log").textContent = task.lines.join("\n");
  } catch { /* the server has ended; the next request of a person will say so */ }
}
look();
setInterval(look, document.querySelector('.task[data-state="running"]') ? 1000 : 20000);

// A sentence about a field stands there, also inside of what is folded.
const sentence = document.querySelector("#said");
const field = sentence && location.hash && document.getElementById(location.hash.slice(1));
if (field) {
  (field.closest("p, fieldset, section") || field).before(sentence);
  field.closest("details")?.setAttribute("open", "");
  field.setAttribute("aria-describedby", "said");
  if (field.matches("input, select, textarea")) { field.setAttribute("aria-invalid", "true"); field.focus(); }
}

for (const list of document.querySelectorAll(".sortable")) {
  list.classList.add("live");
  const number = () => {
    [...list.children].forEach((item, at) => { item.querySelector("input").value = at + 1; });
    const ordered = list.closest("form").elements.ordered;
    if (ordered) ordered.checked = false;  // the order has changed since
    list.closest("form").dispatchEvent(new Event("input"));
  };
  const move = (item, by) => {
    const other = by < 0 ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    list.insertBefore(by < 0 ? item : other, by < 0 ? other : item);
    number();
  };
  for (const item of list.children) {
    const name = item.querySelector("label").textContent.trim();
    item.draggable = true;
    item.querySelector("input").tabIndex = -1;
    for (const [by, sign, words] of [[-1, "↑", "up"], [1, "↓", "down"]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "plain";
      button.textContent = sign;
      button.setAttribute("aria-label", `Move ${name} ${words}`);
      button.addEventListener("click", () => { move(item, by); button.focus(); });
      item.append(button);
    }
    item.addEventListener("dragstart", () => item.classList.add("dragged"));
    item.addEventListener("dragend", () => { item.classList.remove("dragged"); number(); });
    item.addEventListener("dragover", (event) => {
      const dragged = list.querySelector(".dragged");
      if (!dragged || dragged === item) return;
      event.preventDefault();
      const middle = item.getBoundingClientRect().top + item.offsetHeight / 2;
      list.insertBefore(dragged, event.clientY < middle ? item : item.nextElementSibling);
    });
  }
}

for (const drop of document.querySelectorAll(".drop")) {
  const input = drop.querySelector("input[type=file]");
  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; drop.requestSubmit(); }
  });
}

// What a person has typed survives a refusal, a reload and a closed browser, unless the field has another value meanwhile. The
// statement that labels are in order is never restored, since it belongs to the order that was seen. A quick person types before
// this script runs, so the first value of a field is the one in the page's source.
const typed = (form) => `typed ${location.pathname} ${form.getAttribute("action") || ""}`;
const sent = sessionStorage.getItem("sent");
const last = document.querySelector(".said")?.textContent.trim() || "";
if (sent && (last.startsWith("Written") || last.startsWith("The change was discarded"))) localStorage.removeItem(sent);
for (const form of document.querySelectorAll("form[method=post]")) {
  const fields = [...form.elements].filter((one) => one.name && one.name !== "ordered" && !["hidden", "file", "submit"].includes(one.type));
  if (!fields.length) continue;
  const box = (one) => ["checkbox", "radio"].includes(one.type);
  const value = (one) => (box(one) ? one.checked : one.value);
  const source = (one) => {
    if (box(one)) return one.defaultChecked;
    if (one.type !== "select-one") return one.defaultValue;
    return ([...one.options].find((option) => option.defaultSelected) || one.options[0] || one).value;
  };
  const key = (one) => `${one.name} ${box(one) ? one.value : ""}`;
  const first = new Map(fields.map((one) => [key(one), source(one)]));
  const known = JSON.parse(localStorage.getItem(typed(form)) || "{}");
  for (const one of fields) {
    const [before, after] = known[key(one)] || [];
    if (after === undefined || before !== first.get(key(one)) || value(one) !== before) continue;
    if (box(one)) one.checked = after; else one.value = after;
  }
  for (const list of form.querySelectorAll(".sortable")) {
    const place = (item) => Number(item.querySelector("input").value);
    [...list.children].sort((a, b) => place(a) - place(b)).forEach((item) => list.append(item));
  }
  const keep = () => {
    const changed = fields.filter((one) => value(one) !== first.get(key(one)));
    localStorage.setItem(typed(form), JSON.stringify(Object.fromEntries(changed.map((one) => [key(one), [first.get(key(one)), value(one)]]))));
  };
  keep();
  form.addEventListener("input", keep);
  form.addEventListener("submit", () => sessionStorage.setItem("sent", typed(form)));
}
