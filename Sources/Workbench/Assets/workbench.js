// SPDX-License-Identifier: Apache-2.0
// What scripts add to pages that work without them: forms that answer in place, shortcuts for the
// first question, columns that sort, and tables that open themselves for the printer.

const main = () => document.getElementById("main");
const announce = (text) => {
  const status = document.getElementById("announce");
  status.textContent = "";
  setTimeout(() => { status.textContent = text; }, 50);
};

// Forms marked data-live: post, and put the answer's main element in the place of this one.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-live]")) return;
  event.preventDefault();
  if (form.getAttribute("aria-busy") === "true") return;
  form.setAttribute("aria-busy", "true");
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const chosen = event.submitter ? event.submitter.name : "";
  try {
    const response = await fetch(form.action, {
      method: "POST", body, headers: { Accept: "text/html" }, credentials: "same-origin",
    });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById("main");
    if (!fresh) throw new Error("not a page of the workbench");
    main().replaceWith(document.adoptNode(fresh));
    document.title = page.title;
    enhance();
    settleFocus(chosen);
    // A problem is an alert and has the focus: saying it again would be once too often.
    if (!fresh.querySelector(".notice.problem")) announce(fresh.dataset.announce || page.title);
  } catch {
    form.removeAttribute("aria-busy");
    announce("The site did not answer. Nothing was changed; try again.");
    showFailure(form);
  }
});

// After an answer: a problem first, then what the page marks, then the content as a whole.
function settleFocus(chosen) {
  const problem = main().querySelector(".notice.problem");
  const target = problem || document.getElementById(chosen === "remove" ? "findings" : "focus") || main();
  if (!target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
  target.focus({ preventScroll: true });
  const top = target.getBoundingClientRect().top;
  if (top < 0 || top > innerHeight * 0.8) target.scrollIntoView({ block: "start" });
}

function showFailure(form) {
  if (form.querySelector(".notice")) return;
  const notice = document.createElement("div");
  notice.className = "notice problem";
  const line = document.createElement("p");
  line.textContent = "The site did not answer. Nothing was changed; try again.";
  notice.append(line);
  form.append(notice);
}

// Shortcuts: single keys, so they can be turned off and never act while something is typed.
const storageKey = "bedside-shortcuts";
const remembered = () => { try { return localStorage.getItem(storageKey); } catch { return null; } };
let shortcuts = remembered() !== "off";

document.addEventListener("keydown", (event) => {
  if (!shortcuts || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const key = event.key.toLowerCase();
  if (!/^[a-z]$/.test(key)) return;
  const button = document.querySelector(`button[data-shortcut="${key}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

function offerShortcuts() {
  const list = document.querySelector("[data-shortcuts]");
  if (!list) return;
  const toggle = document.createElement("button");
  toggle.type = "button";
  toggle.className = "quiet";
  toggle.textContent = "Keys y, n, u answer the first question";
  const show = () => {
    toggle.setAttribute("aria-pressed", String(shortcuts));
    list.classList.toggle("shortcuts", shortcuts);
  };
  toggle.addEventListener("click", () => {
    shortcuts = !shortcuts;
    try { localStorage.setItem(storageKey, shortcuts ? "on" : "off"); } catch { /* this visit only */ }
    show();
  });
  const line = document.createElement("p");
  line.append(toggle);
  list.after(line);
  show();
}

// Columns marked data-sort get a button in their heading; equal rows keep their order.
const sortKey = (row, column) => {
  const cell = row.cells[column];
  return cell.dataset.key ?? cell.textContent.trim();
};
function sortRows(heading) {
  const table = heading.closest("table");
  const body = table.tBodies[0];
  const column = heading.cellIndex;
  const isNumber = heading.classList.contains("number");
  const first = isNumber ? "descending" : "ascending";
  const now = heading.getAttribute("aria-sort");
  const order = now === null ? first : now === "ascending" ? "descending" : "ascending";
  for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", order);
  const sign = order === "ascending" ? 1 : -1;
  const compare = isNumber
    ? (a, b) => Number(sortKey(a, column)) - Number(sortKey(b, column))
    : (a, b) => sortKey(a, column).localeCompare(sortKey(b, column), "en");
  body.append(...[...body.rows].sort((a, b) => sign * compare(a, b)));
}
function offerSorting() {
  for (const heading of document.querySelectorAll("th[data-sort]")) {
    if (heading.querySelector("button")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent;
    button.addEventListener("click", () => sortRows(heading));
    heading.replaceChildren(button);
  }
}

// On paper everything is open.
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details:not([open])")) {
    part.open = true;
    part.dataset.wasClosed = "";
  }
});
addEventListener("afterprint", () => {
  for (const part of document.querySelectorAll("details[data-was-closed]")) {
    part.open = false;
    delete part.dataset.wasClosed;
  }
});

// Parts of a page with work of their own bring their own script: data-part names it.
async function beginParts() {
  for (const part of document.querySelectorAll("[data-part]:not([data-begun])")) {
    part.dataset.begun = "";
    const script = await import(`./${part.dataset.part}.js`);
    await script.begin(part);
  }
}

function enhance() {
  offerShortcuts();
  offerSorting();
  beginParts();
}
addEventListener("bedside:changed", offerSorting);
enhance();
