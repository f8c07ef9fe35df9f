// The settings of a queue, in a dialog.

import { html, nothing } from 'lit-html';
import { patch, queuePath } from '../api.js';
import { attemptIn, closeDialog, openDialog } from '../dialog.js';
import { whyNot } from '../feed.js';
import { done } from '../notice.js';

const FIELDS = [
    ['maxBacklog', 'Backlog limit', 'Submissions are answered 429 while so many jobs are in line; 0 is no limit. At most 1,000,000,000.', 'numeric'],
    ['retention', 'Keep ended jobs for', 'Such as 30m, 24h or 7d.', 'text'],
    ['maxKept', 'Keep at most', 'Ended jobs; the oldest go first. At most 10,000,000.', 'numeric'],
];

/** What differs from `before`, numbers as numbers. */
function changes(form, before) {
    const changed = {};
    for (const [name, , , mode] of FIELDS) {
        const text = form.elements[name].value.trim().replaceAll(',', '');
        const value = mode === 'numeric' && /^\d+$/.test(text) ? Number(text) : text;
        if (value !== before[name]) {
            changed[name] = value;
        }
    }
    return changed;
}

/** Opens the dialog; `saved` is called when something was changed. */
export function editSettings(queue, settings, saved) {
    function submit(event) {
        event.preventDefault();
        const changed = changes(event.target, settings);
        attemptIn(dialog, 'Saving', async () => {
            await patch(queuePath(queue), changed);
            done('Saved.', `The settings of ${queue} hold from now on.`);
            saved();
        });
    }

    const field = ([name, label, help, mode]) => {
        const problem = dialog.problem?.field === name ? dialog.problem : null;
        return html`<div class="field">
            <label for="setting-${name}">${label}</label>
            <input id="setting-${name}" name=${name} inputmode=${mode} value=${settings[name]} autocomplete="off"
                aria-describedby="help-${name}" aria-invalid=${problem ? 'true' : 'false'}>
            <p class="help ${problem ? 'bad' : ''}" id="help-${name}" role=${problem ? 'alert' : nothing}>${problem?.message ?? help}</p></div>`;
    };

    const dialog = openDialog({
        title: `Settings of ${queue}`,
        fields: FIELDS.map(([name]) => name),
        body: () => html`<form id="settings" @submit=${submit}>${FIELDS.map(field)}</form>`,
        actions: () => html`<button @click=${closeDialog}>Cancel</button>
            <button class="primary" form="settings" ?disabled=${whyNot() || dialog.busy} title=${whyNot() ?? nothing}>Save</button>`,
    });
}
