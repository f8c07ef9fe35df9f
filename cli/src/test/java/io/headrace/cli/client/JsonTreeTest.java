package io.headrace.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTreeTest {
    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":[1,2.50,1e400,{\"b\":\"c\\n\\\"ü\"}],\"n\":null,\"t\":true,\"e\":{},\"l\":[]}",
        "\"x\"", "7",
        "12345678901234567890123", "null", "[]"})
    void aValueIsWrittenAsItWasRead(String json) throws IOException {
        assertThat(parse(json).json()).isEqualTo(json);
    }

    @Test
    void missingStepsOfAPathReadAsNothing() throws IOException {
        JsonTree tree = parse("{\"error\":{\"type\":\"Timeout\"},\"result\":null}");

        assertThat(tree.at("error", "type").text()).isEqualTo("Timeout");
        assertThat(tree.at("error", "nothing", "deeper").present()).isFalse();
        assertThat(tree.at("result").maybe()).isEmpty();
        assertThat(tree.at("attempt").number()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "1 2", "hello", "{\"a\":}"})
    void whatIsNotOneJsonValueIsRefused(String text) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(IOException.class);
    }

    private static JsonTree parse(String json) throws IOException {
        return JsonTree.parse(json.getBytes(StandardCharsets.UTF_8));
    }
}
