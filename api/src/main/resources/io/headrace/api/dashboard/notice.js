// What just happened, in a corner and to screen readers.

import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { draw } from './draw.js';
import { marked } from './text.js';

const SHOWN_MS = 6000;
const notices = [];
let numbers = 0;

function add(kind, title, text) {
    const notice = { number: ++numbers, kind, title, text };
    notices.push(notice);
    say(`${title} ${text}`);
    // What went wrong stays until it is dismissed.
    if (kind !== 'bad') {
        setTimeout(() => dismiss(notice), SHOWN_MS);
    }
    draw();
}

function dismiss(notice) {
    const at = notices.indexOf(notice);
    if (at >= 0) {
        notices.splice(at, 1);
        draw();
    }
}

export const done = (title, text = '') => add('good', title, text);

/** Shows a problem in its own words. */
export function failed(what, problem) {
    const { status, title, detail, message } = problem;
    if (problem.name === 'AbortError' || status === 401) {
        return; // left the page; or the sign-in page says it
    }
    if (status === 0) {
        add('bad', `${title}.`, detail); // what was asked for may have worked all the same
    } else {
        add('bad', what, detail || title || message);
    }
}

/** Tells screen readers. */
export function say(text) {
    document.getElementById('said').textContent = text;
}

/** Does what a button stands for and tells how it went; answers whether it did. */
export async function attempt(what, action) {
    try {
        await action();
        return true;
    } catch (problem) {
        failed(`${what} did not work.`, problem);
        return false;
    }
}

/** What went wrong, where it belongs; nothing when nothing did. */
export const problemView = problem => problem
    ? html`<p class="problem" role="alert"><strong>${problem.title ?? 'That did not work'}.</strong> ${marked(problem.detail ?? problem.message)}</p>`
    : nothing;

export function noticesView() {
    return html`<div class="notices">${repeat(notices, notice => notice.number, notice => html`
        <div class="notice ${notice.kind}">
            <div><strong>${notice.title}</strong> ${marked(notice.text)}</div>
            <button class="plain" @click=${() => dismiss(notice)} aria-label="Dismiss">×</button>
        </div>`)}</div>`;
}
