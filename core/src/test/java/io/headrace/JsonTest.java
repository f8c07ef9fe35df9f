package io.headrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {
    /** What a payload may look like to Jackson. */
    record Mail(String to, int copies) {}

    @ParameterizedTest
    @ValueSource(strings = {"null", "true", "-0.0", "1e400", "12345678901234567890123", "\"x\"", "[]",
        "{ \"b\":1, \"a\":[ ] }",
        "\"\\ud83d\\ude00\"", "\"„水“\""})
    void aValueKeepsItsText(String text) {
        assertThat(Json.parse(text)).hasToString(text);
        assertThat(Json.parse(text).bytes()).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
        assertThat(Json.parse(" \n" + text + "\t ")).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{", "[1,]", "{\"a\":1,\"a\":2}", "1 2", "{} x", "'a'", "NaN", "01", "// c\n1",
        "\"a"})
    void whatIsNotOneValueIsRefused(String text) {
        assertThatThrownBy(() -> Json.parse(text)).isInstanceOfSatisfying(InvalidInput.class,
                e -> assertThat(e.field()).isEqualTo("payload"));
    }

    @Test
    void nestingHasABound() {
        int most = JsonFormat.MAX_DEPTH;
        assertThat(Json.parse("[".repeat(most) + "]".repeat(most)).size()).isEqualTo(2 * most);
        assertThatThrownBy(() -> Json.parse("[".repeat(most + 1) + "]".repeat(most + 1)))
                .isInstanceOf(InvalidInput.class);
    }

    @Test
    void objectsGoInAndComeOut() {
        Mail mail = new Mail("ann@example.org", 2);
        assertThat(Json.of(mail)).hasToString("{\"to\":\"ann@example.org\",\"copies\":2}");
        assertThat(Json.of(mail).as(Mail.class)).isEqualTo(mail);
        assertThat(Json.of(Map.of("n", List.of(1, 2)))).hasToString("{\"n\":[1,2]}");
    }

    @Test
    void aValueThatDoesNotFitSaysWhy() {
        assertThatThrownBy(() -> Json.parse("{\"to\":1,\"copies\":\"many\"}").as(Mail.class))
                .isInstanceOf(InvalidInput.class).hasMessageStartingWith("payload does not fit Mail: ");
        assertThatThrownBy(() -> Json.of(new Object())).isInstanceOf(InvalidInput.class)
                .hasMessageStartingWith("payload cannot be written as JSON: ");
    }

    @Test
    void equalBytesAreEqualValues() {
        assertThat(Json.parse("{\"a\":1}")).isEqualTo(Json.parse("{\"a\":1}"))
                .hasSameHashCodeAs(Json.parse("{\"a\":1}"));
        assertThat(Json.parse("1")).isNotEqualTo(Json.parse("1.0"));
    }
}
