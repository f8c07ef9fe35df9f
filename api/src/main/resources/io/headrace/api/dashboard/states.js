// The states of a job: their order, names and marks.

import { html } from 'lit-html';

/** In the order of a job's life: `[state, label, what it means]`. */
export const STATES = [
    ['queued', 'In line', 'Ready to run, waiting for a free slot.'],
    ['running', 'Running', 'In the hands of a worker.'],
    ['scheduled', 'Scheduled', 'To run at a later time.'],
    ['retrying', 'Retrying', 'Failed, and will be tried again.'],
    ['parked', 'Parked', 'No worker that met it knows its type.'],
    ['succeeded', 'Succeeded', 'Done.'],
    ['dead', 'Dead', 'Failed for good; it waits for somebody to retry or delete it.'],
    ['cancelled', 'Cancelled', 'Stopped on request.'],
    ['expired', 'Expired', 'Its time was up before it could run.'],
];

const LABELS = new Map(STATES.map(([state, label]) => [state, label]));
const ENDS = new Set(['succeeded', 'dead', 'cancelled', 'expired']);

export const stateLabel = state => LABELS.get(state) ?? state;
export const hasEnded = state => ENDS.has(state);

/** How many attempts a job has at most; those before somebody retried it by hand do not count. */
const mostAttempts = job => (job.forgiven ?? 0) + job.maxRetries + 1;

/** `1 of 11`, with a word for "of" and one for none yet; without the most where that is not known yet, or was passed because workers were lost. */
export const attemptOf = (job, of, none = 0) => job.attempt <= mostAttempts(job)
    ? `${job.attempt || none} ${of} ${mostAttempts(job)}` : `${job.attempt || none}`;

export const stateMark = state => html`<span class="state is-${state}">${stateLabel(state)}</span>`;

export const flagMark = flag => html`<span class="flag ${flag.kind}" title=${flag.why}>${flag.word}</span>`;
