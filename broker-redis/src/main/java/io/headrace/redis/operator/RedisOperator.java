package io.headrace.redis.operator;

import io.headrace.BrokerUnavailable;
import io.headrace.Durability;
import io.headrace.HeadraceException;
import io.headrace.InvalidInput;
import io.headrace.Job;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobLog;
import io.headrace.JobSpec;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.Lookup;
import io.headrace.OutcomeUnknown;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.access.AccessStore;
import io.headrace.broker.BrokerOperator;
import io.headrace.broker.BrokerOperator.Pace;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.SettingsChange;
import io.headrace.broker.Steer;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import io.headrace.broker.WriteResult;
import io.headrace.redis.connection.DurabilityWait;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import io.headrace.redis.connection.ServerInfo;
import io.headrace.redis.connection.UnreadableValues;
import io.headrace.redis.jobs.Claims;
import io.headrace.redis.jobs.EntryIds;
import io.headrace.redis.jobs.Finder;
import io.headrace.redis.jobs.QueueCache;
import io.headrace.redis.jobs.Registry;
import io.headrace.redis.jobs.VerdictWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/** The operator's seam on Redis. */
public final class RedisOperator implements BrokerOperator {
    /** How often a move is tried again because the job moved meanwhile. */
    private static final int TRIES = 5;
    /** How many jobs a purge cancels in its first step, and in one step at most. */
    private static final int PURGE_FIRST = 16;
    private static final int PURGE_STEP = 500;
    /** So many bytes of payloads it takes in one step, as far as those of the step before tell. */
    private static final long PURGE_BYTES = 4 << 20;
    /** How long a purger may stay silent before what it holds goes back to workers. */
    private static final Duration PURGE_LEASE = Duration.ofSeconds(30);

    /** The address of a line of a job's log. */
    private static final Pattern LINE = Pattern.compile("0-[0-9]{1,18}");

    private final Redis link;
    private final RedisKeys keys;
    private final QueueCache queues;
    private final Finder finder;
    private final Registry registry;
    private final Claims claims;
    private final VerdictWriter settler;
    private final DurabilityWait safekeeping;
    private final QueueSettingsStore setter;
    private final JobPages pages;
    private final QueueInspector inspector;
    private final AccessStore access;
    private final DeadJobs deadJobs;
    private final QueueDeleter deleter;

    public RedisOperator(Redis link, RedisKeys keys, QueueCache queues, Finder finder, Registry registry, Claims claims,
            DurabilityWait safekeeping, VerdictWriter settler, UnreadableValues oddities) {
        this.link = link;
        this.keys = keys;
        this.queues = queues;
        this.finder = finder;
        this.registry = registry;
        this.claims = claims;
        this.settler = settler;
        this.safekeeping = safekeeping;
        this.setter = new QueueSettingsStore(link, keys, queues);
        RestingIndex index = new RestingIndex(link, keys, oddities);
        this.pages = new JobPages(link, keys, queues, finder, index, oddities);
        this.deadJobs = new DeadJobs(link, keys, queues, finder, index);
        this.deleter = new QueueDeleter(link, keys, queues);
        this.inspector = new QueueInspector(link, keys, queues, registry);
        this.access = new RedisAccess(link, keys, oddities);
    }

    @Override
    public AccessStore access() {
        return access;
    }

    @Override
    public List<QueueName> names() {
        return registry.queues();
    }

    @Override
    public List<QueueInfo> queues(Collection<QueueName> names) {
        return inspector.queues(names);
    }

    @Override
    public Overview overview() {
        return inspector.overview();
    }

    @Override
    public Optional<QueueInfo> queue(QueueName queue) {
        return inspector.queue(queue);
    }

    @Override
    public Page jobs(Query query) {
        return pages.page(query);
    }

    @Override
    public JobLog log(JobId id, long from, int limit) {
        if (from < 0) {
            throw new InvalidInput("from", "must be 0 or more, was " + from);
        }
        if (limit < 1) {
            throw new InvalidInput("limit", "must be 1 or more, was " + limit);
        }
        byte[] key = keys.log(id.queue(), id.toString());
        List<Object> entries = Replies.list(link.ask(key, new Request(Command.XRANGE, key,
                RedisKeys.bytes("0-" + (from + 1)), RedisKeys.bytes("+"), RedisKeys.bytes("COUNT"),
                RedisKeys.bytes(limit))));
        List<String> lines = new ArrayList<>();
        long next = from;
        for (Object item : entries) {
            List<Object> entry = Replies.list(item);
            if (!LINE.matcher(Replies.text(entry.get(0))).matches()) {
                break; // behind the lines comes only what somebody else wrote
            }
            lines.add(Replies.text(Replies.list(entry.get(1)).get(1)));
            next = Long.parseLong(Replies.text(entry.get(0)).substring(2));
        }
        return new JobLog(lines, next);
    }

    @Override
    public Answer cancel(JobId id) {
        OutcomeUnknown unanswered = null;
        for (int i = 0; i < TRIES; i++) {
            Finder.Found found = finder.look(id);
            Optional<Job> job = found.lookup().job();
            if (job.isEmpty() || job.get().state().terminal()) {
                return ended(job, unanswered);
            }
            Answer answer;
            try {
                answer = tryToCancel(job.get(), found.document());
            } catch (OutcomeUnknown e) {
                unanswered = e;
                continue;
            }
            if (answer != null) {
                return answer;
            }
        }
        throw unanswered != null ? unanswered
                : new BrokerUnavailable("job " + id + " kept moving; nothing was cancelled, try again", null);
    }

    /** @param unanswered a try of this very call whose answer got lost: then the job may have ended by it */
    private static Answer ended(Optional<Job> job, @Nullable OutcomeUnknown unanswered) {
        if (unanswered == null) {
            return job.isEmpty() ? Answer.NOT_FOUND : Answer.WRONG_STATE;
        }
        if (job.isEmpty()) {
            throw unanswered;
        }
        return job.get().state() == JobState.CANCELLED ? Answer.DONE : Answer.WRONG_STATE;
    }

    /** Null when the job moved meanwhile: look again. */
    private @Nullable Answer tryToCancel(Job job, byte[] stored) {
        byte[] base = queues.base(job.id().queue());
        String word = Replies.text(link.run(Script.CANCEL, base, cancelArguments(job, stored)));
        return switch (word) {
            case "CANCELLED" -> Answer.DONE;
            case "REQUESTED" -> Answer.REQUESTED;
            case "ENDED" -> Answer.WRONG_STATE;
            default -> null;
        };
    }

    private List<byte[]> cancelArguments(Job job, byte[] stored) {
        JobId id = job.id();
        JobSpec spec = job.document().spec();
        JobDocument cancelled = job.document()
                .with(job.document().history().ended(JobState.CANCELLED, now(id.queue()), null));
        return List.of(RedisKeys.bytes(id.toString()), RedisKeys.bytes(String.valueOf(id.priority().code())),
                id.scheduled() ? new byte[0] : RedisKeys.bytes(id.entry()), RedisKeys.bytes(Replies.bucket(id)),
                stored, cancelled.bytes(),
                spec.retention() == null ? new byte[0] : RedisKeys.bytes(spec.retention().toMillis()),
                spec.uniqueKey() == null ? new byte[0] : RedisKeys.bytes(spec.uniqueKey()));
    }

    /** The clock of the server that holds the queue. */
    private Instant now(QueueName queue) {
        return inspector.now(queues.base(queue));
    }

    @Override
    public List<Answer> retry(List<JobId> ids) {
        return ids.stream().map(id -> requeue(id, null)).toList();
    }

    @Override
    public Answer retry(JobId id, Json payload, int maxPayload) {
        return requeue(id, payload.within(maxPayload));
    }

    private Answer requeue(JobId id, @Nullable Json payload) {
        for (int i = 0; i < TRIES; i++) {
            Optional<Job> found = finder.find(id).job();
            if (found.isEmpty()) {
                return Answer.NOT_FOUND;
            }
            Job job = found.get();
            if (job.state() != JobState.DEAD) {
                boolean resting = payload == null
                        && (job.state() == JobState.RETRYING || job.state() == JobState.SCHEDULED
                                || job.state() == JobState.PARKED);
                return resting ? runNow(id) : Answer.WRONG_STATE;
            }
            Answer answer = deadJobs.requeue(id, payload);
            if (answer != Answer.WRONG_STATE) {
                return answer;
            }
        }
        return Answer.WRONG_STATE;
    }

    @Override
    public Retried retry(QueueName queue, List<JobId> ids, @Nullable Pace pace) {
        return deadJobs.requeue(queue, ids, pace);
    }

    @Override
    public Answer runNow(JobId id) {
        String word = Replies
                .texts(link.ask(Script.RUN_NOW, queues.base(id.queue()), List.of(RedisKeys.bytes(id.toString()))))
                .get(0);
        if (word.equals("DONE")) {
            return Answer.DONE;
        }
        return finder.find(id).kind() == Lookup.Kind.FOUND ? Answer.WRONG_STATE : Answer.NOT_FOUND;
    }

    @Override
    public List<Answer> deleteDead(List<JobId> ids) {
        return deadJobs.delete(ids);
    }

    @Override
    public DeadPage dead(QueueName queue, @Nullable String cursor, int limit) {
        return deadJobs.page(queue, cursor, limit);
    }

    @Override
    public Optional<Spot> spot(JobId id) {
        return inspector.spot(id);
    }

    @Override
    public long due(QueueName queue, Duration within) {
        return inspector.due(queue, within);
    }

    @Override
    public Instant time(QueueName queue) {
        return now(queue);
    }

    @Override
    public boolean steer(WorkerId worker, Steer wish) {
        return registry.steer(worker, wish);
    }

    @Override
    public void pause(QueueName queue) {
        setter.pause(queue);
    }

    @Override
    public void resume(QueueName queue) {
        setter.resume(queue);
    }

    @Override
    public QueueSettings settings(QueueName queue) {
        return setter.read(queue);
    }

    @Override
    public void settings(QueueName queue, QueueSettings settings) {
        setter.write(queue, settings);
    }

    @Override
    public QueueSettings change(QueueName queue, SettingsChange change) {
        return setter.change(queue, change);
    }

    /**
     * A purge claims what waits and ends it as cancelled: undelivered entries must not be deleted, and every end is on
     * record.
     */
    @Override
    public long purge(QueueName queue, LongConsumer progress) {
        WorkerId purger = WorkerId.random(ThreadLocalRandom.current());
        List<Object> reply = Replies.list(link.ask(Script.NEWEST, queues.base(queue), List.of()));
        Map<String, String> newest = Replies.map(reply.subList(1, reply.size()));
        long cancelled = 0;
        int step = PURGE_FIRST;
        try {
            for (Priority priority : Priority.values()) {
                String last = newest.getOrDefault(String.valueOf(priority.code()), "");
                boolean older = true;
                while (older) {
                    ClaimRequest request = new ClaimRequest(queue, purger, step, PURGE_LEASE, List.of(priority));
                    List<ClaimedJob> jobs = claims.claim(request, true).jobs();
                    older = !jobs.isEmpty() && jobs.stream().noneMatch(job -> isBehind(job, last));
                    cancelled += cancelAll(jobs, last);
                    progress.accept(cancelled);
                    step = jobs.isEmpty() ? step : affordable(jobs);
                }
            }
            return cancelled;
        } finally {
            claims.forget(queue, purger.value());
        }
    }

    private static int affordable(List<ClaimedJob> like) {
        long bytes = like.stream().mapToLong(job -> job.document().spec().payload().size()).sum();
        return (int) Math.max(1, Math.min(PURGE_STEP, PURGE_BYTES * like.size() / Math.max(1, bytes)));
    }

    /** Whether the job came into line after that entry; whatever clocks say. */
    private static boolean isBehind(ClaimedJob job, String last) {
        return last.isEmpty() || EntryIds.compare(job.lease().token().entry().substring(1), last) > 0;
    }

    /** Ends the jobs that were in line when the purge started, and hands back the newer ones among them. */
    private long cancelAll(List<ClaimedJob> jobs, String last) {
        List<CompletableFuture<WriteResult>> open = new ArrayList<>();
        for (ClaimedJob job : jobs) {
            JobDocument document = job.document();
            if (isBehind(job, last)) {
                join(settler.settle(Verdict.release(job.lease(), document)).toCompletableFuture());
            } else {
                JobDocument ended = document.with(document.history().ended(JobState.CANCELLED, job.claimedAt(), null));
                open.add(settler.settle(Verdict.finish(job.lease(), ended)).toCompletableFuture());
            }
        }
        return open.stream().filter(answer -> join(answer) == WriteResult.RECORDED).count();
    }

    private static WriteResult join(CompletableFuture<WriteResult> answer) {
        try {
            return answer.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof HeadraceException known ? known : e;
        }
    }

    @Override
    public Deletion delete(QueueName queue, boolean drop) {
        return deleter.delete(queue, drop);
    }

    @Override
    public List<WorkerInfo> workers() {
        return registry.workers();
    }

    @Override
    public Optional<String> readiness() {
        byte[] key = keys.queues();
        try {
            link.ask(Script.WRITABLE, key, List.of());
            return ServerInfo.of(link).objection();
        } catch (HeadraceException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void require(Durability durability) {
        safekeeping.confirmation(durability, keys.queues());
    }

    @Override
    public List<Minute> history(QueueName queue, int minutes) {
        return inspector.history(queue, minutes);
    }
}
