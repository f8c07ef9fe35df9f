// JSON as it was written. JSON.parse changes numbers beyond 2^53, 1.0 and the order of members whose names are numbers; so
// what is shown, copied or sent back is cut from the text itself. The texts are JSON: they come from the server, or were parsed.

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
const MOST_INDENTED = 40; // levels: deeper ones stand below each other

const opens = token => token === '{' || token === '[';
const closes = token => token === '}' || token === ']';

/** What an object or array consists of: `[name, text]` of each value; an array's have no name. */
function parts(text) {
    const found = [];
    let depth = 0;
    let from = 0;
    let name = null;
    for (const { 0: token, index } of text.matchAll(TOKEN)) {
        if (depth === 1 && token === ':') {
            name = JSON.parse(text.slice(from, index));
            from = index + 1;
        } else if (depth === 1 && (token === ',' || closes(token))) {
            const value = text.slice(from, index).trim();
            if (value) {
                found.push([name, value]);
            }
            from = index + 1;
        }
        if (opens(token) && depth++ === 0) {
            from = index + 1;
        } else if (closes(token)) {
            depth--;
        }
    }
    return found;
}

/** The same value on many lines. */
export function pretty(text) {
    let depth = 0;
    let before = '';
    let shown = '';
    for (const [token] of text.matchAll(TOKEN)) {
        if (closes(token)) {
            depth--;
        }
        if (opens(before) ? !closes(token) : closes(token) || before === ',') {
            shown += `\n${'  '.repeat(Math.min(depth, MOST_INDENTED))}`;
        }
        shown += token === ':' ? ': ' : token;
        if (opens(token)) {
            depth++;
        }
        before = token;
    }
    return shown;
}

/** A job whose `payload` and `result` are the texts that they are written as; `result` is undefined while there is none. */
export function jobOf(text) {
    const { payload, result } = Object.fromEntries(parts(text));
    return { ...JSON.parse(text), payload, result };
}

/** A page of such jobs. */
export function jobsOf(text) {
    const { jobs } = Object.fromEntries(parts(text));
    return { ...JSON.parse(text), jobs: parts(jobs).map(([, job]) => jobOf(job)) };
}
