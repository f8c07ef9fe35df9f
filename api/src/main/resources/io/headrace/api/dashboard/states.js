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

export const stateMark = state => html`<span class="state is-${state}">${stateLabel(state)}</span>`;

export const flagMark = flag => html`<span class="flag ${flag.kind}" title=${flag.why}>${flag.word}</span>`;
