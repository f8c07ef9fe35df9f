package com.example.orders;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Job;
import io.headrace.JobClient;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
import io.headrace.worker.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The handler on a broker in memory: no Redis, no Spring. */
class ConfirmOrderTest {
    private Job run(Order order) throws InterruptedException {
        try (InMemoryBroker broker = new InMemoryBroker(new ManualClock());
                Worker worker = Worker.builder(broker).handler(new ConfirmOrder()).build()) {
            worker.start();
            JobClient jobs = new JobClient(broker);
            return jobs.await(jobs.enqueue(NewJob.of("default", ConfirmOrder.TYPE, order).build()).id(),
                    Duration.ofSeconds(30));
        }
    }

    @Test
    void anOrderIsConfirmed() throws InterruptedException {
        Job job = run(new Order("a-1", Instant.parse("2026-01-02T03:04:05Z"), List.of("tea", "milk"),
                Optional.empty()));
        assertThat(job.document().history().result().as(Confirmation.class)).isEqualTo(new Confirmation("a-1", 2));
    }

    @Test
    void anOrderForNothingIsDeadAtOnce() throws InterruptedException {
        assertThat(run(new Order("a-2", Instant.EPOCH, List.of(), Optional.of("?"))).state()).isEqualTo(JobState.DEAD);
    }
}
