package io.headrace.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobId;
import io.headrace.cli.faults.handler.ExecutionNotes.Note;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How soon the jobs of a killed worker run elsewhere. */
@Tag("faults")
final class RecoveryIT {
    @Test
    void withALeaseOfTwoSecondsJobsRunElsewhereWithinThree() throws Exception {
        assertThat(worst(Duration.ofSeconds(2), FaultSettings.KILLS)).isLessThanOrEqualTo(3_000);
    }

    @Test
    void withTheDefaultLeaseJobsRunElsewhereWithinAMinute() throws Exception {
        assertThat(worst(Duration.ofSeconds(30), 2)).isLessThanOrEqualTo(60_000);
    }

    /** Kills one worker after the other, and tells how long the longest of their jobs waited. */
    private static long worst(Duration lease, int kills) throws Exception {
        String name = "kill -9 of a worker with a lease of " + lease.toSeconds() + " s";
        Random random = FaultSettings.random(name, DurabilityMode.MEMORY);
        Path folder = MatrixReport.folder("recovery");
        FaultStage.Plan plan = FaultStage.Plan.of(DurabilityMode.MEMORY).withWorkers(3, 40, lease);
        List<Long> delays = new ArrayList<>();
        List<Long> worstOfEach = new ArrayList<>();
        try (FaultStage stage = new FaultStage(folder, plan, RedisForms.standalone(folder, DurabilityMode.MEMORY));
                SubmissionLoad load = new SubmissionLoad(stage.apiUri(), new SubmissionLoad.Shape(15, 1, 3_000, 3_000),
                        random.nextLong()).start()) {
            ProcessFaults.last(lease.plusSeconds(3)); // nothing is taken over for a lease after a start
            for (int i = 0; i < kills; i++) {
                ProcessFaults.last(Duration.ofMillis(3_500 + random.nextInt(2_000))); // no job is hit twice
                InjectedFault.Damage damage = ProcessFaults.WORKER_KILLED.blow().strike(stage, random);
                stage.adopt();
                assertThat(damage.affected()).as("what the victim ran").isNotEmpty();
                Map<JobId, Long> elsewhere = awaitElsewhere(stage, damage, lease);
                delays.addAll(elsewhere.values());
                worstOfEach.add(elsewhere.values().stream().mapToLong(Long::longValue).max().orElseThrow());
            }
        }
        MatrixReport.delete(folder);
        delays.sort(null);
        worstOfEach.sort(null);
        MatrixReport.note(String.format(Locale.ROOT,
                "%s, %d kills, %d jobs: they ran elsewhere after %.1f s in the median and %.1f s at worst; the last job"
                        + " of a kill after %.1f s in the median.",
                name, kills, delays.size(), delays.get(delays.size() / 2) / 1000.0,
                delays.get(delays.size() - 1) / 1000.0, worstOfEach.get(worstOfEach.size() / 2) / 1000.0));
        return delays.get(delays.size() - 1);
    }

    private static Map<JobId, Long> awaitElsewhere(FaultStage stage, InjectedFault.Damage damage, Duration lease) {
        Set<JobId> affected = damage.affected();
        Awaitility.await().atMost(lease.multipliedBy(2).plusSeconds(20)).pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> assertThat(elsewhere(stage, damage).keySet()).isEqualTo(affected));
        return elsewhere(stage, damage);
    }

    /** How long after the kill each affected job began anew. */
    private static Map<JobId, Long> elsewhere(FaultStage stage, InjectedFault.Damage damage) {
        Map<JobId, Long> elsewhere = new TreeMap<>();
        try {
            for (Note note : stage.notes().started()) {
                if (note.atMs() > damage.sinceMs() && damage.affected().contains(note.run().job())) {
                    elsewhere.merge(note.run().job(), note.atMs() - damage.sinceMs(), Math::min);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return elsewhere;
    }
}
