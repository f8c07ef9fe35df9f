// Work on many jobs, in a dialog: it takes many calls, tells how far it is, and can be stopped between two of them.

import { html, nothing } from 'lit-html';
import { closeDialog } from '../dialog.js';
import { draw } from '../draw.js';
import { whyNot } from '../feed.js';
import { count } from '../format.js';
import { failed, problemView } from '../notice.js';
import { gauge } from '../spark.js';

/** How many jobs one call moves, so that the bar moves and a stop is soon. */
export const PER_CALL = 5000;

export const newWork = total => ({
    total, done: 0, refused: 0, busy: false, ended: false, stopped: false, left: false, problem: null,
});

/** Does it; `action` looks at `work.stopped` between its calls. What went wrong is told in the dialog while that is there. */
export async function run(work, action) {
    Object.assign(work, { busy: true, problem: null, stopped: work.left });
    draw();
    try {
        await action();
        work.ended = true;
    } catch (problem) {
        work.problem = problem;
        if (work.left) {
            failed('That did not work.', problem);
        }
    }
    work.busy = false;
    draw();
}

function stop(work) {
    work.stopped = true;
    draw();
}

/** The dialog was closed, which stops the work too. */
export function leave(work) {
    work.left = true;
    stop(work);
}

const share = work => work.ended && !work.stopped ? 1 : work.done / Math.max(1, work.total);

/** How far it is, and what was in its way. */
export const progress = work => html`${work.busy || work.ended || work.done ? html`
    <div class="progress" role="progressbar" aria-label="Jobs done" aria-valuemin="0" aria-valuemax=${Math.max(work.total, work.done)}
        aria-valuenow=${work.done}>${gauge(share(work))}
        <span>${count(work.done)} of ${count(Math.max(work.total, work.done))}${work.refused
            ? html`, ${count(work.refused)} refused` : nothing}${work.ended && work.stopped ? '; stopped' : ''}</span></div>` : nothing}
    ${problemView(work.problem)}`;

/**
 * The buttons: `keep` and `yes` before it begins, then one that stops it, then one that ends the dialog; in place of `yes` one that
 * does `again` what has to come first and failed.
 */
export function buttons(work, { keep, yes, kind, start, ready = true, again = null }) {
    if (work.ended) {
        return html`<button class="primary" @click=${closeDialog}>Done</button>`;
    }
    if (again && work.problem) {
        return html`<button @click=${closeDialog}>${keep}</button><button class="primary" @click=${again}>Try again</button>`;
    }
    const not = whyNot();
    return html`${work.busy && ready
        ? html`<button ?disabled=${work.stopped} @click=${() => stop(work)}>${work.stopped ? 'Stopping…' : 'Stop'}</button>`
        : html`<button ?autofocus=${kind === 'danger'} @click=${closeDialog}>${keep}</button>`}
        <button class=${kind} ?disabled=${not || work.busy || !ready} title=${not ?? nothing} @click=${start}>${yes}</button>`;
}
