// The dead jobs of a queue, gathered by what killed them, so that thousands are a few lines.

import { html, nothing } from 'lit-html';
import { get, queuePath } from '../api.js';
import { bounded } from '../boundary.js';
import { chosenQueue } from '../chosen-queue.js';
import { feed, queueNow, whyNot } from '../feed.js';
import { firstJob } from '../first-job.js';
import { count, many, when } from '../format.js';
import { keepFresh } from '../fresh.js';
import { loading } from '../loading.js';
import { problemView } from '../notice.js';
import { href, toJob, toJobs } from '../router.js';
import { mayChange } from '../session.js';
import { gauge } from '../spark.js';
import { table } from '../table.js';
import { outside } from '../text.js';
import { deleteGroup, retryGroup } from './dead-bulk.js';
import { queueSelect } from './jobs.js';

const hasDead = queue => queue.counts.dead > 0;

export function open(opened) {
    const page = { route: opened, queue: '', answer: null, problem: null, figures: null };
    const groups = loading(page, async signal => {
        page.queue = chosenQueue(page.route, hasDead);
        if (page.queue) {
            const figures = queueNow(page.queue);
            page.answer = await get(`${queuePath(page.queue)}/dead/groups`, {}, signal);
            page.figures = figures;
            page.fresh.took();
        }
    });
    page.load = groups.load;
    page.fresh = keepFresh({ load: groups.load, first: () => true, changes: () => changesOf(page) });
    groups.load();
    return {
        title: 'Dead jobs',
        moved(next) {
            page.route = next;
            if (chosenQueue(next, hasDead) !== page.queue) {
                Object.assign(page, { answer: null, figures: null });
                page.fresh.forget();
                groups.load();
            }
        },
        refresh: groups.load,
        close() {
            page.fresh.close();
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

/** What happened to the dead jobs since they were fetched, as far as the numbers of their queue tell. */
function changesOf({ queue, figures }) {
    const current = queueNow(queue);
    if (!figures || !current) {
        return current ? undefined : 0;
    }
    return Math.max(0, current.totals.dead - figures.totals.dead) || current.counts.dead !== figures.counts.dead;
}

function view(page) {
    const { answer, problem, queue } = page;
    if (feed.overview && !feed.overview.queues.length) {
        return html`<div class="page-head"><h1>Dead jobs</h1></div>${firstJob()}`;
    }
    return html`
        <div class="page-head"><h1>Dead jobs</h1>${queueSelect(page.route, queue, (route, chosen) => href(['dead'], { queue: chosen }))}
            <div class="actions">${page.fresh.view()}</div></div>
        <p class="lead">${answer ? summary(answer) : problem ? nothing : html`<span class="waiting">Looking…</span>`} ${others(queue)}</p>
        ${problemView(problem)}
        <div ${bounded('The groups', () => answer ? table({
            caption: 'Groups of dead jobs', columns: columns(page), rows: answer.groups, key: group => group.fingerprint,
            route: page.route, empty: html`<div class="empty"><strong>Nothing is dead in ${queue}.</strong> A job dies when its retries are used up, or
                when its handler says that trying again is of no use. It waits here, for 30 days, for somebody to retry or
                delete it.</div>`,
        }) : nothing)}></div>`;
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
            <strong>${outside(group.error.type)}</strong><span class="message">${outside(group.error.message)}</span></a>` },
        { label: 'Type', cell: group => html`<a href=${toJobs({ queue, state: 'dead', type: group.type })}>${group.type}</a>` },
        { label: 'Jobs', name: 'count', number: true, sort: group => group.count,
            cell: group => html`<span class="counted">${count(group.count)}${gauge(group.count / most, 'bad')}</span>` },
        { label: 'First', name: 'oldest', sort: group => group.oldest, cell: group => when(group.oldest) },
        { label: 'Last', name: 'newest', sort: group => group.newest, cell: group => when(group.newest) },
        ...mayChange() ? [{ label: html`<span class="unseen">Actions</span>`, wide: true, cell: group => actions(page, group) }] : [],
    ];
}

function actions({ queue, load }, group) {
    const not = whyNot();
    return html`<div class="row-actions">
        <button ?disabled=${not} title=${not ?? nothing} @click=${() => retryGroup(queue, group, load)}>Retry…</button>
        <button class="danger plain" ?disabled=${not} title=${not ?? nothing} @click=${() => deleteGroup(queue, group, load)}>Delete…</button></div>`;
}
