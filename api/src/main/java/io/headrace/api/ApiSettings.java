package io.headrace.api;

import io.headrace.Durability;
import io.headrace.NewJob;
import io.headrace.config.Setting;
import java.time.Duration;
import java.util.List;

/** What can be configured about the API. */
public final class ApiSettings {
    /** See its help text; likewise the others. */
    public static final Setting<String> BIND = Setting.text("api.bind", "127.0.0.1", "an IP address or host name",
            "The address to listen on; anything but loopback needs api.keys.");
    public static final Setting<Integer> PORT = Setting.number("api.port", 8080, 0, 65_535,
            "The port to listen on; 0 takes any free one.");
    public static final Setting<ApiKeys> KEYS = new Setting<>("api.keys", "",
            "[name=]role[@queue+queue]:secret separated by commas; sha256:DIGEST can stand for a secret",
            "Who sends a secret as 'Authorization: Bearer' has its role (viewer, producer, operator, admin) for its"
                    + " queues; a secret alone is an admin's;"
                    + " none lets in every process of the same user, on loopback only.",
            ApiKeys::parse);
    public static final Setting<Boolean> OPEN_METRICS = Setting.flag("api.open-metrics", false,
            "Whether /metrics can be read without a key even when there are keys.");
    public static final Setting<Integer> METRICS_QUEUES = Setting.number("api.metrics-queues", 500, 1, 100_000,
            "How many queues /metrics tells apart, the oldest first, at about 800 bytes each;"
                    + " the others are summed up as '(other)'.");
    public static final Setting<Boolean> CLOSED_QUEUES = Setting.flag("api.closed-queues", false,
            "Whether only queues that exist accept jobs; else the first job creates its queue.");
    public static final Setting<Integer> MAX_PAYLOAD = Setting.number("api.max-payload-bytes", NewJob.MAX_PAYLOAD, 1024,
            NewJob.MAX_PAYLOAD_EVER, "The largest payload of one job, in bytes.");
    public static final Setting<Integer> MAX_BATCH = Setting.number("api.max-batch-bytes", 1024 * 1024 * 1024, 1024,
            Integer.MAX_VALUE, "The longest body of one batch, in bytes; it is never held in memory as a whole.");
    public static final Setting<Integer> MAX_BATCH_JOBS = Setting.number("api.max-batch-jobs", 1_000_000, 1, 10_000_000,
            "How many jobs one batch may hold; its answer is held in memory, about 40 bytes a job.");
    public static final Setting<Integer> BATCH_IN_FLIGHT = Setting.number("api.batch-in-flight", 2_000, 1, 100_000,
            "How many jobs of one batch may wait for the broker at once; reading pauses while they do.");
    public static final Setting<Integer> MAX_WAITERS = Setting.number("api.max-waiters", 2_000, 0, 100_000,
            "How many requests may wait for jobs or follow them at once; a WebSocket counts as many as it has topics."
                    + " Each looks at its job every two seconds."
                    + " A key gets no more of these places than it leaves free.");
    public static final Setting<Duration> BODY_TIMEOUT = Setting.duration("api.body-timeout", "30s", "100ms", "1h",
            "How long a request may take to send its head, and again its body; a batch only must not stall that long.");
    public static final Setting<Duration> DRAIN = Setting.duration("api.drain", "0s", "0s", "5m",
            "How long an api that was told to stop goes on listening, with /readyz at 503,"
                    + " for load balancers to notice.");
    public static final Setting<Integer> THREADS = Setting.number("api.threads", 64, 2, 1_000,
            "How many calls that wait for the broker run at once; submissions need none of them.");

    public static final Setting<Durability> DURABILITY = new Setting<>("api.durability", "memory",
            "memory, fsync or replicated:N with N from 1 to " + Durability.MOST_REPLICAS,
            "What must have happened to a job before its 202: Redis has it in memory, has it on disk, or N replicas"
                    + " have it; 'Prefer: durability=' overrides it for a request.",
            text -> Durability.parse("api.durability", text));

    /** All of them, in the order of the documentation. */
    public static final List<Setting<?>> ALL = List.of(BIND, PORT, KEYS, OPEN_METRICS, METRICS_QUEUES, CLOSED_QUEUES,
            MAX_PAYLOAD, MAX_BATCH,
            MAX_BATCH_JOBS, BATCH_IN_FLIGHT, MAX_WAITERS, BODY_TIMEOUT, DRAIN, THREADS, DURABILITY);

    private ApiSettings() {}
}
