package io.headrace.redis.doctor;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All that was found, by queue and fault, each once: a scan may name a thing twice. Used by one thread. */
final class Violations {
    /** So many of a kind are remembered for a repair; the rest is only counted, and found again by the next run. */
    static final int REMEMBERED = 100_000;

    /** One fault in one queue. */
    record Kind(@Nullable String queue, Defect fault) {}

    /** What is known of one kind. */
    private static final class Found {
        private final Map<String, Violation> byName = new LinkedHashMap<>();
        private long beyond;
    }

    private final Map<Kind, Found> found = new LinkedHashMap<>();

    void add(Violation violation) {
        Found of = found.computeIfAbsent(new Kind(violation.queue(), violation.fault()), kind -> new Found());
        if (of.byName.size() < REMEMBERED) {
            of.byName.putIfAbsent(violation.words(), violation);
        } else if (!of.byName.containsKey(violation.words())) {
            of.beyond++;
        }
    }

    /** The kinds that can be repaired, in the order in which they should be. */
    List<Kind> repairable() {
        return found.keySet().stream().filter(kind -> kind.fault().repairable())
                .sorted(Comparator.comparing(Kind::fault)).toList();
    }

    /** Those of a kind that are remembered. */
    List<Violation> of(Kind kind) {
        Found of = found.get(kind);
        return of == null ? List.of() : List.copyOf(of.byName.values());
    }

    /** The worst first, then by queue. */
    List<Finding> findings() {
        return found.keySet().stream().map(this::finding)
                .sorted(Comparator.comparing(Finding::level).reversed()
                        .thenComparing(finding -> finding.queue() == null ? "" : finding.queue())
                        .thenComparing(Finding::check))
                .toList();
    }

    Finding finding(Kind kind) {
        Found of = found.getOrDefault(kind, new Found());
        List<String> examples = of.byName.values().stream().limit(Finding.EXAMPLES).map(Violation::words).toList();
        return kind.fault().finding(kind.queue(), of.byName.size() + of.beyond, examples);
    }
}
