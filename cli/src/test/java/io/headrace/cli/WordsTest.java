package io.headrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WordsTest {
    @ParameterizedTest
    @CsvSource({"PT0S,0ms", "PT0.85S,850ms", "PT59.9S,59s", "PT3M12S,3m12s", "PT5H,5h", "PT25H,1d1h", "P10D,10d",
        "PT-4S,0ms"})
    void aSpanIsShownInItsTwoLargestUnits(Duration span, String shown) {
        assertThat(Words.span(span)).isEqualTo(shown);
    }

    @Test
    void cuttingCountsColumnsAsATerminalDoes() {
        assertThat(Words.cut("😀😀😀😀", 3)).isEqualTo("😀…");
        assertThat(Words.cut("😀😀😀😀", 8)).isEqualTo("😀😀😀😀");
        assertThat(Words.cut("郵便番号が違います", 8)).isEqualTo("郵便番…");
        assertThat(Words.cut("e\u0301te\u0301", 3)).isEqualTo("e\u0301te\u0301");
        assertThat(Words.cut("abc", 3)).isEqualTo("abc");
    }
}
