// The contact points to verify: keys move from row to row, tick and confirm; what was said is announced.

import { announce, toast } from "./desk.js";

const section = () => document.getElementById("verification");
const rows = () => [...section().querySelectorAll(".contact-row")];
const rowOf = (element) => element.closest?.(".contact-row") ?? null;
const boxIn = (row) => row?.querySelector("[name=point]");
const focus = (row) => row?.querySelector("[data-focus]").focus();

// Where the focus was when something was confirmed: the row that has come there gets it back.
let place = 0;

function move(row, by) {
  const all = rows();
  focus(row ? all[Math.min(Math.max(all.indexOf(row) + by, 0), all.length - 1)] : all[0]);
}

function tick(row) {
  const box = boxIn(row);
  if (box) box.checked = !box.checked;
}

function confirm(row) {
  const ticked = section().querySelector("[name=point]:checked");
  (ticked ? section().querySelector("[data-bulk]") : row?.querySelector("[name=only]"))?.click();
}

const KEYS = {
  j: (row) => move(row, 1),
  k: (row) => move(row, -1),
  ArrowDown: (row) => move(row, 1),
  ArrowUp: (row) => move(row, -1),
  x: tick,
  a: confirm,
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !section().contains(event.target)) return;
  const single = event.key.length === 1;
  if (!KEYS[event.key] || (single && section().dataset.keys === "off")) return;
  event.preventDefault();
  KEYS[event.key](rowOf(event.target));
}

function onSend(event) {
  if (!section().contains(event.target)) return;
  const row = rowOf(document.activeElement);
  place = row ? rows().indexOf(row) : 0;
}

function onSwap(event) {
  if (event.target.id !== "verification") return;
  const all = rows();
  if (all.length) focus(all[Math.min(place, all.length - 1)]);
  else section().focus();
  const said = section().dataset.said;
  delete section().dataset.said;
  if (!said) return;
  announce(said);
  toast(said);
}

if (document.activeElement === document.body) section().focus({ preventScroll: true });
document.addEventListener("keydown", onKey);
document.addEventListener("htmx:beforeRequest", onSend);
document.addEventListener("htmx:afterSettle", onSwap);
