package io.headrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.cli.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What every command has in common. */
final class CommandLineTest {
    @ParameterizedTest
    @MethodSource("commands")
    void everyHelpFitsTheWidthAndGivesAnExampleAndTheExitCodes(List<String> command) {
        List<String> args = new ArrayList<>(command);
        args.add("--help");

        Ran ran = Ran.headrace(args.toArray(String[]::new));

        assertThat(ran.code()).isZero();
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(ran.out()).containsPattern("(?m)^Examples?:$").contains("69   unreachable")
                .contains("  headrace " + String.join(" ", command));
    }

    /** Every path to a command, the root excepted. */
    static Stream<List<String>> commands() {
        Terminal terminal = new Terminal(new ByteArrayInputStream(new byte[0]),
                new PrintStream(java.io.OutputStream.nullOutputStream(), true, java.nio.charset.StandardCharsets.UTF_8),
                new PrintStream(java.io.OutputStream.nullOutputStream(), true, java.nio.charset.StandardCharsets.UTF_8),
                new Terminal.Tty(false, false, false), Map.of());
        return paths(List.of(), HeadraceCommand.commandLine(new String[0], terminal));
    }

    private static Stream<List<String>> paths(List<String> path, CommandLine command) {
        return command.getSubcommands().entrySet().stream().flatMap(entry -> {
            List<String> longer = new ArrayList<>(path);
            longer.add(entry.getKey());
            return Stream.concat(Stream.of(longer), paths(longer, entry.getValue()));
        });
    }

    @Test
    void aMisspeltCommandVerbOrOptionIsAnsweredWithTheNearest() {
        assertThat(Ran.headrace("quue").err()).contains("Did you mean 'queue'?");
        assertThat(Ran.headrace("job", "lst").err()).contains("Did you mean 'list'?");
        assertThat(Ran.headrace("job", "list", "--stat", "dead").err()).contains("Did you mean '--state'?");
    }

    @Test
    void whereAVerbIsMissingTheHelpTellsWhichThereAre() {
        Ran root = Ran.headrace();
        assertThat(root.out()).contains("Commands:").contains("enqueue").contains("Exit codes:");
        assertThat(root.err()).isEmpty();
        Ran queue = Ran.headrace("queue");
        assertThat(queue.code()).isEqualTo(2);
        assertThat(queue.out()).contains("Usage: headrace queue").contains("pause");
    }

    @Test
    void whatHoldsForEveryVerbMayStandBeforeIt() {
        for (List<String> words : List.of(List.of("--api", "http://127.0.0.1:1", "queue", "list"),
                List.of("--api=http://127.0.0.1:1", "-o", "json", "queue", "list"),
                List.of("queue", "--api", "http://127.0.0.1:1", "list"),
                List.of("-ojson", "enqueue", "--api", "http://127.0.0.1:1", "mail", "1"),
                List.of("--color", "never", "--api", "http://127.0.0.1:1", "worker", "list"),
                List.of("--api", "http://127.0.0.1:1", "top", "--once"))) {
            Ran ran = Ran.headrace(words.toArray(String[]::new));
            assertThat(ran.code()).as(words.toString()).isEqualTo(69);
            assertThat(ran.err()).contains("http://127.0.0.1:1");
        }
        assertThat(Ran.headrace("--api", "http://127.0.0.1:1", "worker", "--exec", "a=b").err())
                .contains("unknown option '--api'");
        assertThat(Ran.headrace("--ap", "http://127.0.0.1:1", "queue", "list").err()).contains("unknown option '--ap'");
    }

    @Test
    void aWorkerWithoutHandlersIsToldWhichOptionsGiveOne() {
        Ran ran = Ran.headrace("worker", "--redis", "redis://127.0.0.1:1");

        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("--exec").contains("--http").contains("--plugins");
    }

    @Test
    void aBadValueIsBlamedOnTheFlagThatGaveIt() {
        assertThat(Ran.headrace("api", "--redis", "redis://127.0.0.1:1", "--bind", "0.0.0.0").err())
                .startsWith("headrace: --bind is 0.0.0.0");
        assertThat(Ran.with().environment("HEADRACE_API_BIND", "0.0.0.0").run("api", "--redis", "redis://127.0.0.1:1")
                .err()).startsWith("headrace: HEADRACE_API_BIND is 0.0.0.0");
    }

    @Test
    void aMisspeltVariableIsRefusedByEveryCommandAndThoseOfAJobAreNone() {
        Ran ran = Ran.with().environment("HEADRACE_APIKEY", "x").run("queue", "list", "--api", "http://127.0.0.1:1");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("HEADRACE_APIKEY is not a setting").contains("'HEADRACE_API_KEY'");

        assertThat(Ran.with().environment("HEADRACE_JOB_ID", "mail_n1-0").environment("HEADRACE_REDIS", "redis://x")
                .run("queue", "list", "--api", "http://127.0.0.1:1").code()).isEqualTo(69);
    }

    @Test
    void aBadPayloadIsToldByItsPlaceAndNotByThePartsOfAParser() {
        for (String payload : List.of("{\"a\":", "{\"a\": [1,", "nope]", "{'a': 1}", "[1] 2", "")) {
            Ran ran = Ran.headrace("enqueue", "mail", payload, "--api", "http://127.0.0.1:1");
            assertThat(ran.code()).as(payload).isEqualTo(2);
            assertThat(ran.err()).contains("must be one JSON value").doesNotContain("Source", "REDACTED", "StreamRead");
        }
        assertThat(Ran.headrace("enqueue", "mail", "{\"a\" 1}", "--api", "http://127.0.0.1:1").err())
                .contains("line 1, column ");
    }

    @Test
    void theVersionTellsTheCommitItWasMadeFrom() {
        assertThat(Ran.headrace("version").out()).containsPattern("(?m)^commit ([0-9a-f]{12}(-changed)?|unknown), ");
        assertThat(Ran.headrace("--version").out()).containsPattern("(?m)^commit ");
    }

    @Test
    void wrongUseExitsWith2AndTellsWhatIsAllowed() {
        Ran duration = Ran.headrace("enqueue", "email", "--delay", "5x");
        assertThat(duration.code()).isEqualTo(2);
        assertThat(duration.err()).contains("'--delay'").contains("must be a duration such as");

        Ran queue = Ran.headrace("queue", "show", "Mail!");
        assertThat(queue.code()).isEqualTo(2);
        assertThat(queue.err()).contains("must be 1 to 63 characters");

        assertThat(Ran.headrace("job", "show", "nonsense").err()).contains("must look like email_n1763770000123-0");
        assertThat(Ran.headrace().code()).isEqualTo(2);
    }

    @Test
    void anArgumentTooManyIsNamedAndTheUsageTold() {
        Ran ran = Ran.headrace("queue", "show", "mail", "gar\033bage");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err().lines().toList()).startsWith("headrace: unexpected argument 'gar?bage'")
                .contains("Try 'headrace queue show --help'.")
                .anyMatch(line -> line.matches("Usage: headrace queue show .*"));

        assertThat(Ran.headrace("job", "list", "--stat", "dead").err()).contains("unknown option '--stat'");
        for (String verb : new String[]{"cancel", "retry", "run-now"}) {
            assertThat(Ran.headrace("job", verb, "mail_n1-0", "garbage").err())
                    .startsWith("headrace: ID: ").contains("must look like email_n1763770000123-0, was 'garbage'");
            assertThat(Ran.headrace("job", verb).err()).contains("ID");
            assertThat(Ran.headrace("job", verb).code()).isEqualTo(2);
        }
    }

    @Test
    void coloursComeOnlyWhereTheyAreWanted() {
        assertThat(Ran.headrace("top", "--help").out()).doesNotContain("\033[");
        assertThat(Ran.headrace("top", "--color=always", "--help").out()).contains("\033[");
        assertThat(Ran.with().terminal().run("top", "--help").out()).contains("\033[");
        assertThat(Ran.with().terminal().environment("NO_COLOR", "1").run("top", "--help").out())
                .doesNotContain("\033[");
        assertThat(Ran.with().terminal().run("top", "--color=never", "--help").out()).doesNotContain("\033[");
        assertThat(Ran.with().environment("NO_COLOR", "1").run("--color", "always", "top", "--help").out())
                .contains("\033[");
        Ran wrong = Ran.headrace("queue", "list", "--color=sometimes");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("--color").contains("auto, always, never");
    }

    @Test
    void nothingIsLoggedBeforeAMistakeIsTold() {
        Ran ran = Ran.headrace("worker", "--exec", "nonsense");

        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err().lines().findFirst().orElseThrow()).startsWith("headrace: --exec must be TYPE=COMMAND");
    }

    @Test
    void whenNobodyListensTheExitCodeIs69AndTheWayOutIsTold() {
        Ran ran = Ran.headrace("queue", "list", "--api", "http://127.0.0.1:1");

        assertThat(ran.code()).isEqualTo(69);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).contains("http://127.0.0.1:1").contains("headrace dev").contains("HEADRACE_API");
    }

    @Test
    void anAddressThatIsNoneIsAMistakeOfTheCaller() {
        Ran ran = Ran.with().environment("HEADRACE_API", "localhost:8080").run("queue", "list");

        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("HEADRACE_API").contains("http://127.0.0.1:8080");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://ada:sesame@127.0.0.1:1", "http://127.0.0.1:1/?key=sesame", "user:sesame@h",
        "http://:sesame",
        "http://h:sesame", "ftp://ada:sesame@h"})
    void aRefusedAddressOfTheApiShowsNoSecret(String address) {
        Ran ran = Ran.headrace("queue", "list", "--api", address);

        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).startsWith("headrace: --api ").doesNotContain("sesame");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"--http|http://ada:sesame@h/x?a=b", "--http|t=ftp://ada:sesame@h",
        "--http|t=sesame",
        "--http|t=http://ada:sesame@h:x/", "--http|t=https://ada:sesame@my_host/",
        "--http-header|t=Authorization sesame",
        "--http-header|none=Authorization: sesame", "--http-header|Authorization: sesame", "--http-secret|t=sesame",
        "--http-secret|t={env:NO_SUCH_VARIABLE}", "--exec|curl http://ada:sesame@h"})
    void aHandlerThatIsRefusedShowsNoSecret(String option, String value) {
        Ran ran = Ran.headrace("worker", "--http", "t=http://127.0.0.1:1/", option, value);

        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).startsWith("headrace: " + option + " ").doesNotContain("sesame");
    }

    @Test
    void namesOfContainersAreAddresses() {
        Ran ran = Ran.headrace("queue", "list", "--api", "HTTP://no_such_api:1");

        assertThat(ran.code()).isEqualTo(69);
        assertThat(ran.err()).contains("cannot reach the API at http://no_such_api:1: the host is unknown");
    }

    @Test
    void aPayloadIsCheckedBeforeItTravels() {
        Ran ran = Ran.headrace("enqueue", "wordcount", "hello world", "--api", "http://127.0.0.1:1");

        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("must be one JSON value").contains("'\"hello world\"'");
    }
}
