package io.headrace.worker.attempts;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Job;
import io.headrace.JobHandler;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.runtime.ByteBudget;
import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
import io.headrace.worker.Rig;
import io.headrace.worker.threads.Clocks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class JobMemoryTest {
    private static final int MIB = 1 << 20;
    private static final JobHandler<Json> ECHO = JobHandler.of("echo", Json.class, (payload, context) -> payload);

    private final ByteBudget budget = new ByteBudget(16 * MIB);
    private final JobMemory memory = new JobMemory(budget, Clocks.system());

    private Rig rig(int slots, JobHandler<?> handler) {
        ManualClock time = new ManualClock();
        return new Rig(time, new InMemoryBroker(time), Map.of(QueueName.DEFAULT, 1), slots, budget, handler);
    }

    private static List<JobId> large(Rig rig, String type, int count) {
        List<JobId> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(rig.enqueue(NewJob.of("default", type, "x".repeat(256_000)).build()));
        }
        return ids;
    }

    @Test
    void noMoreIsAskedForThanFitsAtTheUsualLimitHoweverSmallJobsHaveBeen() {
        assertThat(memory.fits()).isEqualTo(32);
        memory.seen(100);
        assertThat(memory.fits()).isEqualTo(32);
    }

    @Test
    void jobsAreExpectedToBeAsLargeAsOfLate() {
        memory.seen(MIB);
        assertThat(memory.fits()).isEqualTo(4);
        memory.seen(100);
        assertThat(memory.fits()).isEqualTo(8);
        memory.seen(100);
        memory.seen(100);
        memory.seen(100);
        assertThat(memory.fits()).isEqualTo(32);
    }

    @Test
    void oneJobIsAskedForWhileNothingIsHeldHoweverLargeItMayBe() {
        memory.seen(100 * MIB);
        assertThat(memory.fits()).isEqualTo(1);
        assertThat(memory.full()).isFalse();
        JobMemory.Share alone = memory.share();
        assertThat(alone.tryRun(100 * MIB)).isTrue();
        assertThat(memory.full()).isTrue();
        assertThat(memory.share().tryRun(1)).isFalse();
    }

    @Test
    void whoWaitsForRoomIsToldOnce() {
        AtomicInteger told = new AtomicInteger();
        memory.onRoom(told::incrementAndGet);
        JobMemory.Share most = memory.share();
        most.take(16 * MIB);
        assertThat(memory.full()).isTrue();
        most.giveBack(1);
        assertThat(told).as("still full").hasValue(0);
        most.giveBackAll();
        memory.share().take(1);
        assertThat(told).hasValue(1);
        assertThat(budget.held()).isEqualTo(1);
    }

    @Test
    void whatIsTakenAfterTheEndCountsForNothing() {
        JobMemory.Share share = memory.share();
        share.take(100);
        share.giveBackAll();
        share.take(100);
        assertThat(share.tryTake(1)).isFalse();
        share.giveBack(50);
        assertThat(budget.held()).isZero();
    }

    @Test
    void aResultIsReadOnAsSoonAsOthersAreOnRecord() throws Exception {
        JobMemory.Share first = memory.share();
        first.take(16 * MIB);
        JobMemory.Share overdrawing = memory.share();
        assertThat(overdrawing.awaitResult(MIB)).as("one goes on, or none would ever end").isTrue();
        assertThat(overdrawing.awaitResult(MIB)).isTrue();
        JobMemory.Share waiting = memory.share();
        CompletableFuture<Boolean> read = new CompletableFuture<>();
        Thread reader = new Thread(() -> read.complete(awaited(waiting)));
        reader.start();
        while (reader.isAlive() && reader.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }

        first.giveBackAll();

        assertThat(read.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(budget.held()).isEqualTo(12 * MIB);
        waiting.giveBackAll();
        overdrawing.giveBackAll();
        assertThat(memory.share().awaitResult(MIB)).as("with memory for all").isFalse();
    }

    @Test
    void theNextGoesOnWithoutMemoryWhenTheOneThatDidIsOver() throws Exception {
        memory.share().take(16 * MIB);
        JobMemory.Share first = memory.share();
        first.awaitResult(MIB);
        JobMemory.Share second = memory.share();
        CompletableFuture<Boolean> read = CompletableFuture.supplyAsync(() -> awaited(second));

        first.giveBackAll();

        assertThat(read.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(budget.held()).isEqualTo(20 * MIB);
    }

    @Test
    void anAttemptThatIsOverWaitsForNothing() throws Exception {
        memory.share().take(16 * MIB);
        memory.share().awaitResult(MIB);
        JobMemory.Share over = memory.share();
        CompletableFuture<Boolean> read = CompletableFuture.supplyAsync(() -> awaited(over));

        over.giveBackAll();

        assertThat(read.get(30, TimeUnit.SECONDS)).isNotNull();
        assertThat(budget.held()).isEqualTo(20 * MIB);
    }

    private static boolean awaited(JobMemory.Share share) {
        try {
            return share.awaitResult(MIB);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aWorkerHoldsNoMoreLargeJobsThanFitsAndRunsThemAllInTheirFirstAttempt() throws InterruptedException {
        Rig rig = rig(400, ECHO);
        rig.runAtOnce = false;
        List<JobId> ids = large(rig, "echo", 100);
        long most = 0;
        for (int round = 0; round < 1_000
                && ids.stream().anyMatch(id -> rig.state(id) != JobState.SUCCEEDED); round++) {
            rig.claimLoop.turn();
            most = Math.max(most, budget.held());
            assertThat(rig.tasks.size()).isBetween(1, 17);
            rig.runTasks();
        }

        assertThat(ids).extracting(rig::job).extracting(Job::attempt).containsOnly(1);
        assertThat(most).isLessThanOrEqualTo(16 * MIB);
        assertThat(budget.held()).isZero();
        assertThat(rig.slots.free()).isEqualTo(400);
    }

    @Test
    void smallJobsFillAllSlots() throws InterruptedException {
        Rig rig = rig(400, ECHO);
        rig.runAtOnce = false;
        for (int i = 0; i < 400; i++) {
            rig.enqueue("echo");
        }
        for (int round = 0; round < 30; round++) {
            rig.claimLoop.turn();
            rig.time.advance(Duration.ofMillis(2)); // a busy worker waits for so long to claim more at once
        }
        assertThat(rig.slots.busy()).isEqualTo(400);
    }

    @Test
    void resultsThatWaitForTheBrokerAreCountedUntilTheyAreOnRecord() throws InterruptedException {
        Rig rig = rig(4, ECHO);
        rig.runAtOnce = false;
        List<JobId> ids = large(rig, "echo", 1);
        rig.claimLoop.turn();
        long running = budget.held();
        rig.broker.unavailable(true);
        rig.runTasks();
        assertThat(budget.held()).as("the document with its result").isGreaterThan(running + 500_000);
        rig.broker.unavailable(false);
        rig.settler.resend();
        assertThat(rig.state(ids.get(0))).isEqualTo(JobState.SUCCEEDED);
        assertThat(budget.held()).isZero();
    }

    @Test
    void logLinesThatCannotBeSentKeepTheNewestThatFit() {
        ByteBudget small = new ByteBudget(64 * 1024);
        JobMemory lines = new JobMemory(small, Clocks.system());
        AtomicInteger asked = new AtomicInteger();
        JobMemory.Share share = lines.share();
        ReportBuffer said = new ReportBuffer(share, asked::incrementAndGet);
        for (int i = 0; i < 1_000; i++) {
            said.say(i + " " + "x".repeat(1_900));
        }
        assertThat(asked).hasValue(1);
        assertThat(small.held()).isLessThanOrEqualTo(64 * 1024);
        List<ReportBuffer.Report> reports = new ArrayList<>();
        assertThat(said.flush(report -> {
            reports.add(report);
            return CompletableFuture.completedFuture(null);
        })).isNotNull();
        ReportBuffer.Report report = reports.get(0);
        assertThat(report.lines().get(report.lines().size() - 1)).startsWith("999 ");
        assertThat(report.lines().get(0)).startsWith(report.firstLine() + " ");
        said.sent(report);
        assertThat(small.held()).isZero();
    }
}
