package io.headrace.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.cli.client.JsonTree;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FormatTest {
    @ParameterizedTest
    @CsvSource({"PT0S,0ms", "PT0.85S,850ms", "PT59.9S,59s", "PT3M12S,3m12s", "PT5H,5h", "PT25H,1d1h", "P10D,10d",
        "PT-4S,0ms"})
    void aSpanIsShownInItsTwoLargestUnits(Duration span, String shown) {
        assertThat(Format.span(span)).isEqualTo(shown);
    }

    @Test
    void cuttingCountsColumnsAsATerminalDoes() {
        assertThat(Format.cut("😀😀😀😀", 3)).isEqualTo("😀…");
        assertThat(Format.cut("😀😀😀😀", 8)).isEqualTo("😀😀😀😀");
        assertThat(Format.cut("郵便番号が違います", 8)).isEqualTo("郵便番…");
        assertThat(Format.cut("e\u0301te\u0301", 3)).isEqualTo("e\u0301te\u0301");
        assertThat(Format.cut("abc", 3)).isEqualTo("abc");
    }

    @Test
    void namesAreCutInTheirMiddle() {
        assertThat(Format.middle("tenant-0017-import", 11)).isEqualTo("tenan…mport");
        assertThat(Format.middle("tenant-0017-import", 18)).isEqualTo("tenant-0017-import");
        assertThat(Format.middle("abcdef", 1)).isEqualTo("…");
        assertThat(Format.middle("郵便番号が違います", 8)).isEqualTo("郵便…す");
        assertThat(Format.middle("😀😀😀😀😀", 6)).isEqualTo("😀…😀");
    }

    @Test
    void linesAreBrokenBetweenWordsOnly() {
        assertThat(Format.wrapped("state     it waits until somebody comes", 24, 10))
                .isEqualTo("state     it waits until\n          somebody comes");
        assertThat(Format.wrapped("one two", 7, 0)).isEqualTo("one two");
        assertThat(Format.wrapped("a " + "x".repeat(30) + " b", 10, 2)).isEqualTo("a " + "x".repeat(30) + "\n  b");
        assertThat(Format.wrapped("one\n\ntwo three", 5, 0)).isEqualTo("one\n\ntwo\nthree");
        assertThat(Format.wrapped("  200 a second", 6, 2)).isEqualTo("  200\n  a\n  second");
        assertThat(Format.wrapped("", 10, 0)).isEmpty();
    }

    @Test
    void jsonThatWouldSteerATerminalIsEscapedAndKeepsItsValues() throws Exception {
        String json = "{\"a\": \"\u009b31m\u202etxt\u2066 \u007f\u2028\ufeff\udb40\udc41 \u00e9 \ud83d\ude00\","
                + "\n\t\"b\": 1}";

        String escaped = Format.escaped(json);

        assertThat(escaped).isEqualTo(
                "{\"a\": \"\\u009b31m\\u202etxt\\u2066 \\u007f\\u2028\\ufeff\\udb40\\udc41 \u00e9 \ud83d\ude00\",\n"
                        + "\t\"b\": 1}");
        assertThat(JsonTree.parse(escaped.getBytes(StandardCharsets.UTF_8)).at("a").text())
                .isEqualTo(JsonTree.parse(json.getBytes(StandardCharsets.UTF_8)).at("a").text());
    }

    @Test
    void whatIsSaidKeepsItsLinesAndSteersNoTerminal() {
        assertThat(Format.safe("one\n  two")).isEqualTo("one\n  two");
        assertThat(Format.safe("one\033[2J\n\u202etwo\r")).isEqualTo("one?[2J\n?two");
    }
}
