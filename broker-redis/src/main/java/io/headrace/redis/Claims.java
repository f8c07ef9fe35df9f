package io.headrace.redis;

import io.headrace.Attempt;
import io.headrace.Claim;
import io.headrace.ClaimRequest;
import io.headrace.ClaimedJob;
import io.headrace.CorruptDocument;
import io.headrace.DataDamaged;
import io.headrace.Failure;
import io.headrace.HeadraceException;
import io.headrace.InvalidInput;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Lease;
import io.headrace.Level;
import io.headrace.OutcomeUnknown;
import io.headrace.QueueName;
import io.headrace.Run;
import io.headrace.Token;
import io.headrace.Verdict;
import io.headrace.WorkerId;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leases jobs to workers, first deliveries and those of silent workers. */
final class Claims {
    private static final Logger LOG = LoggerFactory.getLogger(Claims.class);
    /** One call publishes at most so many jobs of a kind that fell due, so that a herd of them passes in steps. */
    private static final int MAX_PUBLISH = 200;
    /** One script call of reclaim looks at no more pending entries than this. */
    private static final int PAGE = 500;
    /** One call goes through at most so many pages; the next goes on behind them. */
    private static final int MAX_PAGES = 40;
    /** No worker asks for a shorter lease, so entries that fell silent more recently need no look. */
    private static final long SHORTEST_LEASE_MS = 1_000;
    /** In place of a time: no call has been answered since. */
    private static final Long UNANSWERED = Long.MAX_VALUE;
    /**
     * How long after the first answer that follows a lost one claims ask for what that one said: a Redis that was stopped reads what was sent to it when it goes on,
     * even from connections that have been given up.
     */
    private static final long UNTOLD_NANOS = Duration.ofSeconds(30).toNanos();

    /** The cursor of a search that begins. */
    private static final String START = "-";

    /** The pending entries that a search goes through. */
    private record Place(QueueName queue, Level level) {}

    /** Who claims from a queue. */
    private record Asker(QueueName queue, WorkerId worker) {
        boolean is(QueueName aQueue, String aWorker) {
            return queue.equals(aQueue) && worker.value().equals(aWorker);
        }
    }

    private final Link link;
    private final Queues queues;
    /** Ends jobs whose document cannot be read. */
    private final Consumer<Verdict> aside;
    private final LongSupplier nanoClock;
    /** The newest fencing token that each asker was told. */
    private final Map<Asker, Long> told = new ConcurrentHashMap<>();
    /** Whose answers got lost, and until when each of their claims asks what they hold without knowing. */
    private final Map<Asker, Long> untold = new ConcurrentHashMap<>();
    /** Where the search for expired leases goes on, by queue and level. */
    private final Map<Place, String> cursors = new ConcurrentHashMap<>();

    Claims(Link link, Queues queues, Consumer<Verdict> aside, LongSupplier nanoClock) {
        this.link = link;
        this.queues = queues;
        this.aside = aside;
        this.nanoClock = nanoClock;
    }

    Claim claim(ClaimRequest request) {
        return claim(request, false);
    }

    /** @param pausedToo whether a paused queue yields jobs; so a purge can empty it */
    Claim claim(ClaimRequest request, boolean pausedToo) {
        List<byte[]> arguments = new ArrayList<>();
        arguments.add(RedisKeys.bytes(request.queue().value()));
        arguments.add(RedisKeys.bytes(request.worker().value()));
        arguments.add(RedisKeys.bytes(Math.min(request.max(), ClaimRequest.MOST)));
        arguments.add(RedisKeys.bytes(request.lease().toMillis()));
        arguments.add(RedisKeys.bytes(pausedToo ? 0 : MAX_PUBLISH));
        arguments.add(RedisKeys.bytes(pausedToo ? 1 : 0));
        Asker asker = new Asker(request.queue(), request.worker());
        arguments.add(RedisKeys.bytes(toldIfInDoubt(asker)));
        request.order().forEach(level -> arguments.add(RedisKeys.bytes(String.valueOf(level.code()))));
        List<Object> reply = Replies.list(run(Script.CLAIM, asker, arguments));
        // What was leased is handed out before anything that can fail; the next claim mends what is missing.
        if (Replies.number(reply.get(4)) == 1 && Replies.list(reply.get(2)).isEmpty()) {
            queues.create(request.queue());
            reply = Replies.list(run(Script.CLAIM, asker, arguments));
        }
        Replies.texts(reply.get(6)).forEach(
                member -> LOG.warn("dropped from an index, as it is no job id queue={} index={}", request.queue(),
                        Oddities.shown(member)));
        Instant now = Instant.ofEpochMilli(Replies.number(reply.get(0)));
        String wait = Replies.text(reply.get(1));
        long fence = Replies.number(reply.get(5));
        Set<String> cancelled = new HashSet<>(Replies.texts(reply.get(3)));
        List<ClaimedJob> jobs = new ArrayList<>();
        for (Object item : Replies.list(reply.get(2))) {
            List<Object> chunk = Replies.list(item);
            Chunk entries = new Chunk(asker, Level.ofCode(Replies.text(chunk.get(0)).charAt(0)), now, fence, cancelled);
            entries.read(Replies.list(chunk.get(1)), Replies.list(chunk.get(2)), Replies.texts(chunk.get(3)),
                    Replies.list(chunk.get(4)), jobs);
        }
        noteTold(asker, jobs);
        return new Claim(jobs,
                wait.isEmpty() ? Optional.empty() : Optional.of(Duration.ofMillis(Long.parseLong(wait))));
    }

    /** Remembers that the answer got lost: what it leased is asked for by the next claims. */
    private Object run(Script script, Asker asker, List<byte[]> arguments) {
        try {
            Object reply = link.run(script, queues.base(asker.queue()), arguments);
            untold.replace(asker, UNANSWERED, nanoClock.getAsLong() + UNTOLD_NANOS);
            return reply;
        } catch (OutcomeUnknown e) {
            untold.put(asker, UNANSWERED);
            throw e;
        }
    }

    private String toldIfInDoubt(Asker asker) {
        Long until = untold.get(asker);
        if (until == null) {
            return "";
        }
        if (!until.equals(UNANSWERED) && until - nanoClock.getAsLong() < 0) {
            untold.remove(asker, until);
            return "";
        }
        return Long.toString(told.getOrDefault(asker, 0L));
    }

    private void noteTold(Asker asker, List<ClaimedJob> jobs) {
        jobs.stream().mapToLong(job -> job.lease().token().fence()).max()
                .ifPresent(newest -> told.put(asker, newest));
    }

    List<ClaimedJob> reclaim(ClaimRequest request, boolean lastChance) {
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
        for (Level level : request.order()) {
            arguments.add(RedisKeys.bytes(String.valueOf(level.code())));
            arguments.add(RedisKeys.bytes(cursors.getOrDefault(new Place(request.queue(), level), START)));
        }
        Asker asker = new Asker(request.queue(), request.worker());
        List<Object> reply = Replies.list(run(Script.RECLAIM, asker, arguments));
        Instant now = Instant.ofEpochMilli(Replies.number(reply.get(0)));
        Set<String> cancelled = new HashSet<>(Replies.texts(reply.get(2)));
        boolean more = false;
        for (Object item : Replies.list(reply.get(1))) {
            List<Object> chunk = Replies.list(item);
            Level level = Level.ofCode(Replies.text(chunk.get(0)).charAt(0));
            String cursor = Replies.text(chunk.get(1));
            cursors.put(new Place(request.queue(), level), cursor);
            more |= !cursor.equals(START);
            new Chunk(asker, level, now, Replies.number(reply.get(3)), cancelled).read(Replies.list(chunk.get(2)),
                    Replies.list(chunk.get(3)), Replies.texts(chunk.get(4)), List.of(), jobs);
        }
        noteTold(asker, jobs);
        return more;
    }

    /** Drops the worker's consumers unless they hold leases; tells whether none does. */
    boolean forget(QueueName queue, String worker) {
        told.keySet().removeIf(asker -> asker.is(queue, worker));
        untold.keySet().removeIf(asker -> asker.is(queue, worker));
        return Replies.number(link.ask(Script.FORGET, queues.base(queue), List.of(RedisKeys.bytes(worker)))) == 0;
    }

    /** Entries of one level, claimed by one worker at one instant. */
    private final class Chunk {
        private final Asker asker;
        private final Level level;
        private final Instant now;
        private final long fence;
        private final Set<String> cancelled;

        Chunk(Asker asker, Level level, Instant now, long fence, Set<String> cancelled) {
            this.asker = asker;
            this.level = level;
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
            for (int i = 0; i < entries.size(); i++) {
                int count = deliveries.isEmpty() ? 1 : (int) Replies.number(deliveries.get(i));
                long own = fences.isEmpty() ? fence : Replies.number(fences.get(i));
                try {
                    read(Replies.list(entries.get(i)), count, own, histories.isEmpty() ? "" : histories.get(i), into);
                } catch (DataDamaged e) { // the other jobs of this claim run
                    LOG.warn("an entry was claimed that is none of ours queue={} level={} error={}", asker.queue(),
                            level, e.getMessage());
                }
            }
        }

        private void read(List<Object> entry, int deliveries, long own, String history, List<ClaimedJob> into) {
            String address = Replies.text(entry.get(0));
            Entry content = Entry.of(asker.queue(), level, address, Replies.list(entry.get(1)));
            Token token = new Token(level.code() + address, asker.worker(), deliveries, own);
            JobDocument document;
            try {
                document = JobDocument.parse(content.document());
            } catch (CorruptDocument e) {
                setAside(new Lease(content.id(), deliveries, token), content.document(), e);
                return;
            }
            int before = document.run().attempt();
            List<Attempt> lost = history.isEmpty() ? List.of() : Holder.lost(Holder.parse(history), before, now);
            Lease lease = new Lease(content.id(), before + deliveries, token);
            boolean stop = !cancelled.isEmpty() && cancelled.contains(content.id().toString());
            into.add(new ClaimedJob(lease, document, now, stop, lost));
        }

        /** Sets aside what no handler could ever read, so that it neither stops the queue nor vanishes. */
        private void setAside(Lease lease, byte[] found, CorruptDocument why) {
            JobDocument standIn = Finder.standIn(found, why);
            Failure reason = Objects.requireNonNull(standIn.run().error());
            if (cancelled.contains(lease.job().toString())) {
                aside.accept(Verdict.finish(lease, standIn.with(standIn.run().ended(JobState.CANCELLED, now, null))));
                return;
            }
            Attempt attempt = new Attempt(lease.attempt(), asker.worker().value(), now, now, Attempt.Outcome.FAILED,
                    reason);
            aside.accept(Verdict.bury(lease, standIn.with(Run.NONE.and(attempt))));
        }
    }

    /** What a stream entry says: the job's id and its document. */
    record Entry(JobId id, byte[] document) {
        private static final byte[] NOTHING = {};

        /** An entry that was published again names its job; a first one is named by its own address. */
        static Entry of(QueueName queue, Level level, String address, List<Object> fields) {
            JobId id = Replies.fresh(queue, level, address);
            byte[] document = NOTHING;
            for (int i = 0; i + 1 < fields.size(); i += 2) {
                String name = Replies.text(fields.get(i));
                if (name.equals("id")) {
                    id = named(Replies.text(fields.get(i + 1)), id);
                } else if (name.equals("job") && fields.get(i + 1) instanceof byte[] bytes) {
                    document = bytes;
                }
            }
            return new Entry(id, document);
        }

        private static JobId named(String text, JobId otherwise) {
            try {
                JobId id = JobId.parse(text);
                return id.queue().equals(otherwise.queue()) ? id : otherwise;
            } catch (InvalidInput e) {
                return otherwise;
            }
        }
    }
}
