// The dashboard: names the queues.
import { html, render } from "lit-html";

async function queues() {
  const answer = await fetch("/v1/queues", { headers: { Accept: "application/json" } });
  const body = await answer.json();
  if (!answer.ok) {
    throw new Error(body.detail ?? body.title);
  }
  return body.queues;
}

const view = (list) => html`
  <h1>Headrace</h1>
  ${list.length === 0 ? html`<p>No queue yet: the first job creates its queue.</p>`
    : html`<ul>${list.map((queue) => html`<li>${queue.queue}</li>`)}</ul>`}`;

const page = document.getElementById("page");
queues().then((list) => render(view(list), page), (failure) => render(html`<p role="alert">${failure.message}</p>`, page));
