// The editor of documents: what was half written is kept until it is published.

const form = document.querySelector("form[data-draft]");

function place(form) {
  return `draft ${form.dataset.draft} ${form.elements.base.value}`;
}

// A form that comes back from the server holds what was typed already.
function keepDraft(form) {
  const text = form.elements.body ?? form.elements.added;
  const kept = sessionStorage.getItem(place(form));
  if (kept !== null && text.value === text.defaultValue && !form.querySelector("[role=alert], .preview .document")) {
    text.value = kept;
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
  text.addEventListener("input", () => sessionStorage.setItem(place(form), text.value));
  // The next version has a place of its own; only that of a new document would be found again by another one.
  form.addEventListener("submit", (event) => {
    if (form.elements.base.value === "0" && event.submitter?.name !== "preview") sessionStorage.removeItem(place(form));
  });
}

if (form) keepDraft(form);
