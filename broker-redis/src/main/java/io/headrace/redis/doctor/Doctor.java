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
    private final Redis link;
    private final RedisKeys keys;
    private final Nodes nodes;
    private final Violations suspects = new Violations();

    private Doctor(RedisConfig config) {
        this.config = config;
        this.link = new Redis(config, BrokerObserver.NONE, CONNECTIONS, System::nanoTime);
        this.keys = new RedisKeys(config);
        try {
            this.nodes = Nodes.of(config, link);
        } catch (RuntimeException e) {
            link.close();
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
        return new ServerCheck(config, link, nodes).run();
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
        RegistryCheck registry = new RegistryCheck(link, keys, suspects);
        KeyCheck keyExam = new KeyCheck(keys, config.prefix(), new CheckRunner(link, keys, suspects), suspects, pace,
                only);
        nodes.masters().forEach(master -> keyExam.run(master.link()));
        Set<String> liveWorkers = registry.liveWorkers();
        Set<QueueName> queues = new TreeSet<>(keyExam.seen());
        Set<QueueName> known = registry.listed();
        only.stream().filter(queue -> !queues.contains(queue) && !known.contains(queue)).findFirst()
                .ifPresent(queue -> {
                    throw new UnknownQueue(queue);
                });
        for (QueueName queue : queues) {
            new QueueCheck(link, keys, suspects, liveWorkers, pace, queue).run();
        }
        registry.compare(queues, only);
        List<Finding> findings = suspects.findings();
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
        CheckRunner examiner = new CheckRunner(link, keys, suspects);
        RegistryCheck registry = new RegistryCheck(link, keys, suspects);
        List<Violations.Kind> kinds = suspects.repairable();
        long total = kinds.stream().mapToLong(kind -> suspects.of(kind).size()).sum();
        Map<Violations.Kind, Long> done = new HashMap<>();
        long tried = 0;
        for (Violations.Kind kind : kinds) {
            repair(kind, examiner, registry).forEach(
                    (fault, count) -> done.merge(new Violations.Kind(kind.queue(), fault), count, Long::sum));
            tried += suspects.of(kind).size();
            watcher.progress(tried, total, suspects.finding(kind).check());
        }
        return kinds.stream().map(kind -> {
            long found = suspects.of(kind).size();
            return new Repaired(suspects.finding(kind), found, Math.min(found, done.getOrDefault(kind, 0L)));
        }).toList();
    }

    private Map<Defect, Long> repair(Violations.Kind kind, CheckRunner examiner, RegistryCheck registry) {
        List<Violation> found = suspects.of(kind);
        if (kind.queue() == null || found.get(0).check() == null) {
            return Map.of(kind.fault(), registry.mend(kind.fault(), found));
        }
        QueueName queue = new QueueName(kind.queue());
        return kind.fault() == Defect.DOCUMENT_WITHOUT_INDEX
                ? Map.of(kind.fault(), new Adoption(link, keys).adopt(queue, found))
                : examiner.repair(queue, found);
    }

    @Override
    public void close() {
        nodes.close();
        link.close();
    }
}
