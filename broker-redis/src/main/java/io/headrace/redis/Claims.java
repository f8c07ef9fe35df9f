package io.headrace.redis;

import io.headrace.Attempt;
import io.headrace.Claim;
import io.headrace.ClaimRequest;
import io.headrace.ClaimedJob;
import io.headrace.CorruptDocument;
import io.headrace.Failure;
import io.headrace.InvalidInput;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobSpec;
import io.headrace.JobType;
import io.headrace.Json;
import io.headrace.Lease;
import io.headrace.Level;
import io.headrace.QueueName;
import io.headrace.Run;
import io.headrace.Token;
import io.headrace.Verdict;
import io.headrace.WorkerId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Leases jobs to workers, first deliveries and those of silent workers. */
final class Claims {
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
    private record Place(QueueName queue, Level level) {}

    private final Link link;
    private final Queues queues;
    /** Buries jobs whose document cannot be read. */
    private final Consumer<Verdict> burial;
    /** Where the search for expired leases goes on, by queue and level. */
    private final Map<Place, String> cursors = new ConcurrentHashMap<>();

    Claims(Link link, Queues queues, Consumer<Verdict> burial) {
        this.link = link;
        this.queues = queues;
        this.burial = burial;
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
        request.order().forEach(level -> arguments.add(RedisKeys.bytes(String.valueOf(level.code()))));
        List<Object> reply = Replies.list(link.run(Script.CLAIM, queues.base(request.queue()), arguments));
        if (Replies.number(reply.get(4)) == 1) {
            queues.create(request.queue());
        }
        if (Replies.number(reply.get(4)) == 1 && Replies.list(reply.get(2)).isEmpty()) {
            reply = Replies.list(link.run(Script.CLAIM, queues.base(request.queue()), arguments));
        }
        Instant now = Instant.ofEpochMilli(Replies.number(reply.get(0)));
        String wait = Replies.text(reply.get(1));
        Set<String> cancelled = new HashSet<>(Replies.texts(reply.get(3)));
        List<ClaimedJob> jobs = new ArrayList<>();
        for (Object item : Replies.list(reply.get(2))) {
            List<Object> chunk = Replies.list(item);
            Chunk entries = new Chunk(request.queue(), request.worker(),
                    Level.ofCode(Replies.text(chunk.get(0)).charAt(0)), now,
                    cancelled);
            entries.read(Replies.list(chunk.get(1)), Replies.list(chunk.get(2)), Replies.texts(chunk.get(3)), jobs);
        }
        return new Claim(jobs,
                wait.isEmpty() ? Optional.empty() : Optional.of(Duration.ofMillis(Long.parseLong(wait))));
    }

    List<ClaimedJob> reclaim(ClaimRequest request) {
        List<ClaimedJob> jobs = new ArrayList<>();
        int most = Math.min(request.max(), ClaimRequest.MOST);
        boolean more = true;
        for (int page = 0; page < MAX_PAGES && more; page++) {
            more = reclaim(request, most - jobs.size(), jobs) && jobs.size() < most;
        }
        return jobs;
    }

    /** Whether there are entries left to look at. */
    private boolean reclaim(ClaimRequest request, int most, List<ClaimedJob> jobs) {
        List<byte[]> arguments = new ArrayList<>();
        arguments.add(RedisKeys.bytes(request.queue().value()));
        arguments.add(RedisKeys.bytes(request.worker().value()));
        arguments.add(RedisKeys.bytes(most));
        arguments.add(RedisKeys.bytes(request.lease().toMillis()));
        arguments.add(RedisKeys.bytes(PAGE));
        arguments.add(RedisKeys.bytes(SHORTEST_LEASE_MS));
        for (Level level : request.order()) {
            arguments.add(RedisKeys.bytes(String.valueOf(level.code())));
            arguments.add(RedisKeys.bytes(cursors.getOrDefault(new Place(request.queue(), level), START)));
        }
        List<Object> reply = Replies.list(link.run(Script.RECLAIM, queues.base(request.queue()), arguments));
        Instant now = Instant.ofEpochMilli(Replies.number(reply.get(0)));
        Set<String> cancelled = new HashSet<>(Replies.texts(reply.get(2)));
        boolean more = false;
        for (Object item : Replies.list(reply.get(1))) {
            List<Object> chunk = Replies.list(item);
            Level level = Level.ofCode(Replies.text(chunk.get(0)).charAt(0));
            String cursor = Replies.text(chunk.get(1));
            cursors.put(new Place(request.queue(), level), cursor);
            more |= !cursor.equals(START);
            new Chunk(request.queue(), request.worker(), level, now, cancelled).read(Replies.list(chunk.get(2)),
                    Replies.list(chunk.get(3)), Replies.texts(chunk.get(4)), jobs);
        }
        return more;
    }

    /** Drops the worker's consumers unless they hold leases; tells whether none does. */
    boolean forget(QueueName queue, String worker) {
        return Replies.number(link.ask(Script.FORGET, queues.base(queue), List.of(RedisKeys.bytes(worker)))) == 0;
    }

    /** Entries of one level, claimed by one worker at one instant. */
    private final class Chunk {
        private final QueueName queue;
        private final WorkerId worker;
        private final Level level;
        private final Instant now;
        private final Set<String> cancelled;

        Chunk(QueueName queue, WorkerId worker, Level level, Instant now, Set<String> cancelled) {
            this.queue = queue;
            this.worker = worker;
            this.level = level;
            this.now = now;
            this.cancelled = cancelled;
        }

        /** @param deliveries empty when every entry is delivered for the first time; likewise histories */
        void read(List<Object> entries, List<Object> deliveries, List<String> histories, List<ClaimedJob> into) {
            for (int i = 0; i < entries.size(); i++) {
                int count = deliveries.isEmpty() ? 1 : (int) Replies.number(deliveries.get(i));
                read(Replies.list(entries.get(i)), count, histories.isEmpty() ? "" : histories.get(i), into);
            }
        }

        private void read(List<Object> entry, int deliveries, String history, List<ClaimedJob> into) {
            String address = Replies.text(entry.get(0));
            Entry content = Entry.of(queue, level, address, Replies.list(entry.get(1)));
            Token token = new Token(level.code() + address, worker, deliveries);
            JobDocument document;
            try {
                document = JobDocument.parse(content.document());
            } catch (CorruptDocument e) {
                bury(new Lease(content.id(), deliveries, token), content.document(), e);
                return;
            }
            int before = document.run().attempt();
            List<Attempt> lost = history.isEmpty() ? List.of() : Holder.lost(Holder.parse(history), before, now);
            Lease lease = new Lease(content.id(), before + deliveries, token);
            boolean stop = !cancelled.isEmpty() && cancelled.contains(content.id().toString());
            into.add(new ClaimedJob(lease, document, now, stop, lost));
        }

        /** Sets aside what no handler could ever read, so that it neither stops the queue nor vanishes. */
        private void bury(Lease lease, byte[] found, CorruptDocument why) {
            Json raw = Json.of(Map.of("raw", new String(found, StandardCharsets.UTF_8)));
            JobSpec spec = new JobSpec(new JobType("corrupt"), raw, null, null, null, null, null, null, null);
            Attempt attempt = new Attempt(lease.attempt(), worker.value(), now, now, Attempt.Outcome.FAILED,
                    new Failure("corrupt_document", String.valueOf(why.getMessage()), null));
            burial.accept(Verdict.bury(lease, JobDocument.of(spec).with(Run.NONE.and(attempt))));
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
