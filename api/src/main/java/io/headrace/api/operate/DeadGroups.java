package io.headrace.api.operate;

import io.headrace.Failure;
import io.headrace.JobId;
import io.headrace.JobType;
import io.headrace.QueueName;
import io.headrace.broker.DeadJob;
import io.headrace.broker.JobPage;
import io.headrace.broker.Jobs;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Puts dead jobs together that died of the same, newest first, for as long as a person likes to wait. Used by one
 * thread.
 */
final class DeadGroups {
    /** So many jobs are looked at, and for so long. */
    private static final int MOST = 10_000;
    private static final long NANOS = Duration.ofSeconds(1).toNanos();
    private static final int PAGE = 200;
    /** How many groups are told of: the largest. */
    private static final int SHOWN = 200;

    private final Map<String, Gathered> byFingerprint = new HashMap<>();
    private final Fingerprints fingerprints = new Fingerprints();
    private int examined;

    /**
     * Jobs that died of the same.
     *
     * @param message of the error, without what differs between them
     * @param sample the newest of them
     */
    record Group(String fingerprint, JobType type, String error, String message, long count, Instant oldest,
            Instant newest, JobId sample) {}

    /**
     * What was found, the largest group first.
     *
     * @param examined how many jobs were looked at
     * @param more whether there are others
     */
    record Found(List<Group> groups, long examined, boolean more) {}

    /** A group that grows: jobs come newest first. */
    private static final class Gathered {
        final Fingerprint fingerprint;
        final DeadJob newest;
        long count;
        Instant oldest;

        Gathered(Fingerprint fingerprint, DeadJob newest) {
            this.fingerprint = fingerprint;
            this.newest = newest;
            this.oldest = newest.diedAt();
        }

        Group done() {
            Failure error = newest.cause().error();
            return new Group(fingerprint.value(), newest.cause().type(), error == null ? "unknown" : error.type(),
                    fingerprint.message(), count, oldest, newest.diedAt(), newest.id());
        }
    }

    /** Looks at the newest dead jobs of a queue. */
    static Found of(Jobs jobs, QueueName queue, LongSupplier nanoClock) {
        DeadGroups groups = new DeadGroups();
        long end = nanoClock.getAsLong() + NANOS;
        String cursor = null;
        do {
            JobPage<DeadJob> page = jobs.dead(queue, cursor, PAGE);
            page.jobs().forEach(groups::add);
            cursor = page.next().orElse(null);
        } while (cursor != null && groups.examined < MOST && nanoClock.getAsLong() - end < 0);
        return groups.found(cursor != null);
    }

    void add(DeadJob job) {
        examined++;
        Fingerprint fingerprint = fingerprints.of(job.cause());
        Gathered group = byFingerprint.computeIfAbsent(fingerprint.value(), value -> new Gathered(fingerprint, job));
        group.count++;
        group.oldest = job.diedAt();
    }

    Found found(boolean more) {
        return new Found(byFingerprint.values().stream().map(Gathered::done)
                .sorted(Comparator.comparingLong(Group::count).thenComparing(Group::newest).reversed()).limit(SHOWN)
                .toList(), examined, more);
    }
}
