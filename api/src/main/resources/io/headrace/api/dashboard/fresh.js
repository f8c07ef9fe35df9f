// Lists that keep up with what happens while that disturbs nobody, and else say how old they are.

import { html, nothing } from 'lit-html';
import { now } from './clock.js';
import { isDialogOpen } from './dialog.js';
import { feed } from './feed.js';
import { count, timeAndDay } from './format.js';
import { icon } from './icons.js';

const LOOK_MS = 1000;
const AT_LEAST_MS = 5000;
const SHARE = 20; // a list that takes long to fetch is fetched rarely: so many times as long apart
const TOP_PX = 80;

/** Whether somebody reads or chooses among the rows: they must not move then. */
function isInUse() {
    const main = document.getElementById('main');
    const { activeElement } = document;
    return scrollY > TOP_PX || isDialogOpen() || String(getSelection()).length > 0
        || Boolean(main?.contains(activeElement) && activeElement.closest('tbody'));
}

const isSame = changes => changes === 0 || changes === false;

/**
 * Keeps a list fresh. `load()` fetches it; `first()` is whether its beginning is shown; `changes()` tells what became of it since
 * it was fetched: 0 for nothing, a number of newer ones, true where it is not known how many, or nothing where it is not known
 * whether anything did.
 */
export function keepFresh({ load, first, changes }) {
    let at = null; // when it was fetched, by the server's clock
    let tookMs = 0;
    let busy = false;

    async function fetched() {
        busy = true;
        const began = performance.now();
        await load();
        tookMs = performance.now() - began;
        busy = false;
    }

    function look() {
        const due = at !== null && now() - at > Math.max(AT_LEAST_MS, SHARE * tookMs);
        if (due && !busy && !document.hidden && feed.state === 'live' && first() && !isInUse() && !isSame(changes())) {
            fetched();
        }
    }

    const looking = setInterval(look, LOOK_MS);
    return {
        /** The list has just arrived. */
        took() { at = now(); },
        /** What is shown is of another list, which has not arrived yet. */
        forget() { at = null; },
        close() { clearInterval(looking); },
        /** How old it is, and a button that fetches it. */
        view() {
            const newer = at === null || now() - at < AT_LEAST_MS ? 0 : changes();
            return html`<span class="as-of">${at === null ? nothing : html`as of ${timeAndDay(at)}${newer
                ? html` — <strong>${newer === true ? 'changed since' : `${count(newer)} newer`}</strong>` : nothing}`}</span>
                <button class=${newer ? 'primary' : ''} @click=${fetched} title="Refresh (r)">${icon('refresh')} Refresh</button>`;
        },
    };
}
