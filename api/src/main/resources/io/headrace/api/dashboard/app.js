// The frame around all pages: who is signed in, where we are, what is shown.

import { html, nothing, render } from 'lit-html';
import { bounded, failedView } from './boundary.js';
import { closeDialog, dialogView, showDrawnDialog } from './dialog.js';
import { draw, drawWith } from './draw.js';
import { feed, onLive, startFeed, stopFeed } from './feed.js';
import { short, timeAndDay } from './format.js';
import { icon, logo } from './icons.js';
import { reloadFailed } from './loading.js';
import { noticesView, say } from './notice.js';
import { here, href, toQueue } from './router.js';
import { searchBox } from './search.js';
import { askWho, mayOpen, maySee, session, signOut } from './session.js';
import { listenToKeys, showHelp } from './shortcuts.js';
import { isDark, switchTheme } from './theme.js';
import { signInView } from './pages/sign-in.js';

// Each module exports `open(route)`, which answers `{title, view(), moved?(route), refresh?(), close?()}`.
const PAGES = {
    '': () => import('./pages/overview.js'),
    queues: () => import('./pages/queue.js'),
    jobs: route => route.parts[1] ? import('./pages/job.js') : import('./pages/jobs.js'),
    dead: () => import('./pages/dead.js'),
    workers: () => import('./pages/workers.js'),
    audit: () => import('./pages/audit.js'),
};

const PLACES = [
    ['', 'Overview', 'overview'], ['jobs', 'Jobs', 'jobs'], ['dead', 'Dead', 'dead'], ['workers', 'Workers', 'workers'],
    ['audit', 'Audit', 'audit'],
];

const ASK_AGAIN_MS = 5000;

let route = here();
let page = null;
let opened = null; // the address that the page shows; the route is ahead of it while another is loading
let turns = 0;

const samePlace = (one, other) => one.parts.join('/') === other.parts.join('/');

async function turn() {
    route = here();
    const mine = ++turns; // what is still loading for an earlier address is not shown any more
    if (page?.moved && samePlace(opened, route)) {
        opened = route;
        page.moved(route);
        draw();
        return;
    }
    const to = route;
    const module = mayOpen(to.parts) ? await load(to) : to.parts.length ? refusedPage : jobsByIdPage;
    if (mine !== turns) {
        return; // meanwhile somebody went on, or signed out
    }
    const first = opened === null;
    page?.close?.();
    closeDialog();
    page = opening(module, to);
    opened = to;
    scrollTo(0, 0);
    document.title = `${page.title} · Headrace`;
    if (!first) {
        say(page.title);
        document.getElementById('main')?.focus({ preventScroll: true });
    }
    draw();
}

/** The page at an address; one that says so when it cannot be opened. */
function opening(module, to) {
    try {
        return module.open(to);
    } catch (problem) {
        console.error(problem);
        return saying('This page', () => failedView('This page', problem, openAgain)).open();
    }
}

/** Opens the page anew that is shown. */
function openAgain() {
    page?.close?.();
    page = null;
    opened = null;
    turn();
}

/** A page that only says something; one that `waits` is loaded again by itself. */
const saying = (title, text, waits = false) => ({
    open: () => ({ title, waits, view: () => html`<div class="page-head"><h1>${title}</h1></div>${text()}` }),
});

const unknownPage = saying('Not found', () => html`<p>There is no page at this address. <a href="#/">Overview</a></p>`);

/** Only a reload helps in every browser, and where the server was updated and has other modules now. */
const brokenPage = saying('This page did not load', () => html`<p class="problem" role="alert">The server did not answer, or it has
    been updated meanwhile.</p><button class="primary" @click=${() => location.reload()}>Load again</button>`, true);

const SINGLE_JOBS = 'It may submit jobs and look up single ones: put the id of a job into the search box above.';

/** Where a key starts that may not see an overview. */
const jobsByIdPage = saying('Jobs by id', () => html`<p>This key has the role <strong>${session.who.role}</strong>. ${SINGLE_JOBS}</p>`);

const refusedPage = saying('Not for this key', () => html`<p>This key has the role <strong>${session.who.role}</strong>, which may
    not see this page. ${maySee() ? nothing : SINGLE_JOBS}</p>`);

async function load(to) {
    const place = to.parts[0] ?? '';
    try {
        return Object.hasOwn(PAGES, place) ? await PAGES[place](to) : unknownPage;
    } catch {
        return brokenPage;
    }
}

/** What failed while the server was away is loaded again. */
function recover() {
    if (page?.waits) {
        openAgain();
    }
    if (session.problem && !session.who && !session.needed) {
        askWho();
    }
    reloadFailed();
}

/** The modules of all pages, before they are needed: they may be while the server is away. */
function prefetch() {
    const places = Object.values(PAGES).flatMap(page => [page({ parts: [] }), page({ parts: ['', ''] })]);
    Promise.allSettled(places); // one that does not come is asked for again when it is opened
}

function placeLink([part, label, mark]) {
    const current = (route.parts[0] ?? '') === part;
    const dead = part === 'dead' && feed.overview?.totals.dead;
    return html`<li><a href=${href([part])} aria-current=${current ? 'page' : nothing}>
        ${icon(mark)}<span>${label}</span>
        ${dead ? html`<span class="pill bad">${short(dead)}</span>` : nothing}</a></li>`;
}

function queueLink(queue) {
    const current = route.parts[0] === 'queues' && route.parts[1] === queue.queue;
    return html`<li><a href=${toQueue(queue.queue)} aria-current=${current ? 'page' : nothing}>
        <span class="name">${queue.queue}</span>
        <span class="depth">${queue.paused ? html`<span class="flag warn">paused</span>` : short(queue.counts.queued)}</span>
    </a></li>`;
}

const CONNECTION = {
    connecting: ['Connecting', 'The numbers will be live in a moment.'],
    live: ['Live', 'Numbers are renewed each second.'],
    lost: ['Not live', 'The connection is lost. What is shown is the last that was known; it resumes by itself.'],
};

function connection() {
    const [word, why] = CONNECTION[feed.state];
    const since = feed.state === 'lost' && feed.overview ? html` since <time datetime=${feed.overview.time}>${
        timeAndDay(feed.overview.time)}</time>` : nothing;
    return html`<span class="connection ${feed.state}" role="status" title=${why}><span>${word}${since}</span></span>`;
}

function skip(event) {
    event.preventDefault(); // the address after # is a route
    document.getElementById('main').focus();
}

function side() {
    return html`<a class="brand" href="#/">${logo(22)}<span>Headrace</span></a>
        <ul class="places">${PLACES.filter(([part]) => mayOpen([part])).map(placeLink)}</ul>
        <div class="queues">${maySee() ? html`<h2>Queues</h2><ul>${(feed.overview?.queues ?? []).map(queueLink)}</ul>` : nothing}</div>
        ${who(session.who)}`;
}

const signOutButton = (kind = '') => html`<button class="plain ${kind}" @click=${signOut} title="Sign out" aria-label="Sign out">
    ${icon('leave')}</button>`;

const who = ({ keys, name, role, queues }) => keys ? html`<div class="who">
    <span><strong>${name}</strong><small>${role}${queues ? `: ${queues.join(', ')}` : ''}</small></span>${signOutButton()}</div>`
    : html`<div class="who"><span><small>No keys are set: whoever is let in is admin.</small></span></div>`;

const top = () => html`${searchBox()}
    ${maySee() ? connection() : nothing}
    <button class="plain" @click=${switchTheme} title="Dark or light (t)" aria-label=${isDark() ? 'Light colours' : 'Dark colours'}>
        ${icon(isDark() ? 'sun' : 'moon')}</button>
    <button class="plain only-wide" @click=${showHelp} title="Keyboard (?)" aria-label="Keyboard shortcuts">${icon('help')}</button>
    ${session.who.keys ? signOutButton('only-narrow') : nothing}`;

const unreachable = ({ title, detail }) => html`<main class="alone"><h1>${title}</h1><p>${detail}</p>
    <button class="primary" @click=${askWho}>Try again</button></main>`;

function app() {
    if (session.needed) {
        return signInView();
    }
    if (!session.who) {
        return session.problem ? unreachable(session.problem) : nothing;
    }
    return html`<a class="skip" href="#main" @click=${skip}>Skip to content</a>
        <div class="shell">
            <nav class="side" aria-label="Pages" ${bounded('The list of pages', side)}></nav>
            <header class="top" ${bounded('The head of the page', top)}></header>
            <main id="main" tabindex="-1" ${bounded('This page', () => page ? page.view() : nothing, openAgain, titled())}></main></div>
        ${dialogView()}${noticesView()}`;
}

const titled = () => html`<div class="page-head"><h1>${page?.title}</h1></div>`;

let signedIn = false;

/** Draws everything, and starts or ends what needs a session. */
function paint() {
    const ready = Boolean(session.who);
    if (ready !== signedIn) {
        signedIn = ready;
        if (ready) {
            if (maySee()) {
                startFeed();
            }
            turn();
            (globalThis.requestIdleCallback ?? setTimeout)(prefetch);
        } else {
            turns++;
            stopFeed();
            page?.close?.();
            page = null;
            closeDialog();
        }
    }
    render(app(), document.getElementById('app'));
    showDrawnDialog();
}

drawWith(paint);
load(route); // the page's modules come while the session is asked for
addEventListener('hashchange', () => signedIn && turn());
listenToKeys(() => page?.refresh?.());
onLive(recover);
addEventListener('online', recover);
setInterval(() => session.problem && !session.who && !session.needed && askWho(), ASK_AGAIN_MS);
askWho();
// Ages on the page grow older also while nothing arrives.
setInterval(draw, 1000);
