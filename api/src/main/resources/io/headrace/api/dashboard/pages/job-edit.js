// Retrying a dead job with another payload: checked here before it is sent.

import { html, nothing } from 'lit-html';
import { jobPath, post } from '../api.js';
import { attemptIn, closeDialog, openDialog } from '../dialog.js';
import { draw } from '../draw.js';
import { whyNot } from '../feed.js';
import { pretty } from '../json-text.js';
import { done } from '../notice.js';

/** What is wrong with a text that should be JSON, or null. */
function fault(text) {
    try {
        JSON.parse(text);
        return null;
    } catch (error) {
        return `This is not JSON yet: ${error.message}`;
    }
}

/** Opens the dialog; `retried` is called when the job is back in line. */
export function editAndRetry(job, retried) {
    let text = pretty(job.payload);
    let wrong = null;

    function typed(event) {
        text = event.target.value;
        wrong = fault(text);
        draw();
    }

    function submit(event) {
        event.preventDefault();
        attemptIn(dialog, 'Retrying', async () => {
            await post(`${jobPath(job.id)}/retry`, `{"payload":${text}}`); // as it was typed: see json-text.js
            done('Back in line.', 'It runs with the new payload.');
            retried();
        });
    }

    const dialog = openDialog({
        title: 'Edit and retry',
        wide: true,
        body: () => html`<form id="edit" @submit=${submit}>
            <label for="payload">Payload</label>
            <textarea id="payload" class="mono" autofocus rows="16" spellcheck="false" .value=${text} @input=${typed}
                aria-invalid=${wrong ? 'true' : 'false'} aria-describedby="payload-help"></textarea>
            <p id="payload-help" class="help ${wrong ? 'bad' : ''}" role=${wrong ? 'alert' : nothing}>${wrong
                ?? 'Any JSON value, at most 256 KiB. What is [redacted] here stays as it was.'}</p></form>`,
        actions: () => html`<button @click=${closeDialog}>Cancel</button>
            <button class="primary" form="edit" ?disabled=${whyNot() || wrong !== null || dialog.busy} title=${whyNot() ?? nothing}>Retry with this payload</button>`,
    });
}
