// The ticked rows together: one verb for all of them, and what became of each.

import { announce } from "./desk.js";
import { send } from "./queue-acts.js";
import { current, focusRow, queue, rowOf, rows, showTicked, tickAll, ticked, tickUpTo } from "./queue-rows.js";

const form = () => document.getElementById("act");

// Ask the server for the verb's words, or do it at once where it needs none; the answer says which by what it is.
export function bulk(noun) {
  const chosen = ticked();
  if (!chosen.length) return;
  const offered = form().querySelector(`[data-bulk="${CSS.escape(noun)}"]`);
  if (!offered) return announce("This is done on one ticket at a time. Press Escape to select nothing.");
  const values = { do: noun, key: chosen.map((row) => row.querySelector("[name=key]").value) };
  send("POST", form().getAttribute("action"), { source: queue(), target: "#dialog", swap: "innerHTML", values });
}

function onClick(event) {
  const button = event.target.closest("[data-bulk], [data-bulk-clear], [data-bulk-dismiss]");
  if (!button) return;
  if (button.matches("[data-bulk-dismiss]")) return hideResult();
  if (button.matches("[data-bulk-clear]")) return tickAll(false);
  bulk(button.dataset.bulk);
}

export function hideResult() {
  const result = document.getElementById("bulk-result");
  if (!result || result.hidden) return false;
  const held = result.contains(document.activeElement);
  result.hidden = true;
  if (held) focusRow(current() ?? rows()[0]);
  return true;
}

// A box ticked with Shift ticks all up to it.
function onTick(event) {
  const box = event.target;
  if (box.id === "select-all") return tickAll(box.checked);
  if (box.name === "key") showTicked();
}

function onBoxClick(event) {
  if (event.shiftKey && event.target.name === "key") tickUpTo(rowOf(event.target));
}

export function watchBulk() {
  form().addEventListener("click", onClick);
  queue().addEventListener("change", onTick);
  queue().addEventListener("click", onBoxClick);
}
