package io.headrace.worker.attempts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class SlotsTest {
    private final Slots slots = new Slots(16);
    private final AtomicInteger told = new AtomicInteger();

    SlotsTest() {
        slots.onFree(told::incrementAndGet);
    }

    @Test
    void whoGivesBackWhatItDidNotFillIsNotWokenByThat() {
        assertThat(slots.take(16)).isEqualTo(16);
        slots.giveBack(16);

        assertThat(slots.free()).isEqualTo(16);
        assertThat(told).as("else every failed claim would end its own pause").hasValue(0);
    }

    @Test
    void theFirstFreeSlotIsToldAndThenAsManyAsAreWorthAClaim() {
        slots.take(16);
        slots.release();
        assertThat(told).hasValue(1);
        slots.release();
        assertThat(slots.worthwhile()).isEqualTo(2);
        assertThat(told).hasValue(2);
        slots.release();
        assertThat(told).hasValue(2);
    }
}
