// The queue's keys, what is said after an action, and the watch for news.

import { announce } from "./desk.js";

const POLL = 5000;
const queue = document.getElementById("queue");
const list = document.getElementById("rows");
const live = document.getElementById("live");
const news = document.getElementById("news");

const links = () => [...queue.querySelectorAll(".ticket-subject")];
const rowOf = (element) => element?.closest(".queue-row");
const linkIn = (row) => row?.querySelector(".ticket-subject");

function move(step) {
  const all = links();
  const at = all.indexOf(linkIn(rowOf(document.activeElement)));
  all[Math.min(Math.max(at + step, 0), all.length - 1)]?.focus();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  a: () => acknowledge(rowOf(document.activeElement)),
  "/": () => document.querySelector(".search-input")?.focus(),
  "?": () => document.getElementById("keys-help").showModal(),
};

function acknowledge(row) {
  const button = row.querySelector(".ticket-act button");
  if (button) button.click();
  else announce(`${row.dataset.key} has been acknowledged already.`);
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const act = rowOf(event.target) && KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

// After an action the next row has the focus; after a refusal the row stays where the reader is.
let asked = null;

function onAsk(event) {
  const row = rowOf(event.target);
  if (!row) return;
  const next = row.nextElementSibling ?? row.previousElementSibling ?? row;
  asked = { key: row.dataset.key, next: next.dataset.key, events: Number(row.dataset.events) };
}

function onAnswered() {
  const row = asked && document.getElementById(`row-${asked.key}`);
  if (!row) return;
  countOwn(Number(row.dataset.events) - asked.events);
  announce(row.dataset.said ?? row.dataset.refused ?? "");
  linkIn(document.getElementById(`row-${row.dataset.refused ? asked.key : asked.next}`))?.focus();
  asked = null;
}

// What the reader did is no news to them.
function countOwn(events) {
  const [count, sum] = queue.dataset.version.split(".").map(Number);
  if (queue.dataset.version) queue.dataset.version = `${count}.${sum + events}`;
}

let heardAt = Date.now();

function showLive() {
  live.textContent = live.dataset.liveWords;
  live.classList.remove("stale");
}

function showStale(words) {
  const at = new Date(heardAt).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const said = `Stale since ${at}: ${words}`;
  if (live.textContent === said) return;
  live.textContent = said;
  live.classList.add("stale");
  announce(said);
}

async function look() {
  if (document.hidden) return;
  const { changes, version, since } = queue.dataset;
  const url = `${changes}&${new URLSearchParams({ version, since })}`;
  try {
    const answer = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(POLL) });
    if (!answer.ok) throw new Error(answer.status);
    heardAt = Date.now();
    showLive();
    if (answer.status === 200) tell(await answer.text());
  } catch {
    showStale("the server does not answer; reload the page.");
  }
}

function tell(html) {
  const words = new DOMParser().parseFromString(html, "text/html").body.textContent.trim();
  if (news.querySelector(".news-words").textContent === words && !news.hidden) return;
  news.querySelector(".news-words").textContent = words;
  news.hidden = false;
  announce(words);
}

// Empty filters stay out of the address; a chosen one applies at once.
function onFilter(form) {
  form.addEventListener("change", (event) => event.target.matches("select") && form.requestSubmit());
  form.addEventListener("submit", () => {
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
  });
  addEventListener("pageshow", () => {
    for (const field of form.elements) field.disabled = false;
  });
}

document.querySelectorAll("[data-with-script]").forEach((element) => (element.hidden = false));
document.querySelectorAll("form.filters").forEach(onFilter);
live.dataset.liveWords = `${live.textContent}, live`;
showLive();
list?.addEventListener("keydown", onKey);
list?.addEventListener("htmx:beforeRequest", onAsk);
document.addEventListener("htmx:afterSettle", onAnswered);
if (document.activeElement === document.body) links()[0]?.focus({ preventScroll: true, focusVisible: false });
setInterval(look, POLL);
