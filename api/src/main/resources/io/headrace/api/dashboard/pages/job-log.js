// What a job's handler logged: lines by their number, so that those that arrive twice are shown once.

import { html, nothing } from 'lit-html';
import { get, jobPath } from '../api.js';
import { draw } from '../draw.js';
import { count, many } from '../format.js';
import { loading } from '../loading.js';
import { logLine } from '../text.js';

const MOST_SHOWN = 2000;

/** The log of a job, which is fetched at once. */
export function jobLog(id) {
    const lines = []; // one that the server no longer has leaves a gap

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
        const shown = Object.entries(lines).slice(-MOST_SHOWN);
        return html`<header><h2>Log</h2><small>${size(shown.length, lines.length)}</small></header>
            <pre class="log" tabindex="0" aria-label="Log" role="log">${shown.length
                ? shown.map(([, line]) => html`<bdi>${logLine(line)}\n</bdi>`) : html`<span class="zero">Nothing logged yet.</span>`}</pre>`;
    }

    return { take, view, isEmpty: job => !lines.length && job.state !== 'running', close: all.close };
}

const size = (shown, written) => shown === written ? many(written, 'line')
    : `last ${count(shown)} of ${many(written, 'line')}; older dropped`;
