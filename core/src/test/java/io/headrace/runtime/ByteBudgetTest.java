package io.headrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class ByteBudgetTest {
    private final ByteBudget budget = new ByteBudget(100);

    @Test
    void whatIsLeftIsGivenAndNoMore() {
        assertThat(budget.tryReserve(60)).isTrue();
        assertThat(budget.tryReserve(41)).isFalse();
        assertThat(budget.tryReserve(40)).isTrue();
        assertThat(budget.tryReserve(1)).isFalse();
        assertThat(budget.left()).isZero();
    }

    @Test
    void whatIsGivenBackIsLeftAgain() {
        budget.tryReserve(60);
        budget.tryReserve(40);
        budget.release(60);
        assertThat(budget.left()).isEqualTo(60);
        assertThat(budget.tryReserve(60)).isTrue();
    }

    @Test
    void oneThingLargerThanTheBudgetPassesAlone() {
        assertThat(budget.tryReserve(1_000)).isTrue();
        assertThat(budget.tryReserve(1)).isFalse();
        budget.release(1_000);
        assertThat(budget.tryReserve(1)).isTrue();
        assertThat(budget.tryReserve(1_000)).isFalse();
    }

    @Test
    void whatIsThereAlreadyCountsThoughNothingIsLeft() {
        budget.reserve(150);
        assertThat(budget.held()).isEqualTo(150);
        assertThat(budget.left()).isZero();
        budget.release(150);
        assertThat(budget.left()).isEqualTo(100);
    }

    @Test
    void theHeapsBudgetIsAQuarterOfIt() {
        assertThat(ByteBudget.ofHeap().total()).isEqualTo(Runtime.getRuntime().maxMemory() / 4);
    }

    @Test
    void noBudgetIsEmpty() {
        assertThatThrownBy(() -> new ByteBudget(0)).hasMessageContaining("at least 1 byte");
    }
}
