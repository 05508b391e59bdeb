// The reading pane: on a wide screen a ticket opens beside the list, and the address says which.

import { announce } from "./desk.js";
import { send } from "./queue-acts.js";
import { current, focusRow, keepCurrent, linkIn, neighbour, rowByKey, rows } from "./queue-rows.js";

const WIDE = matchMedia("(width >= 1280px)");
const SOON = 150;

const pane = () => document.getElementById("pane");
const shown = () => new URLSearchParams(location.search).get("open");
export const isOpen = () => pane().childElementCount > 0;

// Open the row's ticket beside the list, or go to its page where there is no room. Open already: go into it.
export function open(row) {
  if (!WIDE.matches) return location.assign(linkIn(row).href);
  if (isOpen() && shown() === row.dataset.key) return pane().focus();
  const was = isOpen();
  addressSays(row.dataset.key, was ? "replaceState" : "pushState");
  return show(row.dataset.key);
}

export function openNext(row) {
  const next = neighbour(row, 1);
  if (next === row) return announce("That was the last one.");
  focusRow(next);
  return open(next);
}

let soon = 0;

// While the reader runs down the list only the row where they stop is fetched.
export function showSoon(row) {
  clearTimeout(soon);
  soon = setTimeout(() => {
    addressSays(row.dataset.key, "replaceState");
    show(row.dataset.key);
  }, SOON);
}

function addressSays(key, way) {
  const address = new URL(location.href);
  if (key) address.searchParams.set("open", key);
  else address.searchParams.delete("open");
  history[way]({ open: key }, "", address);
}

async function show(key) {
  mark(key);
  import("./ticket.js"); // only the pane needs it
  const row = rowByKey(key);
  const from = row ? linkIn(row).getAttribute("href") : `/tickets/${key}/`;
  const came = await send("GET", from, { source: pane(), target: pane(), swap: "innerHTML", select: "#ticket" });
  pane().scrollTop = 0;
  announce(came ? `${key} is shown beside the list.` : `${key} could not be fetched: the server does not answer.`);
}

function mark(key) {
  for (const row of rows()) row.classList.toggle("open", row.dataset.key === key);
}

export function close() {
  const key = shown();
  addressSays(null, "pushState");
  empty();
  focusRow(rowByKey(key) ?? current() ?? rows()[0]);
}

function empty() {
  clearTimeout(soon);
  pane().replaceChildren();
  mark(null);
}

// What is done in the pane leads back here: its forms say so, its dialogs answer with the row, and it is shown anew.
function fit() {
  for (const form of pane().querySelectorAll("form[method=post]")) {
    const next = form.elements.next ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "next" }));
    next.value = location.pathname + location.search;
  }
  for (const link of pane().querySelectorAll("a[hx-get]")) {
    const address = new URL(link.getAttribute("hx-get"), location.href);
    address.searchParams.set("row", "1");
    link.setAttribute("hx-get", address.pathname + address.search);
  }
}

function onSettled(event) {
  const row = event.target.closest?.(".queue-row");
  if (!row || !isOpen() || row.dataset.key !== shown()) return;
  row.classList.add("open");
  show(shown());
}

function onKey(event) {
  if (event.key !== "Escape" || event.target.matches("textarea, input, select")) return;
  event.preventDefault();
  close();
}

function onBack() {
  const key = shown();
  if (key && WIDE.matches) show(key);
  else empty();
}

// A click on a row's title opens it beside the list too; with Ctrl or the middle button it is a link like any other.
function onClick(event) {
  const link = event.target.closest(".ticket-subject");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button || !WIDE.matches) return;
  event.preventDefault();
  const row = link.closest(".queue-row");
  keepCurrent(row);
  open(row);
}

export function watchPane() {
  pane().addEventListener("keydown", onKey);
  pane().addEventListener("htmx:afterSwap", fit);
  document.addEventListener("htmx:afterSettle", onSettled);
  document.getElementById("queue").addEventListener("click", onClick);
  addEventListener("popstate", onBack);
  if (shown() && WIDE.matches) show(shown());
}
