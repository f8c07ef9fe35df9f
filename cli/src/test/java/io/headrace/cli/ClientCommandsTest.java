package io.headrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.Backoff;
import io.headrace.JobHandler;
import io.headrace.JobId;
import io.headrace.Json;
import io.headrace.JsonFormat;
import io.headrace.PermanentFailure;
import io.headrace.api.ApiConfig;
import io.headrace.api.ApiServer;
import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
import io.headrace.worker.Worker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** Every verb against a real API on the in-memory broker. A worker serves the queue {@code served}; others stand still. */
@TestInstance(Lifecycle.PER_CLASS)
final class ClientCommandsTest {
    private static final String LONG_TYPE = "a.type.whose.name.says.all.there.is.to.say.of.it.and.then.some";

    private final InMemoryBroker broker = new InMemoryBroker(new ManualClock(Clock.systemUTC().instant()));
    private final ApiServer api = start(Map.of());
    private final Worker worker = Worker.builder(broker).queue("served", 1).grace(Duration.ZERO)
            .handler(JobHandler.of("echo", Json.class, (payload, context) -> payload))
            .handler(JobHandler.of("talk", Json.class, (payload, context) -> {
                context.log("first line");
                context.progress(0.5, "half way");
                context.log("red \033[31mline");
                return null;
            }))
            .handler(JobHandler.of("fail", Json.class, (payload, context) -> {
                throw new PermanentFailure("no such mailbox");
            }))
            .handler(JobHandler.of("fail-at-length", Json.class, (payload, context) -> {
                throw new PermanentFailure("no such mailbox\nThe last lines:\nlooking\tit up");
            }))
            .handler(JobHandler.of("fail-deep", Json.class, (payload, context) -> {
                for (int i = 1; i <= 7; i++) {
                    context.log("line " + i);
                }
                return deep(60);
            }))
            .handler(JobHandler.of(LONG_TYPE, Json.class, (payload, context) -> {
                throw new PermanentFailure("no such postcode in that country: 郵便番号が違います");
            })).build();

    private static Object deep(int levels) throws PermanentFailure {
        if (levels > 0) {
            return deep(levels - 1);
        }
        throw new PermanentFailure("too deep");
    }

    private ApiServer start(Map<String, String> environment) {
        ApiConfig config = ApiConfig.from(environment).withAddress("127.0.0.1", 0);
        return ApiServer.start(config, broker, broker.operator(), new SimpleMeterRegistry());
    }

    @BeforeAll
    void serve() {
        worker.start();
    }

    @AfterAll
    void stop() {
        worker.stop();
        api.close();
        broker.close();
    }

    private Ran.Setup setup() {
        return Ran.with().environment("HEADRACE_API", api.uri().toString());
    }

    private Ran headrace(String... args) {
        return setup().run(args);
    }

    /** Submits and returns the id. */
    private String submitted(String queue, String type, String... more) {
        String[] args = new String[4 + more.length];
        System.arraycopy(new String[]{"enqueue", type, "-q", queue}, 0, args, 0, 4);
        System.arraycopy(more, 0, args, 4, more.length);
        Ran ran = headrace(args);
        assertThat(ran.code()).as(ran.err()).isZero();
        return ran.out().strip();
    }

    private String dead(String type) {
        Ran ran = headrace("enqueue", type, "-q", "served", "--wait", "-o", "json");
        assertThat(ran.code()).isEqualTo(1);
        return json(ran).get("id").asText();
    }

    private static JsonNode json(Ran ran) {
        try {
            return JsonFormat.mapper().readTree(ran.out());
        } catch (IOException e) {
            throw new AssertionError("not one JSON document: " + ran.out(), e);
        }
    }

    @Test
    void enqueueSendsWhatItsOptionsSay() {
        String id = submitted("still", "mail", "{\"to\": [1.50, \"ü\"]}", "--priority", "high", "--max-retries", "3",
                "--expires-in", "2h", "--timeout", "90s", "--retention", "7d", "--unique-key", "k", "--backoff",
                "fixed:30s");

        JsonNode job = json(headrace("job", "show", id, "-o", "json"));

        assertThat(id).startsWith("still_h");
        assertThat(job.get("payload").toString()).isEqualTo("{\"to\":[1.5,\"ü\"]}");
        assertThat(job.get("maxRetries").asInt()).isEqualTo(3);
        assertThat(job.has("expiresAt")).isTrue();
        assertThat(broker.find(JobId.parse(id)).job().orElseThrow().document().spec().backoff())
                .isEqualTo(new Backoff(Backoff.Kind.FIXED, Duration.ofSeconds(30), Duration.ofHours(1)));
        assertThat(submitted("still", "mail", "--unique-key", "k")).isEqualTo(id);
        assertThat(submitted("still", "mail", "--delay", "1h")).startsWith("still_ns");
        assertThat(submitted("still", "mail", "--run-at", "2099-01-31T09:30:00+01:00")).startsWith("still_ns");
    }

    @Test
    void whatWasThereAlreadyIsSaidBesideItsId() {
        String id = submitted("twice", "mail", "--unique-key", "k");
        Ran again = headrace("enqueue", "mail", "-q", "twice", "--unique-key", "k");
        assertThat(again.out()).isEqualTo(id + "\n");
        assertThat(again.err()).contains("nothing was submitted").contains("'twice'").contains("unique key");

        String first = submitted("twice", "mail", "--idempotency-key", "i");
        Ran replayed = headrace("enqueue", "mail", "-q", "twice", "--idempotency-key", "i");
        assertThat(replayed.out()).isEqualTo(first + "\n");
        assertThat(replayed.err()).contains("nothing was submitted again").contains("idempotency key");

        Ran batch = setup().stdin("{\"type\":\"mail\",\"uniqueKey\":\"k\"}\n{\"type\":\"mail\"}\n")
                .run("enqueue", "--batch", "-", "-q", "twice");
        assertThat(batch.err()).contains("accepted 2 of 2 jobs").contains("1 were there already");
        assertThat(headrace("enqueue", "mail", "-q", "twice").err()).isEmpty();
    }

    @Test
    void whoWaitsInVainIsToldWhy() {
        Ran ran = headrace("enqueue", "nosuchtype", "-q", "nobody-serves-it", "--wait=300ms");

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("is still queued after 300ms: ").contains("worker")
                .doesNotContain(".;");
    }

    @Test
    void jsonOnATerminalHoldsNothingThatSteersIt() {
        String id = submitted("steer", "mail", "\"\u009b31m \u202e\u2066\u007f \u00fc\"");

        Ran shown = setup().terminal().run("job", "show", id, "-o", "json");
        Ran piped = headrace("job", "show", id, "-o", "json");

        assertThat(shown.out()).doesNotContain("\u009b", "\u202e", "\u2066", "\u007f").contains("\u00fc")
                .contains("\\u009b31m");
        assertThat(piped.out()).contains("\u202e");
        assertThat(json(shown)).isEqualTo(json(piped));
    }

    @Test
    void howManyAttemptsThereAreAtMostIsToldOnceItIsKnown() {
        String waiting = submitted("still", "mail");
        assertThat(json(headrace("job", "show", waiting, "-o", "json")).has("maxRetries")).isFalse();
        assertThat(headrace("job", "show", waiting).out()).contains("attempt   0\n");
        String asked = submitted("still", "mail", "--max-retries", "3");
        assertThat(headrace("job", "show", asked).out()).contains("attempt   0 of 4\n");
        JsonNode judged = json(headrace("job", "show", dead("fail"), "-o", "json"));
        assertThat(judged.get("maxRetries").asInt()).as("what its worker allows").isEqualTo(10);
    }

    @Test
    void thePayloadComesFromStdinOrAFileToo(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("payload.json"), "[\n1,\n2]\n");

        Ran fromStdin = setup().stdin("{\"a\":1}\n").run("enqueue", "echo", "-", "-q", "served", "--wait");
        Ran fromFile = headrace("enqueue", "echo", "@" + file, "-q", "served", "--wait");

        assertThat(fromStdin.out()).isEqualTo("{\"a\":1}\n");
        assertThat(fromFile.out()).isEqualTo("[1,2]\n");
        assertThat(headrace("enqueue", "echo", "@/no/such/file").code()).isEqualTo(2);
    }

    @Test
    void aByteOrderMarkIsNoPartOfWhatIsHandedOver(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("payload.json"), "\ufeff[1]\n");
        Path jobs = Files.writeString(folder.resolve("jobs.jsonl"), "\ufeff{\"type\":\"echo\"}\n");

        assertThat(headrace("enqueue", "echo", "@" + file, "-q", "served", "--wait").out()).isEqualTo("[1]\n");
        assertThat(setup().stdin("\ufeff[2]").run("enqueue", "echo", "-", "-q", "served", "--wait").out())
                .isEqualTo("[2]\n");
        assertThat(headrace("enqueue", "echo", "\ufeff[3]", "-q", "served", "--wait").out()).isEqualTo("[3]\n");
        assertThat(headrace("enqueue", "--batch", jobs.toString(), "-q", "marked").code()).isZero();
        assertThat(setup().stdin("\ufeff{\"type\":\"echo\"}").run("enqueue", "--batch", "-", "-q", "marked").code())
                .isZero();
    }

    @Test
    void whatIsNoUtf8IsRefusedAndNotRepaired(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("payload.json"), "\"café\"".getBytes(StandardCharsets.ISO_8859_1));
        Path jobs = Files.write(folder.resolve("jobs.jsonl"),
                "{\"type\":\"echo\"}\n{\"type\":\"echo\",\"payload\":\"café\"}\n"
                        .getBytes(StandardCharsets.ISO_8859_1));

        Ran single = headrace("enqueue", "echo", "@" + file);
        Ran batch = headrace("enqueue", "--batch", jobs.toString(), "-q", "latin");

        assertThat(single.code()).isEqualTo(2);
        assertThat(single.err()).contains("cannot read the payload from @" + file).contains("not UTF-8");
        assertThat(batch.code()).isEqualTo(1);
        assertThat(batch.err()).contains("cannot read " + jobs).contains("not UTF-8").contains("0 jobs were accepted");
    }

    @Test
    void aMessageShowsWhatWasTyped() {
        assertThat(headrace("enqueue", "mail", "--timeout", "192h").err())
                .contains("--timeout must be 1ms to 7d, was '192h'");
        assertThat(headrace("queue", "set", "still", "--retention", "8784h").err()).contains("was '8784h'");
        assertThat(headrace("queue", "scaling", "still", "--drain-within", "48h").err()).contains("was '48h'");
        assertThat(headrace("queue", "list", "--watch=61m").err()).contains("must be 200ms to 1h, was 61m");
    }

    @Test
    void theSameIdempotencyKeyGivesTheSameJob() {
        String first = submitted("idem", "mail", "--idempotency-key", "order-7");

        assertThat(submitted("idem", "mail", "--idempotency-key", "order-7")).isEqualTo(first);
        Ran other = headrace("enqueue", "parcel", "-q", "idem", "--idempotency-key", "order-7");
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.err()).contains("Idempotency-Key");
    }

    @Test
    void waitingPrintsTheResultOrTheErrorAndSaysWhichByItsExitCode() {
        Ran well = headrace("enqueue", "--wait", "echo", "\"hi\"", "-q", "served");
        Ran badly = headrace("enqueue", "fail", "-q", "served", "--wait=30s");
        Ran unfinished = headrace("enqueue", "mail", "-q", "nobody-serves", "--wait=10ms");

        assertThat(well.code()).isZero();
        assertThat(well.out()).isEqualTo("\"hi\"\n");
        assertThat(badly.code()).isEqualTo(1);
        assertThat(badly.out()).isEmpty();
        assertThat(badly.err()).contains("is dead after 1 attempt").contains("no such mailbox");
        assertThat(unfinished.code()).isEqualTo(1);
        assertThat(unfinished.err()).contains("is still queued after 10ms")
                .contains("headrace job watch nobody-serves_n");
    }

    @Test
    void aBatchStoresTheGoodLinesAndNamesTheBadOnes() {
        String lines = "{\"type\":\"mail\"}\n\n{\"typ\":\"mail\"}\nnonsense\n{\"type\":\"mail\",\"payload\":2}\n";

        Ran table = setup().stdin(lines).run("enqueue", "--batch", "-", "-q", "batch");
        Ran document = setup().stdin(lines).run("enqueue", "--batch", "-", "-q", "batch", "-o", "json");

        assertThat(table.code()).isEqualTo(1);
        assertThat(table.out().lines()).hasSize(2).allMatch(id -> id.startsWith("batch_n"));
        assertThat(table.err()).contains("line 3: ").contains("did you mean 'type'?").contains("line 4: ")
                .contains("accepted 2 of 4 jobs");
        assertThat(json(document).get("accepted").asInt()).isEqualTo(2);
        assertThat(json(document).get("rejected").asInt()).isEqualTo(2);
        assertThat(json(document).get("items")).hasSize(4);
        assertThat(json(document).at("/items/1/index").asInt()).isEqualTo(2);
    }

    @Test
    void aLongBatchGoesInSlicesAndKeepsItsOrder(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("jobs.ndjson"),
                IntStream.range(0, 4_501).mapToObj(i -> "{\"type\":\"mail\",\"payload\":" + i + "}").toList());

        Ran ran = headrace("enqueue", "--batch", file.toString(), "-q", "long");

        assertThat(ran.code()).as(ran.err()).isZero();
        List<String> ids = ran.out().lines().toList();
        assertThat(ids).hasSize(4_501).doesNotHaveDuplicates();
        assertThat(json(headrace("job", "show", ids.get(4_500), "-o", "json")).get("payload").asInt()).isEqualTo(4_500);
        assertThat(headrace("enqueue", "--batch", file.toString(), "--delay", "1h").code()).isEqualTo(2);
    }

    @Test
    void jobsAreListedAPageAtATime() {
        String first = submitted("pages", "mail");
        String second = submitted("pages", "mail");

        Ran page = headrace("job", "list", "-q", "pages", "--limit", "1");
        String cursor = page.err().strip().replace("more: --cursor ", "");
        Ran next = headrace("job", "list", "-q", "pages", "--limit", "1", "--cursor", cursor);

        assertThat(page.out()).contains(first).doesNotContain(second).contains("TYPE").contains("PRIORITY");
        assertThat(next.out()).contains(second).doesNotContain(first);
        Ran none = headrace("job", "list", "-q", "pages", "-s", "dead");
        assertThat(none.out()).isEmpty();
        assertThat(none.err()).contains("no dead jobs in queue 'pages'");
    }

    @Test
    void anErrorOfSeveralLinesIsShownAsThemAndInListsByItsFirst() {
        String id = dead("fail-at-length");

        assertThat(headrace("job", "show", id).out())
                .contains("PermanentFailure: no such mailbox\n          The last lines:\n          looking it up\n");
        assertThat(headrace("job", "list", "-q", JobId.parse(id).queue().value(), "-s", "dead").out())
                .contains("PermanentFailure: no such");
    }

    @Test
    void aJobIsShownWithItsAttempts() {
        String id = dead("fail");

        Ran ran = headrace("job", "show", id);

        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("id        " + id).contains("state     dead").contains("no such mailbox")
                .contains("TRY\tOUTCOME").contains("payload   null");
        assertThat(json(headrace("job", "show", id, "-o", "json")).get("attempts")).hasSize(1);
    }

    @Test
    void aJobIsShownWithWhereItFailedAndHowItsLogEnds() {
        String id = dead("fail-deep");

        String whole = headrace("job", "show", id).out();
        String shown = setup().terminal(100).run("job", "show", id).out();
        String full = setup().terminal(100).run("job", "show", id, "--full").out();

        assertThat(whole).contains("where attempt 1 failed\n").contains("PermanentFailure: too deep")
                .contains("    at io.headrace.cli.ClientCommandsTest.deep(");
        assertThat(whole.lines().count()).isGreaterThan(shown.lines().count());
        assertThat(shown).containsPattern("where attempt 1 failed; --full shows all \\d+ lines\n")
                .containsPattern("… \\d+ more\n");
        assertThat(shown.lines().filter(line -> line.contains("ClientCommandsTest.deep(")).count()).isLessThan(10);
        assertThat(full.lines().filter(line -> line.contains("ClientCommandsTest.deep(")).count()).isGreaterThan(20);
        assertThat(shown).contains("the last 5 of 7 lines of its log; 'headrace job log " + id + "'")
                .doesNotContain("| line 2").contains("  | line 3\n").endsWith("  | line 7\n");
    }

    @Test
    void aLongPayloadIsShortenedForPeopleOnly() {
        String payload = "\"" + "p".repeat(5_000) + "\"";
        String id = submitted("long-payloads", "mail", payload);

        String shown = setup().terminal(80).run("job", "show", id).out();

        assertThat(shown).contains("ppp…").contains("4.9 KiB in all; --full shows them").hasSizeLessThan(3_500);
        assertThat(setup().terminal(80).run("job", "show", id, "--full").out()).contains("p".repeat(5_000));
        assertThat(headrace("job", "show", id).out()).contains("p".repeat(5_000));
        Ran list = headrace("job", "list", "-q", "long-payloads", "-o", "json");
        assertThat(json(list).at("/jobs/0/cut").toString()).isEqualTo("[\"payload\"]");
    }

    @Test
    void wordsAreNotTornAtTheEdgeOfTheWindow() {
        String id = submitted("nobody-serves-this-queue-which-has-a-name-of-some-length", "mail");
        for (int width : new int[]{40, 80, 120, 200}) {
            String why = setup().terminal(width).run("job", "why", id).out();
            assertThat(why.lines()).allSatisfy(line -> assertThat(line.length() <= width || !line.strip().contains(" "))
                    .as(line).isTrue());
            String unbroken = headrace("job", "why", id).out();
            assertThat(why.replaceAll("\\s+", " ")).isEqualTo(unbroken.replaceAll("\\s+", " "));
        }
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
                        .allSatisfy(line -> assertThat(Words.columns(line)).isLessThanOrEqualTo(width));
            }
        }
        assertThat(headrace("job", "list", "-q", queue).out()).contains(id + "\t" + "t".repeat(128) + "\t");
    }

    @Test
    void attemptsBeforeARetryByHandDoNotCount() {
        String id = submitted("served", "fail", "null", "--max-retries", "0");
        headrace("job", "watch", id);
        assertThat(headrace("job", "show", id).out()).contains("attempt   1 of 1\n");

        assertThat(headrace("job", "retry", id).code()).isZero();
        headrace("job", "watch", id);

        assertThat(headrace("job", "show", id).out()).contains("attempt   2 of 2, 1 not counted\n");
    }

    @Test
    void whyTellsEachReasonOnce() {
        String id = submitted("still", "mail", "--delay", "1h");

        Ran ran = headrace("job", "why", id);

        assertThat(ran.out().lines()).hasSize(2);
        assertThat(ran.out()).startsWith("scheduled: It is scheduled for ")
                .contains("\n  no-worker: no live worker serves the queue 'still'");
    }

    @Test
    void jobsAreCancelledRetriedAndHurried() {
        String queued = submitted("moves", "mail");
        String later = submitted("moves", "mail", "--delay", "1h");
        String ended = dead("fail");

        assertThat(headrace("job", "run-now", later).out()).isEqualTo(later + " queued\n");
        assertThat(headrace("job", "cancel", queued).out()).isEqualTo(queued + " cancelled\n");
        assertThat(headrace("job", "retry", ended).code()).isZero();
        Ran mixed = headrace("job", "cancel", later, "moves_n1-0");
        assertThat(mixed.code()).isEqualTo(1);
        assertThat(mixed.out()).isEqualTo(later + " cancelled\n");
        assertThat(mixed.err()).contains("moves_n1-0: there is no job moves_n1-0");
        assertThat(json(headrace("job", "cancel", later, queued, "-o", "json"))).hasSize(2);
        Ran wrong = headrace("job", "run-now", queued);
        assertThat(wrong.code()).isEqualTo(1);
        assertThat(wrong.err()).contains("is cancelled");
    }

    @Test
    void watchingEndsWithTheJobAndTellsItsVerdict() {
        String well = submitted("served", "talk");
        String badly = submitted("served", "fail");

        Ran ran = headrace("job", "watch", well);

        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("| first line").contains("| red ?[31mline").contains("succeeded");
        String ended = json(headrace("job", "show", well, "-o", "json")).get("finishedAt").asText();
        String time = WatchOptions.time(Instant.parse(ended), ZoneId.systemDefault());
        assertThat(headrace("job", "watch", well).out().lines()).containsExactly("         | first line",
                "         | red ?[31mline", time + " succeeded attempt 1 50% half way");
        assertThat(headrace("job", "watch", badly).code()).isEqualTo(1);
        assertThat(headrace("job", "watch", well, "-o", "json").out().lines()).hasSize(2)
                .anyMatch(line -> line.startsWith("{\"event\":\"log\",\"data\":{\"lines\":[\"first line\""))
                .last().asString().startsWith("{\"event\":\"succeeded\",\"data\":{\"id\":\"" + well);
        assertThat(headrace("job", "log", well).out()).isEqualTo("first line\nred \033[31mline\n");
        assertThat(headrace("job", "log", well, "--follow").out()).isEqualTo("first line\nred \033[31mline\n");
        assertThat(json(headrace("job", "log", well, "-o", "json")).get("lines")).hasSize(2);
    }

    @Test
    void queuesArePausedResumedAndSet() {
        submitted("steered", "mail");

        assertThat(headrace("queue", "pause", "steered").code()).isZero();
        assertThat(headrace("queue", "list").out()).containsPattern("(?m)^steered\t1\t.*paused$");
        assertThat(headrace("queue", "resume", "steered").code()).isZero();
        Ran set = headrace("queue", "set", "steered", "--max-backlog", "5", "--retention", "2d");
        assertThat(set.code()).as(set.err()).isZero();
        assertThat(headrace("queue", "show", "steered").out().lines()).containsSequence("queue     steered",
                "workers   0", "jobs      queued 1, running 0, scheduled 0, retrying 0, parked 0, dead 0")
                .contains("kept      0 finished jobs; each for 2d, at most 100000", "backlog   at most 5 queued")
                .anyMatch(line -> line.startsWith("in line   high 0, normal 1, low 0"))
                .allSatisfy(line -> assertThat(line).doesNotContain("{").hasSizeLessThanOrEqualTo(80));
        assertThat(headrace("queue", "set", "steered").code()).isEqualTo(2);
        assertThat(headrace("queue", "set", "steered", "--retention", "400d").err())
                .contains("retention must be 0s to 365d");
        assertThat(json(headrace("queue", "list", "-o", "json")).get("queues").isArray()).isTrue();
        Ran unknown = headrace("queue", "pause", "nowhere");
        assertThat(unknown.code()).isEqualTo(1);
        assertThat(unknown.err()).contains("there is no queue 'nowhere'");
    }

    @Test
    void purgingAsksUnlessToldNotTo() {
        submitted("full", "mail");
        submitted("full", "mail");

        assertThat(headrace("queue", "purge", "full", "--dry-run").out())
                .isEqualTo("would cancel 2 jobs of queue 'full'\n");
        Ran nobody = headrace("queue", "purge", "full");
        assertThat(nobody.code()).isEqualTo(2);
        assertThat(nobody.err()).contains("--yes");
        Ran no = setup().typed("n\n").run("queue", "purge", "full");
        assertThat(no.code()).isEqualTo(1);
        assertThat(no.err()).contains("cancel 2 jobs of queue 'full'").contains("nothing was done");
        Ran yes = setup().typed("y\n").run("queue", "purge", "full");
        assertThat(yes.code()).isZero();
        assertThat(yes.out()).isEqualTo("cancelled 2 jobs of queue 'full'\n");
        assertThat(json(headrace("queue", "purge", "full", "--yes", "-o", "json")).get("cancelled").asInt()).isZero();
    }

    @Test
    void deletingAQueueAsksAndSparesJobsUnlessTheyAreToGo() {
        submitted("old", "mail");
        submitted("old", "mail");

        assertThat(headrace("queue", "delete", "old", "--dry-run").out())
                .isEqualTo("would not delete queue 'old', as it holds 2 jobs\n");
        assertThat(headrace("queue", "delete", "old").code()).isEqualTo(2);
        Ran refused = headrace("queue", "delete", "old", "--yes");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("holds 2 queued jobs");
        assertThat(headrace("queue", "delete", "old", "--purge", "--dry-run").out())
                .isEqualTo("would delete queue 'old' with 2 jobs\n");
        Ran no = setup().typed("n\n").run("queue", "delete", "old", "--purge");
        assertThat(no.err()).contains("delete queue 'old' with 2 jobs").contains("nothing was done");
        assertThat(headrace("queue", "delete", "old", "--purge", "--yes").out())
                .isEqualTo("deleted queue 'old' and 2 jobs with it\n");
        assertThat(headrace("queue", "show", "old").err()).contains("there is no queue 'old'");
        assertThat(headrace("queue", "delete", "old", "--yes").code()).isEqualTo(1);
        headrace("queue", "set", "old", "--max-kept", "5");
        assertThat(json(headrace("queue", "delete", "old", "-y", "-o", "json")).get("dropped").asInt()).isZero();
    }

    @Test
    void groupsOfDeadJobsSayWhatTheyDiedOfHoweverLongTheirTypeIs() {
        dead(LONG_TYPE);
        dead(LONG_TYPE);

        List<String> lines = setup().terminal().run("dead", "groups", "-q", "served").out().lines().toList();

        assertThat(lines.get(0)).matches("FINGERPRINT +JOBS +LATEST +TYPE");
        assertThat(lines).anyMatch(line -> line.matches("[0-9a-f]{12} +2 +.*a\\.type\\.whose\\.name\\.says\\.all.*"))
                .contains("  PermanentFailure: no such postcode in that country: 郵便番号が違います")
                .allSatisfy(line -> assertThat(Words.columns(line)).isLessThanOrEqualTo(80));
        Ran paced = headrace("dead", "retry", "-q", "served", "--type", LONG_TYPE, "--pace", "0.02", "--yes");
        assertThat(paced.out()).startsWith("retried 2 dead jobs")
                .endsWith(", 0.02 a second, the last 50s after the first\n");
    }

    @Test
    void namesOfQueuesAreShownWhole() {
        String queue = "a-queue-whose-name-says-all-there-is-to-say-of-it-and-then-some";
        submitted(queue, "mail");

        assertThat(headrace("queue", "list").out()).containsPattern("(?m)^" + queue + "\t1\t");
    }

    @Test
    void deadJobsAreRetriedAndDeletedInBulk() {
        dead("fail");
        dead("fail");

        assertThat(headrace("dead", "list", "-q", "served").out()).contains("no such mailbox");
        assertThat(headrace("dead", "retry", "-q", "served", "--type", "other", "--dry-run").out())
                .isEqualTo("would retry 0 dead jobs of type 'other' of queue 'served'\n");
        assertThat(headrace("dead", "retry", "-q", "served").code()).isEqualTo(2);
        assertThat(headrace("dead", "delete", "-q", "served", "--type", "other", "--yes").out())
                .isEqualTo("deleted 0 dead jobs of type 'other' of queue 'served'\n");
        assertThat(headrace("dead", "delete", "-q", "served", "--type", "fail", "--yes").out())
                .containsPattern("^deleted \\d+ dead jobs? of type 'fail' of queue 'served'\n$");
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
