// The server's clock. Ages are told by it, so that a browser whose clock is wrong shows the same as any other.

let ahead = 0; // of this browser's clock, ms

/** Learns the server's time; `text` is RFC 3339. */
export function learn(text) {
    const time = Date.parse(text);
    if (!Number.isNaN(time)) {
        ahead = time - Date.now();
    }
}

/** Now, as the server sees it: epoch ms. */
export function now() {
    return Date.now() + ahead;
}
