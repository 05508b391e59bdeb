// Keys in a dialog of the desk: digits take ready words or a choice, Ctrl+Enter sends, a lost connection is told in it.

const TEXT = "textarea, select, input:not([type=radio]):not([type=checkbox])";

const writes = (element) => element.matches(TEXT);
const fieldOf = (form, group) => form.elements[group.dataset.quickWords];
const radiosOf = (form, name) => [...form.querySelectorAll(`input[type=radio][name="${CSS.escape(name)}"]`)];

// What still wants an answer, in the order of the form: each a list of things of which a digit takes one.
function openGroups(form) {
  const groups = [...form.querySelectorAll("[data-quick-words]")]
    .filter((group) => fieldOf(form, group) && !fieldOf(form, group).value)
    .map((group) => ({ at: group, takes: [...group.querySelectorAll("button[data-words]")] }));
  for (const name of new Set([...form.querySelectorAll("input[type=radio]")].map((radio) => radio.name))) {
    const takes = radiosOf(form, name);
    if (!takes.some((radio) => radio.checked)) groups.push({ at: takes[0], takes });
  }
  return groups.sort((one, other) => (one.at.compareDocumentPosition(other.at) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
}

// Where digits go: to what still wants an answer, else to the first choice, which they change.
function digitsGroup(form) {
  const [group] = openGroups(form);
  const first = form.querySelector("input[type=radio]");
  return group ?? (first && { at: first, takes: radiosOf(form, first.name) });
}

const takenBy = (form, digit) => digitsGroup(form)?.takes[digit - 1];

function take(form, chosen) {
  if (chosen.matches("input")) {
    chosen.checked = true;
    chosen.dispatchEvent(new Event("change", { bubbles: true }));
  } else {
    const field = fieldOf(form, chosen.closest("[data-quick-words]"));
    field.value = chosen.dataset.words;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  goOn(form);
}

// On to what needs an answer next; where digits can give it, they keep working; else to the button that sends.
export function goOn(form) {
  const [group] = openGroups(form);
  showDigits(form);
  if (group) return (group.takes.find((one) => one.matches("button, input")) ?? form).focus();
  const empty = [...form.elements].find((field) => field.required && !field.value && field.matches(TEXT) && field.type !== "hidden");
  (empty ?? form.querySelector("[type=submit]"))?.focus();
}

// The numbers stand beside the choices that the digits take now.
export function showDigits(form) {
  form.querySelectorAll(".digit").forEach((mark) => mark.remove());
  form.querySelectorAll("[data-quick-words]").forEach((group) => group.removeAttribute("data-digits"));
  const group = digitsGroup(form);
  if (!group) return;
  if (group.at.matches("[data-quick-words]")) return group.at.setAttribute("data-digits", "");
  group.takes.slice(0, 9).forEach((radio, index) => {
    const mark = Object.assign(document.createElement("kbd"), { className: "key digit", textContent: index + 1 });
    mark.setAttribute("aria-hidden", "true");
    radio.after(mark);
  });
}

// Where the focus begins: on the dialog itself where digits are of use, else in its first field.
export function focusFirst(dialog) {
  const form = dialog.querySelector("form");
  if (form) showDigits(form);
  if (form && digitsGroup(form)) {
    dialog.tabIndex = -1;
    return dialog.focus();
  }
  const fields = [...dialog.querySelectorAll(".dialog-body :is(input:not([type=hidden]), select, textarea)")];
  (fields.find((field) => field.required && !field.value) ?? fields[0])?.focus();
}

function onKey(event) {
  const form = event.target.matches("dialog") ? event.target.querySelector("form") : event.target.closest("dialog form");
  if (!form) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    return form.requestSubmit();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || writes(event.target) || !/^[1-9]$/.test(event.key)) return;
  const chosen = takenBy(form, Number(event.key));
  if (!chosen) return;
  event.preventDefault();
  take(form, chosen);
}

function onClick(event) {
  const button = event.target.closest("[data-quick-words] button[data-words]");
  if (button?.form) take(button.form, button);
}

// What was written stays; the dialog says that it was not sent.
function onUnsent(event, words) {
  const form = event.target.closest?.("dialog form");
  if (!form) return;
  event.stopPropagation();
  const body = form.querySelector(".dialog-body");
  body.querySelector(".alert.unsent")?.remove();
  const told = Object.assign(document.createElement("div"), { className: "alert unsent" });
  told.dataset.level = "red";
  told.setAttribute("role", "alert");
  told.append(Object.assign(document.createElement("p"), { textContent: words }));
  body.prepend(told);
}

export function watchDialogs() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("dialog form");
    if (form) showDigits(form);
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.body.addEventListener(name, (event) =>
      onUnsent(event, `${navigator.onLine ? "No answer" : "Not sent: no connection"}. What you wrote is kept; send it again.`),
    );
  }
  document.body.addEventListener("htmx:responseError", (event) =>
    onUnsent(event, `Not done: the server answered ${event.detail.xhr.status}. What you wrote is kept.`),
  );
}
