package io.headrace.redis.jobs;

import io.headrace.BrokerUnavailable;
import io.headrace.Durability;
import io.headrace.HeadraceException;
import io.headrace.JobId;
import io.headrace.JobSpec;
import io.headrace.JobState;
import io.headrace.Progress;
import io.headrace.QueueName;
import io.headrace.broker.Lease;
import io.headrace.broker.Token;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WriteResult;
import io.headrace.redis.connection.Args;
import io.headrace.redis.connection.Pipeline;
import io.headrace.redis.connection.Pipelines;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import io.headrace.runtime.UncaughtError;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out verdicts and reports. Concurrent ones of a queue share a script call; all that gathered share a round
 * trip.
 */
public final class VerdictWriter implements AutoCloseable {
    /** One script call settles at most so many jobs: Redis is busy with it for about 2 ms. */
    private static final int MAX_CALL = 200;
    private static final Comparator<Pending> ASCENDING = Comparator.comparing(Pending::lease, EntryIds.ASCENDING);

    private static final Logger LOG = LoggerFactory.getLogger(VerdictWriter.class);

    private final Redis redis;
    private final QueueCache queues;
    private final Pipelines<Pending> pipelines;
    private final Reporters reporters;
    /** What goes along with the next exchange. */
    private final Queue<Pending> lying = new ConcurrentLinkedQueue<>();
    /** Held by who flushes: the others leave theirs to it. */
    private final AtomicBoolean flushing = new AtomicBoolean();
    private volatile boolean closed;

    public VerdictWriter(Redis redis, QueueCache queues, Reporters reporters) {
        this.reporters = reporters;
        this.redis = redis;
        this.queues = queues;
        this.pipelines = new Pipelines<>("headrace-settle", this::flush);
    }

    /** A write under a lease on its way: a verdict, or a report when there is none. */
    private record Pending(Lease lease, @Nullable Verdict verdict, List<byte[]> report,
            CompletableFuture<WriteResult> answer, boolean said) implements Pipeline.Item {
        @Override
        public void fail(HeadraceException why) {
            answer.completeExceptionally(why);
        }

        Verdict asked() {
            return Objects.requireNonNull(verdict);
        }

        /** Whether it leaves nothing to clean up but its entry and its lease. */
        boolean plain() {
            JobSpec spec = asked().document().spec();
            return lease.token().deliveries() == 1 && !promoted(lease) && spec.retention() == null
                    && spec.uniqueKey() == null && !said;
        }

        QueueName queue() {
            return lease.job().queue();
        }
    }

    /** What the verdicts of one script call have in common. */
    private record Group(QueueName queue, WorkerId worker, char level, Verdict.Move move, @Nullable JobState outcome) {}

    /** Jobs that one script call settles. */
    private record Call(Request request, List<Pending> jobs) {}

    public CompletionStage<WriteResult> settle(Verdict verdict) {
        Pending pending = pending(verdict);
        add(pending);
        return told(pending);
    }

    /** The same, along with the next {@link #exchange} or {@link #flush}. */
    public CompletionStage<WriteResult> settleSoon(Verdict verdict) {
        Pending pending = pending(verdict);
        lying.add(pending);
        if (closed) {
            failLying();
        }
        return told(pending);
    }

    private Pending pending(Verdict verdict) {
        return new Pending(verdict.lease(), verdict, List.of(), new CompletableFuture<>(),
                reporters.mayHaveSaid(verdict));
    }

    private CompletionStage<WriteResult> told(Pending pending) {
        return pending.answer().whenComplete((settlement, failure) -> {
            if (failure == null) {
                reporters.ended(pending.lease().job());
            }
        });
    }

    /** Sends what lies here, on the calling thread; nothing when another thread is at it, which sends this, too. */
    public void flush() {
        while (!lying.isEmpty() && flushing.compareAndSet(false, true)) {
            try {
                Pipeline.flush(take(pending -> true), this::flush);
            } catch (RuntimeException e) {
                LOG.debug("verdicts were not sent, which those who gave them were told", e);
            } catch (Error e) {
                UncaughtError.tell(e);
            } finally {
                flushing.set(false);
            }
        }
    }

    /** Sends requests, and ahead of them in the same flush what lies here for the same part of the deployment. */
    public List<Object> exchange(byte[] key, List<Request> requests, int closing) {
        return exchange(redis, key, requests, closing);
    }

    /** The same by other connections. */
    public List<Object> exchange(Redis way, byte[] key, List<Request> requests, int closing) {
        int shard = redis.shard(key);
        List<Pending> along = lying.isEmpty() ? List.of()
                : take(pending -> redis.shard(queues.base(pending.queue())) == shard);
        if (along.isEmpty()) {
            return way.exchange(key, requests, closing);
        }
        List<Object> rest = new ArrayList<>();
        Pipeline.flush(along, pendings -> {
            List<Call> calls = calls(pendings);
            List<Request> all = new ArrayList<>(calls.stream().map(Call::request).toList());
            all.addAll(requests);
            List<Object> answers = way.exchange(key, all, closing);
            rest.addAll(answers.subList(calls.size(), answers.size()));
            answer(calls, answers);
        });
        return rest;
    }

    /** So many of those that lie here as go into a flush. */
    private List<Pending> take(Predicate<Pending> wanted) {
        List<Pending> taken = new ArrayList<>();
        List<Pending> others = new ArrayList<>();
        while (taken.size() < Pipeline.MAX_FLUSH) {
            Pending next = lying.poll();
            if (next == null) {
                break;
            }
            (wanted.test(next) ? taken : others).add(next);
        }
        lying.addAll(others);
        return taken;
    }

    private void failLying() {
        take(pending -> true).forEach(pending -> pending.fail(new BrokerUnavailable("the broker is closed", null)));
    }

    public CompletionStage<WriteResult> report(Lease lease, @Nullable Progress progress, long firstLine,
            List<String> lines) {
        Args report = Args.of(lease.token().worker(), level(lease), entry(lease), lease.token().deliveries(),
                lease.job(),
                progress == null ? null
                        : lease.attempt() + " " + progress.fraction() + " "
                                + (progress.message() == null ? "" : progress.message()),
                lease.token().fence(), firstLine, lines);
        reporters.reports(lease.job());
        CompletableFuture<WriteResult> answer = new CompletableFuture<>();
        add(new Pending(lease, null, report, answer, true));
        return answer.whenComplete((settlement, failure) -> {
            if (settlement == WriteResult.LEASE_LOST) {
                reporters.ended(lease.job());
            }
        });
    }

    /** What is lost of these in a crash of Redis is done again, so they wait for no disk. */
    private void add(Pending pending) {
        pipelines.add(redis.server(queues.base(pending.queue())), Durability.MEMORY, pending);
    }

    private void flush(List<Pending> batch) {
        Map<Integer, List<Pending>> shards = new LinkedHashMap<>();
        batch.forEach(
                pending -> shards.computeIfAbsent(redis.shard(queues.base(pending.queue())), shard -> new ArrayList<>())
                        .add(pending));
        for (List<Pending> shard : shards.values()) {
            try {
                flushShard(shard);
            } catch (HeadraceException e) {
                shard.forEach(pending -> pending.fail(e));
            }
        }
    }

    private void flushShard(List<Pending> shard) {
        List<Call> calls = calls(shard);
        List<Object> answers = redis.exchange(queues.base(shard.get(0).queue()),
                calls.stream().map(Call::request).toList());
        answer(calls, answers);
    }

    private static void answer(List<Call> calls, List<Object> answers) {
        for (int i = 0; i < calls.size(); i++) {
            answer(calls.get(i).jobs(), answers.get(i));
        }
    }

    /**
     * Groups verdicts into script calls. Reports go first: a report always precedes its job's verdict, and a verdict
     * would make it stale.
     */
    private List<Call> calls(List<Pending> shard) {
        List<Call> calls = new ArrayList<>();
        Map<Group, List<Pending>> groups = new LinkedHashMap<>();
        for (Pending pending : shard) {
            if (pending.verdict() == null) {
                calls.add(new Call(redis.script(Script.REPORT, queues.base(pending.queue()), pending.report()),
                        List.of(pending)));
            } else {
                Group group = group(pending.verdict());
                groups.computeIfAbsent(group, g -> new ArrayList<>()).add(pending);
            }
        }
        groups.forEach((group, jobs) -> {
            jobs.sort(ASCENDING);
            for (int from = 0; from < jobs.size(); from += MAX_CALL) {
                List<Pending> some = jobs.subList(from, Math.min(jobs.size(), from + MAX_CALL));
                calls.add(
                        new Call(redis.script(script(group.move()), queues.base(group.queue()), arguments(group, some)),
                                some));
            }
        });
        return calls;
    }

    private static Script script(Verdict.Move move) {
        return switch (move) {
            case FINISH -> Script.FINISH;
            case RETRY -> Script.RETRY;
            case PARK -> Script.PARK;
            case BURY -> Script.BURY;
            case RELEASE -> Script.RELEASE;
        };
    }

    private static Group group(Verdict verdict) {
        Token token = verdict.lease().token();
        return new Group(verdict.lease().job().queue(), token.worker(), token.entry().charAt(0), verdict.move(),
                verdict.document().history().outcome());
    }

    /** See {@code shared/verdicts.lua}. */
    private static Args arguments(Group group, List<Pending> jobs) {
        Args args = Args.of(group.worker(), group.level(), group.outcome() == null ? null : group.outcome().label(),
                jobs.size(), !jobs.stream().allMatch(Pending::plain),
                EntryIds.gaps(jobs.stream().map(job -> job.lease().token().entry()).toList()));
        jobs.forEach(job -> args.with(entry(job.lease())));
        boolean stored = group.move() != Verdict.Move.RELEASE;
        jobs.forEach(job -> args.with(job.lease().job(), stored ? job.asked().document().bytes() : null));
        addRuns(jobs.stream().map(VerdictWriter::place).toList(), args);
        return args;
    }

    /** Each place, and how many jobs one after the other have it. */
    private static void addRuns(List<String> places, Args args) {
        int from = 0;
        for (int to = 1; to <= places.size(); to++) {
            if (to == places.size() || !places.get(to).equals(places.get(from))) {
                args.with(places.get(from), to - from);
                from = to;
            }
        }
    }

    private static String place(Pending job) {
        Lease lease = job.lease();
        Verdict verdict = job.asked();
        String place = switch (verdict.move()) {
            case FINISH -> Replies.bucket(lease.job());
            case RETRY, PARK -> Long.toString(verdict.delay().toMillis());
            case BURY, RELEASE -> "";
        };
        if (job.plain()) {
            return place;
        }
        JobSpec spec = verdict.document().spec();
        return place + ";" + lease.token().deliveries() + ";" + (promoted(lease) ? "1," : "0,")
                + (job.said() ? "1," : "0,")
                + (spec.retention() == null ? "" : spec.retention().toMillis()) + ","
                + (spec.uniqueKey() == null ? "" : spec.uniqueKey());
    }

    /** Whether the entry is not the one that the job's id names. */
    private static boolean promoted(Lease lease) {
        JobId id = lease.job();
        return id.scheduled() || !lease.token().entry().equals(id.priority().code() + id.entry());
    }

    private static void answer(List<Pending> jobs, Object reply) {
        HeadraceException failure = Redis.failure(reply);
        if (failure != null) {
            jobs.forEach(job -> job.fail(failure));
        } else if (jobs.get(0).verdict() == null) {
            jobs.get(0).answer().complete(WriteResult.valueOf(Replies.text(reply)));
        } else {
            Set<Object> refused = new HashSet<>(Replies.list(reply));
            for (int i = 0; i < jobs.size(); i++) {
                jobs.get(i).answer().complete(
                        refused.contains((long) (i + 1)) ? WriteResult.LEASE_LOST : WriteResult.RECORDED);
            }
        }
    }

    static String level(Lease lease) {
        return lease.token().entry().substring(0, 1);
    }

    static String entry(Lease lease) {
        return lease.token().entry().substring(1);
    }

    @Override
    public void close() {
        closed = true;
        pipelines.close();
        failLying();
    }
}
