// The queue that was looked at last: where pages about one queue start when their address names none.

import { feed } from './feed.js';

let last = '';

export function choose(queue) {
    last = queue;
}

/** The one in the address, else the last one, else the first of those that `suits`, else the first. */
export function chosenQueue(route, suits = () => true) {
    const queues = feed.overview?.queues ?? [];
    if (route.query.queue) {
        last = route.query.queue;
        return last;
    }
    const known = queues.find(queue => queue.queue === last && suits(queue)) ?? queues.find(suits) ?? queues[0];
    return known?.queue ?? '';
}
