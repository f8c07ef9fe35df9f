package io.headrace.worker;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Job;
import io.headrace.JobClient;
import io.headrace.JobContext;
import io.headrace.JobId;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.Subscription;
import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;

/** The whole worker with its own threads, on the in-memory broker whose clock stands still unless a test moves it. */
abstract class WorkerOnThreads {
    final ManualClock time = new ManualClock();
    final InMemoryBroker broker = new InMemoryBroker(time);
    final JobClient client = new JobClient(broker);
    final CountDownLatch running = new CountDownLatch(1);
    final CountDownLatch letGo = new CountDownLatch(1);

    @AfterEach
    void release() {
        letGo.countDown();
        broker.close();
    }

    /** Works on, whatever it is asked, until the test is over. */
    Object deaf(Json payload, JobContext context) {
        running.countDown();
        while (true) {
            try {
                letGo.await();
                return "late";
            } catch (InterruptedException e) {
                assertThat(context.stopping()).isTrue(); // and yet goes on
            }
        }
    }

    static Worker started(WorkerBuilder builder) {
        Worker worker = builder.build();
        worker.start();
        return worker;
    }

    JobId enqueue(String type) {
        return client.enqueue(NewJob.of("default", type, 1).build()).id();
    }

    Job job(JobId id) {
        return broker.find(id).job().orElseThrow();
    }

    /** Waits until the job is seen as wanted: looks again at every change of the queue. */
    void await(JobId id, Predicate<Job> wanted) throws InterruptedException {
        Semaphore changes = new Semaphore(0);
        try (Subscription changed = broker.onChange(id.queue(), job -> changes.release())) {
            for (int i = 0; i < 300 && !wanted.test(job(id)); i++) {
                changes.tryAcquire(100, MILLISECONDS);
            }
        }
        assertThat(wanted.test(job(id))).isTrue();
    }
}
