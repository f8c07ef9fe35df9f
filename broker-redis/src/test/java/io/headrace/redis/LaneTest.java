package io.headrace.redis;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.BrokerUnavailable;
import io.headrace.HeadraceException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LaneTest {
    private record Item(CompletableFuture<String> answer, boolean poison) implements Lane.Item {
        static Item of(boolean poison) {
            return new Item(new CompletableFuture<>(), poison);
        }

        @Override
        public void fail(HeadraceException why) {
            answer.completeExceptionally(why);
        }
    }

    private final CompletableFuture<Throwable> told = new CompletableFuture<>();
    private final Lane<Item> lane = new Lane<>("a test", Lane.MAX_FLUSH, this::flush);

    private void flush(List<Item> batch) {
        Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> told.complete(error));
        if (batch.stream().anyMatch(Item::poison)) {
            throw new OutOfMemoryError("Java heap space: a test");
        }
        batch.forEach(item -> item.answer().complete("sent"));
    }

    @AfterEach
    void close() {
        lane.close();
    }

    @Test
    void anErrorFailsWhatItMetIsToldAndStopsNobodyElse() throws Exception {
        Item poison = Item.of(true);
        lane.add(poison);
        assertThat(poison.answer()).failsWithin(30, SECONDS).withThrowableThat()
                .withCauseInstanceOf(BrokerUnavailable.class);
        assertThat(told.get(30, SECONDS)).isInstanceOf(OutOfMemoryError.class);

        Item next = Item.of(false);
        lane.add(next);
        assertThat(next.answer().get(30, SECONDS)).isEqualTo("sent");
    }
}
