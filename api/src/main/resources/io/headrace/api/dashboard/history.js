// Ended jobs by minute: from the server, and the present minute kept up by what the feed tells.

import { get, queuePath } from './api.js';
import { now } from './clock.js';
import { draw } from './draw.js';
import { queueNow } from './feed.js';

const MINUTE_MS = 60000;
const AT_ONCE = 4;

/**
 * Fetches histories of `minutes` and keeps them fresh. `wanted()` names the queues; `of(queue)` answers the minutes, oldest
 * first, or null until they are known.
 */
export function histories(minutes, wanted) {
    const known = new Map(); // queue → {minutes, fetchedAt, succeeded}
    const asked = new Set();

    async function fetchOne(queue) {
        asked.add(queue);
        try {
            const answer = await get(`${queuePath(queue)}/history`, { minutes });
            known.set(queue, {
                minutes: answer.minutes, fetchedAt: now(), succeeded: queueNow(queue)?.totals.succeeded ?? null,
            });
            draw();
        } catch {
            known.set(queue, { minutes: [], fetchedAt: now(), succeeded: null }); // asked again in a minute
        } finally {
            asked.delete(queue);
        }
    }

    function refresh() {
        const stale = queue => now() - (known.get(queue)?.fetchedAt ?? 0) > MINUTE_MS / 2;
        for (const queue of wanted()) {
            if (asked.size < AT_ONCE && !asked.has(queue) && stale(queue)) {
                fetchOne(queue);
            }
        }
    }

    function of(queue) {
        const kept = known.get(queue);
        if (!kept?.minutes.length) {
            return kept?.minutes ?? null;
        }
        const since = kept.succeeded === null ? 0 : (queueNow(queue)?.totals.succeeded ?? 0) - kept.succeeded;
        const last = kept.minutes.at(-1);
        return [...kept.minutes.slice(0, -1), { ...last, succeeded: last.succeeded + Math.max(0, since) }];
    }

    return { refresh, of };
}
