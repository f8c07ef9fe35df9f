// Who is looking, and what they may do.

import { get, onUnauthorized, post, remove } from './api.js';
import { draw } from './draw.js';
import { onRefused } from './live.js';

const RANKS = { viewer: 1, operator: 2, admin: 3 };

/** `who` is null until it is known; `needed` when a key has to be given first. */
export const session = { who: null, needed: false, problem: null };

async function learn(answer) {
    try {
        session.who = await answer;
        session.needed = false;
        session.problem = null;
    } catch (problem) {
        session.who = null;
        session.needed ||= problem.status === 401; // a login that was answered otherwise can be tried again
        session.problem = problem;
    }
    draw();
}

function forget() {
    session.who = null;
    session.needed = true;
    session.problem = null;
    draw();
}

onUnauthorized(forget);
onRefused(() => get('/v1/session').catch(problem => problem.status === 401 && forget()));

export const askWho = () => learn(get('/v1/session'));
export const signIn = key => learn(post('/v1/session', { key }));

export async function signOut() {
    await remove('/v1/session');
    location.reload(); // nothing that was seen stays in memory
}

const rank = () => RANKS[session.who?.role] ?? 0;

export const maySee = () => rank() >= RANKS.viewer;
export const mayChange = () => rank() >= RANKS.operator;

/** Whether there is anything for this key at an address: a producer sees single jobs. */
export const mayOpen = ([place = '', id]) => place === 'audit' ? mayChange() : maySee() || (place === 'jobs' && Boolean(id));

/** A worker serves many queues, so quieting one takes a key that is not limited to some. */
export const mayQuiet = () => mayChange() && !session.who.queues;
