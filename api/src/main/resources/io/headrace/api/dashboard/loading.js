// What a page asks the server: only the answer to its last question counts, and none once the page was left.

import { draw } from './draw.js';

/**
 * Loads for a page: `action(signal)` passes the signal on to every call it makes. A further `load()` ends the one before, and
 * `close()` ends the last; what they would have answered is dropped. `page.problem` is what went wrong, or null.
 */
export function loading(page, action) {
    let calling = null;
    let closed = false;
    return {
        async load() {
            calling?.abort();
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
                page.problem = wrong;
                draw();
            }
        },
        close() {
            closed = true;
            calling?.abort();
        },
    };
}
