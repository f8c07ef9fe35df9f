package io.headrace.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A value that is hidden is found in every spelling of it. */
final class SecretsTest {
    private static final Redactor REDACTOR = Redactor.parse("password");

    private static Secrets of(String value) {
        return REDACTOR.secrets(Json.of(Map.of("password", value)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pä/ss \"wörd\" €😀", "p\\u00e4/ss \\\"w\\u00f6rd\\\" \\u20ac\\ud83d\\ude00",
        "p\\u00E4\\/ss \\u0022w\\u00F6rd\\u0022 \\u20AC\\uD83D\\uDE00",
        "p\\\\u00e4\\\\/ss \\\\\\\"w\\\\u00f6rd\\\\\\\" \\\\u20ac\\\\ud83d\\\\ude00",
        "p%C3%A4%2Fss%20%22w%C3%B6rd%22%20%E2%82%AC%F0%9F%98%80", "p%c3%a4/ss+%22w%c3%b6rd%22+%e2%82%ac%f0%9f%98%80",
        "p\\xe4/ss \"w\\xf6rd\" \\u20ac\\U0001f600",
        "p\\xc3\\xa4/ss \"w\\xc3\\xb6rd\" \\xe2\\x82\\xac\\xf0\\x9f\\x98\\x80",
        "p\\303\\244/ss \\\"w\\303\\266rd\\\" \\342\\202\\254\\360\\237\\230\\200",
        "pä/ss\\ \\\"wörd\\\"\\ €😀", "p&#228;/ss &quot;w&#xf6;rd&quot; &#8364;&#x1F600;",
        "p\\u{e4}/ss \"wörd\" €\\u{1f600}", "p%5Cu00e4%2Fss%20%5C%22w%5Cu00f6rd%5C%22%20%5Cu20ac%5Cud83d%5Cude00"})
    void noEscapeIsAWayAround(String spelling) {
        String masked = of("pä/ss \"wörd\" €😀").mask("no login {\"password\":\"" + spelling + "\"} for ada");
        assertThat(masked).isEqualTo("no login {\"password\":\"[redacted]\"} for ada");
    }

    @Test
    void whatWasSentEscapedIsFoundAsItWasSentAndAsItIsMeant() {
        Secrets secrets = REDACTOR.secrets(Json.parse("{\"password\":\"p\\u00e4ssw0rd ab\\/cd\"}"));
        assertThat(secrets.mask("a pässw0rd ab/cd b p\\u00e4ssw0rd ab\\/cd c"))
                .isEqualTo("a [redacted] b [redacted] c");
        String sent = Base64.getEncoder()
                .encodeToString("{\"password\":\"p\\u00e4ssw0rd ab\\/cd\"}".getBytes(StandardCharsets.UTF_8));
        assertThat(secrets.mask(sent)).contains("[redacted]").doesNotContain(sent.substring(20, 40));
    }

    @Test
    void aValueThatLooksLikeEscapesIsFoundAsItIs() {
        for (String value : List.of("100%41%42", "C:\\new\\u0041", "a&amp;b&lt;c", "\\\\\\\\", "ends in \\",
                "50% off")) {
            assertThat(of(value).mask("x " + value + " y")).as(value).isEqualTo("x [redacted] y");
            String json = Json.of(value).toString();
            assertThat(of(value).mask("x " + json + " y")).as(value).isEqualTo("x \"[redacted]\" y");
        }
    }

    @Test
    void base64IsFoundWhateverStandsBesideTheValue() {
        for (String user : List.of("", "a", "ab", "abc")) {
            String login = Base64.getEncoder()
                    .encodeToString((user + ":open sesame?>").getBytes(StandardCharsets.UTF_8));
            assertThat(of("open sesame?>").mask("> Authorization: Basic " + login)).as(user).contains("[redacted]")
                    .hasSizeLessThan("> Authorization: Basic ".length() + user.length() + 20);
        }
        assertThat(of("hush").mask("aHVzaA==")).isEqualTo("[redacted]");
    }

    @Test
    void anotherEncodingIsNoWayAround() {
        String value = "pässwörd";
        byte[] latin = value.getBytes(StandardCharsets.ISO_8859_1);
        assertThat(of(value).mask("x " + new String(latin, StandardCharsets.UTF_8))).isEqualTo("x [redacted]");
        assertThat(of(value).mask("x " + new String(latin, StandardCharsets.US_ASCII).replace('\ufffd', '?')))
                .isEqualTo("x [redacted]");
        String read = new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        assertThat(of(value).mask("x " + read)).isEqualTo("x [redacted]");
    }

    @Test
    void numbersAreFoundInTheirOtherForms() {
        Secrets secrets = REDACTOR.secrets(Json.parse("{\"password\":[4111111111111111.0,12.50e3,1e99999999999]}"));
        assertThat(secrets.mask("4111111111111111 4.111111111111111E15 12500 12500.0 1e99999999999"))
                .isEqualTo("[redacted] [redacted] [redacted] [redacted] [redacted]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"it was correct h…", "it was correct h...", "…ct horse was it", "...ct horse was it",
        "a\nb: correct h…\nnext", "a: …ct horse\nnext", "it was c\\u006frrect h…", "it was \"corr\ufffd…",
        "it was corre\\u00…", "[…rect horse, …rrect horse, correc…]"})
    void whatACutLeftOfAValueIsHidden(String cut) {
        assertThat(of("correct horse").mask(cut)).contains("[redacted]").doesNotContain("corr", "hors", "rect");
    }

    @Test
    void aCharacterThatWasCutOffShowsNothing() {
        assertThat(of("passwörter").mask("x passw\\u00…")).isEqualTo("x [redacted]…");
        assertThat(of("passwörter").mask("x passw%C3…")).isEqualTo("x [redacted]…");
        assertThat(of("passwörter").mask("x passw\ufffd…")).isEqualTo("x [redacted]…");
        assertThat(of("passwörter").mask("…\ufffdrter x")).isEqualTo("…\ufffd[redacted] x");
    }

    @Test
    void valuesThatOverlapAreOne() {
        Secrets secrets = REDACTOR.secrets(Json.parse("{\"password\":[\"abcdef\",\"defghi\",\"bcde\"]}"));
        assertThat(secrets.mask("xabcdefghiy bcde")).isEqualTo("x[redacted]y [redacted]");
    }

    @Test
    void aResultShowsNoneOfThem() {
        Secrets secrets = of("hush \"now\"");
        assertThat(secrets.mask(Json.parse("{\"a\":[1, \"said hush \\u0022now\\u0022!\"],\"b\" : 1e400}")))
                .isEqualTo(Json.parse("{\"a\":[1, \"said [redacted]!\"],\"b\" : 1e400}"));
        assertThat(secrets.mask(Json.of("{\"password\":\"hush \\\"now\\\"\"}\nok")))
                .isEqualTo(Json.of("{\"password\":\"[redacted]\"}\nok"));
        assertThat(secrets.mask(Json.parse("{\"hush \\\"now\\\"\":1}"))).isEqualTo(Json.of("[redacted]"));
        assertThat(REDACTOR.secrets(Json.parse("{\"password\":12345}")).mask(Json.parse("{\"n\":[12345,17]}")))
                .isEqualTo(Json.parse("{\"n\":[\"[redacted]\",17]}"));
        assertThat(secrets.mask(Json.trusted("{\"a\":".getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(Json.of("[redacted]"));
        Json untouched = Json.parse("{\"a\":\"b\"}");
        assertThat(secrets.mask(untouched)).isSameAs(untouched);
    }

    @Test
    void aTextThatIsMadeToCostMuchIsHiddenWhole() {
        String text = "a".repeat(8_000);
        List<String> values = java.util.stream.IntStream.range(0, 900).mapToObj(i -> "a".repeat(250) + i).toList();
        Secrets secrets = REDACTOR.secrets(Json.of(Map.of("password", values)));
        assertThat(secrets.mask(text)).isEqualTo("[redacted]");
        assertThat(secrets.mask("all is well ".repeat(600))).isEqualTo("all is well ".repeat(600));
    }

    @Test
    void longRowsOfEscapesAreRead() {
        String text = "%41".repeat(80_000) + "\\x41".repeat(80_000) + "%68ush" + "&amp;".repeat(80_000);
        assertThat(of("hush").mask(text)).contains("[redacted]").hasSize(text.length() - "%68ush".length() + 10);
    }
}
