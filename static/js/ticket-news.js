// Who else has the ticket open, and what has happened on it since: told in a bar, shown in place when the reader says so.

import { announce } from "./desk.js";
import { ask, parsed, tell } from "./ticket-asking.js";

const EVERY = 10000;

export function watchNews(root, composer) {
  let heardAt = Date.now();
  const stale = root.querySelector("#ticket-stale");

  async function beat() {
    if (!root.isConnected) return stop();
    if (document.hidden) return;
    try {
      const html = await ask(root.dataset.presence, state(root, composer));
      heardAt = Date.now();
      stale.hidden = true;
      if (html) show(root, parsed(html));
    } catch {
      showStale(stale, heardAt);
    }
  }

  const timer = setInterval(beat, EVERY);
  const back = () => !document.hidden && beat();
  const leave = () => tell(root.dataset.presence, { leaving: "yes" });
  function stop() {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", back);
    removeEventListener("pagehide", leave);
  }
  document.addEventListener("visibilitychange", back);
  addEventListener("pagehide", leave);
  root.addEventListener("click", (event) => onClick(event, root, composer));
  beat();
}

const state = (root, composer) => ({
  seen: root.dataset.seen,
  others: root.querySelector("#presence").dataset.others ?? "",
  writing: composer?.isWriting() ? "yes" : "",
});

function show(root, fresh) {
  for (const id of ["presence", "ticket-news"]) {
    const part = root.querySelector(`#${id}`);
    const now = document.importNode(fresh.getElementById(id), true);
    const words = now.textContent.trim();
    if (words && words !== part.textContent.trim()) announce(words);
    part.replaceWith(now);
  }
}

function showStale(stale, heardAt) {
  const at = new Date(heardAt).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  stale.textContent = `Stale since ${at}: the server does not answer, or you are signed out. Reload the page.`;
  if (stale.hidden) announce(stale.textContent);
  stale.hidden = false;
}

function onClick(event, root, composer) {
  if (!event.target.closest("[data-show-news]") || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  showNews(root, composer);
}

// Timeline and facts are brought up to date in place; the composer, and forms that somebody has begun, stay as they are.
async function showNews(root, composer) {
  const address = root.dataset.url + root.dataset.query;
  const answer = await fetch(address, { signal: AbortSignal.timeout(EVERY) }).catch(() => null);
  const fresh = answer?.ok && parsed(await answer.text()).getElementById("ticket");
  if (!fresh) return location.assign(address);
  for (const part of root.querySelectorAll("[data-live]")) {
    const now = fresh.querySelector(`#${part.id}`);
    if (now) bring(part, now);
  }
  root.dataset.seen = fresh.dataset.seen;
  if (composer) composer.form.elements.seen.value = fresh.dataset.seen;
  root.querySelector("#ticket-news").hidden = true;
  announce("Up to date.");
  root.querySelector("#timeline-title").scrollIntoView({ block: "nearest" });
}

function bring(part, now) {
  Idiomorph.morph(part, now, {
    morphStyle: "outerHTML",
    callbacks: {
      beforeNodeMorphed: (old) => !(old.matches?.("form") && isBegun(old)),
      beforeAttributeUpdated: (name, element) => !(name === "open" && element.matches("details")),
    },
  });
  htmx.process(document.getElementById(part.id));
}

const isBegun = (form) => [...form.elements].some((field) => field.type !== "hidden" && "defaultValue" in field && field.value !== field.defaultValue);
