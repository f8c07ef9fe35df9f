package io.headrace.cli.jobs;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.headrace.Durability;
import io.headrace.JobType;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.cli.client.ApiAnswer;
import io.headrace.cli.client.ApiClient;
import io.headrace.cli.client.ApiOptions;
import io.headrace.cli.client.JsonTree;
import io.headrace.cli.settings.GivenDuration;
import io.headrace.cli.settings.OptionalDuration;
import io.headrace.cli.terminal.CommandFailed;
import io.headrace.cli.terminal.ExitCode;
import io.headrace.cli.terminal.Format;
import io.headrace.cli.terminal.Terminal;
import io.headrace.cli.terminal.Utf8;
import io.headrace.format.JsonMistake;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headrace enqueue}: submits one job, or a file of them. */
@Command(description = {"Submit a job and print its id; with --wait run it to its end and print its result.",
    "With --batch submit many: one JSON object a line, as the body of POST /v1/queues/{queue}/jobs takes it. Their ids"
            + " are printed, one a line, unless they would scroll over a terminal."}, //
        footer = {"", "Examples:", "  headrace enqueue wordcount '\"to be or not to be\"' --wait",
            "  headrace enqueue email @mail.json --queue mail --delay 10m",
            "  generate-jobs | headrace enqueue --batch - --queue mail > ids.txt"})
public final class EnqueueCommand implements Callable<Integer> {
    private static final String DUPLICATE = "Headrace-Duplicate";
    private static final String REPLAYED = "Idempotency-Replayed";

    private final Terminal terminal;

    @Mixin
    ApiOptions api = new ApiOptions();

    @Parameters(index = "0", arity = "0..1", paramLabel = "TYPE", description = {
        "What kind of work; decides the handler."})
    @Nullable
    JobType type;

    @Parameters(index = "1", arity = "0..1", paramLabel = "PAYLOAD", description = {
        "JSON, or - for stdin, or @file; default null."})
    @Nullable
    String payload;

    @Option(names = {"-q", "--queue"}, paramLabel = "NAME", description = "Default is 'default'.")
    QueueName queue = QueueName.DEFAULT;

    @Option(names = "--priority", paramLabel = "LEVEL", description = "high, normal (the default) or low.")
    @Nullable
    Priority priority;

    @Option(names = "--delay", paramLabel = "TIME", description = {
        "Wait that long first, such as 90s or 2h; up to 365d."})
    @Nullable
    GivenDuration delay;

    @Option(names = "--run-at", paramLabel = "TIME", description = "Wait until then, such as 2030-01-31T09:30:00Z.")
    @Nullable
    OffsetDateTime runAt;

    @Option(names = "--expires-in", paramLabel = "TIME", description = "Do not start it later than that, 1ms to 365d.")
    @Nullable
    GivenDuration expiresIn;

    @Option(names = "--timeout", paramLabel = "TIME", description = "How long one attempt may take, 1ms to 7d.")
    @Nullable
    GivenDuration timeout;

    @Option(names = "--max-retries", paramLabel = "N", description = "Attempts after the first, 0 to 1000.")
    @Nullable
    Integer maxRetries;

    @Option(names = "--backoff", paramLabel = "KIND[:BASE[:CAP]]", description = {
        "How long to wait before retries: exponential:1s:1h (the default) draws up to 1s, 2s, 4s and so on, at most 1h;"
                + " fixed:30s always waits 30s."})
    @Nullable
    BackoffOption backoff;

    @Option(names = "--unique-key", paramLabel = "KEY", description = {
        "Submit nothing while an unfinished job of the queue has this key; print that job's id."})
    @Nullable
    String uniqueKey;

    @Option(names = "--idempotency-key", paramLabel = "KEY", description = {
        "Makes it safe to run this command again: the same key gives the same job for 24 h."})
    @Nullable
    String idempotencyKey;

    @Option(names = "--durability", paramLabel = "MODE", description = {
        "What must have happened before the id is printed: memory, fsync or replicated:N; default is the server's."})
    @Nullable
    Durability durability;

    @Option(names = "--retention", paramLabel = "TIME", description = {
        "How long the finished job can be looked up, 0s to 365d."})
    @Nullable
    GivenDuration retention;

    @Option(names = "--wait", paramLabel = "TIME", arity = "0..1", preprocessor = SixtySeconds.class, description = {
        "Wait for the end, at most that long (default 60s): print the result and exit with 0, or print the error and"
                + " exit with 1."})
    @Nullable
    Duration wait;

    @Option(names = "--batch", paramLabel = "FILE", description = "Submit the jobs of a file, - for stdin, one a line.")
    @Nullable
    String batch;

    public EnqueueCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (batch != null) {
            refuseBesideBatch();
            return new BatchUpload(api.client(terminal), queue, headers(), terminal, api.json()).send(batch);
        }
        if (type == null) {
            throw CommandFailed.usage("TYPE is missing: what kind of job is it? (or --batch FILE for many)");
        }
        ApiClient client = api.client(terminal);
        byte[] body = body(type, payload());
        ApiAnswer answer = client.post("/v1/queues/" + queue + "/jobs", body, headers());
        if (answer.marked(DUPLICATE)) {
            terminal.say("nothing was submitted: an unfinished job of queue '" + queue + "' has this unique key");
        } else if (answer.marked(REPLAYED)) {
            terminal.say("nothing was submitted again: this idempotency key was used before, for the same job");
        }
        if (wait != null) {
            return new JobWait(client, terminal, api.json()).until(answer, wait);
        }
        if (api.json()) {
            answer.verbatim(terminal);
        } else {
            terminal.out().println(answer.tree().at("id").text());
        }
        return ExitCode.DONE;
    }

    private Map<String, String> headers() {
        Map<String, String> headers = new HashMap<>();
        if (idempotencyKey != null) {
            headers.put("Idempotency-Key", idempotencyKey);
        }
        List<String> preferences = new ArrayList<>();
        if (durability != null) {
            preferences.add("durability=\"" + durability + "\"");
        }
        if (wait != null) {
            preferences.add("wait=1"); // who says so from the first moment on sees the end whatever the queue keeps
        }
        if (!preferences.isEmpty()) {
            headers.put("Prefer", String.join(", ", preferences));
        }
        return headers;
    }

    private void refuseBesideBatch() {
        if (type != null || wait != null || priority != null || delay != null || runAt != null || expiresIn != null
                || timeout != null || maxRetries != null || backoff != null || uniqueKey != null
                || idempotencyKey != null
                || retention != null) {
            throw CommandFailed.usage(
                    "--batch takes everything but --queue and --durability from the lines of its file, as in"
                            + " {\"type\":\"email\",\"delay\":\"10m\"}");
        }
    }

    private String payload() {
        if (payload == null) {
            return "null";
        }
        String text = Utf8.withoutMark(payload);
        try {
            if (payload.equals("-")) {
                text = Utf8.text(terminal.in());
            } else if (payload.startsWith("@")) {
                try (InputStream file = Files.newInputStream(Path.of(payload.substring(1)))) {
                    text = Utf8.text(file);
                }
            }
        } catch (IOException e) {
            throw CommandFailed.usage("cannot read the payload from " + payload + ": " + Format.reason(e));
        }
        try {
            JsonTree.parse(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            String example = payload.matches("[\\p{L} ]+") ? " such as '\"" + payload + "\"'" : "";
            throw CommandFailed.usage("the payload must be one JSON value" + example + ": " + mistake(e));
        }
        return text.strip();
    }

    private static String mistake(IOException e) {
        return e instanceof JsonProcessingException json ? JsonMistake.of(json) : String.valueOf(e.getMessage());
    }

    private byte[] body(JobType jobType, String payloadJson) {
        StringWriter text = new StringWriter();
        try (JsonGenerator g = JsonTree.generator(text)) {
            g.writeStartObject();
            g.writeStringField("type", jobType.value());
            g.writeFieldName("payload");
            g.writeRawValue(payloadJson);
            member(g, "priority", priority == null ? null : priority.label());
            member(g, "delay", delay == null ? null : delay.text());
            member(g, "runAt", runAt == null ? null : runAt.toString());
            member(g, "expiresIn", expiresIn == null ? null : expiresIn.text());
            member(g, "timeout", timeout == null ? null : timeout.text());
            if (maxRetries != null) {
                g.writeNumberField("maxRetries", maxRetries);
            }
            if (backoff != null) {
                backoff.write(g);
            }
            member(g, "uniqueKey", uniqueKey);
            member(g, "retention", retention == null ? null : retention.text());
            g.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void member(JsonGenerator g, String name, @Nullable String value) throws IOException {
        if (value != null) {
            g.writeStringField(name, value);
        }
    }

    /** What {@code --wait} alone means. */
    static final class SixtySeconds extends OptionalDuration {
        SixtySeconds() {
            super("60s");
        }
    }
}
