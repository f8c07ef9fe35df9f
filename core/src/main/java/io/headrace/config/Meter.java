package io.headrace.config;

import java.util.List;

/**
 * Every meter that Headrace exports, by its name on {@code /metrics}: the only place where these names are spelled, and
 * the source that {@code docs/metrics.md} is checked against.
 */
public enum Meter {
    JOBS_ENQUEUED("headrace_jobs_enqueued_total", Kind.COUNTER, Source.API, List.of("queue", "type"),
            "Jobs accepted by this api process."),
    JOBS("headrace_jobs", Kind.GAUGE, Source.API, List.of("queue", "state"),
            "Jobs in each state; the same figure from every api replica, so take max, not sum."),
    OLDEST_QUEUED_AGE("headrace_oldest_queued_age_seconds", Kind.GAUGE, Source.API, List.of("queue"),
            "How long the job at the head of the line has waited; the same from every api replica."),
    OVERDUE_AGE("headrace_overdue_age_seconds", Kind.GAUGE, Source.API, List.of("queue"),
            "How long ago the first job at rest fell due that no worker has put in line yet; 0 when there is none."),
    QUEUE_WORKERS("headrace_queue_workers", Kind.GAUGE, Source.API, List.of("queue"),
            "Live workers that claim from the queue; quiet and stopping ones are left out."),
    QUEUE_PAUSED("headrace_queue_paused", Kind.GAUGE, Source.API, List.of("queue"),
            "1 while the queue is paused, else 0."),
    JOBS_ENDED("headrace_jobs_ended_total", Kind.COUNTER, Source.API, List.of("queue", "state"),
            "Jobs that ended since the queue was created, as the broker counts them;"
                    + " the same from every api replica, so take max, not sum."),
    QUEUES("headrace_queues", Kind.GAUGE, Source.API, List.of("told"),
            "Queues there are: those that have series of their own (apart),"
                    + " and those summed up under the queue '(other)' (together)."),
    REDIS_MEMORY("headrace_redis_memory_bytes", Kind.GAUGE, Source.API, List.of(),
            "Memory that Redis uses; in a cluster, the master that is nearest to its limit."),
    REDIS_MEMORY_LIMIT("headrace_redis_memory_limit_bytes", Kind.GAUGE, Source.API, List.of(),
            "Memory that Redis may use before submissions are refused; 0 when nothing limits it."),
    API_CONNECTIONS("headrace_api_connections", Kind.GAUGE, Source.API, List.of(),
            "Connections of clients that are open to this api process."),
    API_WAITERS("headrace_api_waiters", Kind.GAUGE, Source.API, List.of(),
            "Requests that wait for a job or follow one in this api process, and clients that are told what happens."),
    API_LIVE_CLIENTS("headrace_api_live_clients", Kind.GAUGE, Source.API, List.of("kind"),
            "Clients that this api process tells what happens as it happens."),
    API_HELD("headrace_api_held_bytes", Kind.GAUGE, Source.API, List.of(),
            "Memory that this api process keeps for requests and answers that wait for their clients or for Redis."),
    API_HELD_LIMIT("headrace_api_held_limit_bytes", Kind.GAUGE, Source.API, List.of(),
            "How much memory that may be: three eighths of the heap."),
    API_SHED("headrace_api_shed_total", Kind.COUNTER, Source.API, List.of("what"),
            "What this api process turned away to stay within its memory."),
    ATTEMPTS("headrace_attempts_total", Kind.COUNTER, Source.WORKER, List.of("queue", "type", "outcome"),
            "Attempts that ended in this worker, by outcome."),
    ATTEMPT_DURATION("headrace_attempt_duration_seconds", Kind.HISTOGRAM, Source.WORKER, List.of("queue", "type"),
            "How long attempts ran."),
    QUEUE_WAIT("headrace_queue_wait_seconds", Kind.HISTOGRAM, Source.WORKER, List.of("queue"),
            "From acceptance to the start of the first attempt, of jobs sent without a delay."),
    JOBS_DEAD("headrace_jobs_dead_total", Kind.COUNTER, Source.WORKER, List.of("queue", "type"),
            "Jobs this worker buried."),
    JOBS_PARKED("headrace_jobs_parked_total", Kind.COUNTER, Source.WORKER, List.of("queue", "type"),
            "Jobs this worker handed back because it has no handler for their type."),
    ATTEMPTS_ABANDONED("headrace_attempts_abandoned_total", Kind.COUNTER, Source.WORKER, List.of("queue", "type"),
            "Handlers that ignored their interrupt and whose threads were given up."),
    WORKER_SLOTS("headrace_worker_slots", Kind.GAUGE, Source.WORKER, List.of("state"),
            "Slots: busy, free, or quiet, which nobody can have because the worker was told to claim nothing more."),
    LEASES_LOST("headrace_leases_lost_total", Kind.COUNTER, Source.WORKER, List.of("queue"),
            "Leases of this worker that it found lost while the handler ran."),
    LEASES_RECLAIMED("headrace_leases_reclaimed_total", Kind.COUNTER, Source.WORKER, List.of("queue"),
            "Jobs this worker took over from silent ones."),
    STALE_WRITES_REFUSED("headrace_stale_writes_refused_total", Kind.COUNTER, Source.WORKER, List.of("queue"),
            "Verdicts of this worker that the broker refused because the lease had moved on."),
    LAST_CLAIM("headrace_last_claim_timestamp_seconds", Kind.GAUGE, Source.WORKER, List.of(),
            "When the last claim round trip succeeded, whether it found work or not, as epoch seconds."),
    REDIS_ROUNDTRIP("headrace_redis_roundtrip_seconds", Kind.HISTOGRAM, Source.BOTH, List.of(),
            "Round trips to Redis, one a flush, blocking waits left out."),
    BUILD_INFO("headrace_build_info", Kind.GAUGE, Source.BOTH, List.of("version", "commit", "date"),
            "Always 1; the labels tell the version, the commit that it was made from and the day of that.");

    /** The Prometheus type. */
    public enum Kind {
        COUNTER, GAUGE, HISTOGRAM
    }

    /** Which process exports it. */
    public enum Source {
        API, WORKER, BOTH
    }

    private final String exported;
    private final Kind kind;
    private final Source source;
    private final List<String> tags;
    private final String help;

    Meter(String exported, Kind kind, Source source, List<String> tags, String help) {
        this.exported = exported;
        this.kind = kind;
        this.source = source;
        this.tags = tags;
        this.help = help;
    }

    /** The name as scraped, without the suffixes that a histogram adds. */
    public String exported() {
        return exported;
    }

    public Kind kind() {
        return kind;
    }

    public Source source() {
        return source;
    }

    /** The label names, in the order in which values are given. */
    public List<String> tags() {
        return tags;
    }

    /** One sentence. */
    public String help() {
        return help;
    }
}
