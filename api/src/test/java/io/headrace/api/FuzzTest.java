package io.headrace.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.contract.fuzz.HttpFuzz;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

/**
 * Hostile requests by the thousand. {@code -Dfuzz.requests=100000} sends more of them, {@code -Dfuzz.seed} repeats a
 * run.
 */
class FuzzTest {
    private static final int REQUESTS = Integer.getInteger("fuzz.requests", 4_000);
    private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());

    @Test
    void hostileRequestsAreRefusedAndLeaveNothingBehind() throws InterruptedException {
        try (Warnings warnings = new Warnings(); TestApi api = new TestApi("BODY_TIMEOUT=400ms")) {
            HttpFuzz.Outcome outcome = new HttpFuzz(api.server.uri(), SEED, 15_000).run(REQUESTS);

            System.out.println("fuzz: seed=" + outcome.seed() + " requests=" + outcome.requests() + " statuses="
                    + outcome.statuses());
            assertThat(outcome.violations()).as("seed " + SEED + ", " + outcome.violated() + " in all").isEmpty();
            assertThat(warnings.soFar()).as("seed " + SEED).isEmpty();
            awaitZero("connections", api::connections);
            awaitZero("waiters", api::waiting);
            awaitZero("listeners", api::listeners);
            assertThat(api.post("/v1/queues/mail/jobs", "{\"type\":\"t\"}").status()).isEqualTo(202);
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
