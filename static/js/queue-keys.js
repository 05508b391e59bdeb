// One key per decision, while the queue has the focus: on the ticked rows where there are some, else on the row.

import { acknowledge, ask, countPress, takeIt, undoLast } from "./queue-acts.js";
import { bulk, hideResult } from "./queue-bulk.js";
import { showNews } from "./queue-live.js";
import { close, isOpen, open, openNext, showSoon } from "./queue-pane.js";
import { current, focusRow, neighbour, queue, tryAgain, rowOf, rows, tick, tickAll, ticked, tickUpTo } from "./queue-rows.js";

const GO_WAITS = 2000;

function move(step, { selecting = false } = {}) {
  const from = current();
  const to = from ? neighbour(from, step) : rows()[0];
  if (!to) return;
  if (selecting && from) [from, to].forEach((row) => tick(row, true));
  focusRow(to);
  if (isOpen()) showSoon(to);
}

function edge(row) {
  if (!row) return;
  focusRow(row);
  if (isOpen()) showSoon(row);
}

// On the ticked rows if there are any, else on the row; `alone` is what one row does.
const decide = (noun, alone) => (row) => (ticked().length ? bulk(noun) : row && alone(row));
const words = (noun) => decide(noun, (row) => ask(row, noun));

const MOVES = {
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  Home: () => edge(rows()[0]),
  End: () => edge(rows().at(-1)),
  Enter: (row) => row && (tryAgain(row) || open(row)),
  Escape: () => (isOpen() ? close() : hideResult() || tickAll(false)),
};

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  J: () => move(1, { selecting: true }),
  K: () => move(-1, { selecting: true }),
  x: (row) => row && tick(row),
  X: (row) => row && tickUpTo(row),
  a: decide("acknowledgement", acknowledge),
  m: decide("assignment", takeIt),
  e: words("escalation"),
  v: words("vendor-cases"),
  w: words("wait"),
  s: words("snooze"),
  r: words("resolution"),
  c: words("replies"),
  z: () => undoLast(),
  n: (row) => row && openNext(row),
  ".": () => showNews(),
  "/": () => document.querySelector(".search-input")?.focus(),
  "?": () => document.getElementById("keys-help").showModal(),
  g: () => startGoing(),
};

// g, then a letter: where it leads stands in the sheet of keys.
let goingUntil = 0;

function startGoing() {
  goingUntil = Date.now() + GO_WAITS;
}

function goTo(letter) {
  goingUntil = 0;
  const link = document.querySelector(`#goes [data-go="${CSS.escape(letter)}"]`);
  if (link) location.assign(link.href);
}

const writes = (element) => element.matches("textarea, select, input:not([type=checkbox])");
const presses = (element, key) => key === "Enter" && element.matches("button, a:not(.ticket-subject)");

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || writes(event.target)) return;
  if (presses(event.target, event.key)) return;
  countPress();
  const single = queue().dataset.keys !== "off";
  if (single && Date.now() < goingUntil && event.key.length === 1) {
    event.preventDefault();
    return goTo(event.key);
  }
  const does = MOVES[event.key] ?? (single ? KEYS[event.key] : undefined);
  if (!does) return;
  event.preventDefault();
  does(rowOf(event.target) ?? current());
}

export function watchKeys() {
  queue().addEventListener("keydown", onKey);
  queue().addEventListener("click", (event) => {
    const button = event.target.closest("[data-acknowledge], [data-retries]");
    if (!button) return;
    event.preventDefault();
    const row = rowOf(button);
    if (button.matches("[data-retries]")) tryAgain(row);
    else acknowledge(row);
  });
}
