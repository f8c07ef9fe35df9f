// JSON merge patches (RFC 7396), by which the event stream tells what has changed.

const isObject = value => value !== null && typeof value === 'object' && !Array.isArray(value);

/** A state with a patch applied. What has not changed is shared with the state before, which stays as it was. */
export function patched(state, patch) {
    const next = { ...state };
    for (const [name, value] of Object.entries(patch)) {
        if (value === null) {
            delete next[name];
        } else {
            next[name] = isObject(value) ? patched(isObject(next[name]) ? next[name] : {}, value) : value;
        }
    }
    return next;
}
