package io.headrace.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.HeadraceException;
import io.headrace.OutcomeUnknown;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A batch that fails is told to its callers, and is the only one that fails. */
@Timeout(30)
final class PipelineTest {
    /** @param poison what its flush, or its being told, throws; null for nothing */
    private record Letter(String poison, CompletableFuture<String> answer) implements Pipeline.Item {
        static Letter of(String poison) {
            return new Letter(poison, new CompletableFuture<>());
        }

        @Override
        public void fail(HeadraceException why) {
            answer.completeExceptionally(why);
            if (poison.equals("telling")) {
                throw new StackOverflowError("planted");
            }
        }
    }

    private static Throwable failureOf(Letter letter) throws Exception {
        try {
            letter.answer().get(10, TimeUnit.SECONDS);
            throw new AssertionError("it did not fail");
        } catch (ExecutionException | CompletionException e) {
            return Objects.requireNonNull(e.getCause());
        }
    }

    @Test
    void anErrorFailsItsBatchAndTheNextIsSent() throws Exception {
        BlockingQueue<Throwable> told = new LinkedBlockingQueue<>();
        try (Pipeline<Letter> lane = new Pipeline<>("test-lane", 10, batch -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> told.add(error));
            if (batch.stream().anyMatch(letter -> !letter.poison().isEmpty())) {
                throw new OutOfMemoryError("planted");
            }
            batch.forEach(letter -> letter.answer().complete("sent"));
        })) {
            for (String poison : new String[]{"flush", "telling", "flush"}) {
                Letter poisoned = Letter.of(poison);
                lane.add(poisoned);
                assertThat(failureOf(poisoned)).isInstanceOf(OutcomeUnknown.class).hasMessageContaining("planted");
                assertThat(told.poll(10, TimeUnit.SECONDS)).isInstanceOf(OutOfMemoryError.class);
                Letter fine = Letter.of("");
                lane.add(fine);
                assertThat(fine.answer().get(10, TimeUnit.SECONDS)).isEqualTo("sent");
            }
        }
    }
}
