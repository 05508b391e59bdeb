// What stands beside the work: the rail's counts, the bell, and who is at the tickets of the list, asked for now and then.

const EVERY = 30_000;
const PATIENCE = 10_000;
// So many rows a page of the list has at most, and so many the server looks up.
const MOST = 50;
const OLD = "Not renewed: the server does not answer";
const rail = document.getElementById("rail");
let asking = false;

const rows = () => [...document.querySelectorAll(".queue-row")].slice(0, MOST);

export async function renew() {
  if (document.hidden || asking) return;
  asking = true;
  try {
    show(await ask(rows().map((row) => ["key", row.dataset.key])));
    tellOld(false);
  } catch {
    // The counts stay, said to be old, and the next turn asks again.
    tellOld(true);
  } finally {
    asking = false;
  }
}

async function ask(keys) {
  const url = `${rail.dataset.counts}?${new URLSearchParams(keys)}`;
  const answer = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function show(page) {
  showCounts(page);
  for (const row of rows()) showViewer(row, page.querySelector(`[data-viewed="${CSS.escape(row.dataset.key)}"] > *`));
}

// Counts stand in the list that the queue fetches, as well.
export function showCounts(page) {
  for (const view of page.querySelectorAll("[data-view]")) {
    const place = document.getElementById(`${view.dataset.view}-count`);
    if (place && place.textContent !== view.textContent) place.textContent = view.textContent;
  }
}

function showViewer(row, mark) {
  const shown = row.querySelector(".ticket-viewer");
  if (shown?.title === mark?.title) return;
  shown?.remove();
  if (mark) row.querySelector(".ticket-client").after(mark);
}

function tellOld(old) {
  rail.classList.toggle("old", old);
  if (old) rail.title = OLD;
  else rail.removeAttribute("title");
}

if (rail?.dataset.counts) {
  setInterval(renew, EVERY);
  document.addEventListener("visibilitychange", renew);
  addEventListener("online", renew);
}
