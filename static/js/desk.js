// What every page does: clocks tick by the server's time, light or dark, dialogs, toasts.

import { focusFirst, watchDialogs } from "./dialog-keys.js";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

let serverAhead = document.body.dataset.now ? Date.parse(document.body.dataset.now) - Date.now() : 0;

export const serverNow = () => Date.now() + serverAhead;

// The same words as escalation_portal/words.py says on the server.
export function coarseWords(seconds) {
  const length = Math.abs(seconds);
  if (length < MINUTE) return `${Math.floor(length)} s`;
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min`;
  const largest = length < 3 * DAY ? [HOUR, "h"] : [DAY, "d"];
  const next = length < 10 * HOUR ? [MINUTE, "min"] : [HOUR, "h"];
  const whole = `${Math.floor(length / largest[0])} ${largest[1]}`;
  const rest = largest[0] === next[0] ? 0 : Math.floor((length % largest[0]) / next[0]);
  return rest ? `${whole} ${rest} ${next[1]}` : whole;
}

export function clockWords(metric, left) {
  return left > 0 ? `${metric} ${coarseWords(left)} left` : `Breached ${coarseWords(left)} ago`;
}

function minutesAway(seconds) {
  if (Math.abs(seconds) < MINUTE) return seconds > 0 ? "in less than a minute" : "just now";
  return seconds > 0 ? `in ${coarseWords(seconds)}` : `${coarseWords(seconds)} ago`;
}

function setText(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

function tick() {
  const now = serverNow();
  for (const clock of document.querySelectorAll("time[data-due]")) {
    const due = Date.parse(clock.dataset.due);
    const warn = clock.dataset.warn ? Date.parse(clock.dataset.warn) : Infinity;
    setText(clock, clockWords(clock.dataset.metric, (due - now) / 1000));
    const badge = clock.closest(".clock");
    if (due <= now) badge.dataset.level = "red";
    else if (warn <= now && badge.dataset.level === "none") badge.dataset.level = "amber";
  }
  for (const time of document.querySelectorAll("time[data-relative]")) {
    const told = (Date.parse(time.dateTime) - now) / 1000;
    const away = time.dataset.relative === "past" ? Math.min(told, 0) : told;
    if (Math.abs(away) < HOUR) setText(time, minutesAway(away));
  }
}

export function announce(words) {
  const region = document.getElementById("announce");
  if (region) region.textContent = words;
}

export function toast(words, level = "info") {
  const box = document.getElementById(`toast-${level}`).content.firstElementChild.cloneNode(true);
  box.querySelector(".toast-words").textContent = words;
  document.getElementById("toasts").append(box);
}

// A toast leaves after its seconds, not while somebody points at it or has the focus in it; an error stays.
function keepToast(box) {
  const close = box.querySelector("[data-toast-close]");
  if (close) close.hidden = false;
  if (box.dataset.level === "error" || box.dataset.kept) return;
  box.dataset.kept = "yes";
  const leave = () => (box.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : box.remove());
  setTimeout(leave, Number(box.dataset.stays || 8) * 1000);
}

function watchToasts() {
  const region = document.getElementById("toasts");
  if (!region) return;
  const keepAll = () => region.querySelectorAll("[data-toast]").forEach(keepToast);
  new MutationObserver(keepAll).observe(region, { childList: true });
  keepAll();
}

function changeTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax${secure}`;
}

function openDialog(dialog) {
  if (!dialog.open) dialog.showModal();
  focusFirst(dialog);
}

function onClick(event) {
  const target = event.target.closest("[data-opens], [data-closes], [data-theme-toggle], [data-toast-close]");
  if (!target) return;
  if (target.matches("[data-theme-toggle]")) return changeTheme();
  if (target.matches("[data-toast-close]")) return target.closest("[data-toast]").remove();
  if (target.matches("[data-closes]")) return target.closest("dialog")?.close();
  const dialog = document.getElementById(target.dataset.opens);
  if (!dialog) return;
  event.preventDefault();
  openDialog(dialog);
}

// What htmx puts into #dialog opens it; nothing closes it.
function onSwap(event) {
  if (event.target.id !== "dialog") return;
  const dialog = event.target;
  const filled = dialog.childElementCount > 0;
  // Its forms must be htmx's before anybody can press Enter in them; by itself htmx takes them a moment later.
  if (filled) window.htmx.process(dialog);
  if (filled) openDialog(dialog);
  if (!filled && dialog.open) dialog.close();
}

function onAnswer(event) {
  const date = event.detail.xhr.getResponseHeader("Date");
  if (date && Math.abs(Date.parse(date) - serverNow()) > 2000) serverAhead = Date.parse(date) - Date.now();
}

// What this tab keeps of unsent words is no business of whoever signs in next.
function onSubmit(event) {
  if (event.target.matches('[action$="/sign-out/"]')) sessionStorage.clear();
}

document.addEventListener("click", onClick);
document.addEventListener("submit", onSubmit);
document.addEventListener("htmx:afterSwap", onSwap);
document.addEventListener("htmx:afterRequest", onAnswer);
document.addEventListener("htmx:responseError", (event) =>
  toast(`The server answered ${event.detail.xhr.status}. Nothing was saved; reload the page and try again.`, "error"),
);
document.addEventListener("htmx:sendError", () => toast("The server cannot be reached. Nothing was saved; try again.", "error"));
document.querySelectorAll("[data-theme-toggle]").forEach((button) => (button.hidden = false));
document.querySelectorAll("[data-toast-close]").forEach((button) => (button.hidden = false));
document.querySelectorAll("[data-without-script]").forEach((button) => (button.hidden = true));
watchDialogs();
watchToasts();
tick();
setInterval(tick, 1000);
