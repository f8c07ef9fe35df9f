package io.headrace.worker.threads;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.ManualClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class CapacityTest {
    private final OutOfMemoryError why = new OutOfMemoryError("unable to create native thread: a test");

    private final ManualClock time = new ManualClock();
    private final Instant origin = time.now();
    private final Capacity capacity = new Capacity(16, new Clocks(
            () -> Duration.between(origin, time.now()).toNanos(), Clock.fixed(origin, ZoneOffset.UTC), new Random(7)));

    @Test
    void aRefusedThreadLowersTheBoundToWhatThereIsAndStopsClaimingForAMoment() {
        assertThat(capacity.pause()).isZero();
        capacity.refusedThread(why, 5);
        assertThat(capacity.limit()).isEqualTo(5);
        assertThat(capacity.pause()).isPositive();
        time.advance(Duration.ofSeconds(1));
        assertThat(capacity.pause()).isZero();
    }

    @Test
    void whatIsRefusedAtOnceHalvesTheBoundOnce() {
        for (int i = 0; i < 16; i++) {
            capacity.refused(why);
        }
        assertThat(capacity.limit()).isEqualTo(8);
        time.advance(Duration.ofSeconds(1));
        capacity.refused(why);
        assertThat(capacity.limit()).isEqualTo(4);
        assertThat(capacity.pause()).as("the second pause is longer").isEqualTo(Duration.ofSeconds(2).toNanos());
    }

    @Test
    void theBoundComesBackByAQuarterATimeWhenThreadsAreThere() {
        capacity.refusedThread(why, 8);
        time.advance(Duration.ofSeconds(5));
        capacity.grow(wanted -> wanted);
        assertThat(capacity.limit()).as("not yet").isEqualTo(8);
        int steps = 0;
        while (capacity.reduced()) {
            time.advance(Duration.ofSeconds(6));
            capacity.grow(wanted -> wanted);
            steps++;
        }
        assertThat(capacity.limit()).isEqualTo(16);
        assertThat(steps).isEqualTo(4);
    }

    @Test
    void noBoundIsRaisedForThreadsThatTheMachineDoesNotGive() {
        capacity.refusedThread(why, 8);
        time.advance(Duration.ofSeconds(10));
        capacity.grow(wanted -> 8);
        assertThat(capacity.limit()).isEqualTo(8);
    }

    @Test
    void aWorkerWithoutAnyThreadTriesForOneAtTheEndOfItsPause() {
        capacity.refusedThread(why, 0);
        assertThat(capacity.limit()).isZero();
        time.advance(Duration.ofSeconds(1));
        capacity.grow(wanted -> 1);
        assertThat(capacity.limit()).isEqualTo(1);
    }
}
