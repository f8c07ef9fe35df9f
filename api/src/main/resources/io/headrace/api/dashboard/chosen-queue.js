// The queue that a page about one queue is about. It stands in the address, so that the page is a link, and stays the same while
// it is open.

import { feed } from './feed.js';
import { hrefWith } from './router.js';

let last = ''; // the one that was looked at last: where such a page starts when its address names none

export function choose(queue) {
    last = queue;
}

/**
 * The queue in the address. Where there is none, one is put there: the last one, else the first of those that `suits`, else the
 * first. Empty while it is not known which queues there are.
 */
export function chosenQueue(route, suits = () => true) {
    if (!route.query.queue) {
        const queues = feed.overview?.queues ?? [];
        const known = queues.find(queue => queue.queue === last && suits(queue)) ?? queues.find(suits) ?? queues[0];
        if (!known) {
            return '';
        }
        route.query.queue = known.queue;
        history.replaceState(null, '', hrefWith(route, {}));
    }
    last = route.query.queue;
    return last;
}
