// Inserting a placeholder of a case's template where the cursor was last; without scripts the names are only listed.

import { announce } from "./desk.js";
import { insertAt } from "./reply-templates.js";

const fields = [...document.querySelectorAll("#id_subject, #id_body")];
let last = fields[fields.length - 1];

for (const field of fields) field.addEventListener("focus", () => (last = field));
for (const button of document.querySelectorAll("[data-placeholder]")) {
  button.hidden = false;
  button.nextElementSibling.hidden = true;
  button.addEventListener("click", () => {
    insertAt(last, `{{${button.dataset.placeholder}}}`);
    announce(`${button.dataset.placeholder} inserted`);
  });
}
