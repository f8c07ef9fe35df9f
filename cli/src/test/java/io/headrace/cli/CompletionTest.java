package io.headrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobClient;
import io.headrace.JobHandler;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.api.ApiConfig;
import io.headrace.api.ApiServer;
import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
import io.headrace.worker.Worker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script of {@code headrace completion bash}, sourced by a real bash, where {@code headrace} is this build. */
final class CompletionTest {
    @TempDir
    private Path folder;

    /** What bash offers for the last of these words. */
    private List<String> offered(String... words) throws Exception {
        Path script = Files.writeString(folder.resolve("completion.bash"), Ran.headrace("completion", "bash").out());
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String bash = "set -u; headrace() { '" + java + "' -cp \"$CLASSES\" io.headrace.cli.Main \"$@\"; }; source '"
                + script + "'; complete -p headrace | grep -q _headrace || exit 1\n"
                + "COMP_WORDS=(headrace \"$@\") COMP_CWORD=$#\n_headrace headrace\nprintf '%s\\n' \"${COMPREPLY[@]-}\"";
        ProcessBuilder builder = new ProcessBuilder("bash", "--norc", "-c", bash, "bash");
        builder.command().addAll(List.of(words));
        builder.environment().put("CLASSES", System.getProperty("java.class.path"));
        builder.environment().putAll(environment);
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).directory(folder.toFile()).start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines()
                .filter(line -> !line.isEmpty()).toList();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return lines;
    }

    private Map<String, String> environment = Map.of("HEADRACE_API", "http://127.0.0.1:1");

    @Test
    void verbsOptionsAndTheirValuesAreCompleted() throws Exception {
        assertThat(offered("to")).containsExactly("top");
        assertThat(offered("job", "")).contains("list", "show", "watch").doesNotContain("pause");
        assertThat(offered("job", "list", "--st")).containsExactly("--state");
        assertThat(offered("job", "list", "--state", "su")).containsExactly("succeeded");
        assertThat(offered("job", "list", "--state", "=", "su")).containsExactly("succeeded");
        assertThat(offered("job", "list", "-o", "json", "--watch", "-s", "d")).containsExactly("dead");
        assertThat(offered("queue", "list", "--color", "al")).containsExactly("always");
        assertThat(offered("completion", "")).containsExactly("bash", "fish", "zsh");
        assertThat(offered("audit", "--action", "dead.")).containsExactlyInAnyOrder("dead.retry", "dead.delete");
        Files.writeString(folder.resolve("jobs.ndjson"), "");
        assertThat(offered("enqueue", "--batch", "jo")).containsExactly("jobs.ndjson");
    }

    @Test
    void namesOfQueuesComeFromTheApiAndAreMissingWithoutIt() throws Exception {
        assertThat(offered("queue", "pause", "")).isEmpty();
        try (InMemoryBroker broker = new InMemoryBroker(new ManualClock(Clock.systemUTC().instant()));
                ApiServer api = ApiServer.start(ApiConfig.from(Map.of()).withAddress("127.0.0.1", 0), broker,
                        new SimpleMeterRegistry())) {
            Worker worker = Worker.builder(broker).queue("mail", 1).grace(Duration.ZERO)
                    .handler(JobHandler.of("echo", Json.class, (payload, context) -> payload)).build();
            JobClient client = new JobClient(broker);
            client.enqueue(NewJob.of("mail", "welcome", 1).build());
            client.enqueue(NewJob.of("video", "cut", 1).build());
            environment = Map.of("HEADRACE_API", api.uri().toString());

            // the first answer of an API takes longer than those for which a person waits at the keyboard
            assertThat(Ran.with().environment("HEADRACE_API", api.uri().toString()).run("worker", "list").code())
                    .isZero();
            assertThat(offered("queue", "pause", "")).containsExactly("mail", "video");
            assertThat(offered("job", "list", "-q", "v")).containsExactly("video");
            worker.start();
            try {
                Awaitility.await().until(() -> !broker.workers().live().isEmpty());
                assertThat(offered("worker", "quiet", "w")).containsExactly(worker.id().value());
            } finally {
                worker.stop();
            }
        }
    }

    @Test
    void inZshNothingIsSetUpAgainAndNoCheckIsLeftOut() {
        assertThat(Ran.headrace("completion", "zsh").out()).contains("(( $+functions[compdef] )) || {")
                .doesNotContain("compinit -u");
    }

    @Test
    void everyCommandIsInTheScriptOfEveryShell() {
        for (String shell : List.of("bash", "zsh", "fish")) {
            Ran ran = Ran.headrace("completion", shell);

            assertThat(ran.code()).isZero();
            assertThat(ran.out()).contains("/job/run-now", "/queue/purge", "/dead/retry", "/completion/fish");
        }
    }
}
