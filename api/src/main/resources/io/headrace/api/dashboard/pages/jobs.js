// The jobs of a queue in one state, a page at a time. Pages are sought by cursor, so the millionth costs what the first does.

import { html, nothing } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import { get, queuePath } from '../api.js';
import { bounded } from '../boundary.js';
import { chosenQueue } from '../chosen-queue.js';
import { countOf, feed, queueNow } from '../feed.js';
import { firstJob } from '../first-job.js';
import { count, short, when } from '../format.js';
import { keepFresh } from '../fresh.js';
import { jsonStart } from '../json.js';
import { jobsOf } from '../json-text.js';
import { loading, passes } from '../loading.js';
import { problemView } from '../notice.js';
import { go, href, hrefWith, toJob } from '../router.js';
import { attemptOf, STATES, stateLabel } from '../states.js';
import { table } from '../table.js';
import { outside, plainText } from '../text.js';

const PAGE = 50;
const SHOWN = 160; // characters of a payload

/** By which time a state's list is ordered, and so filtered: what the API says. */
const ORDERED_BY = {
    queued: ['Accepted', 'createdAt'], running: ['Accepted', 'createdAt'], scheduled: ['Due', 'runAt'],
    retrying: ['Due', 'runAt'], parked: ['Due', 'runAt'], succeeded: ['Ended', 'finishedAt'], dead: ['Ended', 'finishedAt'],
    cancelled: ['Ended', 'finishedAt'], expired: ['Ended', 'finishedAt'],
};

export function open(opened) {
    const page = { route: opened, queue: '', jobs: null, next: null, problem: null, figures: null };
    const trail = page.trail = []; // addresses of the pages before this one

    const jobs = loading(page, async signal => {
        page.queue = chosenQueue(page.route);
        if (!page.queue) {
            return;
        }
        // Asked right before the list: what the feed told last can be a second older, or not have come yet.
        const figures = await get(queuePath(page.queue), {}, signal).catch(() => queueNow(page.queue));
        const { type, error, from, to, cursor } = page.route.query;
        const answer = await get(`${queuePath(page.queue)}/jobs`,
            { state: stateOf(page.route), type, error, from: instant(from), to: instant(to), cursor, limit: PAGE }, signal, jobsOf);
        Object.assign(page, { jobs: answer.jobs, next: answer.next ?? null, figures });
        page.fresh.took();
    });

    page.fresh = keepFresh({
        load: jobs.load,
        first: () => !page.route.query.cursor && !page.problem,
        changes: () => changesOf(page),
    });
    jobs.load();
    return {
        title: 'Jobs',
        moved(next) {
            if (trail.at(-1) === hrefWith(next, {})) {
                trail.pop(); // went back
            } else if (next.query.cursor && next.query.cursor !== page.route.query.cursor) {
                trail.push(hrefWith(page.route, {}));
            } else {
                trail.length = 0;
            }
            const before = page.route;
            page.route = next;
            if (chosenQueue(next) !== page.queue || stateOf(next) !== stateOf(before)) {
                Object.assign(page, { jobs: null, next: null, figures: null }); // what is shown is of another list
                page.fresh.forget();
            }
            jobs.load();
        },
        refresh: jobs.load,
        close() {
            page.fresh.close();
            jobs.close();
        },
        view() {
            if (!page.queue && feed.overview?.queues.length) {
                jobs.load(); // the feed has just told which queues there are
            }
            return view(page);
        },
    };
}

const stateOf = route => STATES.some(([state]) => state === route.query.state) ? route.query.state : 'queued';

/** States whose lists begin with what came last: so many more are so many newer ones. */
const NEWEST_FIRST = ['succeeded', 'dead', 'cancelled', 'expired'];

/** What happened to the list since it was fetched, as far as the numbers of its queue tell. */
function changesOf({ route, queue, figures }) {
    const current = queueNow(queue);
    if (!figures || !current) {
        return current ? undefined : 0; // the list was fetched before its queue was heard of
    }
    if (figures === current) {
        return 0;
    }
    const state = stateOf(route);
    const filtered = ['type', 'error', 'from', 'to'].some(name => route.query[name]);
    if (NEWEST_FIRST.includes(state)) {
        const more = current.totals[state] - figures.totals[state];
        return more > 0 ? filtered || more : current.counts[state] !== figures.counts[state];
    }
    const moved = ['queued', 'running', 'scheduled', 'retrying'].includes(state)
        && current.totals.succeeded + current.totals.failed !== figures.totals.succeeded + figures.totals.failed;
    return moved || current.counts[state] !== figures.counts[state];
}

/** A field of type datetime-local has no zone, it is the browser's; an address has one, so that it says the same to everybody. */
const instant = text => text && !Number.isNaN(Date.parse(text)) ? new Date(text).toISOString() : '';

/** An instant as such a field takes it. */
function local(text) {
    const at = new Date(text ?? '');
    return Number.isNaN(at.getTime()) ? '' : new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

function view(page) {
    const { queue } = page;
    const now = queueNow(queue);
    if (feed.overview && !feed.overview.queues.length) {
        return html`<div class="page-head"><h1>Jobs</h1></div>${firstJob()}`;
    }
    return html`
        <div class="page-head"><h1>Jobs</h1>${queueSelect(page.route, queue, hrefFor)}
            <div class="actions">${page.fresh.view()}</div></div>
        ${tabs(page.route, now)}${filters(page.route)}
        ${page.problem ? problemView(page.problem) : nothing}
        ${page.problem && !(page.jobs && passes(page.problem)) ? nothing : html`<div ${bounded('The list', () => list(page))}></div>`}
        ${pager(page)}`;
}

const hrefFor = (route, queue) => href(['jobs'], { ...route.query, queue, cursor: '' });

/** A choice of queue that goes to another address. */
export function queueSelect(route, queue, address) {
    const names = (feed.overview?.queues ?? []).map(each => each.queue);
    return html`<label class="choice"><span class="unseen">Queue</span>
        <select @change=${event => go(address(route, event.target.value))}>
            ${names.includes(queue) ? nothing : html`<option selected>${queue}</option>`}
            ${names.map(name => html`<option value=${name} .selected=${name === queue}>${name}</option>`)}
        </select></label>`;
}

/** On a phone the tabs are wider than the screen. */
const inView = tab => tab && queueMicrotask(() => tab.scrollIntoView({ block: 'nearest', inline: 'nearest' }));

const tabs = (route, queue) => html`<nav class="tabs" aria-label="State">${STATES.map(([state, label, meaning]) => html`
    <a href=${href(['jobs'], { ...route.query, state, cursor: '' })} title=${meaning} class="is-${state}"
        aria-current=${state === stateOf(route) ? 'page' : nothing}
        ${state === stateOf(route) ? ref(inView) : nothing}>${label}
        <span class="pill">${queue ? short(countOf(queue, state)) : '–'}</span></a>`)}</nav>`;

function filters(route) {
    const state = stateOf(route);
    const set = name => event => go(href(['jobs'], { ...route.query, [name]: event.target.value.trim(), cursor: '' }));
    const setTime = name => event => go(href(['jobs'], { ...route.query, [name]: instant(event.target.value), cursor: '' }));
    const { type = '', error = '', from = '', to = '' } = route.query;
    const [ordered] = ORDERED_BY[state];
    return html`<form class="filters" @submit=${event => event.preventDefault()}>
        <label>Type <input .value=${type} @change=${set('type')} placeholder="any" spellcheck="false" autocomplete="off"></label>
        <label>Error type <input .value=${error} @change=${set('error')} placeholder="any" spellcheck="false" autocomplete="off"></label>
        <label>${ordered} from <input type="datetime-local" .value=${local(from)} @change=${setTime('from')}></label>
        <label>to <input type="datetime-local" .value=${local(to)} @change=${setTime('to')}></label>
        ${type || error || from || to
            ? html`<a class="button plain" href=${hrefWith(route, { type: '', error: '', from: '', to: '', cursor: '' })}>Clear</a>` : nothing}
    </form>`;
}

function columns(state) {
    const [ordered, member] = ORDERED_BY[state];
    const told = {
        running: ['Worker', runner],
        retrying: ['Error', error], dead: ['Error', error],
    }[state] ?? ['Payload', payload];
    return [
        { label: 'Job', first: true, cell: job => html`<a class="mono" href=${toJob(job.id)}>${job.id}</a>` },
        { label: 'Type', cell: job => job.type },
        { label: 'Level', cell: job => job.priority === 'normal' ? html`<span class="zero">normal</span>` : job.priority },
        { label: 'Attempt', number: true, cell: job => attemptOf(job, '/') },
        { label: ordered, cell: job => when(job[member]) },
        { label: told[0], wide: true, cell: told[1] },
    ];
}

const runner = job => html`<span class="mono">${job.worker}</span>${job.progress
    ? html` <small>${Math.round(job.progress.fraction * 100)} %</small>` : nothing}`;

const error = ({ error: what }) => what ? html`<span class="cut" title=${plainText(what.message ?? '')}>
    <strong>${outside(what.type)}</strong> ${outside(what.message)}</span>` : nothing;

/** Nothing where the list did not bring it. */
function payload(job) {
    const text = job.payload ?? job.payloadPreview;
    return text === undefined ? nothing : html`<code class="cut">${jsonStart(text, SHOWN)}</code>`;
}

function list(page) {
    const { route, jobs } = page;
    const state = stateOf(route);
    const filtered = ['type', 'error', 'from', 'to'].some(name => route.query[name]);
    return table({
        caption: `Jobs: ${stateLabel(state)}`, columns: columns(state), rows: jobs ?? [], key: job => job.id,
        empty: jobs === null ? html`<span class="waiting">Looking…</span>` : html`<div class="empty">${filtered
            ? 'No job matches. Types match whole, error types in part.'
            : `No job is ${stateLabel(state).toLowerCase()} here now.`}</div>`,
    });
}

function pager(page) {
    const { route, trail, jobs } = page;
    const next = page.problem ? null : page.next;
    const first = hrefWith(route, { cursor: '' });
    const back = trail.at(-1) ?? first;
    return html`<nav class="pager" aria-label="Pages of jobs">
        ${route.query.cursor ? html`<a class="button" href=${back} rel="prev">← ${trail.length ? 'Back' : 'First page'}</a>` : nothing}
        <span>${jobs?.length && !page.problem ? `${count(jobs.length)} on this page` : nothing}</span>
        ${next ? html`<a class="button" href=${hrefWith(route, { cursor: next })} rel="next">Next →</a>` : nothing}</nav>`;
}
