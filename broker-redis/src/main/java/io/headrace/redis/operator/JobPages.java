package io.headrace.redis.operator;

import io.headrace.DataDamaged;
import io.headrace.History;
import io.headrace.InvalidInput;
import io.headrace.Job;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Priority;
import io.headrace.broker.JobPage;
import io.headrace.broker.JobQuery;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import io.headrace.redis.connection.UnreadableValues;
import io.headrace.redis.jobs.EntryIds;
import io.headrace.redis.jobs.Finder;
import io.headrace.redis.jobs.QueueCache;
import io.headrace.redis.jobs.ReadyEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import redis.clients.jedis.Protocol.Command;

/**
 * Lists the jobs of a state page by page, looking at a bounded number of them. A cursor is
 * {@code state~place~position}: it names where to go on in the state's own order, so it stays valid while jobs come and
 * go.
 */
final class JobPages {
    /** So many jobs are looked at for one page, however few match the filter. */
    private static final int MAX_LOOKED_AT = 2_000;
    /** So many are fetched in one round trip. */
    private static final int STEP = 200;

    /** No entry of a millisecond has a greater number. */
    private static final String LAST_SEQUENCE = "18446744073709551615";

    private static final Pattern SCAN = Pattern.compile("-|" + Scan.FORM + "(:" + RestingIndex.ID + ")?");
    private static final Pattern BUCKET_SCAN = Pattern
            .compile("-|[0-9]{1,15}:" + Scan.FORM + "(:" + RestingIndex.ID + ")?");
    private static final Pattern ENTRY = Pattern.compile("-|[0-9]{1,15}-[0-9]{1,15}");

    private final Redis redis;
    private final RedisKeys keys;
    private final QueueCache queues;
    private final Finder finder;
    private final UnreadableValues unreadable;
    private final RestingIndex index;
    private final FinishedBuckets finished;

    JobPages(Redis redis, RedisKeys keys, QueueCache queues, Finder finder, RestingIndex index,
            UnreadableValues unreadable) {
        this.redis = redis;
        this.keys = keys;
        this.queues = queues;
        this.finder = finder;
        this.index = index;
        this.unreadable = unreadable;
        this.finished = new FinishedBuckets(redis, keys, queues, unreadable);
    }

    /** Jobs fetched together, and where to go on; an empty position means the place is exhausted. */
    private record Step(List<Job> jobs, List<String> positions, String next) {}

    JobPage<Job> page(JobQuery query) {
        List<String> places = places(query.state());
        int place = 0;
        String position = "-";
        if (query.cursor() != null) {
            String[] words = query.cursor().split("~", 3);
            place = words.length == 3 && words[0].equals(query.state().label()) ? places.indexOf(words[1]) : -1;
            if (place < 0 || !position(places.get(place)).matcher(words[2]).matches()) {
                throw new InvalidInput("cursor",
                        "must come from an earlier page of jobs that are " + query.state().label());
            }
            position = words[2];
        }
        List<Job> found = new ArrayList<>();
        int looked = 0;
        long bytes = 0;
        Stride stride = new Stride(Math.min(STEP, Math.max(20, query.limit())));
        while (place < places.size()) {
            Step step = step(query, places.get(place), position, stride.next());
            stride.took(step.jobs());
            for (int i = 0; i < step.jobs().size(); i++) {
                if (matches(query, step.jobs().get(i))) {
                    found.add(step.jobs().get(i));
                    bytes += step.jobs().get(i).document().bytes().length;
                    if (found.size() == query.limit() || bytes >= JobPage.MAX_BYTES) {
                        boolean last = i == step.jobs().size() - 1 && step.next().isEmpty()
                                && place == places.size() - 1;
                        return new JobPage<>(found, last ? Optional.empty()
                                : Optional.of(cursor(query, places.get(place), step.positions().get(i))));
                    }
                }
            }
            looked += Math.max(1, step.jobs().size());
            position = step.next();
            if (position.isEmpty()) {
                place++;
                position = "-";
            }
            if (looked >= MAX_LOOKED_AT && place < places.size()) {
                return new JobPage<>(found, Optional.of(cursor(query, places.get(place), position)));
            }
        }
        return new JobPage<>(found, Optional.empty());
    }

    /**
     * A step of a scan: the same cursor and count yield the same members, so that a page can end within it and the next
     * come back.
     */
    private record Scan(String cursor, int count) {
        static final String FORM = "[0-9]{1,19}([.][0-9]{1,3})?";

        /** @param count unless the text says how many the step had that it comes back to */
        static Scan of(String text, int count) {
            int dot = text.indexOf('.');
            return dot < 0 ? new Scan(text, count)
                    : new Scan(text.substring(0, dot), Math.max(1, Integer.parseInt(text.substring(dot + 1))));
        }

        @Override
        public String toString() {
            return cursor + "." + count;
        }
    }

    /**
     * How many jobs to fetch next of a place that cannot tell how large they are: few at first, then as many as those
     * seen allow.
     */
    private static final class Stride {
        private static final int FIRST = 16;
        private static final int FASTER = 8;

        private final int most;
        private int next;

        Stride(int most) {
            this.most = most;
            this.next = Math.min(most, FIRST);
        }

        int next() {
            return next;
        }

        void took(List<Job> jobs) {
            long bytes = jobs.stream().mapToLong(job -> job.document().bytes().length).sum();
            long fit = jobs.isEmpty() ? most : JobPage.MAX_BYTES / Math.max(1, bytes / jobs.size());
            next = (int) Math.max(1, Math.min(most, Math.min(fit, (long) next * FASTER)));
        }
    }

    private static String cursor(JobQuery query, String place, String position) {
        return query.state().label() + "~" + place + "~" + position;
    }

    /** Where jobs of a state lie, in the order in which they are shown. */
    private static List<String> places(JobState state) {
        return switch (state) {
            case QUEUED -> List.of("released:h", "queued:h", "released:n", "queued:n", "released:l", "queued:l");
            case RUNNING -> List.of("running:h", "running:n", "running:l");
            case SCHEDULED, RETRYING, PARKED, DEAD -> List.of(state.label());
            case CANCELLED -> List.of("cancelled", "finished");
            case SUCCEEDED, EXPIRED -> List.of("finished");
        };
    }

    /** What a position in a place looks like; {@code -} is its beginning. */
    private static Pattern position(String place) {
        return switch (place) {
            case "scheduled", "retrying", "parked", "dead" -> RestingIndex.POSITION;
            case "cancelled" -> SCAN;
            case "finished" -> BUCKET_SCAN;
            default -> ENTRY;
        };
    }

    private Step step(JobQuery query, String place, String position, int most) {
        return switch (place) {
            case "scheduled", "retrying", "parked", "dead" -> resting(query, position, most);
            case "cancelled" -> cancelledInLine(query, position, most);
            case "finished" -> finished(query, position, most);
            default -> line(query, place, position, most);
        };
    }

    private static boolean matches(JobQuery query, Job job) {
        if (job.state() != query.state() || (job.state().terminal() && !accepted(query, job))) {
            return false;
        }
        if (query.type() != null && !job.document().spec().type().equals(query.type())) {
            return false;
        }
        if (query.error() == null) {
            return true;
        }
        History history = job.document().history();
        return history.error() != null
                && history.error().type().toLowerCase(Locale.ROOT).contains(query.error().toLowerCase(Locale.ROOT));
    }

    /** Dead jobs are looked for by their time of death, others that ended by when they were accepted. */
    private static boolean accepted(JobQuery query, Job job) {
        long createdMs = job.createdAt().toEpochMilli();
        return job.state() == JobState.DEAD || (createdMs >= query.fromMs() && createdMs < query.toMs());
    }

    private Step line(JobQuery query, String place, String position, int most) {
        int colon = place.indexOf(':');
        Priority priority = Priority.ofCode(place.charAt(colon + 1));
        List<byte[]> arguments = List.of(RedisKeys.bytes(place.substring(colon + 1)),
                RedisKeys.bytes(place.substring(0, colon)),
                RedisKeys.bytes(position.equals("-") ? behind(query) : position), RedisKeys.bytes(most));
        List<Object> reply = Replies.list(redis.ask(Script.LIST_LINE, queues.base(query.queue()), arguments));
        List<String> holders = Replies.texts(reply.get(2));
        List<Job> jobs = new ArrayList<>();
        List<String> positions = new ArrayList<>();
        String next = Replies.text(reply.get(0));
        List<Object> entries = Replies.list(reply.get(1));
        for (int i = 0; i < entries.size(); i++) {
            List<Object> entry = Replies.list(entries.get(i));
            String address = Replies.text(entry.get(0));
            ReadyEntry content;
            try {
                content = ReadyEntry.of(query.queue(), priority, address, Replies.list(entry.get(1)));
            } catch (DataDamaged e) {
                unreadable.passedOver(keys.ready(query.queue(), priority), address, "it is beyond any time");
                continue;
            }
            long addedMs = content.addedAt() == null ? EntryIds.millis(address) : content.addedAt().toEpochMilli();
            if (addedMs >= query.toMs()) {
                next = "";
                break;
            } else if (addedMs < query.fromMs()) {
                continue; // its address is ahead of its time
            }
            JobDocument document = content.shown();
            String held = holders.isEmpty() ? "" : holders.get(i);
            jobs.add(place.startsWith("running") ? Finder.running(content.id(), document, held, "", false)
                    : Finder.inLine(content.id(), JobState.QUEUED, document, held));
            positions.add(address);
        }
        withoutCancelled(query, jobs, positions);
        return new Step(jobs, positions, next);
    }

    /** The entry behind which the time begins that is looked for. */
    private static String behind(JobQuery query) {
        return query.fromMs() == 0 ? "-" : query.fromMs() - 1 + "-" + LAST_SEQUENCE;
    }

    /**
     * Jobs cancelled in line still have their entries, in line or in the hands of who ends them, but they have ended.
     */
    private void withoutCancelled(JobQuery query, List<Job> jobs, List<String> positions) {
        if (jobs.isEmpty()) {
            return;
        }
        byte[] key = keys.cancelled(query.queue());
        byte[][] arguments = new byte[jobs.size() + 1][];
        arguments[0] = key;
        for (int i = 0; i < jobs.size(); i++) {
            arguments[i + 1] = RedisKeys.bytes(jobs.get(i).id().toString());
        }
        List<Object> members = Replies.list(redis.ask(key, new Request(Command.SMISMEMBER, arguments)));
        for (int i = jobs.size() - 1; i >= 0; i--) {
            if (Replies.number(members.get(i)) == 1) {
                jobs.remove(i);
                positions.remove(i);
            }
        }
    }

    /** Jobs of an index. One whose document is missing is passed over. */
    private Step resting(JobQuery query, String position, int most) {
        RestingIndex.Step step = index.step(query.queue(), query.state(), position, query.fromMs(), query.toMs(), most);
        List<Object> documents = index.documents(query.queue(),
                step.members().stream().map(RestingIndex.Member::id).toList());
        List<RestingIndex.Member> members = step.members().subList(0, documents.size());
        List<Job> jobs = new ArrayList<>();
        List<String> positions = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            if (documents.get(i) instanceof byte[] bytes) {
                RestingIndex.Member member = members.get(i);
                Instant runAt = query.state() == JobState.DEAD ? null : Instant.ofEpochMilli(member.score());
                jobs.add(Job.of(member.id(), query.state(), Finder.document(bytes), runAt));
                positions.add(member.position());
            }
        }
        boolean more = step.more() || members.size() < step.members().size();
        return new Step(jobs, positions, more ? members.get(members.size() - 1).position() : "");
    }

    /** A set scanned in steps; the position is {@code cursor.count:last id seen of that step}. */
    private Step cancelledInLine(JobQuery query, String position, int most) {
        byte[] key = keys.cancelled(query.queue());
        String[] at = (position.equals("-") ? "0" : position).split(":", 2);
        Scan scan = Scan.of(at[0], most);
        List<Object> reply = Replies.list(redis.ask(key, new Request(Command.SSCAN, key,
                RedisKeys.bytes(scan.cursor()), RedisKeys.bytes("COUNT"), RedisKeys.bytes(scan.count()))));
        List<Job> jobs = new ArrayList<>();
        Replies.texts(reply.get(1)).forEach(text -> index.id(query.queue(), key, text)
                .flatMap(id -> finder.find(id).job()).ifPresent(jobs::add));
        String after = Replies.text(reply.get(0));
        return scanned(jobs, scan.toString(), at.length > 1 ? at[1] : "", after.equals("0") ? "" : after);
    }

    /**
     * Buckets newest first, each scanned in steps; the position is
     * {@code bucket:cursor.count:last id seen of that step}.
     */
    private Step finished(JobQuery query, String position, int most) {
        String[] at = position.equals("-") ? new String[]{FinishedBuckets.NEWEST, "0"} : position.split(":", 3);
        List<String> buckets = finished.next(query, at[0]);
        if (buckets.isEmpty()) {
            return new Step(List.of(), List.of(), "");
        }
        String bucket = buckets.get(0);
        boolean same = bucket.equals(at[0]);
        Scan scan = Scan.of(same ? at[1] : "0", most);
        byte[] hash = keys.finished(query.queue(), bucket);
        List<Object> reply = scan(hash, scan);
        List<Job> jobs = new ArrayList<>();
        List<Object> flat = Replies.list(reply.get(1));
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            JobDocument document = Finder.document((byte[]) flat.get(i + 1));
            index.id(query.queue(), hash, Replies.text(flat.get(i)))
                    .ifPresent(id -> jobs.add(Job.of(id, Finder.outcome(document), document, null)));
        }
        String after = Replies.text(reply.get(0));
        String next = !after.equals("0") ? bucket + ":" + after : buckets.size() > 1 ? buckets.get(1) + ":0" : "";
        return scanned(jobs, bucket + ":" + scan, same && at.length > 2 ? at[2] : "", next);
    }

    /** A step through a bucket; one that is no hash is empty. */
    private List<Object> scan(byte[] hash, Scan scan) {
        try {
            return Replies.list(redis.ask(hash, new Request(Command.HSCAN, hash, RedisKeys.bytes(scan.cursor()),
                    RedisKeys.bytes("COUNT"), RedisKeys.bytes(scan.count()))));
        } catch (DataDamaged e) {
            return List.of(RedisKeys.bytes(0), List.of());
        }
    }

    /** Newest first; a page that ends within a step comes back to it and goes on behind the last id it showed. */
    private static Step scanned(List<Job> jobs, String step, String seen, String next) {
        jobs.sort(Comparator.comparing(Job::id).reversed());
        if (!seen.isEmpty()) {
            JobId last = JobId.parse(seen);
            jobs.removeIf(job -> job.id().compareTo(last) >= 0);
        }
        return new Step(jobs, jobs.stream().map(job -> step + ":" + job.id()).toList(), next);
    }
}
