// The queue: what its modules do begins here.

import { watchActs } from "./queue-acts.js";
import { watchBulk } from "./queue-bulk.js";
import { watchKeys } from "./queue-keys.js";
import { watchNews } from "./queue-live.js";
import { watchPane } from "./queue-pane.js";
import { focusRow, linkIn, rowByKey, rows } from "./queue-rows.js";

// Empty filters stay out of the address; a chosen one applies at once, so that no button is needed.
function onFilter(form) {
  form.querySelector("button[type=submit]").hidden = true;
  form.addEventListener("change", (event) => event.target.matches("select") && form.requestSubmit());
  form.addEventListener("submit", () => {
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
  });
  addEventListener("pageshow", () => {
    for (const field of form.elements) field.disabled = false;
  });
  form.querySelector(".search-input")?.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && rows().length) focusRow(rows()[0]);
  });
}

function focusFirst() {
  if (document.activeElement !== document.body) return;
  const first = rowByKey(new URLSearchParams(location.search).get("open")) ?? rows()[0];
  const place = linkIn(first) ?? document.getElementById("queue");
  place.focus({ preventScroll: true, focusVisible: false });
}

document.querySelectorAll("[data-with-script]").forEach((element) => (element.hidden = false));
document.querySelectorAll("[data-without-script]").forEach((element) => (element.hidden = true));
document.querySelectorAll("form.filters").forEach(onFilter);
watchActs();
watchBulk();
watchKeys();
watchNews();
watchPane();
focusFirst();
