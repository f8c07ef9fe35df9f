// What a page asks the server: only the answer to its last question counts, and none once the page was left.

import { draw } from './draw.js';

const AGAIN_MS = 5000;

const failed = new Set(); // loads whose last answer was that there is none just now

/** Loads again at once what failed while the server was away. */
export const reloadFailed = () => [...failed].forEach(load => load());

/** Whether the next try may go better, whoever asks: the server, what is behind it or the way to it is away. */
export const passes = problem => problem.status === 0 || problem.status >= 500;

/**
 * Loads for a page: `action(signal)` passes the signal on to every call it makes. A further `load()` ends the one before, and
 * `close()` ends the last; what they would have answered is dropped. `page.problem` is what went wrong, or null; where the next
 * try may go better there is one, every few seconds and as soon as the server is back.
 */
export function loading(page, action) {
    let calling = null;
    let closed = false;
    let again = 0;

    async function load() {
        calling?.abort();
        clearTimeout(again);
        if (closed) {
            return;
        }
        const { signal } = calling = new AbortController();
        let wrong = null;
        try {
            await action(signal);
        } catch (problem) {
            wrong = problem;
        }
        if (!signal.aborted) {
            take(wrong);
        }
    }

    function take(wrong) {
        page.problem = wrong;
        if (wrong && passes(wrong)) {
            failed.add(load);
            again = setTimeout(load, AGAIN_MS);
        } else {
            failed.delete(load);
        }
        draw();
    }

    return {
        load,
        close() {
            closed = true;
            clearTimeout(again);
            failed.delete(load);
            calling?.abort();
        },
    };
}
