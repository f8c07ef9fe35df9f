package io.headrace.redis.doctor;

import io.headrace.BrokerUnavailable;
import io.headrace.QueueName;
import io.headrace.UnknownQueue;
import io.headrace.broker.BrokerObserver;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.connection.Nodes;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Looks a Redis and the jobs in it over: whether the server is fit to keep jobs, and whether the rules of the data
 * model hold. Unlike a broker it also talks to a server that is unfit, and says so. It works beside live traffic:
 * everything is read in pages, and what a page shows is judged by a script, at one instant. Not thread-safe.
 */
public final class Doctor implements AutoCloseable {
    private static final int CONNECTIONS = 4;

    private final RedisConfig config;
    private final Redis redis;
    private final RedisKeys keys;
    private final Nodes nodes;
    private final Violations violations = new Violations();

    private Doctor(RedisConfig config) {
        this.config = config;
        this.redis = new Redis(config, BrokerObserver.NONE, CONNECTIONS, System::nanoTime);
        this.keys = new RedisKeys(config);
        try {
            this.nodes = Nodes.of(config, redis);
        } catch (RuntimeException e) {
            redis.close();
            throw e;
        }
    }

    /** Hears how far long work has come. */
    @FunctionalInterface
    public interface Watcher {
        /** @param total as far as known; it may grow */
        void progress(long done, long total, String what);
    }

    /**
     * What was repaired of one finding.
     *
     * @param tried how many were looked at again; fewer than were found when there were very many
     * @param repaired how many were mended; the others had gone or changed by then
     */
    public record Repaired(Finding finding, long tried, long repaired) {}

    /**
     * Connects.
     *
     * @throws BrokerUnavailable when nobody answers, or lets this user in
     */
    public static Doctor connect(RedisConfig config) {
        return new Doctor(config);
    }

    /** Checks the servers, good news included. A few dozen round trips. */
    public List<Finding> examineServers() {
        return new ServerCheck(config, redis, nodes).run();
    }

    /**
     * Checks the rules of the data model. Cost: about 10 commands for each entry, key and id there is, in scripts of
     * about a millisecond.
     *
     * @param only these queues; empty for all
     * @return what was found, the worst first; one good word if nothing was
     * @throws UnknownQueue when one of these does not exist
     */
    public List<Finding> examineData(Set<QueueName> only, Watcher watcher) {
        Optional<String> obstacle = nodes.obstacle();
        if (obstacle.isPresent()) {
            return List.of(Finding.problem("data", "the jobs were not looked at: " + obstacle.get(), ""));
        }
        DoctorProgress pace = new DoctorProgress(watcher);
        RegistryCheck registry = new RegistryCheck(redis, keys, violations);
        KeyCheck keyExam = new KeyCheck(keys, config.prefix(), new CheckRunner(redis, keys, violations), violations,
                pace,
                only);
        nodes.masters().forEach(master -> keyExam.run(master.redis()));
        Set<String> liveWorkers = registry.liveWorkers();
        Set<QueueName> queues = new TreeSet<>(keyExam.seen());
        Set<QueueName> known = registry.listed();
        only.stream().filter(queue -> !queues.contains(queue) && !known.contains(queue)).findFirst()
                .ifPresent(queue -> {
                    throw new UnknownQueue(queue);
                });
        for (QueueName queue : queues) {
            new QueueCheck(redis, keys, violations, liveWorkers, pace, queue).run();
        }
        registry.compare(queues, only);
        List<Finding> findings = violations.findings();
        return findings.isEmpty() ? List.of(Finding.ok("data", "every rule holds: "
                + pace.looked() + " keys, entries and ids of " + queues.size()
                + (queues.size() == 1 ? " queue" : " queues")))
                : findings;
    }

    /**
     * Repairs what {@link #examineData} found and can be repaired without losing a job or running one wrongly; looks
     * again first.
     */
    public List<Repaired> repair(Watcher watcher) {
        CheckRunner runner = new CheckRunner(redis, keys, violations);
        RegistryCheck registry = new RegistryCheck(redis, keys, violations);
        List<Violations.Kind> kinds = violations.repairable();
        long total = kinds.stream().mapToLong(kind -> violations.of(kind).size()).sum();
        Map<Violations.Kind, Long> done = new HashMap<>();
        long tried = 0;
        for (Violations.Kind kind : kinds) {
            repair(kind, runner, registry).forEach(
                    (fault, count) -> done.merge(new Violations.Kind(kind.queue(), fault), count, Long::sum));
            tried += violations.of(kind).size();
            watcher.progress(tried, total, violations.finding(kind).check());
        }
        return kinds.stream().map(kind -> {
            long found = violations.of(kind).size();
            return new Repaired(violations.finding(kind), found, Math.min(found, done.getOrDefault(kind, 0L)));
        }).toList();
    }

    private Map<Defect, Long> repair(Violations.Kind kind, CheckRunner runner, RegistryCheck registry) {
        List<Violation> found = violations.of(kind);
        if (kind.queue() == null || found.get(0).check() == null) {
            return Map.of(kind.fault(), registry.mend(kind.fault(), found));
        }
        QueueName queue = new QueueName(kind.queue());
        return kind.fault() == Defect.DOCUMENT_WITHOUT_INDEX
                ? Map.of(kind.fault(), new Adoption(redis, keys).adopt(queue, found))
                : runner.repair(queue, found);
    }

    @Override
    public void close() {
        nodes.close();
        redis.close();
    }
}
