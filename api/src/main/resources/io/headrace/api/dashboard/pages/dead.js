// The dead jobs of a queue, gathered by what killed them, so that thousands are a few lines.

import { html, nothing } from 'lit-html';
import { get, queuePath } from '../api.js';
import { chosenQueue } from '../chosen-queue.js';
import { draw } from '../draw.js';
import { feed } from '../feed.js';
import { count, many, when } from '../format.js';
import { icon } from '../icons.js';
import { repeatedly } from '../live.js';
import { loading } from '../loading.js';
import { problemView } from '../notice.js';
import { href, toJob, toJobs } from '../router.js';
import { mayChange } from '../session.js';
import { gauge } from '../spark.js';
import { table } from '../table.js';
import { deleteGroup, retryGroup } from './dead-bulk.js';
import { queueSelect } from './jobs.js';

const REFRESH_MS = 5000;

const hasDead = queue => queue.counts.dead > 0;

export function open(opened) {
    const page = { route: opened, queue: '', answer: null, problem: null };
    const groups = loading(page, async signal => {
        page.queue = chosenQueue(page.route, hasDead);
        if (page.queue) {
            page.answer = await get(`${queuePath(page.queue)}/dead/groups`, {}, signal);
        }
    });
    page.load = groups.load;
    const polling = repeatedly(groups.load, REFRESH_MS);
    return {
        title: 'Dead jobs',
        moved(next) {
            page.route = next;
            if (chosenQueue(next, hasDead) !== page.queue) {
                page.answer = null;
                groups.load();
            }
        },
        refresh: groups.load,
        close() {
            polling.close();
            groups.close();
        },
        view() {
            if (!page.queue && feed.overview?.queues.length) {
                groups.load(); // the feed has just told which queues there are
            }
            return view(page);
        },
    };
}

function view(page) {
    const { answer, problem, queue } = page;
    return html`
        <div class="page-head"><h1>Dead jobs</h1>${queueSelect(page.route, queue, (route, chosen) => href(['dead'], { queue: chosen }))}
            <div class="actions"><button @click=${page.load} title="Refresh (r)">${icon('refresh')} Refresh</button></div></div>
        <p class="lead">${answer ? summary(answer) : problem ? nothing : html`<span class="waiting">Looking…</span>`} ${others(queue)}</p>
        ${problemView(problem)}
        ${answer ? table({
            caption: 'Groups of dead jobs', columns: columns(page), rows: answer.groups, key: group => group.fingerprint,
            route: page.route, empty: html`<div class="empty"><strong>Nothing is dead in ${queue}.</strong> A job dies when its retries are used up, or
                when its handler says that trying again is of no use. It waits here, for 30 days, for somebody to retry or
                delete it.</div>`,
        }) : nothing}`;
}

/** Queues with dead jobs besides the one that is shown. */
function others(shown) {
    const queues = (feed.overview?.queues ?? []).filter(queue => hasDead(queue) && queue.queue !== shown);
    return queues.length ? html`<span class="others">Also: ${queues.map(queue => html`<a href=${href(['dead'], { queue: queue.queue })}>
        ${queue.queue} <span class="pill bad">${count(queue.counts.dead)}</span></a>`)}</span>` : nothing;
}

const summary = ({ groups, examined, total, more }) => html`${many(total, 'dead job')} in ${many(groups.length, 'group')}${more
    ? html`; only the newest ${count(examined)} were looked at: counts are of these` : nothing}.`;

function columns(page) {
    const most = Math.max(1, ...page.answer.groups.map(group => group.count));
    const { queue } = page;
    return [
        { label: 'What killed them', first: true, wide: true, cell: group => html`<a class="group" href=${toJob(group.sample)} title="Open the newest of them">
            <strong>${group.error.type}</strong><span class="message">${group.error.message}</span></a>` },
        { label: 'Type', cell: group => html`<a href=${toJobs({ queue, state: 'dead', type: group.type })}>${group.type}</a>` },
        { label: 'Jobs', name: 'count', number: true, sort: group => group.count,
            cell: group => html`<span class="counted">${count(group.count)}${gauge(group.count / most, 'bad')}</span>` },
        { label: 'First', name: 'oldest', sort: group => group.oldest, cell: group => when(group.oldest) },
        { label: 'Last', name: 'newest', sort: group => group.newest, cell: group => when(group.newest) },
        { label: '', wide: true, cell: group => mayChange() ? html`<div class="row-actions">
            <button @click=${() => retryGroup(queue, group, page.load)}>Retry…</button>
            <button class="danger plain" @click=${() => deleteGroup(queue, group, page.load)}>Delete…</button></div>` : nothing },
    ];
}
