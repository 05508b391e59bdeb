// The policy editor: saved after a pause, buttons answered in place, rows moved by drag and by Alt with an arrow.
// Every post is the form's own; without this module the same buttons lead to the same place.

import { announce } from "./desk.js";

const PAUSE = 1200;
const RETRY = 5000;
const ELSEWHERE = [":review", ":trial", ":discard"];
const form = () => document.getElementById("editor");

let timer = 0;
let leaving = false;
let changes = 0; // counts what was typed, so that an answer never replaces something newer
let sending = null;

const isTold = () => form().querySelector("[name=over]") !== null;

function say(words) {
  const state = document.getElementById("editor-saved");
  if (state && state.textContent !== words) state.textContent = words;
}

function bodyOf(asked) {
  const body = new FormData(form());
  body.append("do", asked);
  body.append("scripted", "yes");
  for (const row of form().querySelectorAll("details[data-fold][open]")) body.append("open", row.dataset.fold);
  return body;
}

async function post(body) {
  const headers = { "HX-Request": "true" };
  const answer = await fetch(form().action, { method: "POST", body: new URLSearchParams(body), headers });
  if (answer.redirected) throw new Error("you are signed out. Sign in again in another window");
  if (!(answer.ok || [409, 422].includes(answer.status))) throw new Error(`the server answered ${answer.status}`);
  return answer.text();
}

// One post at a time: each needs the revision that the one before it made.
async function save(asked = "") {
  clearTimeout(timer);
  if (sending) return sending.then(() => save(asked));
  const seen = changes;
  say("Saving…");
  sending = post(bodyOf(asked)).then((html) => taken(html, asked, seen), failed);
  await sending;
  sending = null;
}

function failed(error) {
  const why = error.name === "TypeError" ? "the server cannot be reached" : error.message;
  say(`Not saved: ${why}. What you wrote is kept here, and tried again.`);
  timer = setTimeout(save, RETRY);
}

function taken(html, asked, seen) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("editor");
  const acted = asked !== "";
  if (changes !== seen && !acted) return later(fresh);
  morph(fresh, acted);
  if (acted) after(fresh);
}

// Something was typed meanwhile: only the revision is taken over, and what is newer is saved next.
function later(fresh) {
  if (fresh.querySelector("[name=over]")) return morph(fresh, false);
  form().elements.revision.value = fresh.elements.revision.value;
  say("Not saved yet");
  wait();
}

function morph(fresh, acted) {
  const folded = (name, node) => name === "open" && (node.matches(".part") || !acted);
  Idiomorph.morph(form(), fresh, {
    ignoreActiveValue: !acted,
    callbacks: { beforeAttributeUpdated: (name, node) => !folded(name, node) },
  });
  if (acted) restoreValues(fresh);
  prepare();
}

// What a field shows follows what was typed, not its attribute: after a button both are the server's.
function restoreValues(fresh) {
  for (const field of form().elements) {
    const other = field.id && fresh.querySelector(`[id="${field.id}"]`);
    if (!other) continue;
    if (field.type === "checkbox") field.checked = other.checked;
    else if (field.tagName !== "BUTTON" && field.value !== other.value) field.value = other.value;
  }
  const ticks = (root) => [...root.querySelectorAll("input[type=checkbox]:not([id])")];
  const others = ticks(fresh);
  ticks(form()).forEach((tick, index) => (tick.checked = others[index]?.checked ?? tick.checked));
}

function after(fresh) {
  if (fresh.dataset.said) announce(fresh.dataset.said);
  const target = document.getElementById(fresh.dataset.focus);
  target?.focus();
  target?.closest("[data-row]")?.scrollIntoView({ block: "nearest" });
}

function wait() {
  clearTimeout(timer);
  if (!isTold()) timer = setTimeout(save, PAUSE);
}

function onInput() {
  changes += 1;
  say("Not saved yet");
  wait();
}

function onSubmit(event) {
  const button = event.submitter;
  const leaves = button?.name === "over" || ELSEWHERE.includes(button?.value);
  if (leaves && !sending) return leave();
  event.preventDefault();
  if (leaves) sending.then(() => form().requestSubmit(button));
  else save(button?.value);
}

function leave() {
  clearTimeout(timer);
  leaving = true;
}

const rowOf = (element) => element?.closest?.("[data-row]");

function onKey(event) {
  const step = { ArrowUp: "up", ArrowDown: "down" }[event.key];
  const row = rowOf(event.target);
  if (!step || !row || !event.altKey || event.ctrlKey || event.metaKey || event.target.matches("select, textarea")) return;
  event.preventDefault();
  save(`${row.dataset.row}:${step}`);
}

let dragged = null;
const listOf = (path) => path.slice(0, path.lastIndexOf("."));
const placeOf = (path) => Number(path.slice(path.lastIndexOf(".") + 1));

function onDragStart(event) {
  if (!event.target.closest?.("[data-grip]")) return;
  dragged = rowOf(event.target);
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.row);
  event.dataTransfer.setDragImage(dragged, 8, 8);
  dragged.classList.add("is-dragged");
}

function over(event) {
  let row = rowOf(event.target);
  while (row && listOf(row.dataset.row) !== listOf(dragged.dataset.row)) row = rowOf(row.parentElement);
  return row === dragged ? null : row;
}

const clearMarks = () =>
  form().querySelectorAll(".drop-before, .drop-after").forEach((row) => row.classList.remove("drop-before", "drop-after"));

function isBefore(event, row) {
  const box = row.getBoundingClientRect();
  const sideways = row.matches(".ladder-step") && matchMedia("(width > 900px)").matches;
  return sideways ? event.clientX < box.left + box.width / 2 : event.clientY < box.top + box.height / 2;
}

function onDragOver(event) {
  const row = dragged && over(event);
  clearMarks();
  if (!row) return;
  event.preventDefault();
  row.classList.add(isBefore(event, row) ? "drop-before" : "drop-after");
}

function onDrop(event) {
  const row = dragged && over(event);
  if (!row) return;
  event.preventDefault();
  const [from, to] = [placeOf(dragged.dataset.row), placeOf(row.dataset.row)];
  const gap = isBefore(event, row) ? to : to + 1;
  const target = gap > from ? gap - 1 : gap;
  if (target !== from) save(`${dragged.dataset.row}:to=${target}`);
}

function onDragEnd() {
  clearMarks();
  dragged?.classList.remove("is-dragged");
  dragged = null;
}

function prepare() {
  form()
    .querySelectorAll("[data-grip], [data-with-script]")
    .forEach((element) => (element.hidden = false));
}

const LISTENERS = {
  input: onInput,
  submit: onSubmit,
  keydown: onKey,
  dragstart: onDragStart,
  dragover: onDragOver,
  drop: onDrop,
  dragend: onDragEnd,
};
for (const [name, listener] of Object.entries(LISTENERS))
  document.addEventListener(name, (event) => event.target.closest?.("#editor") && listener(event));
addEventListener("beforeunload", (event) => {
  const state = document.getElementById("editor-saved").textContent;
  if (!leaving && state !== "Saved" && changes) event.preventDefault();
});
prepare();
