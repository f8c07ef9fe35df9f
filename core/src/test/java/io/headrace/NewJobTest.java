package io.headrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class NewJobTest {
    private static NewJob.Builder job() {
        return NewJob.of("q", "t", List.of());
    }

    private static void assertRefused(String field, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(InvalidInput.class,
                e -> assertThat(e.field()).isEqualTo(field));
    }

    @Test
    void everyBoundIsCheckedAndTheFieldNamed() {
        assertRefused("delay", () -> job().delay(Duration.ofMillis(-1)).build());
        assertRefused("delay", () -> job().delay(Duration.ofDays(366)).build());
        assertRefused("runAt", () -> job().delay(Duration.ZERO).runAt(Instant.EPOCH).build());
        assertRefused("timeout", () -> job().timeout(Duration.ZERO).build());
        assertRefused("timeout", () -> job().timeout(Duration.ofDays(8)).build());
        assertRefused("expiresIn", () -> job().expiresIn(Duration.ZERO).build());
        assertRefused("retention", () -> job().retention(Duration.ofDays(366)).build());
        assertRefused("maxRetries", () -> job().maxRetries(-1).build());
        assertRefused("maxRetries", () -> job().maxRetries(1001).build());
        assertRefused("uniqueKey", () -> job().uniqueKey("").build());
        assertRefused("uniqueKey", () -> job().uniqueKey("k".repeat(257)).build());
        assertRefused("queue", () -> NewJob.of("Q", "t", 1));
        assertRefused("type", () -> NewJob.of("q", "", 1));
        assertRefused("Idempotency-Key", () -> new Idempotency("", "f"));
        assertRefused("Idempotency-Key", () -> new Idempotency("k".repeat(257), "f"));
    }

    @Test
    void aPayloadHasALimitThatItsSenderMayRaise() {
        String most = "x".repeat(NewJob.MAX_PAYLOAD - 2);
        assertThat(NewJob.of("q", "t", most).build().spec().payload().size()).isEqualTo(NewJob.MAX_PAYLOAD);
        assertThatThrownBy(() -> NewJob.of("q", "t", most + "x").build()).isInstanceOf(InvalidInput.class)
                .hasMessage("payload has 262145 bytes, the limit is 262144");
        assertThat(NewJob.of("q", "t", "x".repeat(400_000)).maxPayload(1_000_000).build().spec().payload().size())
                .isEqualTo(400_002);
        assertRefused("payload", () -> NewJob.of("q", "t", Json.parse("\"tiny\"")).maxPayload(5).build());
        assertRefused("maxPayload", () -> job().maxPayload(0));
        assertRefused("maxPayload", () -> job().maxPayload(NewJob.MAX_PAYLOAD_EVER + 1));
    }

    @Test
    void theLargestValuesAreAllowed() {
        NewJob job = job().delay(Duration.ofDays(365)).timeout(Duration.ofDays(7)).expiresIn(Duration.ofDays(365))
                .retention(Duration.ofDays(365)).maxRetries(1000).uniqueKey("k".repeat(256)).build();
        assertThat(job.priority()).isEqualTo(Priority.NORMAL);
        assertThat(job.spec().maxRetries()).isEqualTo(1000);
    }

    @Test
    void jsonIsTakenAsItIs() {
        Json payload = Json.parse("[1.0]");
        assertThat(NewJob.of("q", "t", payload).build().spec().payload()).isSameAs(payload);
    }
}
