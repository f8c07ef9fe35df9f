// Who changed what: the audit log, newest first.

import { html, nothing } from 'lit-html';
import { get } from '../api.js';
import { bounded } from '../boundary.js';
import { count, when } from '../format.js';
import { keepFresh } from '../fresh.js';
import { loading, passes } from '../loading.js';
import { problemView } from '../notice.js';
import { go, href, hrefWith, toJob, toQueue } from '../router.js';
import { table } from '../table.js';
import { outside, plainText } from '../text.js';

const ACTIONS = [
    'queue.pause', 'queue.resume', 'queue.purge', 'queue.settings', 'queue.delete', 'job.cancel', 'job.retry', 'job.run-now', 'dead.retry',
    'dead.delete', 'worker.quiet', 'worker.resume', 'key.create', 'key.revoke',
];
const PAGE = 50;

export function open(opened) {
    const page = { route: opened, answer: null, problem: null };

    const entries = loading(page, async signal => {
        const { queue, action, actor, cursor } = page.route.query;
        page.answer = await get('/v1/audit', { queue, action, actor, cursor, limit: PAGE }, signal);
        page.fresh.took();
    });
    // Nothing tells what others do meanwhile.
    page.fresh = keepFresh({ load: entries.load, first: () => !page.route.query.cursor && !page.problem, changes: () => undefined });
    entries.load();
    return {
        title: 'Audit log',
        moved(next) {
            page.route = next;
            entries.load();
        },
        refresh: entries.load,
        close() {
            page.fresh.close();
            entries.close();
        },
        view: () => view(page),
    };
}

function view({ route, answer, problem, fresh }) {
    const set = name => event => go(href(['audit'], { ...route.query, [name]: event.target.value.trim(), cursor: '' }));
    const { queue = '', action = '', actor = '' } = route.query;
    return html`<div class="page-head"><h1>Audit log</h1><div class="actions">${fresh.view()}</div></div>
        <form class="filters" @submit=${event => event.preventDefault()}>
            <label>Who <input .value=${actor} @change=${set('actor')} placeholder="anybody" autocomplete="off" spellcheck="false"></label>
            <label>Action <select @change=${set('action')}><option value="">any</option>${ACTIONS.map(each => html`
                <option value=${each} .selected=${each === action}>${each}</option>`)}</select></label>
            <label>Queue <input .value=${queue} @change=${set('queue')} placeholder="any" autocomplete="off" spellcheck="false"></label>
            ${queue || action || actor ? html`<a class="button plain" href=${href(['audit'])}>Clear</a>` : nothing}
        </form>
        ${problemView(problem)}
        <div ${bounded('The log', () => problem && !(answer && passes(problem)) ? nothing : table({
            caption: 'Audit log', columns: COLUMNS, rows: answer?.entries ?? [], key: entry => entry.id,
            empty: answer ? html`<div class="empty"><strong>Nothing here.</strong> Whoever pauses, purges, cancels, retries or deletes is
                written down here, with what it was done to.</div>` : html`<span class="waiting">Looking…</span>`,
        }))}></div>
        <nav class="pager" aria-label="Pages of the log">
            ${route.query.cursor ? html`<a class="button" href=${hrefWith(route, { cursor: '' })} rel="first">← Newest</a>` : nothing}
            ${answer?.next ? html`<a class="button" href=${hrefWith(route, { cursor: answer.next })} rel="next">Older →</a>` : nothing}</nav>`;
}

const COLUMNS = [
    { label: 'When', first: true, cell: entry => when(entry.at) },
    { label: 'Who', cell: entry => html`<span class="whole"><strong>${outside(entry.actor)}</strong> <small>${entry.role}</small></span>` },
    { label: 'What', cell: entry => html`<code>${entry.action}</code>` },
    { label: 'To', wide: true, cell: target },
    { label: 'Jobs', number: true, cell: entry => entry.count === undefined ? nothing : count(entry.count) },
    { label: 'From', cell: entry => html`<span class="mono">${entry.address}</span>` },
];

function target(entry) {
    const asked = entry.filter ?? entry.settings;
    const filter = asked === undefined ? '' : JSON.stringify(asked);
    return html`${entry.job ? html`<a class="mono" href=${toJob(entry.job)}>${entry.job}</a>`
        : entry.queue ? html`<a href=${toQueue(entry.queue)}>${entry.queue}</a>`
        : entry.target ? html`<span class="mono">${outside(entry.target)}</span>` : nothing}
        ${entry.unfinished ? html`<small>stopped half-way</small>` : nothing}
        ${filter ? html`<code class="cut" title=${plainText(filter)}>${outside(filter)}</code>` : nothing}`;
}
