// The ticket page, by itself or in the queue's reading pane: each part of it is watched as long as it is shown.

import { watchDraft } from "./ticket-draft.js";
import { watchKeys } from "./ticket-keys.js";
import { watchNews } from "./ticket-news.js";

const watched = new WeakSet();

// One menu is open at a time; it closes when somebody points elsewhere or presses Escape.
function watchMenu(root) {
  const menu = () => root.querySelector(".more[open]");
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu()) return;
    event.stopPropagation();
    const summary = menu().querySelector("summary");
    menu().open = false;
    summary.focus();
  });
  document.addEventListener("click", (event) => {
    const open = root.isConnected && menu();
    if (open && (!open.contains(event.target) || event.target.closest("a"))) open.open = false;
  });
}

// The address follows what the timeline shows, so that it can be passed on; in the pane the queue has the address.
function watchParts(root) {
  root.addEventListener("click", (event) => {
    const link = event.target.closest("[data-part]");
    if (!link) return;
    root.dataset.query = new URL(link.href).search;
    if (location.pathname === root.dataset.url) history.replaceState(history.state, "", link.href.replace(/#.*/, ""));
  });
}

function watch() {
  const root = document.getElementById("ticket");
  if (!root || watched.has(root)) return;
  watched.add(root);
  root.querySelectorAll("[data-with-script]").forEach((element) => (element.hidden = false));
  watchMenu(root);
  watchParts(root);
  const composer = watchDraft(root);
  watchNews(root, composer);
  if (!root.closest("#pane")) watchKeys(root);
}

document.addEventListener("htmx:afterSettle", watch);
watch();
