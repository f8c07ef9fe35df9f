package io.headrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class BarsTest {
    @Test
    void aBarIsFullOnlyWhenAllIsAndEmptyOnlyWhenNothingIs() {
        assertThat(Bars.filled(0, 10)).isEqualTo("[        ]");
        assertThat(Bars.filled(0.001, 10)).isEqualTo("[|       ]");
        assertThat(Bars.filled(0.5, 10)).isEqualTo("[||||    ]");
        assertThat(Bars.filled(0.999, 10)).isEqualTo("[||||||| ]");
        assertThat(Bars.filled(1, 10)).isEqualTo("[||||||||]");
        assertThat(Bars.filled(7, 10)).isEqualTo("[||||||||]");
        assertThat(Bars.filled(Double.NaN, 10)).isEqualTo("[        ]");
    }

    @Test
    void aCurveTellsNothingFromUnknown() {
        assertThat(Bars.curve(new double[]{Double.NaN, 0, 1, 50, 100})).isEqualTo(" ▁▂▅█");
        assertThat(Bars.curve(new double[]{0, 0})).isEqualTo("▁▁");
    }

    @Test
    void countsAndRatesFitTheirColumns() {
        assertThat(Words.count(1_234_567, 7)).isEqualTo("1234567");
        assertThat(Words.count(12_345_678, 7)).isEqualTo("12346k");
        assertThat(Words.count(1_234_567, 5)).isEqualTo("1235k");
        assertThat(Words.count(123_456_789, 5)).isEqualTo("123M");
        assertThat(Words.perSecond(0)).isEqualTo("0");
        assertThat(Words.perSecond(0.44)).isEqualTo("0.4");
        assertThat(Words.perSecond(0.04)).isEqualTo("<0.1");
        assertThat(Words.perSecond(1234.5)).isEqualTo("1235");
        assertThat(Words.perSecond(56_789)).isEqualTo("56.8k");
        assertThat(Words.perSecond(9.97)).isEqualTo("10");
        assertThat(Words.perSecond(99_960)).isEqualTo("100k");
    }
}
