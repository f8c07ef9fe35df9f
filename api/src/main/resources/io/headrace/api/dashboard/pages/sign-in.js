// Asks for a key.

import { html, nothing } from 'lit-html';
import { draw } from '../draw.js';
import { logo } from '../icons.js';
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

function help() {
    if (!refused) {
        return 'One of the server\'s keys. The browser keeps a session of 12 hours, not the key.';
    }
    return refused.status === 401 ? 'That key is not known here.' : refused.detail || refused.title;
}

export const signInView = () => html`<main class="alone">
    <form class="sign-in" @submit=${submit}>
        ${logo(40)}
        <h1>Headrace</h1>
        <label for="key">API key</label>
        <input id="key" name="key" type="password" autocomplete="current-password" required autofocus
            aria-describedby="key-help" aria-invalid=${refused ? 'true' : 'false'}>
        <p id="key-help" class="help ${refused ? 'bad' : ''}" role=${refused ? 'alert' : nothing}>${help()}</p>
        <button class="primary" ?disabled=${busy}>Sign in</button>
    </form></main>`;
