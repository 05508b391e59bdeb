// How the ticket page asks the server for something beside what htmx does.

const WAITS = 8000;

const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

// The answer's text, "" where nothing is new. Throws where the server cannot be reached or lets nobody in.
export async function ask(url, said) {
  const headers = { "X-CSRFToken": token(), "X-Asked-By": "script" };
  const signal = AbortSignal.timeout(WAITS);
  const answer = await fetch(url, { method: "POST", body: new URLSearchParams(said), headers, redirect: "error", signal });
  if (!answer.ok) throw new Error(answer.status);
  return answer.status === 204 ? "" : answer.text();
}

// For a page that is going: nobody waits for the answer.
export function tell(url, said) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...said, csrfmiddlewaretoken: token() })) form.append(name, value);
  navigator.sendBeacon(url, form);
}

export const parsed = (html) => new DOMParser().parseFromString(html, "text/html");
