package io.headrace.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SparklineTest {
    @Test
    void aBarIsFullOnlyWhenAllIsAndEmptyOnlyWhenNothingIs() {
        assertThat(Sparkline.filled(0, 10)).isEqualTo("[        ]");
        assertThat(Sparkline.filled(0.001, 10)).isEqualTo("[|       ]");
        assertThat(Sparkline.filled(0.5, 10)).isEqualTo("[||||    ]");
        assertThat(Sparkline.filled(0.999, 10)).isEqualTo("[||||||| ]");
        assertThat(Sparkline.filled(1, 10)).isEqualTo("[||||||||]");
        assertThat(Sparkline.filled(7, 10)).isEqualTo("[||||||||]");
        assertThat(Sparkline.filled(Double.NaN, 10)).isEqualTo("[        ]");
    }

    @Test
    void aCurveTellsNothingFromUnknown() {
        assertThat(Sparkline.curve(new double[]{Double.NaN, 0, 1, 50, 100})).isEqualTo(" ▁▂▅█");
        assertThat(Sparkline.curve(new double[]{0, 0})).isEqualTo("▁▁");
    }

    @Test
    void countsAndRatesFitTheirColumns() {
        assertThat(Format.count(1_234_567, 7)).isEqualTo("1234567");
        assertThat(Format.count(12_345_678, 7)).isEqualTo("12346k");
        assertThat(Format.count(1_234_567, 5)).isEqualTo("1235k");
        assertThat(Format.count(123_456_789, 5)).isEqualTo("123M");
        assertThat(Format.perSecond(0)).isEqualTo("0");
        assertThat(Format.perSecond(0.44)).isEqualTo("0.4");
        assertThat(Format.perSecond(0.04)).isEqualTo("<0.1");
        assertThat(Format.perSecond(1234.5)).isEqualTo("1235");
        assertThat(Format.perSecond(56_789)).isEqualTo("56.8k");
        assertThat(Format.perSecond(9.97)).isEqualTo("10");
        assertThat(Format.perSecond(99_960)).isEqualTo("100k");
    }
}
