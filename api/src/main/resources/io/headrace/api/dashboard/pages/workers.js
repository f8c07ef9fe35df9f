// The workers: their slots, what runs in them and since when, and who they are.

import { html, nothing } from 'lit-html';
import { get, post } from '../api.js';
import { bounded } from '../boundary.js';
import { now } from '../clock.js';
import { draw } from '../draw.js';
import { whyNot } from '../feed.js';
import { count, duration, exact, many, when } from '../format.js';
import { repeatedly } from '../live.js';
import { loading } from '../loading.js';
import { attempt, done, problemView } from '../notice.js';
import { hrefWith, toJob, toQueue } from '../router.js';
import { mayChange, mayQuiet, session } from '../session.js';
import { gauge } from '../spark.js';
import { repeat } from 'lit-html/directives/repeat.js';

const REFRESH_MS = 2000;
const SHOWN_RUNNING = 12; // of each worker; a link shows all

export function open(opened) {
    const page = { route: opened, workers: null, problem: null, unfolded: new Set() };

    const workers = loading(page, async signal => { page.workers = (await get('/v1/workers', {}, signal)).workers; });
    page.load = workers.load;
    const polling = repeatedly(workers.load, REFRESH_MS);
    return {
        title: 'Workers',
        moved(next) { page.route = next; },
        refresh: workers.load,
        close() {
            polling.close();
            workers.close();
        },
        view: () => view(page),
    };
}

function view(page) {
    const { queue } = page.route.query;
    const workers = (page.workers ?? []).filter(worker => !queue || worker.queues.includes(queue));
    const slots = workers.reduce((sum, worker) => sum + worker.slots, 0);
    const busy = workers.reduce((sum, worker) => sum + worker.busy, 0);
    return html`
        <div class="page-head"><h1>Workers</h1>${queue ? html`<a class="button" href=${hrefWith(page.route, { queue: '' })}
            title="Show all workers">of ${queue} ×</a>` : nothing}</div>
        <p class="lead">${page.workers ? `${many(workers.length, 'worker')}, ${count(busy)} of ${count(slots)} slots busy, as of their last heartbeats.`
            : html`<span class="waiting">Looking…</span>`}</p>
        ${problemView(page.problem)}
        ${page.workers && !workers.length ? noWorker(queue) : nothing}
        <div class="workers">${repeat(workers, worker => worker.id, worker => card(page, worker))}</div>`;
}

/** A key that is limited to queues sees the workers of these only. */
function noWorker(queue) {
    const queues = queue ? [queue] : session.who?.queues ?? [];
    return html`<div class="empty"><strong>No worker is alive${queues.length ? ` for ${queues.join(', ')}` : ''}.</strong> Start one:
        <div class="code"><pre tabindex="0">headrace worker --queue ${queues[0] ?? 'default'} --exec 'wordcount=wc -w'</pre></div></div>`;
}

const since = time => duration(Math.max(0, now() - Date.parse(time)));

/** How long something had gone on when the worker told of it: what became of it since, nobody knows yet. */
const until = (time, worker) => duration(Math.max(0, (worker.heartbeatAt ? Date.parse(worker.heartbeatAt) : now()) - Date.parse(time)));

/** How old what is shown of a worker is. */
const asOf = ({ heartbeatAt }) => heartbeatAt
    ? html`<time class="as-of" datetime=${heartbeatAt} title="Its last heartbeat, ${exact(heartbeatAt)}">as of ${agoOf(heartbeatAt)}</time>` : nothing;

const agoOf = time => now() - Date.parse(time) < 1000 ? 'now' : `${duration(Math.floor((now() - Date.parse(time)) / 1000) * 1000)} ago`;

const card = (page, worker) => html`<article class="panel worker" aria-label="Worker ${worker.id}"
    ${bounded(`The worker ${worker.id}`, () => inside(page, worker))}></article>`;

function inside(page, worker) {
    return html`<header><h2 class="mono">${worker.id}</h2>
            ${worker.state === 'running' ? nothing : html`<span class="flag warn">${worker.state}</span>`}${switchView(page, worker)}</header>
        <div class="slots">${gauge(worker.slots ? worker.busy / worker.slots : 0)}
            <span class="apart"><span>${count(worker.busy)} of ${count(worker.slots)} slots</span>${asOf(worker)}</span></div>
        <dl class="facts across">
            <div><dt>Queues</dt><dd>${worker.queues.map((name, at) => html`${at ? ', ' : ''}<a href=${toQueue(name)}>${name}</a>`)}</dd></div>
            <div><dt>Host</dt><dd>${worker.host}, process ${worker.pid}</dd></div>
            <div><dt>Up</dt><dd>${when(worker.startedAt, since)}</dd></div>
            <div><dt>Lease</dt><dd>${worker.lease}</dd></div>
            <div><dt>Version</dt><dd>${worker.version}</dd></div>
            <div class="full"><dt>Types</dt><dd>${worker.types.length ? worker.types.join(', ') : 'any'}</dd></div>
        </dl>
        ${running(page, worker)}`;
}

function switchView(page, worker) {
    if (!mayChange() || worker.state === 'stopping') {
        return nothing;
    }
    const quiet = worker.state === 'quiet';
    const act = () => attempt(quiet ? 'Resuming' : 'Quieting', async () => {
        await post(`/v1/workers/${encodeURIComponent(worker.id)}/${quiet ? 'resume' : 'quiet'}`);
        done(...quiet ? ['Resumed.', `${worker.id} claims again.`]
            : ['Quiet.', `${worker.id} finishes what it runs and claims nothing more.`]);
        await page.load();
    });
    const not = mayQuiet() ? whyNot() : 'Needs a key that is not limited to queues.';
    return html`<div class="actions"><button ?disabled=${not !== null} @click=${act} title=${not ?? nothing}>${quiet ? 'Resume' : 'Quiet'}</button></div>`;
}

function running(page, worker) {
    const all = page.unfolded.has(worker.id);
    const shown = all ? worker.running : worker.running.slice(0, SHOWN_RUNNING);
    const hidden = worker.running.length - shown.length;
    return html`<div class="running">${shown.length === 0
        ? html`<p class="zero">Nothing ran.</p>` : html`<ul aria-label="Running jobs, longest first">${repeat(shown, job => job.job, job => html`<li class="run">
            <a class="mono" href=${toJob(job.job)}>${job.job}</a><span>${job.type}</span>
            <span class="number">${job.attempt > 1 ? `attempt ${job.attempt}, ` : ''}${when(job.since, time => until(time, worker))}</span></li>`)}</ul>`}
        ${hidden > 0 ? html`<button class="plain" @click=${() => { page.unfolded.add(worker.id); draw(); }}>Show ${many(hidden, 'more job')}</button>` : nothing}</div>`;
}
