// Small charts in tables: a bar for each minute, what failed in red at its foot.

import { html, nothing, svg } from 'lit-html';
import { guard } from 'lit-html/directives/guard.js';
import { failures } from './feed.js';
import { count } from './format.js';

const WIDTH = 120;
const HEIGHT = 28;

/** One bar, from its foot up. */
const bar = (x, width, from, height) => height > 0 ? `M${x} ${HEIGHT - from}v${-height}h${width}v${height}z` : '';

/** The last minutes of a history; its space is taken even while there is none. */
export function spark(minutes, bars = 30) {
    const shown = (minutes ?? []).slice(-bars);
    const most = Math.max(1, ...shown.map(minute => minute.succeeded + failures(minute)));
    const step = WIDTH / bars;
    let good = '';
    let bad = '';
    shown.forEach((minute, at) => {
        const x = (bars - shown.length + at) * step;
        const failed = failures(minute) / most * (HEIGHT - 1);
        bad += bar(x, step - 1, 0, failed && Math.max(1, failed));
        const succeeded = minute.succeeded / most * (HEIGHT - 1);
        good += bar(x, step - 1, failed, succeeded && Math.max(1, succeeded));
    });
    const told = shown.reduce((sum, minute) => sum + minute.succeeded, 0);
    return guard([good, bad], () => html`
        <svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" width=${WIDTH} height=${HEIGHT} role="img"
            aria-label="${count(told)} succeeded in the last ${shown.length} minutes">
            <path class="base" d="M0 ${HEIGHT - 0.5}H${WIDTH}"></path>
            ${good ? svg`<path class="good" d=${good}></path>` : nothing}
            ${bad ? svg`<path class="bad" d=${bad}></path>` : nothing}
        </svg>`);
}

/** How much of something is taken: a bar that fills. */
export function gauge(share, kind = '') {
    const width = `${Math.min(100, Math.max(0, share * 100)).toFixed(1)}%`;
    return html`<svg class="gauge ${kind}" aria-hidden="true" width="100%" height="6">
        <rect class="rail" width="100%" height="6" rx="3"></rect><rect class="fill" width=${width} height="6" rx="3"></rect>
    </svg>`;
}
