package io.headrace.redis.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.UnknownQueue;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WriteResult;
import io.headrace.redis.Eventually;
import io.headrace.redis.TestServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Protocol.Command;

/** What is in order is not suspected, at rest and under way, and only what was asked for is looked at. */
@ParameterizedClass(name = "{0}")
@MethodSource("servers")
final class DoctorTest extends DoctorSteps {
    DoctorTest(TestServer server) {
        super(server);
    }

    @Test
    void whatEveryTransitionLeavesBehindIsInOrder() {
        aJobInEveryPlace();

        assertNothingIsFound();
        try (Doctor doctor = Doctor.connect(config)) {
            assertThat(doctor.examineData(Set.of(), DoctorSteps::ignore)).singleElement()
                    .satisfies(finding -> assertThat(finding.found()).contains("every rule holds")
                            .contains("of 1 queue"));
        }
    }

    @Test
    void onlyTheQueuesAskedForAreLookedAt() {
        JobId id = scheduled();
        redis(Command.DEL, key("job:" + id));
        client.enqueue(NewJob.of("other", "welcome", "x").build());

        try (Doctor doctor = Doctor.connect(config)) {
            assertThat(doctor.examineData(Set.of(new QueueName("other")), DoctorSteps::ignore))
                    .allMatch(finding -> finding.level() == Finding.Level.OK);
            assertThatThrownBy(() -> doctor.examineData(Set.of(new QueueName("unheard")), DoctorSteps::ignore))
                    .isInstanceOf(UnknownQueue.class);
        }
    }

    @Test
    void thisServerIsFitToKeepJobs() {
        queued();
        try (Doctor doctor = Doctor.connect(config)) {
            assertThat(doctor.examineServers()).allMatch(finding -> finding.level() == Finding.Level.OK)
                    .extracting(Finding::check).contains("version", "aof", "eviction", "memory", "latency",
                            "replication", "clock", "durability");
        }
    }

    @Test
    void aBusyQueueIsNeverSuspected() throws Exception {
        aJobInEveryPlace();
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong settled = new AtomicLong();
        List<WorkerId> workers = List.of(ANN, new WorkerId("bob"), new WorkerId("cid"));
        ExecutorService threads = Executors.newFixedThreadPool(2 * workers.size());
        try {
            List<Future<?>> all = new ArrayList<>();
            for (WorkerId worker : workers) {
                heartbeat(worker, Duration.ofMinutes(5));
                all.add(threads.submit(() -> produce(over)));
                all.add(threads.submit(() -> consume(worker, over, settled)));
            }
            Eventually.until("traffic flows", () -> settled.get() > 500);
            long before = settled.get();
            for (int i = 0; i < 20; i++) {
                assertNothingIsFound();
            }
            assertThat(settled.get()).isGreaterThan(before);
            over.set(true);
            for (Future<?> each : all) {
                each.get(20, TimeUnit.SECONDS);
            }
        } finally {
            over.set(true);
            threads.shutdownNow();
        }
        assertNothingIsFound();
    }

    private void produce(AtomicBoolean over) {
        for (long i = 0; !over.get(); i++) {
            NewJob.Builder job = NewJob.of("mail", "welcome", i).priority(LEVELS.get((int) (i % 3)));
            if (i % 4 == 1) {
                job.uniqueKey("key-" + i % 16);
            } else if (i % 4 == 2) {
                job.delay(Duration.ofMillis(i % 50));
            } else if (i % 8 == 3) {
                job.retention(Duration.ofMillis(100 + i % 500));
            }
            JobId id = client.enqueue(job.build()).id();
            if (i % 9 == 5) {
                broker.jobs().cancel(id);
            }
            // the consumers set the pace, so that the doctor has an end to reach
            Eventually.until("the backlog is worked off",
                    () -> over.get() || Long.parseLong(redis(Command.XLEN, key("ready:n"))) < 300);
        }
    }

    private void consume(WorkerId worker, AtomicBoolean over, AtomicLong settled) {
        ClaimRequest some = new ClaimRequest(QUEUE, worker, 20, Duration.ofSeconds(30), LEVELS);
        while (!over.get()) {
            List<CompletableFuture<WriteResult>> answers = new ArrayList<>();
            for (ClaimedJob job : broker.claim(some).jobs()) {
                answers.add(broker.settle(verdict(job, settled.incrementAndGet())).toCompletableFuture());
            }
            answers.forEach(CompletableFuture::join);
        }
    }

    private static Verdict verdict(ClaimedJob job, long n) {
        if (job.cancelled()) {
            return Verdict.finish(job.lease(),
                    job.document().with(job.document().history().ended(JobState.CANCELLED, job.claimedAt(), null)));
        }
        return switch ((int) (n % 10)) {
            case 0, 1 -> Verdict.retry(job.lease(), Duration.ofMillis(n % 40), job.document());
            case 2 -> Verdict.release(job.lease(), job.document());
            case 3 -> Verdict.park(job.lease(), Duration.ofMillis(n % 40), job.document());
            case 4 -> Verdict.bury(job.lease(), job.document());
            default -> succeeded(job);
        };
    }
}
