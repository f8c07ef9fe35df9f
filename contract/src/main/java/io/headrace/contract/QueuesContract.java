package io.headrace.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.InvalidInput;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.JobType;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.Subscription;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.MinuteCounts;
import io.headrace.broker.Overview;
import io.headrace.broker.QueueInfo;
import io.headrace.broker.QueueSettings;
import io.headrace.broker.SettingsChange;
import io.headrace.broker.Steer;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Queues at a glance, their settings and history, and the workers. */
abstract class QueuesContract extends ContractSteps {
    @Test
    void eachStateIsCounted() {
        succeeded(job());
        dead(job());
        retrying(job());
        retrying(job());
        parked(job());
        running(ann);
        send(job().delay(LONG));
        send(job().priority(Priority.HIGH));
        send(job().priority(Priority.LOW));
        send(job().priority(Priority.LOW));
        QueueInfo info = info();
        assertThat(info.queue()).isEqualTo(queue);
        assertThat(info.counts()).containsEntry(JobState.QUEUED, 3L).containsEntry(JobState.RUNNING, 1L)
                .containsEntry(JobState.SCHEDULED, 1L).containsEntry(JobState.RETRYING, 2L)
                .containsEntry(JobState.PARKED, 1L).containsEntry(JobState.DEAD, 1L);
        assertThat(info.priorities()).containsEntry(Priority.HIGH, 1L).containsEntry(Priority.NORMAL, 0L)
                .containsEntry(Priority.LOW, 2L);
        assertThat(info.totals()).containsEntry(JobState.SUCCEEDED, 1L).containsEntry(JobState.DEAD, 1L);
        assertThat(info.failures()).isEqualTo(3);
        assertThat(info.kept()).isEqualTo(1);
        assertThat(info.paused()).isFalse();
    }

    @Test
    void aQueueThatDrainedCountsNothing() {
        send(job());
        send(job().priority(Priority.HIGH));
        claim(ann, 2).forEach(job -> settle(succeed(job)));
        assertThat(info().counts().values()).containsOnly(0L);
        assertThat(info().priorities().values()).containsOnly(0L);
        assertThat(info().oldestQueuedAge()).isZero();
        assertThat(info().totals()).containsEntry(JobState.SUCCEEDED, 2L);
    }

    @Test
    void theOldestAgeIsThatOfTheHeadOfTheLine() {
        send(job());
        assertThat(info().oldestQueuedAge()).isLessThan(Duration.ofSeconds(5));
        fixture().tick();
        assertThat(info().oldestQueuedAge()).isPositive();
        claimOne(ann);
        assertThat(info().oldestQueuedAge()).isZero();
    }

    @Test
    void aJobThatFellDueIsOverdueUntilAWorkerPutsItInLine() {
        JobId id = send(job().delay(LONG));
        assertThat(info().overdueAge()).isZero();
        fixture().makeDue(id);
        fixture().tick();
        assertThat(info().overdueAge()).isPositive().isLessThan(Duration.ofSeconds(10));
        claimOne(ann);
        assertThat(info().overdueAge()).isZero();
    }

    @Test
    void aRequeuedJobIsAsOldAsItsRequeue() {
        JobId id = dead(job());
        fixture().tick();
        Instant before = running(job().priority(Priority.HIGH), ann).claimedAt();
        jobs().retry(List.of(id));
        Duration age = info().oldestQueuedAge();
        Instant after = running(job().priority(Priority.HIGH), ann).claimedAt();
        assertThat(age).isLessThanOrEqualTo(Duration.between(before, after));
    }

    @Test
    void aQueueThatNobodyEverUsedIsNotThere() {
        assertThat(queues().info(queue)).isEmpty();
        assertThat(queues().all()).extracting(QueueInfo::queue).doesNotContain(queue);
        assertThat(queues().settings(queue)).isEqualTo(QueueSettings.DEFAULT);
        assertThat(queues().info(queue)).isEmpty();
    }

    @Test
    void queuesAreListedByName() {
        send(job());
        QueueName paused = newQueue();
        queues().pause(paused);
        QueueName set = newQueue();
        queues().settings(set, QueueSettings.DEFAULT);
        List<QueueName> names = queues().all().stream().map(QueueInfo::queue).toList();
        assertThat(names).contains(queue, paused, set).isSorted();
        assertThat(queues().info(paused).orElseThrow().paused()).isTrue();
    }

    @Test
    void settingsComeBackAsTheyWereSet() {
        QueueSettings mine = new QueueSettings(1000, Duration.ofDays(2).plusMillis(5), 77);
        queues().settings(queue, mine);
        assertThat(queues().settings(queue)).isEqualTo(mine);
        queues().pause(queue);
        assertThat(queues().settings(queue)).isEqualTo(mine);
        queues().settings(queue, QueueSettings.DEFAULT);
        assertThat(queues().settings(queue)).isEqualTo(QueueSettings.DEFAULT);
        assertThat(info().paused()).as("settings do not touch a pause").isTrue();
    }

    @Test
    void aChangeOfSettingsLeavesWhatItDoesNotName() {
        QueueSettings mine = new QueueSettings(1000, Duration.ofDays(2).plusMillis(5), 77);
        queues().settings(queue, mine);
        assertThat(queues().change(queue, new SettingsChange(null, null, null))).isEqualTo(mine);
        queues().change(queue, new SettingsChange(5L, null, null));
        queues().change(queue, new SettingsChange(null, LONG, null));
        assertThat(queues().change(queue, new SettingsChange(null, null, 6L)))
                .isEqualTo(new QueueSettings(5, LONG, 6));
        assertThat(queues().settings(queue)).isEqualTo(new QueueSettings(5, LONG, 6));
        assertThatThrownBy(() -> new SettingsChange(null, null, -1L)).isInstanceOf(InvalidInput.class);

        QueueName fresh = newQueue();
        queues().change(fresh, new SettingsChange(null, null, null));
        assertThat(queues().info(fresh)).isPresent();
    }

    @Test
    void theHistoryCountsWhatHappenedByTheMinute() {
        succeeded(job());
        succeeded(job());
        dead(job());
        retrying(job());
        jobs().cancel(send(job().delay(LONG)));
        settle(end(running(ann), JobState.EXPIRED));
        ClaimedJob taken = takenOver(running(ann), bob);
        List<MinuteCounts> minutes = queues().history(queue, 5);
        assertThat(minutes).hasSize(5).extracting(MinuteCounts::start).isSorted()
                .allSatisfy(start -> assertThat(start).isEqualTo(start.truncatedTo(ChronoUnit.MINUTES)));
        assertThat(minutes.get(1).start()).isEqualTo(minutes.get(0).start().plusSeconds(60));
        assertThat(Duration.between(minutes.get(4).start(), taken.claimedAt())).isLessThan(Duration.ofSeconds(61));
        assertThat(sum(minutes, "succeeded")).isEqualTo(2);
        assertThat(sum(minutes, "dead")).isEqualTo(1);
        assertThat(sum(minutes, "failed")).isEqualTo(1);
        assertThat(sum(minutes, "cancelled")).isEqualTo(1);
        assertThat(sum(minutes, "expired")).isEqualTo(1);
        assertThat(sum(minutes, "lost")).isEqualTo(1);
    }

    @Test
    void aQueueTellsOfItsLastMinutes() {
        succeeded(job());
        retrying(job());
        List<MinuteCounts> recent = info().recent();
        assertThat(recent).hasSize(QueueInfo.RECENT_MINUTES).extracting(MinuteCounts::start).isSorted();
        assertThat(sum(recent, "succeeded")).isEqualTo(1);
        assertThat(sum(recent, "failed")).isEqualTo(1);
        List<MinuteCounts> history = queues().history(queue, 60);
        assertThat(history).hasSize(60);
        assertThat(sum(history, "succeeded")).isEqualTo(1);
    }

    @Test
    void theOverviewShowsQueuesWorkersAndMemoryAtOnce() {
        send(job());
        broker().heartbeat(worker(ann, 10, List.of()), LONG);
        Overview overview = queues().overview();
        assertThat(overview.queues()).extracting(QueueInfo::queue).contains(queue).isSorted();
        QueueInfo seen = overview.queues().stream().filter(each -> each.queue().equals(queue)).findFirst()
                .orElseThrow();
        assertThat(seen.counts()).containsEntry(JobState.QUEUED, 1L);
        assertThat(seen.workers()).isEqualTo(1);
        assertThat(overview.workers()).extracting(WorkerInfo::id).contains(ann);
        assertThat(overview.memory().usedBytes()).isPositive();
        assertThat(overview.memory().maxBytes()).isNotNegative();
        Instant claimed = claimOne(ann).claimedAt();
        assertThat(Duration.between(overview.time(), claimed)).isLessThan(SOON);
    }

    @Test
    void aQuietQueueHasAnEmptyHistory() {
        assertThat(queues().history(queue, 1440)).hasSize(1440)
                .allSatisfy(minute -> assertThat(minute.counts().values()).allMatch(count -> count == 0));
    }

    private static long sum(List<MinuteCounts> minutes, String name) {
        return minutes.stream().mapToLong(minute -> minute.counts().getOrDefault(name, 0L)).sum();
    }

    @Test
    void aWorkerIsKnownByItsHeartbeat() {
        ClaimedJob job = running(ann);
        WorkerInfo info = worker(ann, 10, List.of(new WorkerInfo.Running(job.lease().job(), new JobType("mail"), 1,
                job.claimedAt())));
        broker().heartbeat(info, LONG);
        assertThat(workers().live()).usingRecursiveFieldByFieldElementComparatorIgnoringFields("heartbeatAt")
                .contains(info);
        assertThat(info().workers()).isEqualTo(1);
        WorkerInfo later = worker(ann, 10, List.of());
        broker().heartbeat(later, LONG);
        assertThat(workers().live()).usingRecursiveFieldByFieldElementComparatorIgnoringFields("heartbeatAt")
                .contains(later).doesNotContain(info);
        assertThat(info().workers()).isEqualTo(1);
        broker().retire(ann, List.of(queue));
        assertThat(workers().live()).extracting(WorkerInfo::id).doesNotContain(ann);
        assertThat(info().workers()).isZero();
    }

    @Test
    void aWishReachesItsWorkerOnceAndAtOnce() throws InterruptedException {
        assertThat(workers().steer(ann, Steer.QUIET)).isFalse();
        assertThat(broker().heartbeat(worker(ann, 10, List.of()), LONG)).isEmpty();
        CountDownLatch heard = new CountDownLatch(1);
        try (Subscription subscription = broker().onSteer(ann, heard::countDown)) {
            assertThat(workers().steer(ann, Steer.QUIET)).isTrue();
            assertThat(heard.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
        assertThat(broker().heartbeat(worker(bob, 99, List.of()), LONG)).isEmpty();
        assertThat(broker().heartbeat(worker(ann, 10, List.of()), LONG)).contains(Steer.QUIET);
        assertThat(broker().heartbeat(worker(ann, 10, List.of()), LONG)).isEmpty();
        assertThat(workers().steer(ann, Steer.QUIET)).isTrue();
        assertThat(broker().heartbeat(worker(ann, 10, List.of()), LONG)).contains(Steer.QUIET);
        assertThat(workers().steer(ann, Steer.QUIET)).isTrue();
        assertThat(workers().steer(ann, Steer.RESUME)).isTrue();
        assertThat(broker().heartbeat(worker(ann, 10, List.of()), LONG)).contains(Steer.RESUME);
        broker().retire(ann, List.of(queue));
        assertThat(workers().steer(ann, Steer.QUIET)).isFalse();
    }

    @Test
    void workersAreListedOldestFirst() {
        broker().heartbeat(worker(ann, 10, List.of()), LONG);
        broker().heartbeat(worker(bob, 99, List.of()), LONG);
        assertThat(workers().live()).extracting(WorkerInfo::id).filteredOn(id -> id.equals(ann) || id.equals(bob))
                .containsExactly(bob, ann);
        broker().retire(ann, List.of(queue));
        broker().retire(bob, List.of(queue));
    }

    @Test
    void aWorkerIsForgottenWhenItsHeartbeatIsOver() {
        send(job());
        broker().heartbeat(worker(ann, 10, List.of()), Duration.ofMillis(1));
        broker().heartbeat(worker(bob, 10, List.of()), LONG);
        fixture().tick();
        assertThat(workers().live()).extracting(WorkerInfo::id).doesNotContain(ann).contains(bob);
        assertThat(info().workers()).isEqualTo(1);
        broker().retire(bob, List.of(queue));
    }

    @Test
    void aWorkerIsListedWithTheTimeOfItsLastHeartbeat() {
        send(job());
        Instant before = queues().time(queue);
        broker().heartbeat(worker(ann, 10, List.of()), LONG);
        Instant after = queues().time(queue);
        fixture().tick();
        assertThat(heardAt(ann)).isBetween(before.minusSeconds(30), after.plusMillis(1));
        Instant later = queues().time(queue);
        broker().heartbeat(worker(ann, 10, List.of()), LONG);
        assertThat(heardAt(ann)).isAfter(later.minusSeconds(30));
        broker().retire(ann, List.of(queue));
    }

    private Instant heardAt(WorkerId id) {
        return Objects.requireNonNull(workers().live().stream().filter(worker -> worker.id().equals(id)).findFirst()
                .orElseThrow().heartbeatAt());
    }

    private WorkerInfo worker(WorkerId id, int minutesOld, List<WorkerInfo.Running> running) {
        Instant started = Instant.parse("2026-05-05T05:05:05.005Z").minus(Duration.ofMinutes(minutesOld));
        return new WorkerInfo(id, "mill-1", 4711, started, List.of(queue, new QueueName("other")),
                List.of(new JobType("mail"), new JobType("report.pdf")), 8, running.size(), LEASE, "running", "0.1.0",
                running);
    }

    @Test
    void aBrokerThatCanStoreIsReady() {
        assertThat(broker().readiness()).isEmpty();
    }
}
