package io.headrace.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobState;
import io.headrace.JobType;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.broker.Overview;
import io.headrace.broker.QueueInfo;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import io.headrace.config.Meter;
import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What metrics cost and tell, however many queues there are. */
final class BrokerMetersTest {
    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-22T08:00:00Z"));
    private final InMemoryBroker broker = new InMemoryBroker(clock);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final BrokerMeters meters = new BrokerMeters(registry, 2);
    /** In place of what ended, which only a worker could count. */
    private final Map<String, Long> succeeded = new HashMap<>();

    private void create(String queue) {
        clock.advance(Duration.ofSeconds(1));
        broker.queues().pause(new QueueName(queue));
        broker.queues().resume(new QueueName(queue));
    }

    private void submit(String queue, int count) {
        for (int i = 0; i < count; i++) {
            broker.enqueue(NewJob.of(queue, "t", 1).build()).toCompletableFuture().join();
        }
    }

    private void refresh() {
        Overview seen = broker.queues().overview();
        List<QueueInfo> queues = new ArrayList<>();
        for (QueueInfo queue : seen.queues()) {
            queues.add(new QueueInfo(queue.queue(), queue.paused(), queue.counts(),
                    Map.of(JobState.SUCCEEDED, succeeded.getOrDefault(queue.queue().value(), 0L)), 0, 0,
                    queue.oldestQueuedAge(), queue.overdueAge(), queue.priorities(), queue.recent(), queue.workers(),
                    queue.createdAt()));
        }
        assertThat(meters.refresh(() -> new Overview(seen.time(), queues, seen.workers(), seen.memory()))).isTrue();
    }

    private List<String> queuesOf(Meter meter) {
        return List.copyOf(new TreeSet<>(registry.find(meter.exported()).meters().stream()
                .map(series -> String.valueOf(series.getId().getTag("queue"))).toList()));
    }

    private double gauge(Meter meter, String... tags) {
        return registry.get(meter.exported()).tags(tags).gauge().value();
    }

    private double ended(String queue) {
        return registry.get(Meter.JOBS_ENDED.exported()).tags("queue", queue, "state", "succeeded").functionCounter()
                .count();
    }

    @Test
    void asManyQueuesAsToldHaveSeriesOfTheirOwnAndTheOthersAreSummedUp() {
        create("zebra");
        create("mail");
        create("a");
        create("b");
        submit("a", 2);
        submit("b", 3);
        clock.advance(Duration.ofSeconds(7));
        submit("zebra", 1);
        broker.queues().pause(new QueueName("b"));
        for (String worker : List.of("w-1", "w-2")) {
            broker.heartbeat(new WorkerInfo(new WorkerId(worker), "host", 1, clock.now(),
                    List.of(new QueueName("a"), new QueueName("b")), List.of(new JobType("t")), 1, 0,
                    Duration.ofSeconds(30), "running", "1", List.of()), Duration.ofMinutes(1));
        }
        refresh();
        for (Meter meter : List.of(Meter.JOBS, Meter.OLDEST_QUEUED_AGE, Meter.OVERDUE_AGE, Meter.QUEUE_WORKERS,
                Meter.QUEUE_PAUSED, Meter.JOBS_ENDED)) {
            assertThat(queuesOf(meter)).as(meter.exported()).containsExactly("(other)", "mail", "zebra");
        }
        assertThat(gauge(Meter.JOBS, "queue", "(other)", "state", "queued")).isEqualTo(5);
        assertThat(gauge(Meter.JOBS, "queue", "zebra", "state", "queued")).isEqualTo(1);
        assertThat(gauge(Meter.OLDEST_QUEUED_AGE, "queue", "(other)")).isEqualTo(7);
        assertThat(gauge(Meter.QUEUE_WORKERS, "queue", "(other)")).isEqualTo(2);
        assertThat(gauge(Meter.QUEUE_PAUSED, "queue", "(other)")).isEqualTo(1);
        assertThat(gauge(Meter.QUEUES, "told", "apart")).isEqualTo(2);
        assertThat(gauge(Meter.QUEUES, "told", "together")).isEqualTo(2);
    }

    @Test
    void aNewQueueTakesNoSeriesFromAnother() {
        create("zebra");
        create("mail");
        refresh();
        assertThat(queuesOf(Meter.JOBS)).containsExactly("mail", "zebra");
        create("a");
        refresh();
        assertThat(queuesOf(Meter.JOBS)).containsExactly("(other)", "mail", "zebra");
    }

    @Test
    void theCounterOfManyQueuesNeverFalls() {
        create("zebra");
        create("mail");
        create("a");
        create("b");
        succeeded.putAll(Map.of("a", 100L, "b", 10L));
        refresh();
        assertThat(ended("(other)")).isEqualTo(110);
        succeeded.put("a", 0L); // as when the queue was deleted
        refresh();
        assertThat(ended("(other)")).isEqualTo(110);
        succeeded.put("b", 13L);
        refresh();
        assertThat(ended("(other)")).isEqualTo(113);
    }
}
