// What is being written on a ticket: kept on the server as it is typed, in this browser while the server is out of reach.

import { serverNow } from "./desk.js";
import { ask, parsed, tell } from "./ticket-asking.js";

const PAUSE = 1000;
const WRITING = 15000;

class Composer {
  constructor(form) {
    this.form = form;
    this.text = form.elements.body;
    this.place = `draft ${form.dataset.draft}`;
    this.url = form.dataset.draftUrl;
    this.kept = JSON.stringify([this.form.elements.audience.value, this.text.defaultValue]);
    this.typedAt = 0;
    this.sending = false;
    this.leaving = false;
    this.watch();
    // Somebody may have begun to write before this was there.
    if (this.text.value !== this.text.defaultValue) this.changed();
    else this.restore();
  }

  words = () => JSON.stringify([this.form.elements.audience.value, this.text.value]);
  isDirty = () => this.words() !== this.kept && !this.sending;
  isWriting = () => Boolean(this.text.value) && Date.now() - this.typedAt < WRITING;
  said = () => this.form.querySelector(".draft-said");
  known = () => this.said().dataset.saved;
  draft = () => ({ body: this.text.value, audience: this.form.elements.audience.value, known: this.known() });

  // What this window could not hand over is newer than what the server has, unless another machine wrote later.
  restore() {
    const here = JSON.parse(sessionStorage.getItem(this.place) ?? "null");
    if (!here || here.at < Date.parse(this.known() || 0)) return;
    this.text.value = here.body;
    this.form.elements.audience.value = here.audience;
    if (this.isDirty()) this.soon();
  }

  watch() {
    this.form.addEventListener("input", (event) => event.target.matches("textarea, [name=audience]") && this.changed());
    this.form.addEventListener("keydown", (event) => this.onKey(event));
    this.form.addEventListener("submit", () => this.leave());
    this.form.addEventListener("htmx:afterRequest", (event) => event.detail.elt === this.form && this.answered(event.detail));
    addEventListener("beforeunload", () => (this.leaving = true));
    addEventListener("pagehide", () => this.isDirty() && this.form.isConnected && tell(this.url, { ...this.draft(), leaving: "yes" }));
  }

  changed() {
    this.typedAt = Date.now();
    sessionStorage.setItem(this.place, JSON.stringify({ ...this.draft(), at: serverNow() }));
    this.soon();
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  async save() {
    if (!this.isDirty() || !this.form.isConnected) return;
    const words = this.words();
    try {
      this.show(await ask(this.url, this.draft()));
      this.kept = words;
      if (words !== this.words()) this.soon();
      else if (!this.leaving) sessionStorage.removeItem(this.place); // the next page may have been made without it
    } catch {
      this.tellUnkept();
    }
  }

  show(html) {
    const fresh = parsed(html).querySelector(".draft-said");
    if (fresh) this.said().replaceWith(document.importNode(fresh, true));
  }

  tellUnkept() {
    this.said().textContent = "The server cannot be reached: your draft is kept in this browser for now.";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), 10 * PAUSE);
  }

  onKey(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.form.requestSubmit(this.form.querySelector(".composer-send .primary"));
  }

  leave() {
    this.sending = true;
    clearTimeout(this.timer);
  }

  // Sent: the draft is done with. Refused: everything stays, and the next try is made knowing what was told.
  answered({ xhr }) {
    this.sending = xhr.status >= 200 && xhr.status < 400; // a refusal is shown, so htmx calls it a success
    if (this.sending) return sessionStorage.removeItem(this.place);
    const told = parsed(xhr.responseText);
    for (const name of ["seen", "blanks_read"]) {
      const fresh = told.querySelector(`input[name=${name}]`);
      if (fresh) this.form.elements[name].value = fresh.value;
    }
    if (!xhr.status) this.form.querySelector("#composer-said").textContent = "Not sent: the server cannot be reached. Send it again.";
    this.soon();
  }
}

// The page's composer, or null where nobody can write.
export function watchDraft(root) {
  const form = root.querySelector(".composer");
  return form && new Composer(form);
}
