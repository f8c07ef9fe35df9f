// Asks for a key.

import { html, nothing } from 'lit-html';
import { draw } from '../draw.js';
import { session, signIn } from '../session.js';

let busy = false;
let refused = null;

async function submit(event) {
    event.preventDefault();
    busy = true;
    draw();
    await signIn(event.target.elements.key.value.trim());
    busy = false;
    refused = session.who ? null : session.problem;
    draw();
}

export const signInView = () => html`<main class="alone">
    <form class="sign-in" @submit=${submit}>
        <svg viewBox="0 0 32 32" width="40" height="40" aria-hidden="true" class="logo"><rect width="32" height="32" rx="8"></rect>
            <path d="M6 12c3.3 0 3.3-3 6.7-3s3.3 3 6.6 3 3.4-3 6.7-3M6 18c3.3 0 3.3-3 6.7-3s3.3 3 6.6 3 3.4-3 6.7-3M6 24c3.3 0 3.3-3 6.7-3s3.3 3 6.6 3 3.4-3 6.7-3"></path></svg>
        <h1>Headrace</h1>
        <label for="key">API key</label>
        <input id="key" name="key" type="password" autocomplete="current-password" required autofocus
            aria-describedby="key-help" aria-invalid=${refused ? 'true' : 'false'}>
        <p id="key-help" class="help ${refused ? 'bad' : ''}" role=${refused ? 'alert' : nothing}>${refused
            ? refused.status === 401 ? 'That key is not known here.' : refused.detail || refused.title
            : 'One of the server\'s keys. The browser keeps a session of 12 hours, not the key.'}</p>
        <button class="primary" ?disabled=${busy}>Sign in</button>
    </form></main>`;
