package io.headrace.redis.jobs;

import io.headrace.Attempt;
import io.headrace.CorruptDocument;
import io.headrace.DataDamaged;
import io.headrace.Failure;
import io.headrace.HeadraceException;
import io.headrace.History;
import io.headrace.JobDocument;
import io.headrace.JobState;
import io.headrace.OutcomeUnknown;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.Claim;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Lease;
import io.headrace.broker.Token;
import io.headrace.broker.Verdict;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Script;
import io.headrace.redis.connection.UnreadableValues;
import io.headrace.redis.jobs.LostAnswers.Asker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Protocol.Command;

/** Leases jobs to workers, first deliveries and those of silent workers. */
public final class Claims {
    private static final Logger LOG = LoggerFactory.getLogger(Claims.class);
    /**
     * So many entries of a priority come through the script, in the one round trip of a claim; what exceeds them comes
     * in a second, which costs Redis a third as much an entry (measured: 1.8 µs against 4.6 µs). At this number both
     * cost the same.
     */
    private static final int READ_BY_SCRIPT = 4;
    /**
     * What the script decided, such as that the queue is not paused, is acted upon for so long: a worker that was
     * frozen in between asks again.
     */
    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();
    private static final byte[] GROUP = RedisKeys.bytes("GROUP");
    private static final byte[] WORKERS = RedisKeys.bytes("workers");
    private static final byte[] COUNT = RedisKeys.bytes("COUNT");
    private static final byte[] STREAMS = RedisKeys.bytes("STREAMS");
    private static final byte[] NEW = RedisKeys.bytes(">");
    /** One call publishes at most so many jobs of a kind that fell due, so that a herd of them passes in steps. */
    private static final int MAX_PUBLISH = 200;
    /** One script call of reclaim looks at no more pending entries than this. */
    private static final int PAGE = 500;
    /** One call goes through at most so many pages; the next goes on behind them. */
    private static final int MAX_PAGES = 40;
    /** No worker asks for a shorter lease, so entries that fell silent more recently need no look. */
    private static final long SHORTEST_LEASE_MS = 1_000;
    /** The cursor of a search that begins. */
    private static final String START = "-";

    /** The pending entries that a search goes through. */
    private record Place(QueueName queue, Priority priority) {}

    private final Redis link;
    private final RedisKeys keys;
    private final QueueCache queues;
    /** Ends jobs whose document cannot be read. */
    private final Consumer<Verdict> aside;
    private final Reporters reporters;
    private final LongSupplier nanoClock;
    private final LostAnswers answered;
    private final LeaseClock leaseClock;
    /** Where the search for expired leases goes on, by queue and priority. */
    private final Map<Place, String> cursors = new ConcurrentHashMap<>();

    public Claims(Redis link, RedisKeys keys, QueueCache queues, Consumer<Verdict> aside, Reporters reporters,
            LongSupplier nanoClock) {
        this.link = link;
        this.keys = keys;
        this.queues = queues;
        this.aside = aside;
        this.reporters = reporters;
        this.nanoClock = nanoClock;
        this.answered = new LostAnswers(nanoClock);
        this.leaseClock = new LeaseClock(link, keys, queues, nanoClock);
    }

    public Claim claim(ClaimRequest request) {
        return claim(request, false);
    }

    /** @param pausedToo whether a paused queue yields jobs; so a purge can empty it */
    public Claim claim(ClaimRequest request, boolean pausedToo) {
        Asker asker = new Asker(request.queue(), request.worker());
        List<ClaimedJob> jobs = new ArrayList<>();
        List<Priority> order = request.order();
        int left = Math.min(request.max(), ClaimRequest.MOST);
        long askedAt = nanoClock.getAsLong();
        Answer answer = ask(request, order, left, asker, pausedToo);
        while (true) {
            left -= answer.read(jobs);
            Rest rest = answer.rest();
            if (rest == null || nanoClock.getAsLong() - askedAt > FRESH_NANOS) {
                return new Claim(jobs, answer.nextDue());
            }
            int more = read(rest, jobs);
            left -= more;
            order = order.subList(order.indexOf(rest.priority()) + 1, order.size());
            if (more == rest.most() || order.isEmpty()) {
                return new Claim(jobs, answer.nextDue());
            }
            askedAt = nanoClock.getAsLong();
            try { // that priority has no more, those behind it may
                answer = ask(request, order, left, asker, pausedToo);
            } catch (HeadraceException e) {
                return new Claim(jobs, answer.nextDue()); // they are leased; the next call meets the failure again
            }
        }
    }

    private Answer ask(ClaimRequest request, List<Priority> order, int most, Asker asker, boolean pausedToo) {
        List<byte[]> arguments = arguments(request, order, most, asker, pausedToo);
        Answer answer = new Answer(asker, run(Script.CLAIM, asker, arguments));
        // What was leased is handed out before anything that can fail; the next claim mends what is missing.
        if (!answer.lacksGroup()) {
            queues.seen(request.queue());
        } else if (queues.restore(request.queue())) {
            answer = new Answer(asker, run(Script.CLAIM, asker, arguments));
        }
        answer.dropped().forEach(
                member -> LOG.warn("dropped from an index, as it is no job id queue={} index={}", request.queue(),
                        UnreadableValues.shown(member)));
        return answer;
    }

    /** What is read directly because it is more than a script should carry. */
    private record Rest(Asker asker, Priority priority, int most, boolean watched, Instant now, long fence) {}

    /** What the script answered, see {@code claim.lua}. */
    private final class Answer {
        private final Asker asker;
        private final List<Object> reply;

        Answer(Asker asker, Object reply) {
            this.asker = asker;
            this.reply = Replies.list(reply);
        }

        /** Reads the jobs that it leased; tells how many entries they are. */
        int read(List<ClaimedJob> into) {
            Set<String> cancelled = new HashSet<>(Replies.texts(reply.get(3)));
            int count = 0;
            for (Object item : Replies.list(reply.get(2))) {
                List<Object> chunk = Replies.list(item);
                List<Object> entries = Replies.list(chunk.get(1));
                count += entries.size();
                new Chunk(asker, level(chunk.get(0)), now(), fence(), cancelled).read(entries,
                        Replies.list(chunk.get(2)), Replies.texts(chunk.get(3)), Replies.list(chunk.get(4)), into);
            }
            return count;
        }

        @Nullable
        Rest rest() {
            List<Object> rest = Replies.list(reply.get(7));
            return rest.isEmpty()
                    ? null
                    : new Rest(asker, level(rest.get(0)), (int) Replies.number(rest.get(1)),
                            Replies.number(reply.get(8)) == 1, now(), fence());
        }

        /** How long until the next job falls due. */
        Optional<Duration> nextDue() {
            String millis = Replies.text(reply.get(1));
            return millis.isEmpty() ? Optional.empty() : Optional.of(Duration.ofMillis(Long.parseLong(millis)));
        }

        boolean lacksGroup() {
            return Replies.number(reply.get(4)) == 1 && Replies.list(reply.get(2)).isEmpty();
        }

        List<String> dropped() {
            return Replies.texts(reply.get(6));
        }

        private Instant now() {
            return Instant.ofEpochMilli(Replies.number(reply.get(0)));
        }

        private long fence() {
            return Replies.number(reply.get(5));
        }
    }

    private List<byte[]> arguments(ClaimRequest request, List<Priority> order, int most, Asker asker,
            boolean pausedToo) {
        List<byte[]> arguments = new ArrayList<>();
        arguments.add(RedisKeys.bytes(request.queue().value()));
        arguments.add(RedisKeys.bytes(request.worker().value()));
        arguments.add(RedisKeys.bytes(most));
        arguments.add(RedisKeys.bytes(request.lease().toMillis()));
        arguments.add(RedisKeys.bytes(pausedToo ? 0 : MAX_PUBLISH));
        arguments.add(RedisKeys.bytes(pausedToo ? 1 : 0));
        boolean inDoubt = answered.inDoubt(asker);
        LostAnswers.Told known = answered.told(asker);
        arguments.add(RedisKeys.bytes(inDoubt ? Long.toString(known.fence()) : ""));
        arguments.add(RedisKeys.bytes(inDoubt ? most : READ_BY_SCRIPT));
        for (Priority priority : order) {
            arguments.add(RedisKeys.bytes(String.valueOf(priority.code())));
            arguments.add(RedisKeys.bytes(inDoubt ? known.newest(priority) : ""));
        }
        return arguments;
    }

    /**
     * Leases what the script left to be read directly, and tells how many entries came. What fails here takes nothing
     * from what the script has leased, and ends the claim; the next one asks for what the lost answer leased.
     */
    private int read(Rest rest, List<ClaimedJob> jobs) {
        QueueName queue = rest.asker().queue();
        Redis.Request read = new Redis.Request(Command.XREADGROUP, GROUP, WORKERS,
                RedisKeys.bytes(rest.asker().worker().value()), COUNT, RedisKeys.bytes(rest.most()), STREAMS,
                keys.ready(queue, rest.priority()), NEW);
        // Asked after the read: a cancellation that comes later finds a running job, and tells its worker.
        Redis.Request marked = new Redis.Request(Command.EXISTS, keys.index(queue, "cancelled"),
                keys.index(queue, "cancelling"));
        try {
            List<Object> replies = link.exchange(queues.base(queue), List.of(read, marked));
            List<Object> entries = Replies.entries(Redis.checked(replies.get(0)));
            Set<String> cancelled = Set.of();
            if (!entries.isEmpty() && (rest.watched() || Replies.number(Redis.checked(replies.get(1))) > 0)) {
                cancelled = cancelled(queue, rest.priority(), entries, rest.watched());
            }
            new Chunk(rest.asker(), rest.priority(), rest.now(), rest.fence(), cancelled).read(entries, List.of(),
                    List.of(), List.of(), jobs);
            return entries.size();
        } catch (HeadraceException e) {
            LOG.debug("the answer to a claim was lost in part queue={}", queue, e);
            answered.lost(rest.asker());
            return rest.most();
        }
    }

    private Set<String> cancelled(QueueName queue, Priority priority, List<Object> entries, boolean watched) {
        List<byte[]> arguments = new ArrayList<>();
        arguments.add(RedisKeys.bytes(watched ? 1 : 0));
        for (Object entry : entries) {
            List<Object> parts = Replies.list(entry);
            arguments.add(RedisKeys.bytes(ReadyEntry.of(queue, priority, Replies.text(parts.get(0)),
                    Replies.list(parts.get(1))).id().toString()));
        }
        return new HashSet<>(Replies.texts(link.ask(Script.TAKEN, queues.base(queue), arguments)));
    }

    private static Priority level(Object reply) {
        return Priority.ofCode(Replies.text(reply).charAt(0));
    }

    /** Remembers that the answer got lost: what it leased is asked for by the next claims. */
    private Object run(Script script, Asker asker, List<byte[]> arguments) {
        try {
            Object reply = link.run(script, queues.base(asker.queue()), arguments);
            answered.again(asker);
            return reply;
        } catch (OutcomeUnknown e) {
            answered.lost(asker);
            throw e;
        }
    }

    public List<ClaimedJob> reclaim(ClaimRequest request, boolean lastChance) {
        if (!leaseClock.settled(request.queue(), request.lease())) {
            return List.of();
        }
        List<ClaimedJob> jobs = new ArrayList<>();
        int most = Math.min(request.max(), ClaimRequest.MOST);
        boolean more = true;
        for (int page = 0; page < MAX_PAGES && more; page++) {
            boolean one = lastChance && jobs.stream().noneMatch(job -> job.lease().token().lastChance());
            try {
                more = reclaim(request, most - jobs.size(), one, jobs) && jobs.size() < most;
            } catch (HeadraceException e) {
                if (jobs.isEmpty()) {
                    throw e;
                }
                return jobs; // they are leased; the next call meets the failure again
            }
        }
        return jobs;
    }

    /** Whether there are entries left to look at. */
    private boolean reclaim(ClaimRequest request, int most, boolean lastChance, List<ClaimedJob> jobs) {
        List<byte[]> arguments = new ArrayList<>();
        arguments.add(RedisKeys.bytes(request.queue().value()));
        arguments.add(RedisKeys.bytes(request.worker().value()));
        arguments.add(RedisKeys.bytes(most));
        arguments.add(RedisKeys.bytes(request.lease().toMillis()));
        arguments.add(RedisKeys.bytes(PAGE));
        arguments.add(RedisKeys.bytes(SHORTEST_LEASE_MS));
        arguments.add(RedisKeys.bytes(Token.MAX_DELIVERIES));
        arguments.add(RedisKeys.bytes(lastChance ? 1 : 0));
        for (Priority priority : request.order()) {
            arguments.add(RedisKeys.bytes(String.valueOf(priority.code())));
            arguments.add(RedisKeys.bytes(cursors.getOrDefault(new Place(request.queue(), priority), START)));
        }
        Asker asker = new Asker(request.queue(), request.worker());
        List<Object> reply = Replies.list(run(Script.RECLAIM, asker, arguments));
        Instant now = Instant.ofEpochMilli(Replies.number(reply.get(0)));
        Set<String> cancelled = new HashSet<>(Replies.texts(reply.get(2)));
        boolean more = false;
        for (Object item : Replies.list(reply.get(1))) {
            List<Object> chunk = Replies.list(item);
            Priority priority = Priority.ofCode(Replies.text(chunk.get(0)).charAt(0));
            String cursor = Replies.text(chunk.get(1));
            cursors.put(new Place(request.queue(), priority), cursor);
            more |= !cursor.equals(START);
            new Chunk(asker, priority, now, Replies.number(reply.get(3)), cancelled).read(Replies.list(chunk.get(2)),
                    Replies.list(chunk.get(3)), Replies.texts(chunk.get(4)), List.of(), jobs);
        }
        return more;
    }

    /** Whether a worker may hold jobs of a queue without knowing: the next claim tells it. */
    public boolean inDoubt(Asker asker) {
        return answered.inDoubt(asker);
    }

    /** Drops the worker's consumers unless they hold leases. */
    public void forget(QueueName queue, String worker) {
        answered.forget(queue, worker);
        link.ask(Script.FORGET, queues.base(queue), List.of(RedisKeys.bytes(worker)));
    }

    /** The entries of one priority, claimed by one worker at one instant. */
    private final class Chunk {
        private final Asker asker;
        private final Priority priority;
        private final Instant now;
        private final long fence;
        private final Set<String> cancelled;

        Chunk(Asker asker, Priority priority, Instant now, long fence, Set<String> cancelled) {
            this.asker = asker;
            this.priority = priority;
            this.now = now;
            this.fence = fence;
            this.cancelled = cancelled;
        }

        /**
         * @param deliveries empty when every entry is delivered for the first time; likewise histories
         * @param fences empty when all have the fencing token of the answer
         */
        void read(List<Object> entries, List<Object> deliveries, List<String> histories, List<Object> fences,
                List<ClaimedJob> into) {
            if (!entries.isEmpty()) {
                String last = Replies.text(Replies.list(entries.get(entries.size() - 1)).get(0));
                answered.tell(asker, fence, priority, last);
            }
            for (int i = 0; i < entries.size(); i++) {
                int count = deliveries.isEmpty() ? 1 : (int) Replies.number(deliveries.get(i));
                long own = fences.isEmpty() ? fence : Replies.number(fences.get(i));
                try {
                    read(Replies.list(entries.get(i)), count, own, histories.isEmpty() ? "" : histories.get(i),
                            !deliveries.isEmpty(), into);
                } catch (DataDamaged e) { // the other jobs of this claim run
                    LOG.warn("an entry was claimed that is none of ours queue={} level={} error={}", asker.queue(),
                            priority, e.getMessage());
                }
            }
        }

        /** @param again whether it may have been handed out before, and its handler have said something then */
        private void read(List<Object> entry, int deliveries, long own, String history, boolean again,
                List<ClaimedJob> into) {
            String address = Replies.text(entry.get(0));
            ReadyEntry content = ReadyEntry.of(asker.queue(), priority, address, Replies.list(entry.get(1)));
            if (again) {
                reporters.reports(content.id());
            }
            Token token = new Token(priority.code() + address, asker.worker(), deliveries, own);
            JobDocument document;
            try {
                document = content.read();
            } catch (CorruptDocument e) {
                setAside(new Lease(content.id(), deliveries, token), content.document(), e);
                return;
            }
            int before = document.history().attempt();
            List<Attempt> lost = history.isEmpty() ? List.of()
                    : LeaseRecord.lost(LeaseRecord.parse(history), before, now);
            Lease lease = new Lease(content.id(), before + deliveries, token);
            boolean stop = !cancelled.isEmpty() && cancelled.contains(content.id().toString());
            into.add(new ClaimedJob(lease, document, now, stop, lost));
        }

        /** Sets aside what no handler could ever read, so that it neither stops the queue nor vanishes. */
        private void setAside(Lease lease, byte[] found, CorruptDocument why) {
            JobDocument standIn = Finder.standIn(found, why);
            Failure reason = Objects.requireNonNull(standIn.history().error());
            if (cancelled.contains(lease.job().toString())) {
                aside.accept(
                        Verdict.finish(lease, standIn.with(standIn.history().ended(JobState.CANCELLED, now, null))));
                return;
            }
            Attempt attempt = new Attempt(lease.attempt(), asker.worker().value(), now, now, Attempt.Outcome.FAILED,
                    reason);
            aside.accept(Verdict.bury(lease, standIn.with(History.NONE.and(attempt))));
        }
    }
}
