// The overview, each second, for every page: what is now, and what was since the page was opened.

import { get } from './api.js';
import { learn } from './clock.js';
import { draw } from './draw.js';
import { durationMs } from './format.js';
import { follow } from './live.js';
import { patched } from './patch.js';

const KEPT_SAMPLES = 600; // ten minutes
const RATE_OVER_MS = 6000;
const FAILURES_OVER_MS = 60000; // they are rare: over seconds they would jump
const FAILURES_FROM_MS = 15000;
const SILENT_MS = 5000;

/** A queue whose first in line waits longer than this stands out. */
const LATE_MS = 60000;

/** `overview` is null until the first has arrived; `state` is of the connection. */
export const feed = { overview: null, state: 'connecting' };

const samples = new Map(); // by queue, oldest first: {at, queued, succeeded, failed}
const listeners = new Set();
let following = null;
let told = null; // what the stream has told, its queues by name: its changes lead on from there

export function startFeed() {
    following ??= follow('/v1/events?changes=true', { overview: tell, changes: tellChanges }, state => {
        feed.state = state;
        draw();
    }, SILENT_MS);
    // The stream's first event comes with its next beat; this does not wait for it.
    get('/v1/overview').then(overview => feed.overview ?? take(overview), () => {});
}

export function stopFeed() {
    following?.close();
    following = null;
    feed.overview = null;
    samples.clear();
}

function tell(overview) {
    told = { ...overview, queues: Object.fromEntries(overview.queues.map(queue => [queue.queue, queue])) };
    take(overview);
}

function tellChanges(patch) {
    told = patched(told, patch);
    take({ ...told, queues: Object.values(told.queues).sort((one, other) => one.queue < other.queue ? -1 : 1) });
}

/** Calls back after each overview; answers a function that ends it. */
export function onOverview(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
}

function take(overview) {
    learn(overview.time);
    feed.overview = overview;
    const at = Date.parse(overview.time);
    for (const queue of overview.queues) {
        sample(queue, at);
    }
    listeners.forEach(listener => listener(overview));
    draw();
}

function sample(queue, at) {
    const kept = samples.get(queue.queue) ?? [];
    if (kept.length && at <= kept.at(-1).at) {
        kept.length = 0; // after a reconnect, a replica whose clock is behind
    }
    kept.push({ at, queued: queue.counts.queued, succeeded: queue.totals.succeeded, failed: queue.totals.failed });
    if (kept.length > KEPT_SAMPLES) {
        kept.shift();
    }
    samples.set(queue.queue, kept);
}

export const samplesOf = name => samples.get(name) ?? [];
export const queueNow = name => feed.overview?.queues.find(queue => queue.queue === name);

/** How fast a member of the samples grows, per second, over the last `overMs`; null until that is known. */
export function speed(name, member, overMs = RATE_OVER_MS, fromMs = 0) {
    const kept = samplesOf(name);
    const last = kept.at(-1);
    const first = kept.findLast(each => last.at - each.at >= overMs) ?? kept[0];
    if (last && last.at - first.at < fromMs) {
        return null;
    }
    return last && last.at > first.at ? (last[member] - first[member]) * 1000 / (last.at - first.at) : null;
}

/** Jobs that succeeded, per second. */
export const doneRate = name => nonNegative(speed(name, 'succeeded'));

/** Attempts that failed. Counters of minutes tell apart those that are tried again, those lost with a worker, and last ones. */
export const failures = ({ failed = 0, lost = 0, dead = 0 }) => failed + lost + dead;

/** Attempts that failed, per minute: over the last one, or the server's mean of five until enough was seen of it. */
export function failedRate(queue) {
    const seen = nonNegative(speed(queue.queue, 'failed', FAILURES_OVER_MS, FAILURES_FROM_MS));
    return Math.round(seen === null ? failures(queue.rates.perMinute) : seen * 60);
}

const nonNegative = number => number === null ? null : Math.max(0, number); // a queue may be made anew

/** The same of all queues; null until known of any. */
export function total(each) {
    const known = (feed.overview?.queues ?? []).map(queue => each(queue.queue)).filter(number => number !== null);
    return known.length ? known.reduce((sum, number) => sum + number, 0) : null;
}

/** What of a queue stands out: each `{code, word, why, kind}`. */
export function flagsOf(queue) {
    const flags = [];
    const waiting = queue.counts.queued > 0;
    if (queue.paused) {
        flags.push({ code: 'paused', word: 'paused', kind: 'warn', why: 'Nothing is claimed until it is resumed.' });
    }
    if (queue.workers === 0) {
        flags.push({
            code: 'no-worker', word: 'no worker', kind: waiting ? 'bad' : 'quiet',
            why: 'No live worker serves this queue.',
        });
    }
    if (waiting && durationMs(queue.oldestQueuedAge) > LATE_MS) {
        flags.push({
            code: 'late', word: 'late', kind: 'warn', why: 'The first in line has waited for more than a minute.',
        });
    }
    return flags;
}
