package io.headrace.format;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({"0,0 B", "1023,1023 B", "1024,1.0 KiB", "102350,100 KiB", "102300,99.9 KiB", "102395,100 KiB",
        "1048063,1023 KiB", "1048575,1.0 MiB", "128974848,123 MiB", "5368709120,5.0 GiB", "3298534883328,3.0 TiB"})
    void aSizeIsToldInStepsOf1024(long bytes, String told) {
        assertThat(ByteSize.format(bytes)).isEqualTo(told);
    }
}
