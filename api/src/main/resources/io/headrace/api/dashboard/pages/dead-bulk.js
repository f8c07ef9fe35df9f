// A group of dead jobs at once: back to work, at a pace that what they call can stand, or away for good.

import { html, nothing } from 'lit-html';
import { ask, post, queuePath } from '../api.js';
import { openDialog } from '../dialog.js';
import { draw } from '../draw.js';
import { count, duration, many } from '../format.js';
import { done } from '../notice.js';
import { outside } from '../text.js';
import { buttons, leave, newWork, PER_CALL, progress, run } from './bulk.js';

const filterOf = group => ({ fingerprint: group.fingerprint });

/**
 * Calls until nothing is left, each time telling `work`. What was refused is looked at again by every call, so one that moves
 * nothing is the last; `next` makes the body of the call after an answer.
 */
async function untilDone(path, body, work, next = () => ({})) {
    let left;
    do {
        const answer = await post(path, { ...body, limit: PER_CALL });
        work.done += answer.count;
        work.refused = answer.refused;
        draw();
        body = { ...body, ...next(answer) };
        left = answer.count > 0 && (answer.more || answer.count + answer.refused >= PER_CALL);
    } while (left && !work.stopped);
    work.stopped &&= left; // nothing was left to be stopped
}

const about = group => html`<p class="about"><strong>${outside(group.error.type)}</strong> <span class="message">${outside(group.error.message)}</span>
    <small>${group.type}</small></p>`;

/** Opens a dialog that puts a group back to work; a dry run tells first how many it is. */
export function retryGroup(queue, group, changed) {
    const path = `${queuePath(queue)}/dead:retry`;
    const work = newWork(group.count);
    let dry = null;
    let pace = '';

    const rehearse = () => run(work, async () => {
        dry = await ask(path, { ...filterOf(group), dryRun: true });
        work.total = Math.max(dry.count, dry.more ? group.count : 0);
    }).then(() => { work.ended = false; draw(); });
    rehearse();

    const paced = () => isPace(pace) ? { pace: Number(pace) } : {};
    const start = () => run(work, async () => {
        await untilDone(path, { ...filterOf(group), ...paced() }, work, ({ nextAt }) => nextAt ? { startAt: nextAt } : {});
        done(`${many(work.done, 'job')} put back.`, work.refused ? `${count(work.refused)} were refused.` : '');
    }).then(changed);

    openDialog({
        title: `Retry a group of ${queue}`,
        closed: () => { leave(work); changed(); },
        body: () => html`${about(group)}
            <p class="told">${dry ? foretold(dry) : work.problem ? nothing : 'Counting…'}</p>
            <div class="field"><label for="pace">Pace, jobs per second</label>
                <input id="pace" inputmode="decimal" autocomplete="off" autofocus placeholder="all at once" ?disabled=${(dry && work.busy) || work.ended}
                    @input=${event => { pace = event.target.value.trim(); draw(); }} aria-describedby="pace-help">
                <p class="help" id="pace-help">${paceHelp(pace, work.total)}</p></div>
            ${dry || work.problem ? progress(work) : nothing}`,
        actions: () => buttons(work, {
            keep: 'Cancel', yes: `Retry ${many(work.total, 'job')}`, kind: 'primary', start,
            ready: dry && work.total > 0 && (pace === '' || Boolean(paced().pace)), again: dry ? null : rehearse,
        }),
    });
}

/** What the API takes. */
const isPace = text => /^\d*\.?\d+$/.test(text) && Number(text) >= 0.01 && Number(text) <= 10000;

const foretold = ({ count: found, refused, more }) => html`${more ? 'At least ' : ''}<strong>${many(found, 'job')}</strong> would be put
    back.${refused ? ` ${count(refused)} would be refused: another unfinished job has the same uniqueKey.` : ''}`;

function paceHelp(pace, total) {
    if (pace === '') {
        return 'Empty: all join the line at once. With a pace they fall due one after another.';
    }
    if (!isPace(pace)) {
        return 'A number from 0.01 to 10,000, such as 5 or 0.5.';
    }
    return `The last falls due ${duration(total / Number(pace) * 1000)} from now, whatever happens to this page.`;
}

/** Opens a dialog that deletes a group. */
export function deleteGroup(queue, group, changed) {
    const work = newWork(group.count);
    const start = () => run(work, async () => {
        await untilDone(`${queuePath(queue)}/dead:delete`, filterOf(group), work);
        done(`${many(work.done, 'dead job')} deleted.`);
    }).then(changed);
    openDialog({
        title: `Delete a group of ${queue}?`,
        closed: () => { leave(work); changed(); },
        body: () => html`${about(group)}
            <p><strong>${many(group.count, 'job')}</strong> and their records are deleted. This cannot be undone.</p>
            ${progress(work)}`,
        actions: () => buttons(work, { keep: 'Keep them', yes: `Delete ${many(group.count, 'job')}`, kind: 'danger', start }),
    });
}
