// A new key: one button copies it, and says whether that worked.

import { announce, toast } from "./desk.js";

async function copy(button) {
  const field = document.getElementById(button.dataset.copies);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    toast("Copied.");
    announce("Copied.");
  } catch {
    toast("The browser did not let it be copied. It is selected: copy it with the keyboard.", "error");
  }
}

for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
