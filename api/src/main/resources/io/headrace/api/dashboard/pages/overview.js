// The overview: totals, what needs a look, and every queue.

import { html, nothing } from 'lit-html';
import { bounded } from '../boundary.js';
import { doneRate, failedRate, feed, flagsOf, onOverview, parkedOf, speed, total } from '../feed.js';
import { firstJob } from '../first-job.js';
import { bytes, count, duration, durationMs, rate } from '../format.js';
import { histories } from '../history.js';
import { href, toJobs, toQueue } from '../router.js';
import { session } from '../session.js';
import { gauge, spark } from '../spark.js';
import { flagMark } from '../states.js';
import { table } from '../table.js';

const MINUTES = 30;
const WORTH_TELLING_MS = 5000;
const CHARTED = 60; // queues with a history; more would be many calls

/** Whether a queue never had a job: one is made by the first worker that serves it. */
const unused = queue => Object.values(queue.counts).every(number => number === 0);
const LATER = ['scheduled', 'retrying'];
const laterOf = queue => LATER.reduce((sum, state) => sum + queue.counts[state], 0);
const laterInParts = queue => LATER.map(state => `${state} ${count(queue.counts[state])}`).join(', ');

export function open(opened) {
    let route = opened;
    const history = histories(MINUTES, () => (feed.overview?.queues ?? []).slice(0, CHARTED).map(queue => queue.queue));
    const ended = onOverview(history.refresh);
    history.refresh();
    return {
        title: 'Overview',
        moved: next => { route = next; },
        close: ended,
        view: () => html`
            <div class="page-head"><h1>Overview</h1></div>
            <section class="tiles" aria-label="Totals" aria-busy=${feed.overview ? nothing : 'true'} ${bounded('The totals', () => tiles(feed.overview))}></section>
            <p class=${classOf(feed.overview)} role="status" ${bounded('What needs a look', () => attention(feed.overview))}></p>
            <div ${bounded('The queues', () => queues(feed.overview, history, route))}></div>`,
    };
}

const tile = (label, value, below, kind = '') => html`<div class="tile ${kind}">
    <div class="label">${label}</div><div class="value">${value}</div><div class="below">${below}</div></div>`;

function tiles(overview) {
    if (!overview) {
        return ['In line', 'Running', 'Done / s', 'Failed / min', 'Dead', ...session.who?.queues ? [] : ['Redis']]
            .map(label => tile(label, '–', ' '));
    }
    const { totals, workers } = overview;
    const failures = overview.queues.reduce((sum, queue) => sum + failedRate(queue), 0);
    const done = total(doneRate);
    return html`${tile('In line', count(totals.queued), trend(totals.queued, total(queue => speed(queue, 'queued'))))}
        ${tile('Running', html`${count(totals.running)}<small> of ${count(workers.slots)} slots</small>`,
            html`${gauge(workers.slots ? totals.running / workers.slots : 0)}<a href="#/workers">${count(workers.count)}
                ${workers.count === 1 ? 'worker' : 'workers'}</a>${workers.quiet ? `, ${workers.quiet} quiet` : ''}`)}
        ${tile('Done / s', done === null ? '–' : rate(done), `${count(totals.succeeded)} succeeded`)}
        ${tile('Failed / min', rate(failures), `${count(totals.retrying)} wait for a retry`)}
        ${tile('Dead', count(totals.dead), totals.dead ? html`<a href="#/dead">Look at them</a>` : 'Nothing is dead.',
            totals.dead ? 'bad' : '')}
        ${memory(overview.redis)}`;
}

/** Nothing where it is not told: a key that is limited to queues sees none of what all queues share. */
function memory({ usedBytes, maxBytes } = {}) {
    if (!usedBytes) {
        return nothing;
    }
    return tile('Redis', bytes(usedBytes), maxBytes
        ? html`${gauge(usedBytes / maxBytes, usedBytes > 0.8 * maxBytes ? 'bad' : '')}of ${bytes(maxBytes)}` : 'no limit set');
}

/** Where the line is heading, as far as the last seconds tell. */
function trend(queued, perSecond) {
    if (!queued) {
        return 'empty';
    }
    if (perSecond === null || Math.abs(perSecond) < 0.5) {
        return 'steady';
    }
    if (perSecond > 0) {
        return `growing by ${rate(perSecond)} / s`;
    }
    const left = queued / -perSecond * 1000;
    const stuck = feed.overview.queues.some(queue => queue.counts.queued && (queue.paused || !queue.workers));
    return stuck || left < WORTH_TELLING_MS ? `falling by ${rate(-perSecond)} / s` : `falling; at this rate empty in ${duration(left)}`;
}

const FULL = { kind: 'bad', word: 'Redis nearly full', why: 'Over 90 % of its limit is used.' };

/** The queues that need a look, with what of each does. */
const needs = overview => (overview?.queues ?? []).map(queue => [queue, flagsOf(queue).filter(flag => flag.kind !== 'quiet')])
    .filter(([, flags]) => flags.length).sort(([, one], [, other]) => hasBad(other) - hasBad(one));
const hasBad = flags => flags.some(flag => flag.kind === 'bad');

const isFull = overview => Boolean(overview?.redis?.maxBytes) && overview.redis.usedBytes > 0.9 * overview.redis.maxBytes;
const classOf = overview => `attention ${isFull(overview) || needs(overview).length ? 'needed' : ''}`;

/** One line that is always there, so that nothing moves when it changes. */
function attention(overview) {
    const queues = needs(overview);
    if (!queues.length && !isFull(overview)) {
        return overview ? 'Nothing is paused, late, parked, dying or without a worker.' : ' ';
    }
    return html`<strong>Needs a look:</strong>
        ${isFull(overview) ? html`<span>${flagMark(FULL)}</span>` : nothing}
        ${queues.slice(0, 6).map(([queue, flags]) => html`
            <span><a href=${toQueue(queue.queue)}>${queue.queue}</a> ${flags.map(flagMark)}</span>`)}
        ${queues.length > 6 ? html`<span>and ${queues.length - 6} more</span>` : nothing}`;
}

const dim = number => number ? count(number) : html`<span class="zero">0</span>`;
const jobsLink = (queue, state) => queue.counts[state]
    ? html`<a href=${toJobs({ queue: queue.queue, state })}>${count(queue.counts[state])}</a>` : dim(0);

function columns(history) {
    return [
        { label: 'Queue', name: 'name', first: true, sort: queue => queue.queue,
            cell: queue => html`<a class="strong" href=${toQueue(queue.queue)}>${queue.queue}</a> <span class="flags">${flagsOf(queue).filter(flag => flag.code !== 'parked').map(flagMark)}</span>` },
        { label: 'In line', name: 'queued', number: true, sort: queue => queue.counts.queued, cell: queue => jobsLink(queue, 'queued') },
        { label: 'Running', name: 'running', number: true, sort: queue => queue.counts.running, cell: queue => jobsLink(queue, 'running') },
        { label: 'Later', name: 'later', number: true, sort: laterOf,
            cell: queue => html`<span title=${laterInParts(queue)}>${dim(laterOf(queue))}</span>` },
        { label: 'Parked', name: 'parked', number: true, sort: parkedOf,
            cell: queue => parkedOf(queue) ? html`<a class="warn-text" title="No worker that met them knows their type."
                href=${toJobs({ queue: queue.queue, state: 'parked' })}>${count(parkedOf(queue))}</a>` : dim(0) },
        { label: 'Oldest', name: 'oldest', number: true, sort: queue => durationMs(queue.oldestQueuedAge),
            cell: queue => queue.counts.queued ? duration(durationMs(queue.oldestQueuedAge)) : html`<span class="zero">–</span>` },
        { label: 'Done / s', name: 'done', number: true, sort: queue => doneRate(queue.queue) ?? 0,
            cell: queue => { const done = doneRate(queue.queue); return done ? rate(done) : dim(0); } },
        { label: 'Failed / min', name: 'failed', number: true, sort: failedRate,
            cell: queue => failedRate(queue) ? html`<span class="bad-text">${rate(failedRate(queue))}</span>` : dim(0) },
        { label: 'Dead', name: 'dead', number: true, sort: queue => queue.counts.dead,
            cell: queue => queue.counts.dead
                ? html`<a class="bad-text" href=${href(['dead'], { queue: queue.queue })}>${count(queue.counts.dead)}</a>` : dim(0) },
        { label: 'Workers', name: 'workers', number: true, sort: queue => queue.workers, cell: queue => dim(queue.workers) },
        { label: `Last ${MINUTES} min`, wide: true, cell: queue => spark(history.of(queue.queue), MINUTES) },
    ];
}

function queues(overview, history, route) {
    if (!overview) {
        return html`<p class="waiting">Waiting for the first numbers…</p>`;
    }
    const first = overview.queues[0]?.queue;
    return html`${table({
        caption: 'Queues', columns: columns(history), rows: overview.queues, key: queue => queue.queue, route, empty: firstJob(),
    })}${first && overview.queues.every(unused) ? html`<section class="panel below">${firstJob(first)}</section>` : nothing}`;
}
