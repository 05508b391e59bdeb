// The watch for news: changed rows change in place, new ones wait behind a bar, those that left say so. Nothing jumps.

import { showCounts } from "./counts.js";
import { announce } from "./desk.js";
import { isBusy } from "./queue-acts.js";
import { boxIn, focusRow, giveHref, keepHrefs, queue, rowByKey, rowOf, rows, showTicked } from "./queue-rows.js";

const POLL = 5000;
const GONE = "No longer in this view";
let heardAt = Date.now();
let fetched = null;
let looking = false;

// Live, or stale since when.

const time = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

function showLive() {
  const live = document.getElementById("live");
  if (live.classList.contains("stale")) announce("Live again.");
  live.textContent = "Live";
  live.classList.remove("stale");
}

function showStale() {
  const live = document.getElementById("live");
  const said = `Stale since ${time(heardAt)}`;
  if (live.textContent === said) return;
  live.textContent = said;
  live.title = "The server does not answer. The list goes on by itself as soon as it does.";
  live.classList.add("stale");
  announce(`${said}: the server does not answer.`);
}

async function get(url, headers = {}) {
  const answer = await fetch(url, { headers, redirect: "error", signal: AbortSignal.timeout(POLL) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer;
}

export async function look() {
  if (document.hidden || looking) return;
  looking = true;
  try {
    await lookOnce();
    heardAt = Date.now();
    showLive();
  } catch {
    // Whatever the trouble is, the reader is told since when the list is old, and the next look tries again.
    showStale();
  } finally {
    looking = false;
  }
}

async function lookOnce() {
  const { changes, version, since, pass } = queue().dataset;
  const answer = await get(`${changes}&${new URLSearchParams({ version, since, pass: pass ?? "" })}`);
  const renewed = answer.headers.get("X-Pass");
  if (renewed) queue().dataset.pass = renewed;
  if (answer.status === 200) await fetchList();
}

async function fetchList() {
  const answer = await get(listAddress(), { "HX-Request": "true", "HX-Target": "queue" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const section = page.getElementById("queue");
  if (!section) throw new Error("The answer holds no list.");
  fetched = section;
  await merge(section);
}

// The page of the list that is shown, whatever ticket is open beside it.
function listAddress() {
  const asked = new URLSearchParams(location.search);
  asked.delete("open");
  return `/tickets/?${asked}`;
}

// Lay the fetched list over the shown one without moving a row. Its version is taken over last: where something fails on
// the way, the next look asks for all of it again.

async function merge(section) {
  showCounts(section);
  keepHrefs(section);
  const theirs = new Map([...section.querySelectorAll(".queue-row")].map((row) => [row.dataset.key, row]));
  const shown = rows();
  for (const row of shown) {
    const newer = theirs.get(row.dataset.key);
    if (newer) renew(row, newer);
  }
  const fresh = [...theirs.keys()].filter((key) => !rowByKey(key));
  const absent = shown.filter((row) => !theirs.has(row.dataset.key));
  const pushed = section.querySelector(".pagination [rel=next]") ? [...theirs.values()].at(-1) : null;
  tell(fresh.length);
  await leaveAll(absent.filter((row) => !isBusy(row) && !row.matches(".gone") && (!pushed || isBefore(row, pushed))));
  for (const name of ["changes", "version", "since", "pass"]) queue().dataset[name] = section.dataset[name] ?? "";
}

// Whether a row stands before another in the list's order: next deadline first, none last, then the older ticket.
function isBefore(row, other) {
  const place = ({ dataset }) => [dataset.order || "~", dataset.key.slice(4).padStart(12, "0")].join(" ");
  return place(row) <= place(other);
}

function renew(row, newer) {
  const noticed = row.querySelector(".ticket-notice") && row.dataset.events === newer.dataset.events;
  if (isBusy(row) || noticed || Number(newer.dataset.events) < Number(row.dataset.events)) return;
  const changed = row.dataset.events !== newer.dataset.events || row.matches(".gone");
  const hadFocus = rowOf(document.activeElement) === row;
  lay(row, newer);
  if (!changed) return;
  row.classList.add("changed");
  if (hadFocus) announce(`${row.dataset.key}: ${row.querySelector(".ticket-status").textContent}`);
}

// Lay a newer state over a row; it stays the same element, ticked, open and focused as it was.
function lay(row, newer) {
  boxIn(newer).toggleAttribute("checked", boxIn(row).checked);
  newer.classList.toggle("open", row.matches(".open"));
  newer.classList.toggle("selected", boxIn(row).checked);
  Idiomorph.morph(row, newer.cloneNode(true), { morphStyle: "outerHTML", ignoreActiveValue: true });
  giveHref(row);
}

// Rows that have left stay where they are until the next refresh, and say what took them out.
async function leaveAll(left) {
  if (!left.length) return;
  const answer = await get(`/tickets/left/?${new URLSearchParams(left.map((row) => ["key", row.dataset.key]))}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const row of left) leave(row, page.getElementById(row.id));
}

function leave(row, newer) {
  if (isBusy(row)) return;
  const hadFocus = rowOf(document.activeElement) === row;
  if (newer) lay(row, newer);
  row.classList.add("gone");
  const status = row.querySelector(".ticket-status");
  if (!newer) status.textContent = GONE;
  status.title = status.textContent;
  if (hadFocus) announce(`${row.dataset.key}: ${status.textContent}.`);
}

// The bar: how many wait, and what shows them.

function tell(count) {
  const news = document.getElementById("news");
  const words = `${count} new`;
  const place = news.querySelector(".news-words");
  const told = place.textContent;
  place.textContent = count ? words : "";
  news.hidden = count === 0;
  if (count && told !== words) announce(count === 1 ? "1 new ticket waits." : `${count} new tickets wait.`);
}

export async function showNews() {
  try {
    await fetchList();
  } catch {
    // An answer that did not come is told as staleness; what came before can still be shown.
    showStale();
  }
  if (fetched) replace(fetched);
}

function replace(section) {
  const row = rowOf(document.activeElement);
  const top = row?.getBoundingClientRect().top;
  const chosen = new Set(rows().filter((each) => boxIn(each).checked).map((each) => each.dataset.key));
  const open = document.querySelector(".queue-row.open")?.dataset.key;
  const busy = new Map(rows().filter(isBusy).map((each) => [each.dataset.key, each]));
  queue().replaceChildren(...section.cloneNode(true).childNodes);
  for (const [key, each] of busy) rowByKey(key)?.replaceWith(each);
  for (const each of rows()) boxIn(each).checked = chosen.has(each.dataset.key);
  if (open) rowByKey(open)?.classList.add("open");
  prepare();
  const same = row && rowByKey(row.dataset.key);
  focusRow(same ?? rows()[0]);
  if (same) scrollBy(0, same.getBoundingClientRect().top - top);
  announce(`${rows().length} tickets shown.`);
}

// What only scripts use is shown after each replacement.
export function prepare() {
  queue().querySelectorAll("[data-with-script]").forEach((element) => (element.hidden = false));
  queue().querySelectorAll("[data-without-script]").forEach((element) => (element.hidden = true));
  showTicked();
  keepHrefs();
  showLive();
  htmx.process(queue());
}

export function watchNews() {
  prepare();
  queue().addEventListener("click", (event) => {
    if (!event.target.closest("#news a")) return;
    event.preventDefault();
    showNews();
  });
  document.addEventListener("visibilitychange", look);
  addEventListener("online", look);
  setInterval(look, POLL);
}
