// The radar's board: cards move by mouse and by keys; where they stand is the server's to say.

import { announce, toast } from "./desk.js";

const HIGHEST = 10;
let lifted = null;

const board = () => document.getElementById("board");
const lanes = () => [...board().querySelectorAll("[data-lane]")];
const laneOf = (card) => card.closest("[data-lane]");
const nameOf = (lane) => lane.dataset.title;
const number = (text) => (text === "" ? null : Number(text));

function grips() {
  document.querySelectorAll("[data-with-script]").forEach((element) => (element.hidden = false));
}

function scoreWords(score) {
  return score === null ? "no score" : `score ${score}`;
}

function show(card, score) {
  card.querySelector("[data-score-words]").textContent = score ?? "";
}

// A lane that the card comes to suggests a score; the one that it came from keeps its own.
function scoreIn(lane, from) {
  const { lowest, highest, suggested } = lane.dataset;
  if (lowest === "") return null;
  return from !== null && from >= Number(lowest) && from <= Number(highest) ? from : Number(suggested);
}

function lift(card) {
  const score = number(card.dataset.score);
  lifted = { card, home: card.parentElement, before: card.nextElementSibling, lane: laneOf(card), score };
  card.classList.add("lifted");
  announce(
    `${card.dataset.key} lifted from ${nameOf(lifted.lane)}, ${scoreWords(score)}. ` +
      "Left and right change the lane, up and down the score. Space drops it, Escape puts it back.",
  );
}

function putBack(said) {
  const { card, home, before } = lifted;
  lifted = null;
  home.insertBefore(card, before?.parentElement === home ? before : null);
  card.classList.remove("lifted");
  show(card, number(card.dataset.score));
  if (said) announce(said);
}

function toLane(lane) {
  const { card } = lifted;
  lifted.score = scoreIn(lane, number(card.dataset.score));
  lifted.moving = true;
  lane.querySelector("[data-cards]").prepend(card);
  show(card, lifted.score);
  card.querySelector("[data-grip]").focus();
  lifted.moving = false;
}

function step(by) {
  const all = lanes();
  const lane = all[all.indexOf(laneOf(lifted.card)) + by];
  if (!lane) return announce(by < 0 ? "This is the first lane." : "This is the last lane.");
  toLane(lane);
  announce(`${lifted.card.dataset.key} over ${nameOf(lane)}, ${scoreWords(lifted.score)}.`);
}

function change(by) {
  const { lowest, highest } = laneOf(lifted.card).dataset;
  if (lowest === "") return announce("This lane has no score.");
  lifted.score = Math.min(Math.max(lifted.score + by, Number(lowest)), Number(highest));
  show(lifted.card, lifted.score);
  announce(`Score ${lifted.score}.`);
}

function drop() {
  const { card, score, lane } = lifted;
  if (laneOf(card) === lane && score === number(card.dataset.score)) {
    return putBack(`${card.dataset.key} stays where it was.`);
  }
  const jira = card.dataset.jira;
  const undone = lifted;
  lifted = null;
  send(card, { score: score ?? "", jira_key: jira }, undone);
}

// The answer is the board anew, also where somebody was faster; only a lost network leaves the card to be put back.
async function send(card, values, from) {
  const key = card.dataset.key;
  const seen = { seen: card.dataset.seen, client: board().dataset.client };
  const options = { source: "#board", target: "#board", swap: "outerHTML", values: { ...values, ...seen } };
  try {
    await window.htmx.ajax("POST", card.dataset.url, options);
  } catch {
    toast(`${key} was not moved: the server cannot be reached. Try again.`, "error");
  }
  if (document.body.contains(card)) {
    lifted = from;
    putBack(`${key} was not moved.`);
  }
}

function onKey(event) {
  if (!lifted || !event.target.matches("[data-grip]")) return;
  const acts = {
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    ArrowUp: () => change(1),
    ArrowDown: () => change(-1),
    Escape: () => {
      const { card } = lifted;
      putBack(`${card.dataset.key} is back in ${nameOf(lifted.lane)}.`);
      card.querySelector("[data-grip]").focus();
    },
  };
  if (!acts[event.key]) return;
  event.preventDefault();
  acts[event.key]();
}

function onClick(event) {
  const grip = event.target.closest("[data-grip]");
  if (grip) {
    const card = grip.closest("[data-movable]");
    if (lifted?.card === card) return drop();
    if (lifted) putBack();
    return lift(card);
  }
  const by = event.target.closest("[data-by]");
  if (by) onStep(Number(by.dataset.by));
}

function onBlur(event) {
  if (lifted && !lifted.moving && !lifted.asked && event.target === lifted.card.querySelector("[data-grip]")) {
    putBack(`${lifted.card.dataset.key} is back in ${nameOf(lifted.lane)}.`);
  }
}

// By mouse

function onDragStart(event) {
  const card = event.target.closest?.("[data-movable]");
  if (!card || event.target.closest("details, input")) return;
  if (lifted) putBack();
  lifted = { card, home: card.parentElement, before: card.nextElementSibling, lane: laneOf(card), asked: true };
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.dataset.key);
  card.classList.add("lifted");
}

function over(event) {
  const lane = lifted?.asked && event.target.closest?.("[data-lane]");
  lanes().forEach((other) => other.classList.toggle("over", other === lane && other !== lifted.lane));
  return lane;
}

function onDragOver(event) {
  if (over(event)) event.preventDefault();
}

function onDrop(event) {
  const lane = over(event);
  if (!lane) return;
  event.preventDefault();
  lanes().forEach((other) => other.classList.remove("over"));
  if (lane === lifted.lane) return;
  lifted.dropped = true;
  const { card } = lifted;
  lifted.score = scoreIn(lane, null);
  lane.querySelector("[data-cards]").prepend(card);
  show(card, lifted.score);
  if (lifted.score === null) {
    const from = lifted;
    lifted = null;
    return send(card, { score: "", jira_key: card.dataset.jira }, from);
  }
  ask(card, lane);
}

function onDragEnd() {
  lanes().forEach((lane) => lane.classList.remove("over"));
  if (lifted?.asked && !lifted.dropped) putBack();
}

// The exact score, asked after a drop

const dialog = document.getElementById("radar-score");
const field = dialog.querySelector("[name=score]");

function ask(card, lane) {
  const { lowest, highest, suggested } = lane.dataset;
  dialog.querySelector("h2").textContent = `Score of ${card.dataset.key}`;
  dialog.querySelector("[data-lane-words]").textContent = `${nameOf(lane)}: ${lowest} to ${highest}.`;
  Object.assign(field, { min: lowest, max: highest, value: suggested });
  dialog.querySelector("[name=jira_key]").value = card.dataset.jira;
  dialog.returnValue = "";
  dialog.showModal();
  field.select();
}

function onStep(by) {
  const least = Number(field.min || 1);
  const most = Number(field.max || HIGHEST);
  field.value = Math.min(Math.max(Number(field.value || field.min) + by, least), most);
}

function onAnswered() {
  const from = lifted;
  if (!from) return;
  if (dialog.returnValue !== "place") return putBack(`${from.card.dataset.key} is back in ${nameOf(from.lane)}.`);
  lifted = null;
  send(from.card, { score: field.value, jira_key: dialog.querySelector("[name=jira_key]").value }, from);
}

// The board came back from the server

function onSwap() {
  const shown = board();
  if (!shown?.dataset.moved) return;
  const { said, refused, moved } = shown.dataset;
  grips();
  lifted = null;
  document.querySelector(`#radar-${moved} :is([data-grip], a)`)?.focus();
  announce(refused || said);
  toast(refused || said, refused ? "error" : "info");
  for (const name of ["said", "refused", "moved"]) delete shown.dataset[name];
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", onClick);
document.addEventListener("focusout", onBlur);
document.addEventListener("dragstart", onDragStart);
document.addEventListener("dragover", onDragOver);
document.addEventListener("drop", onDrop);
document.addEventListener("dragend", onDragEnd);
document.addEventListener("htmx:afterSettle", onSwap);
dialog.addEventListener("close", onAnswered);
grips();
