package io.headrace.worker;

import io.headrace.InvalidInput;
import io.headrace.QueueName;
import io.headrace.config.Setting;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What can be configured about a worker. The heartbeat is not: it is a third of the lease, at most 10 s. */
public final class WorkerSettings {
    /** Queues and their weights, in order. */
    public static final Setting<Map<QueueName, Integer>> QUEUES = new Setting<>("worker.queues", "default",
            "queue[=weight] joined by commas, weights 1 to 1000",
            "Which queues the worker serves, and how they share its slots while all of them have work.",
            WorkerSettings::queues);

    /** Whether queues are served in order instead of by weight. */
    public static final Setting<Boolean> STRICT = Setting.flag("worker.strict", false,
            "Serve the queues in the order given, each only while those before it are empty; weights are ignored.");

    /** How many jobs at once. */
    public static final Setting<Integer> SLOTS = Setting.number("worker.slots", 10, 1, 20_000,
            "How many jobs run at once.");

    /** How long a silent worker keeps its jobs. */
    public static final Setting<Duration> LEASE = Setting.duration("worker.lease", "30s", "1s", "1h",
            "How long a worker may stay silent before its jobs are given to others.");

    /** How long running jobs may go on after the worker was told to stop. */
    public static final Setting<Duration> GRACE = Setting.duration("worker.grace", "25s", "0s", "1h",
            "How long running jobs may go on after the worker was told to stop,"
                    + " before they are interrupted and handed back.");

    /** How long one attempt may take. */
    public static final Setting<Optional<Duration>> TIMEOUT = timeout();

    /** How long a call of an HTTP target may take. */
    public static final Setting<Duration> HTTP_TIMEOUT = Setting.duration("worker.http-timeout", "5m", "1s", "7d",
            "How long one attempt by an HTTP target may take when neither its job nor worker.timeout says.");

    /** Attempts after the first. */
    public static final Setting<Integer> MAX_RETRIES = Setting.number("worker.max-retries", 10, 0, 1000,
            "How often a failed job is tried again when the job itself does not say.");

    /** Where jars with handlers are. */
    public static final Setting<String> PLUGINS = Setting.text("worker.plugins", "", "a folder, or empty",
            "The folder whose jars hold handlers; empty for none.");

    /** Where health and metrics are served. */
    public static final Setting<Integer> METRICS_PORT = Setting.number("worker.metrics-port", 0, 0, 65_535,
            "The port of /livez and /metrics; 0 serves neither.");

    /** Who can reach them. */
    public static final Setting<String> METRICS_BIND = Setting.text("worker.metrics-bind", "127.0.0.1",
            "an IP address or host name",
            "The address that /livez and /metrics listen on; they need no key, so open it only to who may read"
                    + " them. On loopback, only the host names localhost and addresses in numbers are answered.");

    /** All of them. */
    public static final List<Setting<?>> ALL = List.of(QUEUES, STRICT, SLOTS, LEASE, GRACE, TIMEOUT, HTTP_TIMEOUT,
            MAX_RETRIES,
            PLUGINS, METRICS_PORT, METRICS_BIND);

    private static final int MAX_WEIGHT = 1_000;

    private WorkerSettings() {}

    private static Setting<Optional<Duration>> timeout() {
        Setting<Duration> bounded = Setting.duration("worker.timeout", "1m", "1ms", "7d", "");
        return new Setting<>("worker.timeout", "none", "none or " + bounded.allowed(),
                "How long one attempt may take when its job does not say.",
                text -> text.equals("none") ? Optional.empty() : Optional.of(bounded.parser().apply(text)));
    }

    /**
     * Reads {@code critical=6,default}; a queue without a weight has weight 1.
     *
     * @throws InvalidInput when a name or weight is not allowed, or a queue is named twice
     */
    static Map<QueueName, Integer> queues(String text) {
        Map<QueueName, Integer> weights = new LinkedHashMap<>();
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            QueueName queue = new QueueName((equals < 0 ? part : part.substring(0, equals)).strip());
            int weight = equals < 0 ? 1 : weight(part.substring(equals + 1).strip());
            if (weights.put(queue, weight) != null) {
                throw new InvalidInput("worker.queues", "must name each queue once, names '" + queue + "' twice");
            }
        }
        return Collections.unmodifiableMap(weights);
    }

    private static int weight(String text) {
        return Setting.number("weight", 1, 1, MAX_WEIGHT, "").parser().apply(text);
    }
}
