package io.headrace.cli.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.Backoff;
import io.headrace.JobId;
import io.headrace.cli.Ran;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code headrace enqueue}: single jobs, batches, and waiting for what became of them. */
final class EnqueueCommandTest extends ClientCommandRig {
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
}
