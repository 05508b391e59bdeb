// Find anything, from every page of the desk, on Ctrl+K: a combobox over the plain page of results.

const PAUSE = 120;
const palette = document.getElementById("palette");
const input = document.getElementById("palette-q");
const results = document.getElementById("palette-results");
// Inside the dialog: what stands outside it is not read out while it is open.
const told = document.getElementById("palette-told");

let waiting = 0;
let asked = 0;

const options = () => [...results.querySelectorAll("a[href]")];
const active = () => document.getElementById(input.getAttribute("aria-activedescendant") ?? "");

// What the page is about, so that its verbs are offered too.
const about = () =>
  document.activeElement?.closest?.(".queue-row")?.dataset.key ??
  document.querySelector(".queue-row.open")?.dataset.key ??
  /\/tickets\/(ESC-\d+)\//.exec(location.pathname)?.[1] ??
  "";

function open() {
  if (palette.open) return;
  palette.dataset.about = about();
  palette.showModal();
  input.select();
  find();
}

async function find() {
  const turn = (asked += 1);
  const query = new URLSearchParams({ q: input.value, about: palette.dataset.about });
  try {
    const headers = { "HX-Request": "true", "HX-Target": "results" };
    const answer = await fetch(`${palette.dataset.find}?${query}`, { headers, redirect: "error" });
    if (!answer.ok) throw new Error(answer.status);
    const html = await answer.text();
    if (turn === asked) show(html);
  } catch {
    // The words stay; typing on, or Enter, asks again.
    if (turn === asked) tell("The server does not answer. Press Enter for the page of results.");
  }
}

function show(html) {
  results.innerHTML = html;
  options().forEach((option, index) => {
    option.id = `palette-${index}`;
    option.tabIndex = -1;
  });
  point(options()[0]);
  input.setAttribute("aria-expanded", String(options().length > 0));
  const count = options().length;
  told.textContent = count ? `${count} found.` : "Nothing found.";
}

function tell(words) {
  const line = Object.assign(document.createElement("p"), { className: "palette-told", textContent: words });
  results.replaceChildren(line);
  told.textContent = words;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

const roleOf = (option) => option.closest("[role=option]") ?? option;

function point(option) {
  for (const other of options()) {
    other.classList.toggle("pointed", other === option);
    roleOf(other).setAttribute("aria-selected", String(other === option));
  }
  if (!option) return input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-activedescendant", roleOf(option).id || option.id);
  option.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = options();
  const at = all.findIndex((option) => option.matches(".pointed"));
  point(all[(at + by + all.length) % all.length]);
}

function onKey(event) {
  if (event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (options().length) step(event.key === "ArrowDown" ? 1 : -1);
  }
  const chosen = results.querySelector("a.pointed");
  if (event.key === "Enter" && chosen && active()) {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) window.open(chosen.href, "_blank", "noopener");
    else location.assign(chosen.href);
  }
}

if (palette) {
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-palette]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open();
  });
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(find, PAUSE);
  });
  input.addEventListener("keydown", onKey);
}
