package io.headrace.api;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.headrace.testkit.HttpFuzz;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Hostile requests by the thousand. {@code -Dfuzz.requests=100000} sends more of them, {@code -Dfuzz.seed} repeats a run.
 */
class FuzzTest {
    private static final int REQUESTS = Integer.getInteger("fuzz.requests", 4_000);
    private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());

    @Test
    void hostileRequestsAreRefusedAndLeaveNothingBehind() throws InterruptedException {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.addAppender(log);
        try (Api api = new Api("BODY_TIMEOUT=400ms")) {
            HttpFuzz.Outcome outcome = new HttpFuzz(api.server.uri(), SEED, 15_000).run(REQUESTS);

            System.out.println("fuzz: seed=" + outcome.seed() + " requests=" + outcome.requests() + " statuses="
                    + outcome.statuses());
            assertThat(outcome.violations()).as("seed " + SEED + ", " + outcome.violated() + " in all").isEmpty();
            assertThat(List.copyOf(log.list)).filteredOn(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
                    .extracting(ILoggingEvent::getFormattedMessage).as("seed " + SEED).isEmpty();
            awaitZero("connections", api.server::connections);
            awaitZero("waiters", api.server::waiting);
            awaitZero("listeners", api.server::listeners);
            assertThat(api.post("/v1/queues/mail/jobs", "{\"type\":\"t\"}").status()).isEqualTo(202);
        } finally {
            root.detachAppender(log);
        }
    }

    private static void awaitZero(String what, IntSupplier count) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (count.getAsInt() != 0) {
            assertThat(System.nanoTime()).as(what + " left: " + count.getAsInt() + ", seed " + SEED).isLessThan(end);
            LockSupport.parkNanos(10_000_000);
        }
    }
}
