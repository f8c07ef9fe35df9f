package io.headrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LostTextTest {
    private static final String ASCII = "ANSI_X3.4-1968";

    @Test
    void whatTheLocaleCannotReadIsRefusedByName() {
        assertThat(LostText.in(List.of("enqueue", "t", "\"caf\ufffd\ufffd\""), Map.of(), ASCII)).get().asString()
                .contains("the argument '\"caf??\"'", ASCII, "LC_ALL=C.UTF-8");
        assertThat(LostText.in(List.of("worker"), Map.of("HEADRACE_REDIS", "redis://:t\ufffd@h", "OTHER", "\ufffd"),
                ASCII))
                .get().asString().startsWith("HEADRACE_REDIS holds").doesNotContain("redis://");
    }

    @Test
    void whatTheLocaleCanReadIsNot() {
        assertThat(LostText.in(List.of("plain"), Map.of("OTHER", "\ufffd"), ASCII)).isEmpty();
        assertThat(LostText.in(List.of("caf\u00e9"), Map.of(), "ISO-8859-1")).isEmpty();
        assertThat(LostText.in(List.of("\ufffd"), Map.of(), "UTF-8")).as("sent as such").isEmpty();
    }
}
