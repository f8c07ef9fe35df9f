// Cancels all that is in line in a queue.

import { html } from 'lit-html';
import { post, queuePath } from '../api.js';
import { openDialog } from '../dialog.js';
import { draw } from '../draw.js';
import { queueNow } from '../feed.js';
import { count, many } from '../format.js';
import { done } from '../notice.js';
import { buttons, leave, newWork, progress, run } from './bulk.js';

async function untilEmpty(name, work) {
    let answer;
    do {
        answer = await post(`${queuePath(name)}/purge`);
        work.done += answer.cancelled;
        draw();
    } while (answer.more && answer.cancelled && !work.stopped);
    work.stopped &&= answer.more; // nothing was left to be stopped
}

/** Opens a dialog that asks first. */
export function purge(name, queued) {
    const work = newWork(queued);
    const start = () => run(work, async () => {
        await untilEmpty(name, work);
        done(work.stopped ? 'Purge stopped.' : 'Purged.', `${many(work.done, 'job')} cancelled.`);
    });
    openDialog({
        title: `Purge ${name}?`,
        closed: () => leave(work),
        body: () => html`<p>All <strong>${many(queued, 'job')}</strong> in line are cancelled, and those that come in
            meanwhile. Running, scheduled and retrying jobs stay. This cannot be undone.</p>
            <p class="told">In line now: ${count(queueNow(name)?.counts.queued ?? 0)}</p>${progress(work)}`,
        actions: () => buttons(work, { keep: 'Keep as it is', yes: `Cancel ${many(queued, 'job')}`, kind: 'danger', start }),
    });
}
