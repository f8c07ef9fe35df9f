// Calls to the API, and its problem details (RFC 9457) as errors that can be shown.

/** What the server, or the way to it, had against a call. */
class Problem extends Error {
    constructor(status, title, detail, field) {
        super(detail || title);
        this.status = status;
        this.title = title;
        this.detail = detail;
        this.field = field;
    }
}

/** The server's details begin small and end without a full stop. */
const asSentence = (text, field) => (text.startsWith(field) ? text : text.charAt(0).toUpperCase() + text.slice(1)).replace(/[^.!?]$/, '$&.');

let lostSession = () => {};

/** Says what happens when the server no longer knows who is calling. */
export function onUnauthorized(action) {
    lostSession = action;
}

async function problemOf(response) {
    const text = await response.text();
    try {
        const { title, detail, field } = JSON.parse(text);
        return new Problem(response.status, title || `The server answered ${response.status}`, asSentence(detail ?? '', field),
            field);
    } catch {
        return new Problem(response.status, `The server answered ${response.status}`, text.slice(0, 200));
    }
}

async function call(method, path, body, { signal, read = JSON.parse, changes = method !== 'GET' } = {}) {
    let response;
    try {
        response = await fetch(path, {
            method,
            signal,
            credentials: 'same-origin',
            headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
            body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
        });
    } catch (failure) {
        if (failure.name === 'AbortError') {
            throw failure;
        }
        throw new Problem(0, 'The server did not answer', changes
            ? 'Whether it did what it was asked to do is not known.' : 'It cannot be reached just now.');
    }
    if (!response.ok) {
        if (response.status === 401 && path !== '/v1/session') {
            lostSession();
        }
        throw await problemOf(response);
    }
    const text = await response.text();
    return text ? read(text) : null;
}

/** Parameters that are empty are left out. */
function withQuery(path, parameters = {}) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) {
        if (value !== undefined && value !== null && value !== '') {
            query.set(name, value);
        }
    }
    const text = query.toString();
    return text ? `${path}?${text}` : path;
}

/** `signal` ends the call; `read` makes the answer of its text. */
export const get = (path, parameters, signal, read) => call('GET', withQuery(path, parameters), undefined, { signal, read });
/** A text as body is JSON already. */
export const post = (path, body) => call('POST', path, body);
/** A call with a body that only asks. */
export const ask = (path, body) => call('POST', path, body, { changes: false });
export const patch = (path, body) => call('PATCH', path, body);
export const remove = path => call('DELETE', path);

export const queuePath = queue => `/v1/queues/${encodeURIComponent(queue)}`;
export const jobPath = id => `/v1/jobs/${encodeURIComponent(id)}`;
