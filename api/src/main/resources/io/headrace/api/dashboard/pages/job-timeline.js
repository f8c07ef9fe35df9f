// A job's life so far, newest last: accepted, each attempt with what went wrong, and what comes next.

import { html, nothing } from 'lit-html';
import { now } from '../clock.js';
import { duration, exact, timeToTheMillisecond, when } from '../format.js';
import { marked, outside } from '../text.js';

const OUTCOMES = {
    succeeded: ['Succeeded', 'good'], failed: ['Failed', 'bad'], timed_out: ['Timed out', 'bad'],
    lost: ['Worker lost', 'bad'], cancelled: ['Cancelled', 'quiet'],
};

const NEXT = {
    queued: ['Waits in line', 'accent'], scheduled: ['Waits until it is due', 'quiet'],
    retrying: ['Next attempt', 'warn'], parked: ['Waits for a worker that knows its type', 'warn'],
    cancelled: ['Cancelled', 'quiet'], expired: ['Expired', 'quiet'], dead: ['Dead: not tried again by itself', 'bad'],
};

const step = (tone, title, time, more = nothing) => html`<li class=${tone}><div class="step"><strong>${title}</strong>
    <span class="at">${time}</span></div>${more}</li>`;

const clock = time => html`<time datetime=${time} title=${exact(time)}>${timeToTheMillisecond(time)}</time>`;

function attempted(attempt) {
    const [word, tone] = OUTCOMES[attempt.outcome] ?? [attempt.outcome, 'quiet'];
    const took = Date.parse(attempt.finishedAt) - Date.parse(attempt.startedAt);
    return step(tone, `Attempt ${attempt.number}: ${word}`, html`${clock(attempt.startedAt)}, took ${duration(took)}`, html`
        <div class="on">on <span class="mono">${attempt.worker}</span></div>
        ${attempt.error ? html`<div class="error"><strong>${outside(attempt.error.type)}</strong>
            <span class="message">${outside(attempt.error.message)}</span></div>` : nothing}
        ${attempt.error?.stack ? html`<details><summary>Stack</summary><pre class="stack" tabindex="0" role="region"
            aria-label="Stack of attempt ${attempt.number}">${marked(attempt.error.stack)}</pre></details>` : nothing}`);
}

function next(job) {
    if (job.state === 'running') {
        const since = html`${clock(job.startedAt)}, for ${duration(now() - Date.parse(job.startedAt))}`;
        return step('accent', `Attempt ${job.attempt}: running`, since, html`<div class="on">on <span class="mono">${job.worker}</span></div>`);
    }
    const [word, tone] = NEXT[job.state] ?? [];
    const last = job.attempts.at(-1);
    if (!word || job.state === 'cancelled' && last?.outcome === 'cancelled') {
        return nothing;
    }
    return step(tone, word, job.runAt ? when(job.runAt) : job.finishedAt ? clock(job.finishedAt) : nothing);
}

export function timeline(job) {
    const missing = (job.attempts[0]?.number ?? 1) - 1;
    return html`<ol class="timeline">
        ${step('quiet', 'Accepted', clock(job.createdAt))}
        ${missing > 0 ? step('quiet', `${missing} earlier ${missing === 1 ? 'attempt' : 'attempts'}`, 'only the newest ten are kept') : nothing}
        ${job.attempts.map(attempted)}
        ${next(job)}</ol>`;
}
