package io.headrace.worker.threads;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class BreakdownTest {
    @Test
    void whoAskedIsToldAlsoWhenLettingGoComesToNoEnd() throws Exception {
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        CountDownLatch end = new CountDownLatch(1);
        Breakdown breakdown = new Breakdown(told::complete, Duration.ofMillis(1));
        breakdown.onBreakdown(() -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        breakdown.watch();
        Error error = new OutOfMemoryError("a test");
        Thread broken = new Thread(() -> breakdown.at("claim", error));
        broken.start();

        assertThat(told.get(30, SECONDS)).isSameAs(error);
        end.countDown();
        broken.join();
    }

    @Test
    void theThreadThatWatchesEndsWithTheWorker() throws Exception {
        Breakdown breakdown = new Breakdown(error -> {}, Duration.ofMillis(1));
        breakdown.watch();
        breakdown.unwatch();
        while (Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("headrace-breakdown"))) {
            Thread.onSpinWait();
        }
    }
}
