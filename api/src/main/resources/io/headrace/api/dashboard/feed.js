// The overview, each second, for every page: what is now, and what was since the page was opened.

import { get } from './api.js';
import { learn } from './clock.js';
import { draw } from './draw.js';
import { count, durationMs } from './format.js';
import { follow } from './live.js';
import { patched } from './patch.js';

const KEPT_SAMPLES = 600; // ten minutes
const RATE_OVER_MS = 6000;
const FAILURES_OVER_MS = 60000; // they are rare: over seconds they would jump
const FAILURES_FROM_MS = 15000;
const SILENT_MS = 5000;
const OFFERED_EVERY_MS = 15000; // a parked job joins the line every 4 to 6 s, until a worker has looked at it

/** A queue whose first in line waits longer than this stands out. */
const LATE_MS = 60000;

/** So does one of whose attempts so large a share failed lately, of so many at least. */
const FAILING_SHARE = 0.5;
const FAILING_FROM = 10;

/** `overview` is null until the first has arrived; `state` is of the connection. */
export const feed = { overview: null, state: 'connecting' };

const samples = new Map(); // by queue, oldest first: {at, queued, parked, succeeded, failed, dead}
const listeners = new Set();
const whenLive = new Set();
let following = null;
let told = null; // what the stream has told, its queues by name: its changes lead on from there

export function startFeed() {
    following ??= follow('/v1/events?changes=true', { overview: tell, changes: tellChanges }, state => {
        feed.state = state;
        if (state === 'live') {
            whenLive.forEach(action => action());
        }
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

/** Says what is done each time the numbers become live: the server is back. */
export const onLive = action => whenLive.add(action);

/** Why nothing can be changed just now; null when it can. */
export const whyNot = () => feed.state === 'lost' ? 'Not live: the server cannot be reached just now.' : null;

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
    for (const listener of listeners) {
        try {
            listener(overview);
        } catch (problem) {
            console.error(problem); // one that fails keeps no numbers from the others
        }
    }
    draw();
}

function sample(queue, at) {
    const kept = samples.get(queue.queue) ?? [];
    if (kept.length && at <= kept.at(-1).at) {
        kept.length = 0; // after a reconnect, a replica whose clock is behind
    }
    const { counts, totals } = queue;
    kept.push({ at, queued: counts.queued, parked: counts.parked, succeeded: totals.succeeded, failed: totals.failed, dead: totals.dead });
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

/** How many jobs are parked: the most of the last seconds, as they leave the state for a moment whenever they are offered again. */
export function parkedOf(queue) {
    const kept = samplesOf(queue.queue);
    const since = (kept.at(-1)?.at ?? 0) - OFFERED_EVERY_MS;
    return kept.reduce((most, sample) => sample.at >= since ? Math.max(most, sample.parked) : most, queue.counts.parked);
}

/** A queue's jobs in a state, as they are to be told. */
export const countOf = (queue, state) => state === 'parked' ? parkedOf(queue) : queue.counts[state];

/** What happened in the server's last minutes, by name. */
const lately = ({ rates: { minutes, perMinute } }, name) => Math.round((perMinute[name] ?? 0) * minutes);

const nonNegative = number => number === null ? null : Math.max(0, number); // a queue may be made anew

/** The same of all queues; null until known of any. */
export function total(each) {
    const known = (feed.overview?.queues ?? []).map(queue => each(queue.queue)).filter(number => number !== null);
    return known.length ? known.reduce((sum, number) => sum + number, 0) : null;
}

/** What of a queue stands out: each `{code, word, why, kind}`. */
export const flagsOf = queue => [...flagsOfLine(queue), ...flagsOfEnds(queue)];

/** Because of what it does with the jobs that wait. */
function flagsOfLine(queue) {
    const flags = [];
    const waiting = queue.counts.queued > 0;
    const parked = parkedOf(queue);
    if (parked) {
        flags.push({
            code: 'parked', word: `${count(parked)} parked`, kind: 'warn',
            why: 'No worker that met them knows their type: start one that does, or cancel them.',
        });
    }
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

/** Because of how its jobs ended in the last minutes. */
function flagsOfEnds(queue) {
    const flags = [];
    const { minutes, perMinute } = queue.rates;
    const died = lately(queue, 'dead');
    const failed = Math.round(failures(perMinute) * minutes);
    const all = failed + lately(queue, 'succeeded');
    if (died && queue.counts.dead) {
        flags.push({
            code: 'dying', word: `${count(died)} died`, kind: 'bad', why: `So many jobs died in the last ${minutes} minutes.`,
        });
    }
    if (failed >= FAILING_FROM && failed >= FAILING_SHARE * all) {
        flags.push({
            code: 'failing', word: `${Math.floor(100 * failed / all)} % fail`, kind: 'bad',
            why: `${count(failed)} of ${count(all)} attempts failed in the last ${minutes} minutes.`,
        });
    }
    return flags;
}
