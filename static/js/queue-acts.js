// Acts on one row: shown at once, sent, told in the row, undone while that is possible.

import { announce, toast } from "./desk.js";
import { clearTrouble, focusRow, following, list, queue, rowByKey, rowOf, showAlready, showTicked, showTrouble, giveHref } from "./queue-rows.js";

const UNDOABLE = 8_000;
const SENDING = { acknowledgement: "Acknowledging…", assignment: "Assigning…", undo: "Undoing…" };
const TO_ME = ["acknowledgement", "assignment"];

// By key of the row: the act that is under way, and what the row showed before. `asked`: the dialog that is open.
const underWay = new Map();
let asked = null;
let presses = 0;

export const countPress = () => (presses += 1);
export const isBusy = (row) => underWay.has(row.dataset.key) || asked?.key === row.dataset.key;

const address = (key, noun) => `/tickets/${key}/${noun}/`;

// Whether an answer came. Where none does, the event of htmx tells it in the row.
export const send = (verb, url, how) =>
  htmx.ajax(verb, url, how).then(
    () => true,
    () => false,
  );

// An act that needs no words. The row shows it at once; what the server answers is the row as it is. `seen` goes with it, so
// that whoever acts on an old picture is told.
export function act(row, noun, values = {}) {
  const { key, events } = row.dataset;
  if (underWay.has(key)) return;
  clearTrouble(row);
  const next = following(row);
  begin(row, noun, () => act(rowByKey(key), noun, values));
  if (rowOf(document.activeElement) === row) focusRow(next);
  send("POST", address(key, noun), { source: row, target: row, swap: "outerHTML", values: { ...values, seen: events } });
}

export const acknowledge = (row) =>
  row.querySelector("[data-acknowledge]")
    ? act(row, "acknowledgement")
    : showAlready(row, `${holderOf(row)} already.`);

const holderOf = (row) => {
  const assignee = row.querySelector(".ticket-assignee").textContent.trim();
  return assignee === "–" ? row.querySelector(".ticket-status").textContent.trim() : `${assignee} has it`;
};

export const takeIt = (row) => act(row, "assignment", { to: queue().dataset.me });

function begin(row, noun, again) {
  const status = row.querySelector(".ticket-status");
  const assignee = row.querySelector(".ticket-assignee");
  const before = [status, assignee].map((cell) => [cell, cell.textContent]);
  underWay.set(row.dataset.key, { noun, before, again, presses });
  row.classList.add("sending");
  status.textContent = SENDING[noun] ?? "Sending…";
  if (TO_ME.includes(noun)) assignee.textContent = "You";
}

function giveBack(row, { before = [] }) {
  row.classList.remove("sending");
  for (const [cell, shown] of before) cell.textContent = shown;
}

// No answer, or none that is a row: the row is as it was, says so, and can send it again.
function onFailed(event, words) {
  const row = rowOf(event.target);
  if (!row || event.target !== row) return;
  const { key } = row.dataset;
  const sent = underWay.get(key) ?? (asked?.key === key ? asked : null);
  if (!sent) return;
  event.stopPropagation();
  underWay.delete(key);
  if (undoAsked === key) undoAsked = null;
  if (sent === asked) asked = null;
  giveBack(row, sent);
  if (sent.presses === presses) focusRow(row);
  showTrouble(row, words, sent.again);
}

const unreached = () => (navigator.onLine ? "No answer: it may not have arrived." : "Not sent: no connection.");

// A page in a row's place is the sign-in page: nothing was done.
function onBeforeSwap(event) {
  const { xhr, target } = event.detail;
  if (!target?.matches?.(".queue-row") || xhr.responseText.includes(`id="row-`)) return;
  if (event.detail.requestConfig.verb === "get" || !xhr.responseText.includes("<html")) return;
  event.detail.shouldSwap = false;
  onFailed({ target, stopPropagation() {} }, "Not done: you are signed out. Reload the page.");
}

// Whatever put rows here says what happened on them: read out, with Undo, and the focus goes on.
function hear() {
  const told = [...(list()?.querySelectorAll("[data-said], [data-refused]") ?? [])];
  const summary = document.querySelector("#bulk-summary .bulk-told:not([data-heard])");
  if (!told.length && !summary) return;
  if (summary) return hearAll(summary, told);
  for (const row of told) {
    const { said, refused, act: made, undoUrl, key } = row.dataset;
    announce(said ?? refused);
    if (made || undoUrl) offerUndo(said, { acts: [made], url: undoUrl, keys: [key] });
    goOn(row);
    if (undoAsked !== key) continue;
    undoAsked = null;
    if (made) undoLast();
  }
  showTicked();
}

// Of many rows the summary says what became of them; the focus goes to the row after the last of them.
function hearAll(summary, told) {
  summary.dataset.heard = "";
  const { acts } = summary.dataset;
  const words = summary.querySelector("p").textContent;
  document.getElementById("bulk-result").hidden = !summary.querySelector(".bulk-refused") && summary.dataset.done !== "0";
  document.getElementById("dialog").close();
  announce(summary.textContent.replace(/\s+/g, " ").trim());
  if (acts) offerUndo(words, { acts: acts.split(" "), keys: told.map((row) => row.dataset.key) });
  told.forEach(strip);
  showTicked();
  const last = told.at(-1);
  focusRow(last ? following(last) : null);
}

function strip(row) {
  underWay.delete(row.dataset.key);
  for (const name of ["said", "refused", "act", "undoUrl"]) delete row.dataset[name];
  giveHref(row);
}

function goOn(row) {
  const { key, refused } = row.dataset;
  const sent = underWay.get(key);
  strip(row);
  if (asked?.key === key) return closeAsked(refused ? row : rowByKey(asked.next));
  if (refused && sent?.presses === presses) focusRow(row);
}

// Undo: the last one by key, the one that is shown by its button.

let offers = [];
// The row whose act was still being sent when its undo was asked for: it is undone as soon as it is done.
let undoAsked = null;

// `what`: the acts, or the address that takes back what is no act; the keys of the rows.
function offerUndo(words, what) {
  const offer = { ...what, words, until: Date.now() + UNDOABLE };
  showOffer(offer, words);
  offers.push(offer);
}

function showOffer(offer, words, level = "success") {
  const box = document.getElementById("toast-acted").content.firstElementChild.cloneNode(true);
  box.querySelector(".toast-words").textContent = words;
  box.dataset.level = level;
  box.classList.add("undoable");
  box.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    undo(offer);
  });
  document.querySelectorAll(".toast.undoable").forEach((earlier) => earlier.remove());
  document.getElementById("toasts").append(box);
  offer.box = box;
}

const isOffered = (offer) => offer.unanswered || offer.until > Date.now();

export function undoLast() {
  const sent = [...underWay].findLast(([, { noun }]) => noun !== "undo");
  if (sent) return ([undoAsked] = sent);
  offers = offers.filter(isOffered);
  if (offers.length) return undo(offers.at(-1));
  announce("Nothing to undo: an act can be undone for 8 seconds.");
}

// Until an answer comes the offer stands: to ask twice is harmless, for the server undoes once.
async function undo(offer) {
  if (offer.sending) return;
  offer.sending = true;
  offer.box.remove();
  const [key] = offer.keys;
  const row = rowByKey(key);
  if (row) {
    clearTrouble(row);
    begin(row, "undo", () => undo(offer));
  }
  const answered = await (offer.url ? takeBack(offer, row) : undoActs(offer, row));
  offer.sending = false;
  offer.unanswered = !answered;
  if (!answered) return showOffer(offer, `${offer.words} Not undone: no answer came. Try again.`, "error");
  offers = offers.filter((other) => other !== offer);
}

const takeBack = (offer, row) =>
  answerTo(offer.url, { source: row ?? queue(), target: row ?? queue(), swap: row ? "outerHTML" : "none" });

async function undoActs(offer, row) {
  const how = { source: row ?? queue(), target: "#announce", swap: "innerHTML", values: { act: offer.acts } };
  if (!(await answerTo("/tickets/undo/", how))) return false;
  offer.keys.forEach((each) => rowByKey(each) && strip(rowByKey(each)));
  for (const told of document.querySelectorAll("#announce [data-refused=yes]")) toast(told.textContent, "error");
  const [key] = offer.keys;
  if (rowByKey(key)) focusRow(rowByKey(key));
  return true;
}

// Whether the server has done or refused it; where it fails there is no answer, whatever it sends.
async function answerTo(url, how) {
  let failed = false;
  const onFailure = (event) => (failed ||= event.detail.requestConfig.path === url);
  document.body.addEventListener("htmx:responseError", onFailure, { capture: true });
  const answered = await send("POST", url, how);
  document.body.removeEventListener("htmx:responseError", onFailure, { capture: true });
  return answered && !failed;
}

// Verbs that need words: a dialog about one row. Its answer is the row, and then the dialog has done its work.

export function ask(row, noun) {
  const { key, events } = row.dataset;
  clearTrouble(row);
  asked = { key, next: following(row).dataset.key, again: () => ask(rowByKey(key), noun) };
  send("GET", `${address(key, noun)}?row=1&seen=${events}`, { source: row, target: "#dialog", swap: "innerHTML" });
}

function closeAsked(row) {
  asked = null;
  document.getElementById("dialog").close();
  focusRow(row);
}

// An act that needed no words was answered with a dialog: something was asked after all, or somebody else was first.
function onDialogFilled(event) {
  if (event.target.id !== "dialog") return;
  for (const [key, sent] of underWay) {
    const row = rowByKey(key);
    if (event.detail.elt !== row) continue;
    underWay.delete(key);
    if (undoAsked === key) undoAsked = null;
    giveBack(row, sent);
    asked = { key, next: following(row).dataset.key, again: sent.again };
  }
}

function onDialogClosed() {
  if (!asked) return;
  const row = rowByKey(asked.key);
  asked = null;
  if (row) focusRow(row);
}

export function watchActs() {
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.body.addEventListener(name, (event) => onFailed(event, unreached()));
  }
  document.body.addEventListener("htmx:responseError", (event) =>
    onFailed(event, `Not done: the server answered ${event.detail.xhr.status}.`),
  );
  document.addEventListener("htmx:beforeSwap", onBeforeSwap);
  document.addEventListener("htmx:afterSwap", onDialogFilled);
  document.addEventListener("htmx:afterSettle", hear);
  document.addEventListener("htmx:oobAfterSwap", () => queueMicrotask(hear));
  document.getElementById("dialog").addEventListener("close", onDialogClosed);
}
