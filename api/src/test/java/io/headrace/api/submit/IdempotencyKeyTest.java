package io.headrace.api.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.InvalidInput;
import io.headrace.api.TestApi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which spellings of an Idempotency-Key are the same key. */
class IdempotencyKeyTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '%', ignoreLeadingAndTrailingWhitespace = false, value = {
        "order-17|order-17", " order-17\t|order-17", "\"order-17\"|order-17", "  \"order-17\" |order-17",
        "\" order-17\"| order-17", "a b|a b", "\"a b\"|a b", "a  b|a  b", "\"a\\\"b\\\\c\"|a\"b\\c", "a\"b|a\"b"})
    void quotesAndSpaceAroundAKeyAreNoPartOfIt(String header, String key) {
        assertThat(IdempotencyKey.read(header)).isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"", "\"a", "\"a\"b", "\"a\";v=1", "\"a\\\"", "\"a\\b\"", "\"a\", \"b\""})
    void whatIsQuotedInPartIsRefused(String header) {
        assertThatThrownBy(() -> IdempotencyKey.read(header)).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("Idempotency-Key");
    }

    @Test
    void theSameKeyInAnotherSpellingIsAReplay() {
        try (TestApi api = new TestApi()) {
            String job = "{\"type\":\"t\"}";
            String path = "/v1/queues/mail/jobs";
            String first = api.post(path, job, "Idempotency-Key", "order-17").text("id");
            for (String spelling : new String[]{"\"order-17\"", " order-17 ", "order-17"}) {
                TestApi.Answer again = api.post(path, job, "Idempotency-Key", spelling);
                assertThat(again.header("Idempotency-Replayed")).as(spelling).isEqualTo("true");
                assertThat(again.text("id")).isEqualTo(first);
            }
            assertThat(api.post(path, job, "Idempotency-Key", "order 17").header("Idempotency-Replayed")).isEmpty();
            assertThat(api.post(path, job, "Idempotency-Key", "a", "Idempotency-Key", "b").text("field"))
                    .isEqualTo("Idempotency-Key");
            assertThat(api.post(path, job, "Idempotency-Key", "\"\"").status()).isEqualTo(422);
            assertThat(api.post(path, "{ \"type\": \"t\" }", "Idempotency-Key", "order-17").problem())
                    .as("the body is compared byte by byte").isEqualTo("idempotency-conflict");
        }
    }
}
