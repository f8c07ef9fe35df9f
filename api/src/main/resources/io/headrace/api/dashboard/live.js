// Server-sent events that stay honest: whether they flow is known at any time, and they resume by themselves.
//
// EventSource reconnects after a broken connection but gives up after an answer that is no stream (a restart behind a proxy,
// 503, 401). Here it is opened again in both cases. A hidden page holds no connection: browsers allow six for one server.

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 15000;

let refused = () => {};

/** Says what is done when a stream was answered but not opened: the session may have ended. */
export function onRefused(action) {
    refused = action;
}

/**
 * Follows a stream until `close()`.
 *
 * `events` maps names to functions of (data, event). `changed` is called with 'connecting', 'live' or 'lost'. With `everyMs`
 * the stream is live from its first event on, and 'lost' when that long nothing came; after three times as long it is opened
 * afresh.
 */
export function follow(path, events, changed, everyMs = 0) {
    let source = null;
    let state = '';
    let retryMs = FIRST_RETRY_MS;
    let retry = 0;
    let heard = 0;

    function become(next) {
        if (state !== next) {
            state = next;
            changed(state);
        }
    }

    function hear() {
        heard = Date.now();
        retryMs = FIRST_RETRY_MS;
        become('live');
    }

    function open() {
        shut();
        heard = Date.now();
        source = new EventSource(path);
        source.onopen = everyMs ? () => { heard = Date.now(); } : hear;
        source.addEventListener('problem', () => { // the server is there, what it asks is not
            heard = Date.now();
            become('lost');
        });
        source.onerror = () => {
            become('lost');
            if (source && source.readyState === EventSource.CLOSED) {
                refused();
                openLater();
            }
        };
        for (const [name, action] of Object.entries(events)) {
            source.addEventListener(name, event => {
                hear();
                action(JSON.parse(event.data), event);
            });
        }
    }

    function openLater() {
        shut();
        retry = setTimeout(open, retryMs);
        retryMs = Math.min(LAST_RETRY_MS, retryMs * 2);
    }

    function shut() {
        clearTimeout(retry);
        source?.close();
        source = null;
    }

    function watch() {
        const silentMs = Date.now() - heard;
        if (source && silentMs > everyMs) {
            become('lost');
            if (silentMs > 3 * everyMs) {
                open();
            }
        }
    }

    function seen() {
        if (document.hidden) {
            shut();
        } else if (!source) {
            become('connecting');
            open();
        }
    }

    const watcher = everyMs ? setInterval(watch, 1000) : 0;
    document.addEventListener('visibilitychange', seen);
    become('connecting');
    if (!document.hidden) {
        open();
    }
    return {
        close() {
            clearInterval(watcher);
            document.removeEventListener('visibilitychange', seen);
            shut();
        },
    };
}

/** Does something now and then again and again while the page is seen, each time after the last has ended; until `close()`. */
export function repeatedly(action, everyMs) {
    let timer = 0;
    let closed = false;

    async function turn() {
        if (!document.hidden) {
            await action();
        }
        if (!closed) {
            timer = setTimeout(turn, everyMs);
        }
    }

    turn();
    return {
        close() {
            closed = true;
            clearTimeout(timer);
        },
    };
}
