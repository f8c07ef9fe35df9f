// The keyboard: `g` and a letter goes to a page, `/` searches, `?` shows all of them.

import { html } from 'lit-html';
import { closeDialog, isDialogOpen, openDialog } from './dialog.js';
import { go, href } from './router.js';
import { mayOpen } from './session.js';
import { switchTheme } from './theme.js';

const NEXT_KEY_MS = 1200;

const PLACES = {
    o: ['', 'Overview'],
    q: ['', 'Queues'],
    j: ['jobs', 'Jobs'],
    d: ['dead', 'Dead jobs'],
    w: ['workers', 'Workers'],
    a: ['audit', 'Audit log'],
};

const KEYS = [
    ['/', 'Search'], ['r', 'Refresh this page'], ['j', 'Next row'], ['k', 'Previous row'], ['t', 'Dark or light'],
    ['?', 'This list'],
];

const typing = element => element.closest?.('input, textarea, select, [contenteditable]');

/** Starts to listen; `refresh` is what `r` does. */
export function listenToKeys(refresh) {
    let leader = 0;
    addEventListener('keydown', event => {
        if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || isDialogOpen()) {
            return;
        }
        if (Date.now() - leader < NEXT_KEY_MS && PLACES[event.key]) {
            leader = 0;
            event.preventDefault();
            const [place] = PLACES[event.key];
            if (mayOpen([place])) {
                go(href([place]));
            }
            return;
        }
        leader = event.key === 'g' ? Date.now() : 0;
        const action = ACTIONS[event.key] ?? (event.key === 'r' ? refresh : null);
        if (action) {
            event.preventDefault();
            action();
        }
    });
}

const ACTIONS = {
    '/': () => document.getElementById('search')?.focus(),
    '?': showHelp,
    t: switchTheme,
    j: () => step(1),
    k: () => step(-1),
};

/** Moves the focus to the first link of another row. */
function step(by) {
    const links = [...document.querySelectorAll('main tbody tr')].map(row => row.querySelector('a')).filter(Boolean);
    const at = links.findIndex(link => link.closest('tr').contains(document.activeElement));
    const next = at < 0 && by < 0 ? links.length - 1 : at + by;
    links[Math.min(links.length - 1, Math.max(0, next))]?.focus();
}

export function showHelp() {
    const places = Object.entries(PLACES).filter(([, [place]]) => mayOpen([place])).map(([key, [, label]]) => html`<dt><kbd>g</kbd> <kbd>${key}</kbd></dt><dd>${label}</dd>`);
    openDialog({
        title: 'Keyboard',
        body: () => html`<dl class="keys">${places}
            ${KEYS.map(([key, label]) => html`<dt><kbd>${key}</kbd></dt><dd>${label}</dd>`)}</dl>`,
        actions: () => html`<button @click=${closeDialog}>Close</button>`,
    });
}
