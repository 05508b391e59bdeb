// The rows of the queue: which has the focus, which are ticked, what has befallen one.

import { announce } from "./desk.js";

export const queue = () => document.getElementById("queue");
export const list = () => document.getElementById("rows");
export const rows = () => [...(list()?.children ?? [])];
export const rowOf = (element) => element?.closest?.(".queue-row") ?? null;
export const rowByKey = (key) => document.getElementById(`row-${key}`);
export const linkIn = (row) => row?.querySelector(".ticket-subject");
export const boxIn = (row) => row?.querySelector(".ticket-select input");

// The row that keys act on: the one with the focus, or the one whose ticket is open beside the list.
let lately = null;
export const current = () => rowOf(document.activeElement) ?? rowByKey(lately);
export const keepCurrent = (row) => (lately = row.dataset.key);

export function focusRow(row) {
  if (!row) return queue().focus({ preventScroll: true });
  lately = row.dataset.key;
  linkIn(row).focus();
}

export function neighbour(row, step) {
  const all = rows();
  const at = all.indexOf(row);
  return all[Math.min(Math.max(at + step, 0), all.length - 1)] ?? null;
}

// After an act: the row that follows, else the one before, else the row itself. Rows that have gone are passed over.
export function following(row) {
  const all = rows();
  const at = all.indexOf(row);
  const stays = (other) => !other.matches(".gone");
  return all.slice(at + 1).find(stays) ?? all.slice(0, at).findLast(stays) ?? row;
}

// Ticked rows.

let anchor = null;

export const ticked = () => rows().filter((row) => boxIn(row)?.checked);

export function tick(row, on = !boxIn(row).checked) {
  boxIn(row).checked = on;
  anchor = row.dataset.key;
  showTicked();
}

export function tickUpTo(row) {
  const all = rows();
  const from = Math.max(all.indexOf(rowByKey(anchor) ?? row), 0);
  const to = all.indexOf(row);
  for (const each of all.slice(Math.min(from, to), Math.max(from, to) + 1)) boxIn(each).checked = true;
  showTicked();
}

export function tickAll(on) {
  for (const row of rows()) boxIn(row).checked = on;
  showTicked();
}

export function showTicked() {
  const count = ticked().length;
  for (const row of rows()) row.classList.toggle("selected", boxIn(row).checked);
  const all = document.getElementById("select-all");
  if (all) all.checked = count > 0 && count === rows().length;
  if (all) all.indeterminate = count > 0 && !all.checked;
  const bar = document.getElementById("bulk-bar");
  if (!bar) return;
  bar.hidden = count === 0;
  const words = `${count} selected`;
  if (count && document.getElementById("bulk-count").textContent !== words) announce(words);
  document.getElementById("bulk-count").textContent = count ? words : "";
}

// What went wrong with an act, in the row itself, with a way to try it again.

const retries = new Map();

export function showTrouble(row, words, retry) {
  clearTrouble(row);
  const told = document.getElementById("row-trouble").content.firstElementChild.cloneNode(true);
  told.querySelector(".trouble-words").textContent = words;
  row.append(told);
  row.classList.add("in-trouble");
  retries.set(row.dataset.key, retry);
  announce(`${row.dataset.key}: ${words}`);
}

// What the reader wanted has been so before: told in the row, with nothing to try again.
export function showAlready(row, words) {
  showTrouble(row, words, null);
  row.querySelector(".ticket-notice button").remove();
  retries.delete(row.dataset.key);
}

export function clearTrouble(row) {
  retries.delete(row.dataset.key);
  row.classList.remove("in-trouble");
  row.querySelector(".ticket-notice")?.remove();
}

export function tryAgain(row) {
  const again = retries.get(row.dataset.key);
  if (!again) return false;
  clearTrouble(row);
  again();
  return true;
}

// A row that a verb answers does not know the list that it stands in; its link keeps leading there and back.

const hrefs = new Map();

export function keepHrefs(within = list()) {
  for (const link of within?.querySelectorAll(".ticket-subject[href*='?']") ?? []) {
    hrefs.set(rowOf(link).dataset.key, link.getAttribute("href"));
  }
}

export function giveHref(row) {
  const known = hrefs.get(row.dataset.key);
  if (known && !linkIn(row).getAttribute("href").includes("?")) linkIn(row).setAttribute("href", known);
}
