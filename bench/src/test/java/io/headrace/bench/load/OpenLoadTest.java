package io.headrace.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class OpenLoadTest {
    /** Tells for which moments it was called; every other call fails. */
    private static final class Noting implements OpenLoad.Sender {
        final BlockingQueue<Long> moments = new LinkedBlockingQueue<>();
        private boolean failing;

        @Override
        public int send(long atNanos) throws IOException {
            moments.add(atNanos);
            failing = !failing;
            if (failing) {
                throw new IOException("refused");
            }
            return 3;
        }

        @Override
        public void close() {}

        long next() throws InterruptedException {
            Long moment = moments.poll(10, TimeUnit.SECONDS);
            assertThat(moment).isNotNull();
            return moment;
        }
    }

    @Test
    void theScheduleDoesNotWaitForWhoCannotKeepUp() throws Exception {
        Noting sender = new Noting();
        try (OpenLoad load = new OpenLoad(100_000_000, List.of(sender))) {
            load.start();
            long first = sender.next();
            for (int i = 1; i < 1_000; i++) {
                assertThat(sender.next() - first).isEqualTo(i * 10L);
            }
            assertThat(load.latest()).isPositive();
        }
    }

    @Test
    void whatIsTakenAndWhatFailsIsCounted() throws Exception {
        Noting sender = new Noting();
        OpenLoad load = new OpenLoad(1_000, List.of(sender)).start();
        for (int i = 0; i < 10; i++) {
            sender.next();
        }
        load.close();
        long sent = 10L + sender.moments.size();
        assertThat(load.failed()).isEqualTo((sent + 1) / 2);
        assertThat(load.accepted()).isEqualTo(sent / 2 * 3);
        assertThat(load.lastFailure()).isEqualTo("refused");
    }

    @Test
    void whoFallsBehindTheScheduleIsTold() throws Exception {
        Noting slow = new Noting();
        OpenLoad behind = new OpenLoad(1_000_000_000, List.of(slow)).start();
        slow.next();
        behind.close();
        assertThat(behind.shareSent()).isBetween(0.0, 0.99);
        assertThat(behind.behind("HTTP")).get().asString().startsWith("HTTP FELL BEHIND: ");

        Noting quick = new Noting();
        OpenLoad punctual = new OpenLoad(1, List.of(quick)).start();
        quick.next();
        punctual.close();
        assertThat(punctual.behind("HTTP")).isEmpty();
    }
}
