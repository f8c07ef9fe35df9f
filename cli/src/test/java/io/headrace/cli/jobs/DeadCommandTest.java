package io.headrace.cli.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobHandler;
import io.headrace.Json;
import io.headrace.PermanentFailure;
import io.headrace.api.ApiConfig;
import io.headrace.api.ApiServer;
import io.headrace.cli.Ran;
import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
import io.headrace.worker.Worker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code headrace dead …} against a real API: three jobs of the queue {@code mail} are dead. */
final class DeadCommandTest {
    private final InMemoryBroker broker = new InMemoryBroker(new ManualClock(Clock.systemUTC().instant()));
    private final ApiServer api = ApiServer.start(ApiConfig.from(Map.of()).withAddress("127.0.0.1", 0), broker,
            new SimpleMeterRegistry());

    private Ran.Setup setup() {
        return Ran.with().environment("HEADRACE_API", api.uri().toString());
    }

    private Ran headrace(String... args) {
        return setup().run(args);
    }

    @BeforeEach
    void bury() {
        Worker worker = Worker.builder(broker).queue("mail", 1).grace(Duration.ZERO)
                .handler(JobHandler.of("welcome", Json.class, (payload, context) -> {
                    throw new PermanentFailure("no such mailbox");
                })).build();
        worker.start();
        for (int i = 0; i < 3; i++) {
            assertThat(headrace("enqueue", "welcome", "-q", "mail", "--wait").code()).isEqualTo(1);
        }
        worker.stop();
    }

    @AfterEach
    void close() {
        api.close();
        broker.close();
    }

    @Test
    void anEmptyFilterIsRefusedAndNothingIsDone() {
        for (String[] more : new String[][]{{"--dry-run"}, {"--yes"}}) {
            for (String option : new String[]{"--error", "--type", "--fingerprint"}) {
                Ran ran = headrace("dead", "delete", "-q", "mail", option, "", more[0]);

                assertThat(ran.code()).as(option).isEqualTo(2);
                assertThat(ran.err()).contains(option);
                assertThat(ran.out()).isEmpty();
            }
        }
        assertThat(headrace("dead", "delete", "-q", "mail", "--error", "", "--yes").err())
                .contains("--error must not be empty; leave it out to mean any error");
        assertThat(headrace("dead", "list", "-q", "mail").out().lines()).hasSize(4);
    }

    @Test
    void aPaceIsCheckedBeforeAnybodyIsAsked() {
        for (String pace : new String[]{"-1", "0", "10001"}) {
            for (String more : new String[]{"--dry-run", "--yes"}) {
                Ran ran = headrace("dead", "retry", "-q", "mail", "--pace", pace, more);

                assertThat(ran.code()).as(pace + more).isEqualTo(2);
                assertThat(ran.err()).contains("--pace must be a number, 0.01 to 10000");
            }
        }
    }

    @Test
    void theQuestionAndTheAnswerTellThePaceAndHowLongItTakes() {
        Ran dry = headrace("dead", "retry", "-q", "mail", "--pace", "0.5", "--dry-run");
        Ran asked = setup().typed("n\n").run("dead", "retry", "-q", "mail", "--pace", "0.5");
        Ran done = headrace("dead", "retry", "-q", "mail", "--pace", "0.5", "--yes");

        assertThat(dry.out()).isEqualTo(
                "would retry 3 dead jobs of queue 'mail', 0.5 a second, the last 4s after the first\n");
        assertThat(asked.err())
                .contains("retry 3 dead jobs of queue 'mail', 0.5 a second, the last 4s after the first. Go on?");
        assertThat(done.out())
                .isEqualTo("retried 3 dead jobs of queue 'mail', 0.5 a second, the last 4s after the first\n");
        assertThat(headrace("job", "list", "-q", "mail", "-s", "retrying").out().lines()).hasSize(4);
    }

    @Test
    void aPacedRetryTellsProgramsWhenOneMoreWouldFallDue() {
        assertThat(headrace("dead", "retry", "-q", "mail", "--pace", "10", "--yes", "-o", "json").out())
                .containsPattern("^\\{\"count\":3,\"refused\":0,\"more\":false,\"nextAt\":\"[^\"]+Z\"}\n$");
    }
}
