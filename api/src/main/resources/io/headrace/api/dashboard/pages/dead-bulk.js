// A group of dead jobs at once: back to work, at a pace that what they call can stand, or away for good.

import { html, nothing } from 'lit-html';
import { post, queuePath } from '../api.js';
import { closeDialog, openDialog } from '../dialog.js';
import { draw } from '../draw.js';
import { count, duration, many } from '../format.js';
import { done } from '../notice.js';
import { gauge } from '../spark.js';

const filterOf = group => ({ fingerprint: group.fingerprint });

/**
 * Runs a call until there is no `more`, in steps that each end with `work.done` told. The server bounds the time of one call;
 * `next` makes the body of the call after an answer.
 */
async function untilDone(path, body, work, next = () => ({})) {
    let answer;
    do {
        answer = await post(path, body);
        work.done += answer.count;
        work.refused += answer.refused;
        draw();
        body = { ...body, ...next(answer) };
    } while (answer.more && answer.count && !work.stopped);
    return answer;
}

const newWork = total => ({ total, done: 0, refused: 0, busy: false, ended: false, stopped: false, problem: null });

async function run(work, action) {
    Object.assign(work, { busy: true, problem: null });
    draw();
    try {
        await action();
        work.ended = true;
    } catch (problem) {
        work.problem = problem;
    }
    work.busy = false;
    draw();
}

const progress = work => work.busy || work.ended || work.done ? html`
    <div class="progress" role="progressbar" aria-label="Jobs done" aria-valuemin="0" aria-valuemax=${work.total}
        aria-valuenow=${work.done}>
        ${gauge(work.ended ? 1 : work.done / Math.max(1, work.total))}
        <span>${count(work.done)} of ${count(Math.max(work.total, work.done))}${work.refused
            ? html`, ${count(work.refused)} refused` : nothing}</span></div>` : nothing;

const problemView = ({ problem }) => problem
    ? html`<p class="problem" role="alert"><strong>${problem.title}.</strong> ${problem.detail}</p>` : nothing;

const about = group => html`<p class="about"><strong>${group.error.type}</strong> <span class="message">${group.error.message}</span>
    <small>${group.type}</small></p>`;

/** Opens a dialog that puts a group back to work; a dry run tells first how many it is. */
export function retryGroup(queue, group, changed) {
    const path = `${queuePath(queue)}/dead:retry`;
    const work = newWork(group.count);
    let dry = null;
    let pace = '';
    let lastAt = null;

    run(work, async () => {
        dry = await post(path, { ...filterOf(group), dryRun: true });
        work.total = Math.max(dry.count, dry.more ? group.count : 0);
    }).then(() => { work.ended = false; draw(); });

    const paced = () => /^\d+$/.test(pace) && Number(pace) > 0 ? { pace: Number(pace) } : {};
    const start = () => run(work, async () => {
        await untilDone(path, { ...filterOf(group), ...paced() }, work, answer => {
            lastAt = answer.nextAt ?? null;
            return lastAt ? { startAt: lastAt } : {};
        });
        done(`${many(work.done, 'job')} put back.`, work.refused ? `${count(work.refused)} were refused.` : '');
    });

    openDialog({
        title: `Retry a group of ${queue}`,
        closed: () => { work.stopped = true; changed(); },
        body: () => html`${about(group)}
            <p class="told">${dry ? foretold(dry) : work.problem ? nothing : 'Counting…'}</p>
            <div class="field"><label for="pace">Pace, jobs per second</label>
                <input id="pace" inputmode="numeric" autocomplete="off" placeholder="all at once" ?disabled=${work.busy || work.ended}
                    @input=${event => { pace = event.target.value.trim(); draw(); }} aria-describedby="pace-help">
                <p class="help" id="pace-help">${paceHelp(pace, work.total)}</p></div>
            ${dry && (work.busy || work.ended || work.done) ? progress(work) : nothing}${problemView(work)}`,
        actions: () => work.ended ? html`<button class="primary" @click=${closeDialog}>Done</button>` : html`
            <button @click=${closeDialog}>${work.busy && dry ? 'Stop' : 'Cancel'}</button>
            <button class="primary" ?disabled=${work.busy || !dry || !work.total || (pace !== '' && !paced().pace)} @click=${start}>
                Retry ${many(work.total, 'job')}</button>`,
    });
}

const foretold = ({ count: found, refused, more }) => html`${more ? 'At least ' : ''}<strong>${many(found, 'job')}</strong> would be put
    back.${refused ? ` ${count(refused)} would be refused: another unfinished job has the same uniqueKey.` : ''}`;

function paceHelp(pace, total) {
    if (pace === '') {
        return 'Empty: all join the line at once. With a pace they fall due one after another.';
    }
    if (!/^\d+$/.test(pace) || Number(pace) === 0) {
        return 'A whole number from 1 on.';
    }
    return `The last falls due ${duration(total / Number(pace) * 1000)} from now, whatever happens to this page.`;
}

/** Opens a dialog that deletes a group. */
export function deleteGroup(queue, group, changed) {
    const work = newWork(group.count);
    const start = () => run(work, async () => {
        await untilDone(`${queuePath(queue)}/dead:delete`, filterOf(group), work);
        done(`${many(work.done, 'dead job')} deleted.`);
        closeDialog();
    });
    openDialog({
        title: `Delete a group of ${queue}?`,
        closed: () => { work.stopped = true; changed(); },
        body: () => html`${about(group)}
            <p><strong>${many(group.count, 'job')}</strong> and their records are deleted. This cannot be undone.</p>
            ${progress(work)}${problemView(work)}`,
        actions: () => html`<button @click=${closeDialog}>${work.busy ? 'Stop' : 'Keep them'}</button>
            <button class="danger" ?disabled=${work.busy} @click=${start}>Delete ${many(group.count, 'job')}</button>`,
    });
}
