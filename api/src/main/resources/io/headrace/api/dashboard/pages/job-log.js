// What a job's handler logged: lines by their number, so that those that arrive twice are shown once.

import { html, nothing } from 'lit-html';
import { get, jobPath } from '../api.js';
import { draw } from '../draw.js';
import { many } from '../format.js';
import { loading } from '../loading.js';

const MOST_SHOWN = 2000;

/** The log of a job, which is fetched at once. */
export function jobLog(id) {
    const lines = [];

    function take({ lines: more, next }) {
        more.forEach((line, at) => { lines[next - more.length + at] = line; });
        draw();
    }

    // What goes wrong here the page says already, of the job.
    const all = loading({}, async signal => {
        let answer;
        let from = 0;
        do {
            answer = await get(`${jobPath(id)}/log`, { from }, signal);
            take(answer);
            from = answer.next;
        } while (answer.lines.length);
    });
    all.load();

    function view(job) {
        if (!lines.length && job.state !== 'running') {
            return nothing;
        }
        const shown = Object.entries(lines).slice(-MOST_SHOWN); // a line that was dropped by the server leaves a gap
        return html`<section class="panel"><header><h2>Log</h2><small>${many(shown.length, 'line')}</small></header>
            <pre class="log" tabindex="0" aria-label="Log" role="log">${shown.length
                ? shown.map(([, line]) => html`<span>${line}\n</span>`) : html`<span class="zero">Nothing logged yet.</span>`}</pre></section>`;
    }

    return { take, view, close: all.close };
}
