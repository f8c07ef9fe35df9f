package io.headrace.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TrendTest {
    private static final int SAMPLES = 360;
    private static final double EVERY_S = 10;

    @Test
    void whatGrowsSteadilyRisesByThatMuchAnHour() {
        Random random = new Random(1);
        Trend trend = trend(i -> 1_000 + i + 20 * random.nextGaussian());

        assertThat(trend.perHour()).isCloseTo(360, within(15.0));
        assertThat(trend.level()).isCloseTo(1_180, within(15.0));
        assertThat(trend.rises()).isTrue();
    }

    @Test
    void scatterAndSawTeethDoNotRise() {
        Random random = new Random(1);
        assertThat(trend(i -> 1_000 + 50 * random.nextGaussian()).rises()).isFalse();
        assertThat(trend(i -> 1_000 + i % 100).rises()).isFalse();
    }

    @Test
    void whatStaysOrFallsDoesNotRise() {
        assertThat(trend(i -> 30).rises()).isFalse();
        assertThat(trend(i -> 30).perHour()).isZero();
        assertThat(trend(i -> 1_000 - i).rises()).isFalse();
    }

    @Test
    void aLeakOfOneThreadInFiveMinutesRises() {
        assertThat(trend(i -> 30 + i / 30).rises()).isTrue();
    }

    @Test
    void whatIsNotKnownDoesNotRise() {
        assertThat(trend(i -> Double.NaN).rises()).isFalse();
        assertThat(Trend.of(List.of(1.0), List.of(5.0)).rises()).isFalse();
    }

    private static Trend trend(IntToDoubleFunction value) {
        return Trend.of(IntStream.range(0, SAMPLES).mapToObj(i -> i * EVERY_S).toList(),
                IntStream.range(0, SAMPLES).mapToObj(value::applyAsDouble).toList());
    }
}
