// The search box: a job's id goes to the job, a queue's name to the queue.

import { html } from 'lit-html';
import { feed } from './feed.js';
import { icon } from './icons.js';
import { failed } from './notice.js';
import { go, toJob, toQueue } from './router.js';

const JOB_ID = /^[a-z0-9][a-z0-9.-]{0,62}_[hnl]s?[0-9]{1,15}-[0-9]{1,18}$/;

const names = () => (feed.overview?.queues ?? []).map(queue => queue.queue);

function search(event) {
    event.preventDefault();
    const input = event.target.elements.search;
    const text = input.value.trim();
    const matching = names().filter(name => name.includes(text.toLowerCase()));
    if (JOB_ID.test(text)) {
        go(toJob(text));
    } else if (text && names().includes(text)) {
        go(toQueue(text));
    } else if (text && matching.length === 1) {
        go(toQueue(matching[0]));
    } else if (text) {
        failed('Nothing found.', new Error(`'${text}' is neither a job's id (like email_n1763770000123-0) nor a queue.`));
        return;
    }
    input.value = '';
    input.blur();
}

export const searchBox = () => html`<form class="search" role="search" @submit=${search}>
    ${icon('search')}
    <input id="search" name="search" type="search" placeholder="Job id or queue" autocomplete="off" spellcheck="false"
        list="queue-names" aria-label="Search a job by its id, or a queue">
    <kbd aria-hidden="true">/</kbd>
    <datalist id="queue-names">${names().map(name => html`<option value=${name}></option>`)}</datalist>
</form>`;
