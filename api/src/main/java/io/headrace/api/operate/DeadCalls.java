package io.headrace.api.operate;

import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.JobStore;
import io.headrace.QueueName;
import io.headrace.access.AuditAction;
import io.headrace.api.access.Audit;
import io.headrace.api.access.AuditDraft;
import io.headrace.api.http.Access;
import io.headrace.api.http.CachedByQueue;
import io.headrace.api.http.Endpoints;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.JsonOut;
import io.headrace.api.http.Reply;
import io.headrace.api.http.Route;
import io.headrace.api.view.JobJson;
import io.headrace.broker.DeadJob;
import io.headrace.broker.JobPage;
import io.headrace.broker.Jobs;
import io.headrace.broker.MoveResult;
import io.headrace.broker.QueueInfo;
import io.headrace.broker.Queues;
import io.headrace.broker.RetryPace;
import io.headrace.broker.RetryResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Dead jobs in bulk: what they died of, and {@code dead:retry} and {@code dead:delete}, which choose by a filter and
 * move page by page. One call works a bounded time and says whether there is more, so that no proxy gives up on it.
 */
public final class DeadCalls {
    private static final int PAGE = 200;
    /** How many ids an answer shows. */
    private static final int SHOWN = 1_000;
    /** How long a call looks for jobs, and again moves them. */
    private static final long NANOS = TimeUnit.SECONDS.toNanos(10);
    /** How old groups may be, unless this replica moved some since: who looks at them looks again and again. */
    private static final Duration GROUPS_TTL = Duration.ofSeconds(5);

    private final JobStore store;
    private final Queues queues;
    private final Jobs jobs;
    private final Endpoints endpoints;
    private final Audit audit;
    private final JobJson jobJson;
    private final CachedByQueue<DeadGroups.Found> groups;

    public DeadCalls(JobStore store, Queues queues, Jobs jobs, JobJson jobJson, Audit audit, Endpoints endpoints) {
        this.store = store;
        this.queues = queues;
        this.jobs = jobs;
        this.endpoints = endpoints;
        this.audit = audit;
        this.jobJson = jobJson;
        this.groups = new CachedByQueue<>(GROUPS_TTL,
                queue -> hidden(DeadGroups.of(jobs, queue, System::nanoTime)));
    }

    public List<Route> routes() {
        return List.of(
                Route.get("/v1/queues/{queue}/dead/groups", Access.VIEW, List.of(), endpoints.blocking(this::groups)),
                Route.post("/v1/queues/{queue}/dead:retry", Access.OPERATE,
                        audit.withBody(AuditAction.DEAD_RETRY,
                                (e, body, draft) -> retry(e.queue(), body, draft))),
                Route.post("/v1/queues/{queue}/dead:delete", Access.OPERATE,
                        audit.withBody(AuditAction.DEAD_DELETE,
                                (e, body, draft) -> delete(e.queue(), body, draft))));
    }

    private Reply groups(HttpCall call) {
        QueueName queue = call.queue();
        QueueInfo info = Endpoints.known(queues, queue);
        DeadGroups.Found found = groups.get(queue);
        return Reply.json(200, out -> {
            out.text("queue", queue.value());
            out.objects("groups", found.groups(), DeadCalls::write);
            out.number("examined", found.examined());
            out.number("total", info.counts().getOrDefault(JobState.DEAD, 0L));
            out.flag("more", found.more());
        });
    }

    private static void write(JsonOut out, DeadGroups.Group group) {
        out.text("fingerprint", group.fingerprint());
        out.text("type", group.type().value());
        out.object("error", error -> {
            error.text("type", group.error());
            error.text("message", group.message());
        });
        out.number("count", group.count());
        out.time("oldest", group.oldest());
        out.time("newest", group.newest());
        out.text("sample", group.sample().toString());
    }

    /** What is hidden in a job is hidden in the message of its group, which is that of a sample. */
    private DeadGroups.Found hidden(DeadGroups.Found found) {
        return jobJson.hides()
                ? new DeadGroups.Found(found.groups().stream().map(this::hidden).toList(), found.examined(),
                        found.more())
                : found;
    }

    private DeadGroups.Group hidden(DeadGroups.Group group) {
        String shown = store.find(group.sample()).job()
                .map(job -> Fingerprint.of(group.type(), jobJson.error(job)).message()).orElse("");
        return new DeadGroups.Group(group.fingerprint(), group.type(), group.error(), shown, group.count(),
                group.oldest(), group.newest(), group.sample());
    }

    /** Moves one page; each job's answer is told, in order. */
    private interface Mover {
        List<MoveResult> move(List<JobId> page);
    }

    /**
     * What was chosen.
     *
     * @param sample the first of them; null when they were named, or there is none
     */
    private record Chosen(List<JobId> ids, boolean more, @Nullable DeadJob sample) {}

    private Reply retry(QueueName queue, byte[] body, AuditDraft draft) {
        DeadFilter filter = DeadFilter.read(queue, body, DeadFilter.RETRY);
        RetryPace pace = filter.pace();
        Instant[] next = {pace == null ? null : pace.startAt()};
        draft.asked(body);
        return move(queue, filter, draft, page -> {
            RetryResult retried = jobs.retry(queue, page,
                    pace == null ? null : new RetryPace(pace.perSecond(), next[0]));
            next[0] = pace == null ? null : retried.nextAt();
            return retried.answers();
        }, next);
    }

    private Reply delete(QueueName queue, byte[] body, AuditDraft draft) {
        DeadFilter filter = DeadFilter.read(queue, body, DeadFilter.DELETE);
        draft.asked(body);
        return move(queue, filter, draft, jobs::deleteDead, new @Nullable Instant[1]);
    }

    /** @param next when a further job would fall due, which the mover sets; null when nothing is paced */
    private Reply move(QueueName queue, DeadFilter filter, AuditDraft draft, Mover mover, @Nullable Instant[] next) {
        Endpoints.known(queues, queue);
        Chosen chosen = choose(queue, filter);
        if (filter.ofGroup() && chosen.sample() != null) {
            draft.group(chosen.sample().cause());
        }
        if (filter.dryRun()) {
            draft.nothing();
            return answer(chosen.ids(), 0, chosen.more(), null);
        }
        List<JobId> moved = new ArrayList<>();
        int tried;
        try {
            tried = carryOut(chosen, mover, moved, draft);
        } finally {
            groups.drop(queue);
        }
        boolean more = chosen.more() || tried < chosen.ids().size();
        if (more) {
            draft.unfinished();
        }
        return answer(moved, tried - moved.size(), more, next[0]);
    }

    /** Moves page by page while there is time, and answers how many it tried. */
    private static int carryOut(Chosen chosen, Mover mover, List<JobId> moved, AuditDraft draft) {
        int tried = 0;
        long end = System.nanoTime() + NANOS;
        while (tried < chosen.ids().size() && System.nanoTime() - end < 0) {
            List<JobId> page = chosen.ids().subList(tried, Math.min(chosen.ids().size(), tried + PAGE));
            List<MoveResult> answers = mover.move(page);
            for (int i = 0; i < page.size(); i++) {
                if (answers.get(i) == MoveResult.DONE) {
                    moved.add(page.get(i));
                }
            }
            tried += page.size();
            draft.count(moved.size());
        }
        draft.count(moved.size());
        return tried;
    }

    /** Chooses all before moving any: a cursor need not survive the removal of what it has passed. */
    private Chosen choose(QueueName queue, DeadFilter filter) {
        List<JobId> named = filter.ids();
        if (named != null) {
            return new Chosen(filter.dryRun() ? named.stream().filter(this::dead).toList() : named, false, null);
        }
        List<JobId> ids = new ArrayList<>();
        DeadJob sample = null;
        String cursor = null;
        long end = System.nanoTime() + NANOS;
        do {
            JobPage<DeadJob> page = jobs.dead(queue, cursor, PAGE);
            List<DeadJob> matching = page.jobs().stream().filter(filter::matches).limit(filter.limit() - ids.size())
                    .toList();
            matching.forEach(job -> ids.add(job.id()));
            sample = sample == null && !matching.isEmpty() ? matching.get(0) : sample;
            cursor = page.next().orElse(null);
        } while (cursor != null && ids.size() < filter.limit() && System.nanoTime() - end < 0);
        return new Chosen(ids, cursor != null && ids.size() < filter.limit(), sample);
    }

    private boolean dead(JobId id) {
        return store.find(id).job().filter(job -> job.state() == JobState.DEAD).isPresent();
    }

    private static Reply answer(List<JobId> ids, int refused, boolean more, @Nullable Instant nextAt) {
        return Reply.json(200, out -> {
            out.number("count", ids.size());
            out.number("refused", refused);
            out.texts("ids", ids.subList(0, Math.min(SHOWN, ids.size())));
            out.flag("more", more);
            out.timeIf("nextAt", nextAt);
        });
    }
}
