// Addresses: everything after `#` is a path and a query, so that every view is a link and the browser's back works.

/** Where the address bar points now: `{path, parts, query}`. */
export function here() {
    const [path, query = ''] = (location.hash.slice(1) || '/').split('?', 2);
    const parts = path.split('/').filter(Boolean).map(part => {
        try {
            return decodeURIComponent(part);
        } catch {
            return part; // a percent sign typed by hand
        }
    });
    return { path, parts, query: Object.fromEntries(new URLSearchParams(query)) };
}

/** An address; what is empty in the query is left out. */
export function href(parts, query = {}) {
    const path = '#/' + parts.map(encodeURIComponent).join('/');
    const filled = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
    return filled.length ? `${path}?${new URLSearchParams(filled)}` : path;
}

export const toQueue = queue => href(['queues', queue]);
export const toJob = id => href(['jobs', id]);
export const toJobs = query => href(['jobs'], query);

/** The present address with some of its query changed. */
export function hrefWith(route, changes) {
    return href(route.parts, { ...route.query, ...changes });
}

export function go(address) {
    location.hash = address.slice(1);
}
