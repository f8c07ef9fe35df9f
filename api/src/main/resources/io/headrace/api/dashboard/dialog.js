// Dialogs: one at a time, as <dialog>, so that the browser keeps the focus inside and Escape closes it.

import { html, nothing } from 'lit-html';
import { bounded } from './boundary.js';
import { draw } from './draw.js';
import { whyNot } from './feed.js';
import { failed, problemView } from './notice.js';

let shown = null; // {title, body(), actions(), closed(), busy, problem}

/**
 * Opens a dialog and answers it; `body` and `actions` are views, `closed` is told when it is gone. While `attemptIn` is at work
 * for it, it is `busy`; its `problem` is what went wrong there, which the dialog tells unless `fields` has the field in question.
 */
export function openDialog(dialog) {
    closeDialog();
    shown = dialog;
    draw();
    return dialog;
}

export function closeDialog() {
    const closing = shown;
    shown = null;
    document.querySelector('dialog[open]')?.close(); // puts the focus back to where it was
    closing?.closed?.();
    draw();
}

/** Does what a dialog is for and then closes it, and no other one. While it is open, notices beside it could not be reached. */
export async function attemptIn(dialog, what, action) {
    Object.assign(dialog, { busy: true, problem: null });
    draw();
    try {
        await action();
        if (shown === dialog) {
            closeDialog();
        }
    } catch (problem) {
        dialog.problem = problem;
        if (shown !== dialog) {
            failed(`${what} did not work.`, problem);
        }
    }
    dialog.busy = false;
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
    const { title, body, actions, wide, problem, fields = [] } = shown;
    return html`<dialog class=${wide ? 'wide' : ''} aria-labelledby="dialog-title"
        @cancel=${event => { event.preventDefault(); closeDialog(); }}>
        <header><h2 id="dialog-title">${title}</h2>
            <button class="plain" @click=${closeDialog} aria-label="Close">×</button></header>
        <div class="body" ${bounded('This', () => html`${body()}${fields.includes(problem?.field) ? nothing : problemView(problem)}`)}></div>
        ${actions ? html`<footer>${actions()}</footer>` : nothing}
    </dialog>`;
}

/** Asks before something is done that cannot be undone; `text` is a view, `what` names the deed where it did not work. */
export function confirmFirst({ title, text, yes, kind = 'danger', what, action }) {
    const dialog = openDialog({
        title,
        body: () => html`<p>${text}</p>`,
        actions: () => html`<button autofocus ?disabled=${dialog.busy} @click=${closeDialog}>Keep as it is</button>
            <button class=${kind} ?disabled=${whyNot() || dialog.busy} title=${whyNot() ?? nothing} @click=${() => attemptIn(dialog, what, action)}>${yes}</button>`,
    });
}
