package io.headrace.cli.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.api.ApiServer;
import io.headrace.cli.Ran;
import io.headrace.cli.terminal.Format;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What all verbs that talk to the API have in common. */
final class ClientCommandsTest extends ClientCommandRig {
    @Test
    void aMessageShowsWhatWasTyped() {
        assertThat(headrace("enqueue", "mail", "--timeout", "192h").err())
                .contains("--timeout must be 1ms to 7d, was '192h'");
        submitted("still", "mail");
        assertThat(headrace("queue", "set", "still", "--retention", "8784h").err()).contains("was '8784h'");
        assertThat(headrace("queue", "scaling", "still", "--drain-within", "48h").err()).contains("was '48h'");
        assertThat(headrace("queue", "list", "--watch=61m").err()).contains("must be 200ms to 1h, was 61m");
    }

    @Test
    void everyListHasALineForEachRowInAnyWindow() {
        String queue = "q".repeat(63);
        String id = submitted(queue, "t".repeat(128));
        dead("fail-at-length");
        for (int width : new int[]{40, 80, 120, 200}) {
            for (String[] list : new String[][]{{"queue", "list"}, {"job", "list", "-q", queue},
                {"worker", "list"}, {"dead", "list", "-q", "served"}, {"dead", "groups", "-q", "served"}, {"audit"}}) {
                assertThat(setup().terminal(width).run(list).out().lines()).as(String.join(" ", list))
                        .allSatisfy(line -> assertThat(Format.columns(line)).isLessThanOrEqualTo(width));
            }
        }
        assertThat(headrace("job", "list", "-q", queue).out()).contains(id + "\t" + "t".repeat(128) + "\t");
    }

    @Test
    void workersAreListed() {
        headrace("enqueue", "echo", "1", "-q", "served", "--wait");

        Ran ran = headrace("worker", "list");

        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains(worker.id().value()).contains("running").contains("served");
        assertThat(json(headrace("worker", "list", "-o", "json")).get("workers")).hasSize(1);
    }

    @Test
    void aValueThatTheApiDoesNotAllowIsAMistakeInAnOption() {
        Ran retries = headrace("enqueue", "mail", "--max-retries", "5000");
        assertThat(retries.code()).isEqualTo(2);
        assertThat(retries.err()).contains("--max-retries").contains("0 to 1000").doesNotContain("maxRetries");
        assertThat(headrace("enqueue", "mail", "--backoff", "soon").err())
                .contains("--backoff must be exponential or fixed, was 'soon'");
        assertThat(headrace("enqueue", "mail", "--backoff", "fixed:8d").err()).contains("--backoff must be 1ms to 7d");
        assertThat(headrace("enqueue", "mail", "--backoff", "fixed:x").err()).contains("'--backoff'");
        Ran limit = headrace("job", "list", "--limit", "500");
        assertThat(limit.code()).isEqualTo(2);
        assertThat(limit.err()).contains("--limit must be 1 to 200");
        Ran interval = headrace("queue", "list", "--watch=1ms");
        assertThat(interval.code()).isEqualTo(2);
        assertThat(interval.err()).contains("--watch: must be 200ms to 1h, was 1ms");
    }

    @Test
    void onePictureOfTopIsText() {
        submitted("looked-at", "mail");

        Ran ran = headrace("top", "--once", "--interval", "200ms");

        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("live ").contains(" looked-at").contains("Redis ").contains(worker.id().value());
        assertThat(ran.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(headrace("top").code()).isEqualTo(2);
        assertThat(headrace("top").err()).contains("--once");
        assertThat(headrace("top", "--interval", "5ms").err()).contains("--interval: must be 200ms to 1m, was 5ms");
    }

    @Test
    void aBrokerThatIsAwayIsToldApartFromAMistake() {
        broker.unavailable(true);
        try {
            Ran ran = headrace("enqueue", "mail");
            assertThat(ran.code()).isEqualTo(69);
            assertThat(ran.out()).isEmpty();
        } finally {
            broker.unavailable(false);
        }
    }

    @Test
    void theKeyTravelsFromTheEnvironment() {
        try (ApiServer locked = start(Map.of("HEADRACE_API_KEYS", "open-sesame"))) {
            Ran.Setup with = Ran.with().environment("HEADRACE_API", locked.uri().toString());

            Ran without = with.run("queue", "list");
            assertThat(without.code()).isEqualTo(1);
            assertThat(without.err()).contains("HEADRACE_API_KEY");
            assertThat(with.environment("HEADRACE_API_KEY", "open-sesame").run("queue", "list").code()).isZero();
        }
    }
}
