package io.headrace.bench.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

final class StampsTest {
    @Test
    void aTimeTravelsInThePayload() {
        byte[] payload = Stamps.payload(0, 100);
        assertThat(payload).hasSize(100);
        Stamps.stamp(payload, 0, 5_000_000_000L);
        assertThat(new String(payload, StandardCharsets.US_ASCII)).startsWith("{\"at\":\"0000000005000000000\"");

        Stamps stamps = new Stamps();
        stamps.record(payload, 5_002_000_000L);
        assertThat(stamps.answer(Stamps.COUNT)).isEqualTo("1");
        Histogram histogram = Stamps.decode(stamps.answer(Stamps.HISTOGRAM));
        assertThat(histogram.getTotalCount()).isEqualTo(1);
        assertThat(histogram.getMaxValue()).isBetween(1_990_000L, 2_010_000L);
    }

    @Test
    void aResetForgets() {
        Stamps stamps = new Stamps();
        stamps.record(Stamps.payload(0, 100), 1);
        stamps.answer(Stamps.RESET);
        assertThat(stamps.answer(Stamps.COUNT)).isEqualTo("0");
        assertThat(Stamps.decode(stamps.answer(Stamps.HISTOGRAM)).getTotalCount()).isZero();
    }
}
