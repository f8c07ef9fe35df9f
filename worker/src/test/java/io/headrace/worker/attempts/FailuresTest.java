package io.headrace.worker.attempts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.util.RawValue;
import io.headrace.Failure;
import io.headrace.Job;
import io.headrace.JobContext;
import io.headrace.JobDocument;
import io.headrace.JobHandler;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.PermanentFailure;
import io.headrace.RetryLater;
import io.headrace.worker.Rig;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FailuresTest {
    @Test
    void theStackShowsTheHandlerAndItsCausesAndNothingOfTheWorker() {
        Rig rig = new Rig(1, JobHandler.of("bad", Json.class, (payload, context) -> {
            throw new IllegalStateException("outer", new NumberFormatException("inner"));
        }));
        JobId id = rig.enqueue("bad");

        rig.claimLoop.claimRound();

        Failure error = rig.job(id).document().history().error();
        assertThat(error).isNotNull();
        assertThat(error.type()).isEqualTo("java.lang.IllegalStateException");
        assertThat(error.message()).isEqualTo("outer");
        assertThat(error.stack()).startsWith("java.lang.IllegalStateException: outer\n\tat ")
                .contains("FailuresTest").contains("Caused by: java.lang.NumberFormatException: inner")
                .doesNotContain("AttemptRunner").doesNotContain("Handlers").doesNotContain("io.headrace.JobHandler");
    }

    @Test
    void aPayloadThatDoesNotFitFailsForGood() {
        Rig rig = new Rig(1, JobHandler.of("bad", Integer.class, (payload, context) -> payload));
        JobId id = rig.enqueue("bad");

        rig.claimLoop.claimRound();

        assertThat(rig.state(id)).isEqualTo(JobState.DEAD);
        assertThat(rig.job(id).document().history().error()).extracting(Failure::type).isEqualTo("bad_payload");
    }

    /** A payload before and after a change of the program. */
    record Before(String id, @Nullable String dropped) {}

    /** See {@link Before}. */
    record After(String id, @Nullable Instant added, Optional<String> alsoAdded) {}

    @Test
    void whileAPayloadChangesNeitherVersionsWorkersBuryTheOthersJobs() {
        Rig old = new Rig(4, JobHandler.of("order", Before.class, (order, context) -> order.id()));
        Rig fresh = old.beside(4, JobHandler.of("order", After.class, (order, context) -> order));
        for (Rig worker : List.of(old, fresh, old, fresh)) {
            JobId before = old.enqueue(NewJob.of("default", "order", new Before("1", "x")).build());
            JobId after = old
                    .enqueue(NewJob.of("default", "order", new After("2", Instant.EPOCH, Optional.of("y"))).build());
            worker.claimLoop.claimRound();
            assertThat(old.state(before)).isEqualTo(JobState.SUCCEEDED);
            assertThat(old.state(after)).isEqualTo(JobState.SUCCEEDED);
            old.time.advance(Duration.ofSeconds(21)); // a safety claim, as nobody hints
        }
    }

    @Test
    void aHandlerMayTakeATypeWithParameters() {
        Rig rig = new Rig(1, JobHandler.of("orders", new TypeReference<List<Before>>() {
        },
                (orders, context) -> orders.get(0).id()));
        JobId id = rig.enqueue(NewJob.of("default", "orders", List.of(new Before("1", null))).build());
        rig.claimLoop.claimRound();
        assertThat(rig.job(id).document().history().result()).isEqualTo(Json.of("1"));
    }

    @Test
    void aResultLongerThanIsKeptFailsForGood() {
        Rig rig = new Rig(1, JobHandler.of("big", Json.class, (payload, context) -> "x".repeat(262_143)));
        JobId id = rig.enqueue("big");

        rig.claimLoop.claimRound();

        assertThat(rig.state(id)).isEqualTo(JobState.DEAD);
        assertThat(rig.job(id).document().history().error()).extracting(Failure::type).isEqualTo("result_too_large");
    }

    @Test
    void aFailureWithoutAMessageNamesItsClass() {
        Failure failure = Failures.of(new IllegalStateException());

        assertThat(failure.message()).isEqualTo("IllegalStateException");
    }

    /** Exceptions whose own methods do harm. */
    static Stream<Throwable> hostile() {
        return Stream.of(new Hostile(() -> {
            throw new IllegalStateException("from getMessage");
        }), new Hostile(() -> {
            throw new StackOverflowError();
        }), new Hostile(() -> {
            throw new NoClassDefFoundError("a/b/C");
        }), new Hostile(() -> null), new Hostile(() -> "x".repeat(10_000_000)), new Hostile(() -> "half \ud83d of it"),
                new Endless(), new StackOverflowError(), new OutOfMemoryError("Java heap space"),
                new AssertionError("x"), new RetryLater(null, null), new RetryLater("later", Duration.ofDays(1L << 40)),
                new PermanentFailure("\ud83d"));
    }

    /** Nothing that is asked of it can be answered. */
    private static final class Hostile extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Supplier<@Nullable String> message;

        Hostile(Supplier<@Nullable String> message) {
            this.message = message;
        }

        @Override
        public @Nullable String getMessage() {
            return message.get();
        }

        @Override
        public String toString() {
            throw new IllegalStateException("from toString");
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new IllegalStateException("from getStackTrace");
        }

        @Override
        public synchronized Throwable getCause() {
            throw new IllegalStateException("from getCause");
        }
    }

    /** Every cause has another one. */
    private static final class Endless extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public synchronized Throwable getCause() {
            return new Endless();
        }
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void whateverAHandlerThrowsItsJobIsDecidedAfterOneAttemptWithTheRealType(Throwable thrown) {
        Rig rig = new Rig(1, JobHandler.of("bad", Json.class, (payload, context) -> {
            if (thrown instanceof Error error) {
                throw error;
            }
            throw (Exception) thrown;
        }));
        JobId id = rig.enqueue(NewJob.of("default", "bad", 1).maxRetries(0).build());

        rig.claimLoop.claimRound();

        Job job = rig.job(id);
        assertThat(job.attempt()).isEqualTo(1);
        Failure error = job.document().history().error();
        assertThat(error).isNotNull();
        assertThat(error.type()).isEqualTo(thrown.getClass().getName());
        assertThat(error.message()).hasSizeLessThanOrEqualTo(Failure.MAX_MESSAGE);
        assertThat(rig.state(id)).isIn(JobState.DEAD, JobState.RETRYING);
        assertThat(JobDocument.parse(job.document().bytes()).history()).as("it can be read back")
                .isEqualTo(job.document().history());
        assertThat(rig.inFlight.all()).isEmpty();
        assertThat(rig.slots.free()).isEqualTo(1);
    }

    /** Results that nobody could read. */
    static Stream<Object> unreadable() {
        Object deep = 1;
        for (int i = 0; i < 300; i++) {
            deep = List.of(deep);
        }
        return Stream.of(deep, new RawValue("{oops"), Json.trusted(new byte[]{'{'}), Json.trusted(new byte[0]),
                Json.parse("1").getClass());
    }

    @ParameterizedTest
    @MethodSource("unreadable")
    void aResultThatNobodyCouldReadIsABadResultAndNoSuccess(Object result) {
        Rig rig = new Rig(1, JobHandler.of("bad", Json.class, (payload, context) -> result == Json.class ? new Rec()
                : result));
        JobId id = rig.enqueue("bad");

        rig.claimLoop.claimRound();

        assertThat(rig.state(id)).isEqualTo(JobState.DEAD);
        Failure error = rig.job(id).document().history().error();
        assertThat(error).isNotNull();
        assertThat(error.type()).isEqualTo("bad_result");
        assertThat(error.message()).startsWith("the result cannot be ");
    }

    /** Contains another of itself, without end. */
    private static final class Rec {
        @JsonValue
        List<Rec> rest() {
            return List.of(new Rec());
        }
    }

    @Test
    void metersThatFailFailNoJob() {
        Rig rig = new Rig(1, JobHandler.of("good", Json.class, (payload, context) -> "fine"));
        rig.meters.config().onMeterAdded(meter -> {
            throw new IllegalStateException("from a registry");
        });
        JobId id = rig.enqueue(NewJob.of("default", "good", 1).build());
        rig.claimLoop.claimRound();
        assertThat(rig.state(id)).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void whatAHandlerSaysAfterItsEndHarmsNobody() {
        CompletableFuture<JobContext> kept = new CompletableFuture<>();
        Rig rig = new Rig(1, JobHandler.of("good", Json.class, (payload, context) -> {
            kept.complete(context);
            return "fine";
        }));
        JobId id = rig.enqueue("good");
        rig.claimLoop.claimRound();
        JobContext late = kept.join();
        late.log("late \ud83d");
        late.progress(0.5, "late");
        rig.reports.turn();
        assertThat(rig.state(id)).isEqualTo(JobState.SUCCEEDED);
        assertThat(rig.job(id).progress()).isNull();
        assertThat(rig.budget.held()).isZero();
    }

    @Test
    void causesThatTurnInACircleEnd() {
        Exception a = new Exception("a");
        Exception b = new Exception("b", a);
        a.initCause(b);

        assertThat(Failures.stack(a)).containsOnlyOnce("Exception: a").containsOnlyOnce("Exception: b");
    }
}
