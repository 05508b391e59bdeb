// Inserting a reply template at the cursor; where scripts are off, the same button makes a round trip.

import { announce } from "./desk.js";

function chosen(chooser, audience) {
  const name = chooser.querySelector("input").value.trim().toLowerCase();
  const found = [...chooser.querySelectorAll("option")].filter((option) => option.value.toLowerCase() === name);
  const wanted = audience === "public" ? "REPLY" : "NOTE";
  return found.find((option) => option.dataset.use === wanted) ?? found[0];
}

export function insertAt(text, words) {
  const [start, end] = [text.selectionStart, text.selectionEnd];
  text.focus();
  text.setRangeText(words, start, end, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

function insert(chooser) {
  const form = chooser.closest("form");
  const template = chosen(chooser, form.elements.audience?.value);
  if (!template) return false;
  insertAt(form.elements.body, template.dataset.words);
  chooser.querySelector("input").value = "";
  announce(`“${template.value}” inserted`);
  return true;
}

document.addEventListener("click", (event) => {
  const chooser = event.target.closest("[data-reply-templates] [name=insert]")?.parentElement;
  if (!chooser) return;
  event.preventDefault();
  if (!insert(chooser)) chooser.querySelector("input").focus();
});
document.addEventListener("keydown", (event) => {
  const chooser = event.key === "Enter" && event.target.matches("[data-reply-templates] input") && event.target.parentElement;
  if (!chooser) return;
  event.preventDefault();
  insert(chooser);
});
