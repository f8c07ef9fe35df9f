// What a job's handler logged: lines by their number, so that those that arrive twice are shown once.

import { html, nothing } from 'lit-html';
import { get, jobPath } from '../api.js';
import { draw } from '../draw.js';
import { many } from '../format.js';

const MOST_SHOWN = 2000;

export function jobLog() {
    const lines = [];

    function take({ lines: more, next }) {
        more.forEach((line, at) => { lines[next - more.length + at] = line; });
        draw();
    }

    async function load(id) {
        try {
            let answer;
            let from = 0;
            do {
                answer = await get(`${jobPath(id)}/log`, { from });
                take(answer);
                from = answer.next;
            } while (answer.lines.length);
        } catch {
            // The page says already what is wrong with the job.
        }
    }

    function view(job) {
        if (!lines.length && job.state !== 'running') {
            return nothing;
        }
        const shown = Object.entries(lines).slice(-MOST_SHOWN); // a line that was dropped by the server leaves a gap
        return html`<section class="panel"><header><h2>Log</h2><small>${many(shown.length, 'line')}</small></header>
            <pre class="log" tabindex="0" aria-label="Log" role="log">${shown.length
                ? shown.map(([, line]) => html`<span>${line}\n</span>`) : html`<span class="zero">Nothing logged yet.</span>`}</pre></section>`;
    }

    return { take, load, view };
}
