package io.headrace.redis.jobs;

import io.headrace.Attempt;
import io.headrace.CorruptDocument;
import io.headrace.Failure;
import io.headrace.History;
import io.headrace.InvalidInput;
import io.headrace.Job;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobSpec;
import io.headrace.JobState;
import io.headrace.JobType;
import io.headrace.Json;
import io.headrace.Lookup;
import io.headrace.Progress;
import io.headrace.redis.connection.Args;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Script;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks one job up, in one round trip. */
public final class Finder {
    private static final byte[] NOTHING = {};

    private final Redis redis;
    private final QueueCache queues;

    public Finder(Redis redis, QueueCache queues) {
        this.redis = redis;
        this.queues = queues;
    }

    /**
     * What one look found.
     *
     * @param document the stored bytes; empty when there are none
     */
    public record Found(Lookup lookup, byte[] document) {}

    public Lookup find(JobId id) {
        return look(id).lookup();
    }

    /** Notes first that its end is waited for, so that it does not vanish between the two. */
    public Lookup await(JobId id) {
        byte[] base = queues.base(id.queue());
        List<Object> replies = redis.askAll(base,
                List.of(redis.script(Script.AWAIT, base, Args.of(id)),
                        redis.script(Script.FIND, base, arguments(id))));
        return read(id, Redis.checked(replies.get(1))).lookup();
    }

    public Found look(JobId id) {
        return read(id, redis.ask(Script.FIND, queues.base(id.queue()), arguments(id)));
    }

    private static List<byte[]> arguments(JobId id) {
        return Args.of(id, id.priority(),
                id.scheduled() ? null : id.entry(), Replies.bucket(id),
                id.millis());
    }

    private static Found read(JobId id, Object found) {
        List<Object> reply = Replies.list(found);
        String place = Replies.text(reply.get(0));
        if (place.equals("unknown")) {
            return new Found(Lookup.UNKNOWN, NOTHING);
        }
        if (place.equals("gone")) {
            return new Found(Lookup.GONE, NOTHING);
        }
        byte[] stored = reply.get(1) instanceof byte[] bytes ? bytes : NOTHING;
        return new Found(Lookup.found(job(id, place, document(stored), reply)), stored);
    }

    private static Job job(JobId id, String place, JobDocument document, List<Object> reply) {
        return switch (place) {
            case "finished" -> Job.of(id, outcome(document), document, null);
            case "dead" -> Job.of(id, JobState.DEAD, document, null);
            case "queued" -> inLine(id, JobState.QUEUED, timed(document, reply.get(3)), Replies.text(reply.get(2)));
            case "cancelled" ->
                inLine(id, JobState.CANCELLED, timed(document, reply.get(3)), Replies.text(reply.get(2)));
            case "running" ->
                running(id, timed(document, reply.get(5)), Replies.text(reply.get(2)), Replies.text(reply.get(3)),
                        Replies.number(reply.get(4)) == 1);
            default ->
                Job.of(id, JobState.ofLabel(place), document, Instant.ofEpochMilli(Replies.number(reply.get(2))));
        };
    }

    private static JobDocument timed(JobDocument document, Object at) {
        Instant acceptedAt = ReadyEntry.time(Replies.text(at));
        return acceptedAt == null ? document : document.accepted(acceptedAt);
    }

    /** What a document in a finished bucket ended as. */
    public static JobState outcome(JobDocument document) {
        JobState outcome = document.history().outcome();
        return outcome == null ? JobState.SUCCEEDED : outcome;
    }

    /** Reads a document for people: what cannot be read is shown as such. */
    public static JobDocument document(byte[] bytes) {
        try {
            return JobDocument.parse(bytes);
        } catch (CorruptDocument e) {
            return standIn(bytes, e);
        }
    }

    /**
     * What stands for a document that cannot be read: a job of type {@code corrupt}, whose payload is what was found
     * and whose error says why.
     */
    public static JobDocument standIn(byte[] found, CorruptDocument why) {
        Json raw = Json.of(Map.of("raw", Replies.text(found)));
        JobSpec spec = new JobSpec(new JobType("corrupt"), raw, null, null, null, null, null, null, null);
        Failure reason = new Failure("corrupt_document",
                found.length == 0 ? "the document is missing" : String.valueOf(why.getMessage()), null);
        return JobDocument.of(spec).with(new History(0, List.of(), null, null, null, reason, null, 0));
    }

    /** @param holders what the hash {@code running} says of the entry: lost deliveries, when it was handed back */
    public static Job inLine(JobId id, JobState state, JobDocument document, String holders) {
        List<LeaseRecord> lost = LeaseRecord.parse(holders);
        Job job = Job.of(id, state, document, null);
        if (lost.isEmpty()) {
            return job;
        }
        LeaseRecord last = lost.get(0);
        return new Job(id, state, job.document(), null, last.since(), last.worker(),
                document.history().attempt() + last.deliveries(),
                null, false);
    }

    public static Job running(JobId id, JobDocument document, String holders, String report, boolean cancelling) {
        List<LeaseRecord> all = LeaseRecord.parse(holders);
        if (all.isEmpty()) {
            return new Job(id, JobState.RUNNING, document, null, null, null, document.history().attempt() + 1, null,
                    cancelling);
        }
        LeaseRecord now = all.get(0);
        History run = document.history();
        for (Attempt lost : LeaseRecord.lost(all.subList(1, all.size()), document.history().attempt(), now.since())) {
            run = run.and(lost);
        }
        int attempt = document.history().attempt() + now.deliveries();
        return new Job(id, JobState.RUNNING, all.size() == 1 ? document : document.with(run), null, now.since(),
                now.worker(),
                attempt, progress(report, attempt), cancelling);
    }

    /** @param report {@code <attempt> <fraction> <message>}; what an earlier attempt said counts no more */
    private static @Nullable Progress progress(String report, int attempt) {
        String[] words = report.split(" ", 3);
        if (words.length < 3 || !words[0].equals(Integer.toString(attempt))) {
            return null;
        }
        try {
            return new Progress(Double.parseDouble(words[1]), words[2].isEmpty() ? null : words[2]);
        } catch (NumberFormatException | InvalidInput e) {
            return null; // for people only: what cannot be read is not shown
        }
    }
}
