// What to show where there is nothing yet: the line that makes a first job.

import { html } from 'lit-html';
import { copyButton, shellWord } from './copy.js';
import { queueNow } from './feed.js';
import { session } from './session.js';

/** A `curl` that submits a job, given as JSON text. */
export function curlOf(queue, job) {
    const key = session.who?.keys ? " \\\n  -H \"Authorization: Bearer $HEADRACE_API_KEY\"" : '';
    return `curl -s ${location.origin}/v1/queues/${queue}/jobs \\\n  -H 'Content-Type: application/json'${key} \\\n`
        + `  -d ${shellWord(job)}`;
}

export function firstJob(queue = 'default') {
    const line = curlOf(queue, '{"type":"wordcount","payload":"to be or not to be"}');
    return html`<div class="empty"><strong>No jobs yet.</strong> Send a first one:
        <div class="code">${copyButton(() => line, 'Copy the command')}<pre tabindex="0">${line}</pre></div>
        ${queueNow(queue)?.workers ? html`<span>A worker of <strong>${queue}</strong> is there, and runs jobs of the
            <a href="#/workers">types it knows</a>.</span>` : html`<span>A worker runs it:
            <code>headrace worker --queue ${queue} --exec 'wordcount=wc -w'</code></span>`}</div>`;
}
