package io.headrace.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NearestNameTest {
    private static final List<String> FIELDS = List.of("type", "payload", "priority", "delay", "runAt", "maxRetries",
            "uniqueKey");

    @ParameterizedTest
    @CsvSource({"typ, type", "tpye, type", "payloda, payload", "Priority, priority", "max_retries, maxRetries",
        "maxretries, maxRetries", "unique, uniqueKey", "runat, runAt"})
    void aSlipIsRecognized(String given, String meant) {
        assertThat(NearestName.to(given, FIELDS)).contains(meant);
    }

    @Test
    void aWordThatIsNothingLikeItIsNotGuessed() {
        assertThat(NearestName.to("colour", FIELDS)).isEmpty();
        assertThat(NearestName.to("", FIELDS)).isEmpty();
        assertThat(NearestName.to("type", List.of())).isEmpty();
    }

    @Test
    void aHintNamesTheNearestOrElseAllOfThem() {
        assertThat(NearestName.hint("dealy", FIELDS)).isEqualTo("did you mean 'delay'?");
        assertThat(NearestName.hint("colour", List.of("a1", "b2"))).isEqualTo("allowed: a1, b2");
    }
}
