package io.headrace.redaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.Failure;
import io.headrace.InvalidInput;
import io.headrace.Json;
import io.headrace.Progress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RedactorTest {
    private final Redactor redactor = Redactor.parse(" password, Card ,,größe");

    private String shown(String json) {
        return redactor.redact(Json.trusted(json.getBytes(StandardCharsets.UTF_8))).toString();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {"{\"password\":\"x\"}|{\"password\":\"[redacted]\"}",
        "{\"PassWord\" : 12.50 ,\"a\":1e400}|{\"PassWord\" : \"[redacted]\" ,\"a\":1e400}",
        "[{\"a\":{\"password\":null}},{\"password\":[1,{\"x\":2}],\"b\":true}]|[{\"a\":{\"password\":\"[redacted]\"}},"
                + "{\"password\":\"[redacted]\",\"b\":true}]",
        "{\"card\":{\"number\":\"4\",\"password\":\"x\"},\"id\":123456789012345678901234567890}|"
                + "{\"card\":\"[redacted]\",\"id\":123456789012345678901234567890}",
        "{\"pass\\u0077ord\":\"x\"}|{\"pass\\u0077ord\":\"[redacted]\"}",
        "{\"GRÖßE\":\"ü\"}|{\"GRÖßE\":\"[redacted]\"}",
        "{\"password\":\"q\\\"}\\\\\",\"b\":\"ü€😀\"}|{\"password\":\"[redacted]\",\"b\":\"ü€😀\"}",
        "{\"passwords\":\"x\",\"a\":\"password\"}|{\"passwords\":\"x\",\"a\":\"password\"}",
        "\"password\"|\"password\"",
        "17|17", "{\"password\":-0.0}|{\"password\":\"[redacted]\"}",
        "{\"password\":{}}|{\"password\":\"[redacted]\"}"})
    void onlyTheValuesOfNamedFieldsAreReplaced(String json, String expected) {
        assertThat(shown(json)).isEqualTo(expected);
        assertThat(shown(expected)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"password\":\"x\"", "{\"password\"", "{\"a\":1,\"a\":2}",
        "{\"a\":tru,\"password\":\"x\"}"})
    void whatCannotBeReadIsHiddenWhole(String broken) {
        assertThat(shown(broken)).isEqualTo("\"[redacted]\"");
        Json json = Json.trusted(broken.getBytes(StandardCharsets.UTF_8));
        assertThat(redactor.secrets(json).mask("bad: " + broken)).isEqualTo("bad: [redacted]");
    }

    @Test
    void deepNestingIsNoWayAround() {
        String deep = "{\"a\":".repeat(150) + "{\"password\":\"hush\"}" + "}".repeat(150);
        assertThat(shown(deep)).doesNotContain("hush").contains("[redacted]");
        String deeper = "[".repeat(500) + "{\"password\":\"hush\"}" + "]".repeat(500);
        assertThat(shown(deeper)).doesNotContain("hush");
    }

    @Test
    void withoutNamesNothingIsTouched() {
        Json json = Json.parse("{\"password\":\"x\"}");
        assertThat(Redactor.parse(" , ")).isSameAs(Redactor.NONE);
        assertThat(Redactor.NONE.redact(json)).isSameAs(json);
        assertThat(Redactor.NONE.restore(json, json)).isSameAs(json);
        assertThat(Redactor.NONE.secrets(json).isEmpty()).isTrue();
        assertThat(redactor.redact(Json.NULL)).isSameAs(Json.NULL);
    }

    private String masked(String payload, String text) {
        return redactor.secrets(Json.parse(payload), null).mask(text);
    }

    @Test
    void aTextDoesNotRepeatWhatIsHidden() {
        assertThat(masked("{\"password\":\"hush\"}", "login with hush failed: hush!")).isEqualTo(
                "login with [redacted] failed: [redacted]!");
        assertThat(masked("{\"card\":{\"number\":4111111111111111,\"of\":[\"Ada L\"]}}", "4111111111111111 of Ada L"))
                .isEqualTo("[redacted] of [redacted]");
        assertThat(masked("{\"password\":\"hush\",\"card\":\"hush hush\"}", "a hush hush b hush")).isEqualTo(
                "a [redacted] b [redacted]");
        assertThat(masked("{\"password\":\"pä\\\"ss\\nwört\"}", "pä\"ss\nwört or pä\\\"ss\\nwört")).isEqualTo(
                "[redacted] or [redacted]");
        assertThat(masked("{\"password\":\"-----BEGIN\\nMIIEvQIBADANBg\\n-----END\"}", "key MIIEvQIBADANBg is bad"))
                .isEqualTo("key [redacted] is bad");
        assertThat(masked("{\"password\":\"😀😀\"}", "x😀😀y")).isEqualTo("x[redacted]y");
    }

    @Test
    void shortValuesAreHiddenInTheirPlaceOnly() {
        assertThat(masked("{\"password\":\"abc\",\"card\":123}", "abc 123 abcd")).isEqualTo("abc 123 abcd");
        assertThat(masked("{\"password\":true}", "true")).isEqualTo("true");
    }

    @Test
    void aTextThatWasCutInAValueShowsNoPartOfIt() {
        assertThat(masked("{\"password\":\"correct horse\"}", "it was correct h…")).isEqualTo("it was [redacted]…");
        assertThat(masked("{\"password\":\"correct horse\"}", "it was cor…")).isEqualTo("it was cor…");
        Failure long1 = new Failure("t", "x".repeat(Failure.MAX_MESSAGE - 6) + "correct horse", null);
        Failure shown = redactor.secrets(Json.parse("{\"password\":\"correct horse\"}")).mask(long1);
        assertThat(shown).isNotNull();
        assertThat(shown.message()).doesNotContain("corr");
    }

    @Test
    void failuresAndProgressAreMasked() {
        Secrets secrets = redactor.secrets(Json.parse("{\"password\":\"hush\"}"), Json.parse("{\"card\":\"4711\"}"));
        assertThat(secrets.mask(new Failure("hush", "hush 4711", "at hush"))).isEqualTo(
                new Failure("hush", "[redacted] [redacted]", "at [redacted]"));
        assertThat(secrets.mask(new Progress(0.5, "hush".repeat(125)))).satisfies(progress -> {
            assertThat(progress).isNotNull();
            assertThat(progress.message()).hasSize(500).doesNotContain("hush");
        });
        assertThat(secrets.mask((Failure) null)).isNull();
        assertThat(secrets.toString() + redactor).doesNotContain("hush", "password");
    }

    private String restored(String edited, String original) {
        return redactor.restore(Json.parse(edited), Json.parse(original)).toString();
    }

    @Test
    void whatStillShowsThePlaceholderGetsItsValueBack() {
        String original = "{\"user\":\"ada\",\"password\":12345678901234567890.50,"
                + "\"cards\":[{\"card\":{\"n\":1}},{\"card\":[2]}]}";
        String shown = shown(original);
        assertThat(restored(shown, original)).isEqualTo(original);
        assertThat(restored(shown.replace("ada", "bob"), original)).isEqualTo(original.replace("ada", "bob"));
        assertThat(restored(shown.replaceFirst("\"\\[redacted]\"", "\"new\""), original))
                .isEqualTo(original.replace("12345678901234567890.50", "\"new\""));
        assertThat(restored("{\"cards\":[{\"card\":\"[redacted]\",\"x\":1},{\"card\":3}]}", original))
                .isEqualTo("{\"cards\":[{\"card\":{\"n\":1},\"x\":1},{\"card\":3}]}");
        assertThat(restored("{\"note\":\"[redacted]\"}", original)).isEqualTo("{\"note\":\"[redacted]\"}");
        assertThat(restored("{ \"PASSWORD\" : \"[redacted]\" }", "{\"PASSWORD\":\"x\"}"))
                .isEqualTo("{ \"PASSWORD\" : \"x\" }");
        assertThat(restored("{\"password\":\"[redacted]\"}", "{\"password\":\"[redacted]\"}"))
                .isEqualTo("{\"password\":\"[redacted]\"}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "{\"password\":\"[redacted]\"}|{\"a\":1}|/password",
        "{\"a\":{\"password\":\"[redacted]\"}}|{\"password\":1}|/a/password",
        "[{\"b\":2,\"card\":\"[redacted]\"}]|[{\"b\":1,\"card\":1},{\"b\":2,\"card\":2}]|/0/card",
        "[{\"b\":2,\"card\":\"[redacted]\"},{\"b\":1,\"card\":\"[redacted]\"}]|"
                + "[{\"b\":1,\"card\":1},{\"b\":2,\"card\":2}]|/0/card",
        "{\"card\":{\"password\":\"[redacted]\"}}|{\"card\":{\"password\":1}}|/card/password"})
    void whatCannotBePutBackIsRefusedAndNothingOfItShown(String edited, String original, String pointer) {
        assertThatThrownBy(() -> restored(edited, original)).isInstanceOf(InvalidInput.class)
                .hasMessageContaining(pointer).hasMessageContaining("payload");
    }
}
