// Dialogs: one at a time, as <dialog>, so that the browser keeps the focus inside and Escape closes it.

import { html, nothing } from 'lit-html';
import { draw } from './draw.js';

let shown = null; // {title, body(), actions(), closed()}

/** Opens a dialog; `body` and `actions` are views, `closed` is told when it is gone. */
export function openDialog(dialog) {
    shown = dialog;
    draw();
}

export function closeDialog() {
    const closing = shown;
    shown = null;
    document.querySelector('dialog[open]')?.close(); // puts the focus back to where it was
    closing?.closed?.();
    draw();
}

export const isDialogOpen = () => shown !== null;

/** Shows the dialog that has just been drawn: only what is in the document can be shown. */
export function showDrawnDialog() {
    document.querySelector('dialog:not([open])')?.showModal();
}

export function dialogView() {
    if (!shown) {
        return nothing;
    }
    const { title, body, actions, wide } = shown;
    return html`<dialog class=${wide ? 'wide' : ''} aria-labelledby="dialog-title"
        @cancel=${event => { event.preventDefault(); closeDialog(); }}>
        <header><h2 id="dialog-title">${title}</h2>
            <button class="plain" @click=${closeDialog} aria-label="Close">×</button></header>
        <div class="body">${body()}</div>
        ${actions ? html`<footer>${actions()}</footer>` : nothing}
    </dialog>`;
}

/** Asks before something is done that cannot be undone; `text` is a view. */
export function confirmFirst({ title, text, yes, kind = 'danger', action }) {
    let busy = false;
    async function agree() {
        busy = true;
        draw();
        if (await action() !== false) {
            closeDialog();
        }
        busy = false;
        draw();
    }
    openDialog({
        title,
        body: () => html`<p>${text}</p>`,
        actions: () => html`<button @click=${closeDialog}>Keep as it is</button>
            <button class=${kind} ?disabled=${busy} @click=${agree}>${yes}</button>`,
    });
}
