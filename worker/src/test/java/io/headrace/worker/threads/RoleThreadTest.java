package io.headrace.worker.threads;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
final class RoleThreadTest {
    private final CompletableFuture<Throwable> told = new CompletableFuture<>();
    private final Breakdown breakdown = new Breakdown(told::complete);

    static Stream<Error> errors() {
        return Stream.of(new OutOfMemoryError("Java heap space"),
                new OutOfMemoryError("unable to create native thread: a test"), new StackOverflowError(),
                new NoClassDefFoundError("a/b/C"), new AssertionError("broken"));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void anErrorOfARoleIsTheEndOfItsWorkerAndIsTold(Error error) throws Exception {
        RoleThread role = new RoleThread("headrace-test", true, breakdown, () -> {
            throw error;
        });
        role.start();
        assertThat(told.get(30, SECONDS)).isSameAs(error);
        assertThat(breakdown.happened()).isTrue();
    }

    @Test
    void anExceptionOfARoleIsNot() throws Exception {
        CountDownLatch turns = new CountDownLatch(2);
        RoleThread role = new RoleThread("headrace-test", true, breakdown, () -> {
            turns.countDown();
            throw new IllegalStateException("from a test");
        });
        role.start();
        assertThat(turns.await(30, SECONDS)).as("it goes on").isTrue();
        role.stop();
        assertThat(breakdown.happened()).isFalse();
    }

    @Test
    void onlyTheFirstErrorIsToldAndAHookThatFailsHarmsNothing() {
        Breakdown failing = new Breakdown(error -> {
            throw new OutOfMemoryError("again");
        });
        failing.onBreakdown(() -> {
            throw new OutOfMemoryError("again");
        });
        failing.at("one", new OutOfMemoryError("Java heap space"));
        failing.at("two", new OutOfMemoryError("Java heap space"));
        assertThat(failing.happened()).isTrue();
    }
}
