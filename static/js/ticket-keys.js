// The queue's keys on the ticket's own page: each presses the button, or goes to the field, that names it.

const typing = (target) => target.closest("input, textarea, select, [contenteditable], dialog");

export function watchKeys(root) {
  if (root.dataset.keys === "off") return;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !/^[a-z?]$/.test(event.key)) return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "?") return document.getElementById("keys-help")?.showModal();
    const undo = event.key === "z" && document.querySelector("#toasts form button");
    const named = undo || root.querySelector(`[data-key="${event.key}"]`);
    if (!named) return;
    event.preventDefault();
    if (named.matches("textarea")) named.focus();
    else named.click();
  });
}
