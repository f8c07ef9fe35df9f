// One queue: its levels and states, its last hours and its last minutes, and what can be done to it.

import { html, nothing } from 'lit-html';
import { get, post, queuePath } from '../api.js';
import { bounded } from '../boundary.js';
import { chart, legend } from '../charts.js';
import { choose } from '../chosen-queue.js';
import { countOf, doneRate, failedRate, failures, feed, flagsOf, onOverview, queueNow, samplesOf, speed, whyNot } from '../feed.js';
import { firstJob } from '../first-job.js';
import { change, count, duration, durationMs, rate } from '../format.js';
import { icon } from '../icons.js';
import { loading } from '../loading.js';
import { attempt, done, problemView } from '../notice.js';
import { hrefWith, toJobs } from '../router.js';
import { mayChange } from '../session.js';
import { flagMark, STATES } from '../states.js';
import { repeatedly } from '../live.js';
import { purge } from './purge.js';
import { editSettings } from './queue-settings.js';

/** How far back, how many minutes a bar stands for, and how often it is fetched: no oftener than a bar can change visibly. */
const SPANS = [
    { minutes: 60, label: '1 h', bucket: 1, everyMs: 5000 },
    { minutes: 360, label: '6 h', bucket: 5, everyMs: 30000 },
    { minutes: 1440, label: '24 h', bucket: 10, everyMs: 60000 },
];
const ENDED = [
    { label: 'Succeeded', tone: '--good', of: minute => minute.succeeded },
    { label: 'Failed, tried again', tone: '--warn', of: minute => failures(minute) - minute.dead },
    { label: 'Dead', tone: '--bad', of: minute => minute.dead },
];
const RATE_SPAN = 3; // samples on each side of a point: single seconds are noise

export function open(opened) {
    let route = opened;
    const name = route.parts[1];
    const page = { name, settings: null, problem: null, ended: chart('bar'), depth: chart('line', { secondsShown: true }),
        pace: chart('line', { secondsShown: true, whole: false }) };
    choose(name);
    const span = () => SPANS.find(each => each.minutes === Number(route.query.minutes)) ?? SPANS[0];
    let drawnAt = -Infinity; // when the history was fetched

    const ended = loading(page, async signal => {
        page.settings = (await get(queuePath(name), {}, signal)).settings;
        const { minutes, bucket, everyMs } = span();
        if (performance.now() - drawnAt < everyMs - 1000) {
            return;
        }
        const history = (await get(`${queuePath(name)}/history`, { minutes, bucket }, signal)).minutes;
        drawnAt = performance.now();
        page.ended.feed(history.map(minute => Date.parse(minute.start)),
            ENDED.map(({ label, tone, of }) => ({ label, tone, values: history.map(of) })));
    });

    const afresh = () => {
        drawnAt = -Infinity;
        return ended.load();
    };

    const polling = repeatedly(ended.load, 5000);
    const listening = onOverview(() => feedLive(page));
    feedLive(page);
    page.reload = ended.load;
    return {
        title: `Queue ${name}`,
        moved(next) {
            route = next;
            afresh();
        },
        refresh: afresh,
        close() {
            polling.close();
            ended.close();
            listening();
            [page.ended, page.depth, page.pace].forEach(each => each.close());
        },
        view: () => view(page, route, span()),
    };
}

function feedLive(page) {
    const samples = samplesOf(page.name);
    const times = samples.map(sample => sample.at);
    page.depth.feed(times, [{ label: 'In line', tone: '--accent', values: samples.map(sample => sample.queued) }]);
    page.pace.feed(times, [{ label: 'Done per second', tone: '--good', values: samples.map((_, at) => paceAt(samples, at)) }]);
}

function paceAt(samples, at) {
    const from = samples[Math.max(0, at - RATE_SPAN)];
    const to = samples[Math.min(samples.length - 1, at + RATE_SPAN)];
    return to.at > from.at ? Math.max(0, (to.succeeded - from.succeeded) * 1000 / (to.at - from.at)) : 0;
}

function view(page, route, span) {
    const queue = queueNow(page.name);
    if (!queue) {
        return absent(page);
    }
    return html`
        <div class="page-head"><h1>${page.name}</h1><span class="flags">${flagsOf(queue).map(flagMark)}</span>
            ${mayChange() ? actions(page, queue) : nothing}</div>
        <section class="states" aria-label="Jobs by state" ${bounded('The states', () => states(queue))}></section>
        <div class="columns">
            <section class="panel" ${bounded('The line', () => html`<header><h2>In line</h2>${levels(queue)}</header>
                ${page.depth.view('Jobs in line, each second since the dashboard was opened')}`)}></section>
            <section class="panel" ${bounded('The rate', () => html`<header><h2>Done per second</h2><small>since the dashboard was opened</small></header>
                ${page.pace.view('Jobs done, each second since the dashboard was opened')}`)}></section>
        </div>
        <div class="columns lopsided">
            <section class="panel" ${bounded('What ended', () => ended(page, route, span))}></section>
            <section class="panel" ${bounded('What is now', () => facts(page, queue))}></section>
        </div>`;
}

function ended(page, route, span) {
    const each = span.bucket === 1 ? 'minute' : `${span.bucket} minutes`;
    return html`<header><h2>Ended, each ${each}</h2>${legend(ENDED)}
        <nav class="segments" aria-label="How far back">${SPANS.map(other => html`
            <a href=${hrefWith(route, { minutes: other === SPANS[0] ? '' : other.minutes })} aria-current=${other === span ? 'true' : nothing}>${other.label}</a>`)}</nav></header>
        ${page.ended.view(`Succeeded, failed and dead jobs for each ${each}`)}`;
}

function absent(page) {
    if (!feed.overview || !page.problem) {
        return html`<div class="page-head"><h1>${page.name}</h1></div><p class="waiting">Waiting for the first numbers…</p>`;
    }
    return html`<div class="page-head"><h1>${page.name}</h1></div>
        ${page.problem.status === 404 ? html`<p>${page.problem.detail} A queue exists from its first job on.</p>${firstJob(page.name)}`
            : problemView(page.problem)}`;
}

const states = queue => STATES.map(([state, label, meaning]) => html`
    <a href=${toJobs({ queue: queue.queue, state })} title=${meaning} class="is-${state} ${countOf(queue, state) ? '' : 'none'}">
        <span class="value">${count(countOf(queue, state))}</span><span class="label">${label}</span></a>`);

/** How the line is made up, by priority. */
const levels = queue => html`<dl class="levels">${Object.entries(queue.levels).map(([level, number]) => html`
    <div><dt>${level}</dt><dd class=${number ? '' : 'zero'}>${count(number)}</dd></div>`)}</dl>`;

const fact = (label, value) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;

function facts(page, queue) {
    const settings = page.settings;
    const pace = doneRate(queue.queue);
    const growth = speed(queue.queue, 'queued');
    return html`<header><h2>Now</h2></header><dl class="facts">
        ${fact('First has waited', queue.counts.queued ? duration(durationMs(queue.oldestQueuedAge)) : 'nobody waits')}
        ${fact('Done per second', pace === null ? '–' : rate(pace))}
        ${fact('In line, per second', growth === null ? '–' : change(growth))}
        ${fact('Failed per minute', rate(failedRate(queue)))}
        ${fact('Workers', html`<a href="#/workers?queue=${encodeURIComponent(queue.queue)}">${count(queue.workers)}</a>`)}
        ${fact('Ended jobs kept', html`${count(queue.kept)}${settings
            ? html`<br><small>at most ${count(settings.maxKept)}, for ${settings.retention}</small>` : nothing}`)}
        ${fact('Backlog limit', settings ? settings.maxBacklog ? count(settings.maxBacklog) : 'none' : '–')}
    </dl>`;
}

function actions(page, queue) {
    const not = whyNot();
    const path = queuePath(page.name);
    const pause = () => attempt('Pausing', async () => {
        await post(`${path}/pause`);
        done('Paused.', `Nothing of ${page.name} is claimed any more; what runs goes on.`);
    });
    const resume = () => attempt('Resuming', async () => {
        await post(`${path}/resume`);
        done('Resumed.', `${page.name} is served again.`);
    });
    return html`<div class="actions">
        ${queue.paused ? html`<button class="primary" ?disabled=${not} title=${not ?? nothing} @click=${resume}>${icon('play')} Resume</button>`
            : html`<button ?disabled=${not} title=${not ?? nothing} @click=${pause}>${icon('pause')} Pause</button>`}
        <button ?disabled=${not || !page.settings} title=${not ?? nothing}
            @click=${() => editSettings(page.name, page.settings, page.reload)}>Settings…</button>
        <button class="danger" ?disabled=${not || !queue.counts.queued} title=${not ?? (queue.counts.queued ? nothing : 'Nothing is in line.')}
            @click=${() => purge(page.name, queue.counts.queued)}>Purge…</button></div>`;
}
