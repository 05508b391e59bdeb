// The ticket page: what was half written is kept until it is sent.

const form = document.querySelector(".composer");

function keepDraft(composer) {
  const text = composer.elements.body;
  const place = `draft ${composer.dataset.draft}`;
  text.value = text.value || (sessionStorage.getItem(place) ?? "");
  text.addEventListener("input", () => sessionStorage.setItem(place, text.value));
  composer.addEventListener("submit", () => sessionStorage.removeItem(place));
}

if (form) keepDraft(form);
