// One job, followed live: what it is, where it is and why, how its attempts went, and what can be done to it.

import { html, nothing } from 'lit-html';
import { get, jobPath, post, remove } from '../api.js';
import { bounded } from '../boundary.js';
import { choose } from '../chosen-queue.js';
import { copy, copyButton } from '../copy.js';
import { confirmFirst } from '../dialog.js';
import { draw } from '../draw.js';
import { whyNot } from '../feed.js';
import { curlOf } from '../first-job.js';
import { duration, when } from '../format.js';
import { jobOf } from '../json-text.js';
import { jsonView } from '../json.js';
import { follow } from '../live.js';
import { loading, reloadFailed } from '../loading.js';
import { attempt, done, problemView } from '../notice.js';
import { now } from '../clock.js';
import { toJobs, toQueue } from '../router.js';
import { mayChange, maySee } from '../session.js';
import { gauge } from '../spark.js';
import { attemptOf, hasEnded, STATES, stateMark } from '../states.js';
import { outside } from '../text.js';
import { editAndRetry } from './job-edit.js';
import { jobLog } from './job-log.js';
import { timeline } from './job-timeline.js';
import { why } from './job-why.js';

/** What the server shows in place of fields that it was told to hide. */
const HIDDEN = '[redacted]';

export function open(route) {
    const id = route.parts[1];
    const page = { id, job: null, problem: null, state: 'connecting', log: jobLog(id), why: why(id) };
    let following = null;

    function take(job) {
        page.job = job;
        choose(job.queue);
        page.why.see(job);
        if (hasEnded(job.state)) {
            following?.close(); // the server ends the stream too; EventSource would ask for it again
            following = null;
        }
        draw();
    }

    const looking = loading(page, async signal => {
        take(await get(jobPath(id), {}, signal, jobOf));
        if (!following && !hasEnded(page.job.state)) {
            start();
        }
    });

    function start() {
        const events = Object.fromEntries(STATES.map(([state]) => [state, (_, event) => take(jobOf(event.data))]));
        events.log = lines => page.log.take(lines);
        following = follow(`${jobPath(id)}/events`, events, state => {
            page.state = state;
            if (state === 'live') {
                reloadFailed();
            }
            draw();
        });
    }

    page.load = looking.load;
    looking.load();
    return {
        title: `Job ${id}`,
        refresh: looking.load,
        close() {
            [looking, page.log, page.why].forEach(each => each.close());
            following?.close();
        },
        view: () => view(page),
    };
}

function view(page) {
    const { id, job, problem } = page;
    if (!job) {
        return html`<div class="page-head"><h1 class="mono">${id}</h1></div>
            ${problem ? problemView(problem)
                : html`<p class="waiting">Looking it up…</p>`}`;
    }
    return html`
        <div class="crumbs">${queueName(job)} / ${maySee()
            ? html`<a href=${toJobs({ queue: job.queue, state: job.state })}>${job.state}</a>` : job.state}</div>
        <div class="page-head"><h1 class="job-id"><span class="mono">${id}</span>${copyButton(() => id, 'Copy the id')}</h1>
            ${stateMark(job.state)}${actions(page)}</div>
        <div ${bounded('The progress', () => progress(job))}></div>
        <div ${bounded('Why it waits', page.why.view)}></div>
        <div ${bounded('What killed it', () => death(job))}></div>
        <div class="columns lopsided">
            <div>
                ${panel('The payload', () => html`<header><h2>Payload</h2></header>${jsonView(job.payload, 'payload')}`)}
                ${job.result === undefined ? nothing
                    : panel('The result', () => html`<header><h2>Result</h2></header>${jsonView(job.result, 'result')}`)}
                ${panel('The attempts', () => html`<header><h2>Attempts</h2></header>${timeline(job)}`)}
                ${page.log.isEmpty(job) ? nothing : panel('The log', () => page.log.view(job))}
            </div>
            <section class="panel aside" ${bounded('The facts', () => facts(job))}></section>
        </div>`;
}

const panel = (what, view) => html`<section class="panel" ${bounded(what, view)}></section>`;

function progress(job) {
    if (!job.progress || job.state !== 'running') {
        return nothing;
    }
    const percent = Math.round(job.progress.fraction * 100);
    return html`<div class="progress" role="progressbar" aria-valuenow=${percent} aria-valuemin="0" aria-valuemax="100" aria-label="Progress">
        ${gauge(job.progress.fraction)}<span><strong>${percent} %</strong> ${outside(job.progress.message)}</span></div>`;
}

/** What a dead job died of. */
const death = job => job.state === 'dead' && job.error ? html`<section class="why bad"><h2>What killed it</h2>
    <p class="summary"><span class="bad-text">${outside(job.error.type)}</span> <span class="message">${outside(job.error.message)}</span></p></section>` : nothing;

const fact = (label, value) => value === undefined || value === null ? nothing : html`<div><dt>${label}</dt><dd>${value}</dd></div>`;

const queueName = job => maySee() ? html`<a href=${toQueue(job.queue)}>${job.queue}</a>` : job.queue;

function facts(job) {
    const took = job.startedAt ? (job.finishedAt ? Date.parse(job.finishedAt) : now()) - Date.parse(job.startedAt) : null;
    const time = member => job[member] ? when(job[member]) : null;
    return html`<header><h2>Facts</h2></header><dl class="facts">
        ${fact('Type', job.type)}
        ${fact('Queue', html`${queueName(job)}, ${job.priority}`)}
        ${fact('Attempt', html`${attemptOf(job, 'of at most', 'none yet')}${job.forgiven ? html`<br><small>${job.forgiven} not counted</small>` : nothing}`)}
        ${fact('Accepted', time('createdAt'))}
        ${fact('Due', time('runAt'))}
        ${fact('Expires', time('expiresAt'))}
        ${fact('Started', time('startedAt'))}
        ${fact('Ended', time('finishedAt'))}
        ${fact('Newest attempt took', took === null || (job.state !== 'running' && !job.finishedAt) ? null : duration(Math.max(0, took)))}
        ${fact('Worker', job.worker ? html`<span class="mono">${job.worker}</span>` : null)}
    </dl>`;
}

/** A parked job is offered every few seconds anyway: what it lacks is a worker that knows its type. */
const RUN_NOW = ['scheduled', 'retrying'];

function actions(page) {
    const { id, job } = page;
    const not = whyNot();
    const deed = (call, told) => async () => {
        await call();
        done(told);
        await page.load();
    };
    const cancel = () => confirmFirst({
        title: 'Cancel this job?', yes: 'Cancel the job', what: 'Cancelling',
        text: job.state === 'running' ? 'Its handler is interrupted. What it has done stays done.' : 'It will not run.',
        action: deed(() => remove(jobPath(id)), 'Cancellation asked for.'),
    });
    const runNow = () => attempt('Running it now', deed(() => post(`${jobPath(id)}/run-now`), 'It is due now.'));
    const retry = () => attempt('Retrying', deed(() => post(`${jobPath(id)}/retry`), 'Back in line.'));
    const curl = () => {
        const line = curlOf(job.queue, resubmission(job));
        copy(line, `It submits a job with this type, payload, priority and number of retries. ${NOT_TOLD}${line.includes(HIDDEN)
            ? ` Put in what is ${HIDDEN} here.` : ''}`);
    };
    return html`<div class="actions">
        ${page.state === 'lost' && !hasEnded(job.state) ? html`<span class="connection lost">Not live</span>` : nothing}
        <button @click=${curl}>Copy as curl</button>
        ${mayChange() ? html`
            ${RUN_NOW.includes(job.state) ? html`<button class="primary" ?disabled=${not} title=${not ?? nothing} @click=${runNow}>Run now</button>` : nothing}
            ${job.state === 'dead' ? html`<button ?disabled=${not} title=${not ?? nothing} @click=${() => editAndRetry(job, page.load)}>Edit and retry…</button>
                <button class="primary" ?disabled=${not} title=${not ?? nothing} @click=${retry}>Retry</button>` : nothing}
            ${hasEnded(job.state) ? nothing : html`<button class="danger" ?disabled=${not || job.cancelling} title=${not ?? nothing}
                @click=${cancel}>${job.cancelling ? 'Being cancelled' : 'Cancel…'}</button>`}` : nothing}</div>`;
}

/** What of a job its JSON does not tell, or tells as times that have passed. */
const NOT_TOLD = 'Left out: timeout, backoff, uniqueKey, retention, and when it was due or expires.';

/** What would have to be submitted for such a job, as JSON text. */
function resubmission({ type, payload, priority, maxRetries }) {
    return `{"type":${JSON.stringify(type)},"payload":${payload}${priority === 'normal' ? '' : `,"priority":"${priority}"`}${
        maxRetries === undefined || maxRetries === 10 ? '' : `,"maxRetries":${maxRetries}`}}`;
}
