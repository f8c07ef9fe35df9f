// Why a job is not running: the server's sentence, its reasons, the place in line and when its turn will come.

import { html, nothing } from 'lit-html';
import { get, jobPath } from '../api.js';
import { count, duration, durationMs, many, when, withTimes } from '../format.js';
import { repeatedly } from '../live.js';
import { loading } from '../loading.js';
import { maySee } from '../session.js';
import { hasEnded } from '../states.js';

const REFRESH_MS = 2000;

export function why(id) {
    let answer = null;
    let asking = null;
    let state = '';

    const asked = loading({}, async signal => {
        try {
            answer = await get(`${jobPath(id)}/why`, {}, signal);
        } catch {
            answer = null; // the job may just have ended: what the page shows of it says so
        }
    });

    function stop() {
        asking?.close();
        asking = null;
    }

    return {
        /** Learns what the job is now. */
        see(job) {
            const moved = asking && state !== job.state;
            state = job.state;
            if (hasEnded(state)) {
                stop();
                answer = null;
            } else if (maySee()) {
                asking ??= repeatedly(asked.load, REFRESH_MS);
                if (moved) {
                    asked.load(); // what was answered is of the state before
                }
            }
        },
        close() {
            stop();
            asked.close();
        },
        view: () => hasEnded(state) || !maySee() ? nothing : view(answer, state),
    };
}

function view(answer, state) {
    const title = state === 'running' ? 'What is it doing?' : 'Why is it not running?';
    if (!answer) {
        return html`<section class="why" aria-busy="true"><h2>${title}</h2><p>…</p></section>`;
    }
    const said = answer.summary.toLowerCase(); // a sentence made of the reasons that count most
    const told = answer.reasons.filter(reason => !said.includes(reason.detail.toLowerCase()));
    return html`<section class="why ${answer.state}"><h2>${title}</h2>
        <p class="summary">${withTimes(answer.summary)}</p>
        ${told.length ? html`<ul>${told.map(reason => html`<li><code>${reason.code}</code> ${withTimes(reason.detail)}</li>`)}</ul>` : nothing}
        ${answer.line || answer.estimate ? html`<dl class="facts across">
            ${answer.line ? html`<div><dt>Place in line</dt><dd>${answer.line.approximate ? 'about ' : ''}${count(answer.line.position)}
                <small>(${answer.line.level})</small></dd></div>` : nothing}
            ${answer.estimate ? estimate(answer.estimate) : nothing}</dl>` : nothing}</section>`;
}

const estimate = ({ startAt, serviceTime, slots, measuredOver }) => html`
    <div><dt>Estimated start</dt><dd>${when(startAt)}</dd></div>
    <div><dt>From the last ${many(measuredOver, 'job')}</dt><dd>${duration(durationMs(serviceTime))} each, in ${many(slots, 'slot')}</dd></div>`;
