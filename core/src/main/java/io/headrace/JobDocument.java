package io.headrace;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import io.headrace.format.JsonFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A job in the form in which it is stored and moved: one JSON object, the {@link JobSpec} first and, once the job has
 * been claimed and put down again, a member {@code history} at its very end. Scripts move it without reading it.
 * Replacing {@code history} copies the bytes before it and parses nothing. Immutable.
 *
 * <pre>{"type":"email","payload":{"to":"…"},"maxRetries":3,"history":{"attempt":1,"attempts":[…]}}</pre>
 */
public final class JobDocument {
    private static final byte[] RUN = ",\"run\":".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private final JobSpec spec;
    private final History history;
    private final @Nullable Instant acceptedAt;
    private final byte[] utf8;
    /** How many bytes of {@link #utf8} belong to the spec, without the closing brace. */
    private final int specEnd;

    private JobDocument(JobSpec spec, History history, @Nullable Instant acceptedAt, byte[] utf8, int specEnd) {
        this.spec = spec;
        this.history = history;
        this.acceptedAt = acceptedAt;
        this.utf8 = utf8;
        this.specEnd = specEnd;
    }

    /** The document of a job that has never history. */
    public static JobDocument of(JobSpec spec) {
        return of(spec, null);
    }

    private static JobDocument of(JobSpec spec, @Nullable Instant acceptedAt) {
        byte[] utf8 = write(spec, acceptedAt);
        return new JobDocument(spec, History.NONE, acceptedAt, utf8, utf8.length - 1);
    }

    /**
     * Reads a stored document. The array is kept; the caller never changes it.
     *
     * @throws CorruptDocument when the bytes are not a document that this class wrote
     */
    public static JobDocument parse(byte[] utf8) {
        try {
            return new Reader(utf8).read();
        } catch (IOException | RuntimeException e) {
            throw new CorruptDocument("not a job document: " + e.getMessage(), e);
        }
    }

    /** What was asked for. */
    public JobSpec spec() {
        return spec;
    }

    /** What has happened so far. */
    public History history() {
        return history;
    }

    /**
     * When the job was accepted, by the broker's clock: what its id says, unless the id is known to be ahead of that
     * clock.
     */
    public Instant acceptedAt(JobId id) {
        return acceptedAt == null ? id.createdAt() : acceptedAt;
    }

    /** The same job, which was accepted at another time than its id says. */
    public JobDocument accepted(Instant at) {
        JobDocument document = of(spec, at);
        return history.equals(History.NONE) ? document : document.with(history);
    }

    /** The stored form; callers must not change the array. */
    public byte[] bytes() {
        return utf8;
    }

    /** The same job with another history. */
    public JobDocument with(History other) {
        ByteArrayBuilder out = new ByteArrayBuilder(specEnd + 256);
        out.write(utf8, 0, specEnd);
        if (other.equals(History.NONE)) {
            out.write('}');
            return new JobDocument(spec, other, acceptedAt, out.toByteArray(), specEnd);
        }
        out.write(RUN, 0, RUN.length);
        try (JsonGenerator g = JsonFormat.factory().createGenerator(out)) {
            write(g, out, other);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        out.write('}');
        return new JobDocument(spec, other, acceptedAt, out.toByteArray(), specEnd);
    }

    /** The same job with another payload and the same history. */
    public JobDocument withPayload(Json payload) {
        return of(spec.withPayload(payload), acceptedAt).with(history);
    }

    private static byte[] write(JobSpec spec, @Nullable Instant acceptedAt) {
        ByteArrayBuilder out = new ByteArrayBuilder(spec.payload().size() + 96);
        try (JsonGenerator g = JsonFormat.factory().createGenerator(out)) {
            g.writeStartObject();
            g.writeStringField("type", spec.type().value());
            writeRaw(g, out, "payload", spec.payload());
            writeMillis(g, "timeoutMs", spec.timeout());
            if (spec.maxRetries() != null) {
                g.writeNumberField("maxRetries", spec.maxRetries());
            }
            if (spec.backoff() != null) {
                g.writeObjectFieldStart("backoff");
                g.writeStringField("kind", spec.backoff().kind().label());
                writeMillis(g, "baseMs", spec.backoff().base());
                writeMillis(g, "capMs", spec.backoff().cap());
                g.writeEndObject();
            }
            writeMillis(g, "expiresInMs", spec.expiresIn());
            writeText(g, "uniqueKey", spec.uniqueKey());
            writeMillis(g, "retentionMs", spec.retention());
            writeText(g, "traceparent", spec.traceparent());
            if (acceptedAt != null) {
                g.writeNumberField("acceptedMs", acceptedAt.toEpochMilli());
            }
            g.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out.toByteArray();
    }

    private static void write(JsonGenerator g, ByteArrayBuilder out, History history) throws IOException {
        g.writeStartObject();
        g.writeNumberField("attempt", history.attempt());
        g.writeArrayFieldStart("attempts");
        for (Attempt a : history.attempts()) {
            g.writeStartObject();
            g.writeNumberField("number", a.number());
            g.writeStringField("worker", a.worker());
            g.writeNumberField("startedMs", a.startedAt().toEpochMilli());
            g.writeNumberField("finishedMs", a.finishedAt().toEpochMilli());
            g.writeStringField("outcome", a.outcome().label());
            write(g, a.error());
            g.writeEndObject();
        }
        g.writeEndArray();
        if (history.outcome() != null) {
            g.writeStringField("outcome", history.outcome().label());
        }
        if (history.finishedAt() != null) {
            g.writeNumberField("finishedMs", history.finishedAt().toEpochMilli());
        }
        if (history.result() != null) {
            writeRaw(g, out, "result", history.result());
        }
        write(g, history.error());
        if (history.progress() != null) {
            g.writeObjectFieldStart("progress");
            g.writeNumberField("fraction", history.progress().fraction());
            writeText(g, "message", history.progress().message());
            g.writeEndObject();
        }
        if (history.forgiven() > 0) {
            g.writeNumberField("forgiven", history.forgiven());
        }
        if (history.maxRetries() != null) {
            g.writeNumberField("maxRetries", history.maxRetries());
        }
        g.writeEndObject();
    }

    private static void write(JsonGenerator g, @Nullable Failure failure) throws IOException {
        if (failure == null) {
            return;
        }
        g.writeObjectFieldStart("error");
        g.writeStringField("type", failure.type());
        g.writeStringField("message", failure.message());
        writeText(g, "stack", failure.stack());
        g.writeEndObject();
    }

    /** Copies a value's bytes as they are: the generator would decode them to characters and encode them again. */
    private static void writeRaw(JsonGenerator g, ByteArrayBuilder out, String name, Json value) throws IOException {
        g.writeFieldName(name);
        g.writeRawValue("");
        g.flush();
        out.write(value.bytes(), 0, value.size());
    }

    private static void writeMillis(JsonGenerator g, String name, @Nullable Duration value) throws IOException {
        if (value != null) {
            g.writeNumberField(name, value.toMillis());
        }
    }

    private static void writeText(JsonGenerator g, String name, @Nullable String value) throws IOException {
        if (value != null) {
            g.writeStringField(name, value);
        }
    }

    /** Reads one document front to back, slicing payload and result out of the bytes. Used once, by one thread. */
    private static final class Reader {
        private final byte[] utf8;
        private final JsonParser p;
        private @Nullable JobType type;
        private Json payload = Json.NULL;
        private @Nullable Duration timeout;
        private @Nullable Integer maxRetries;
        private @Nullable Backoff backoff;
        private @Nullable Duration expiresIn;
        private @Nullable String uniqueKey;
        private @Nullable Duration retention;
        private @Nullable String traceparent;
        private @Nullable Instant acceptedAt;
        private History history = History.NONE;
        private int specEnd;

        Reader(byte[] utf8) throws IOException {
            this.utf8 = utf8;
            this.p = JsonFormat.documents().createParser(utf8);
            this.specEnd = utf8.length - 1;
        }

        JobDocument read() throws IOException {
            expect(p.nextToken() == JsonToken.START_OBJECT, "an object");
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                expect(specEnd == utf8.length - 1, "nothing after the run");
                String name = p.currentName();
                int nameStart = (int) p.currentTokenLocation().getByteOffset();
                p.nextToken();
                member(name, nameStart);
            }
            expect(p.nextToken() == null && utf8[utf8.length - 1] == '}', "nothing after the object");
            if (type == null) {
                throw new IOException("it has no type");
            }
            JobSpec spec = new JobSpec(type, payload, timeout, maxRetries, backoff, expiresIn, uniqueKey, retention,
                    traceparent);
            return new JobDocument(spec, history, acceptedAt, utf8, specEnd);
        }

        private void member(String name, int nameStart) throws IOException {
            switch (name) {
                case "type" -> type = new JobType(p.getText());
                case "payload" -> payload = slice();
                case "timeoutMs" -> timeout = Duration.ofMillis(p.getLongValue());
                case "maxRetries" -> maxRetries = p.getIntValue();
                case "backoff" -> backoff = backoff();
                case "expiresInMs" -> expiresIn = Duration.ofMillis(p.getLongValue());
                case "uniqueKey" -> uniqueKey = p.getText();
                case "retentionMs" -> retention = Duration.ofMillis(p.getLongValue());
                case "traceparent" -> traceparent = p.getText();
                case "acceptedMs" -> acceptedAt = Instant.ofEpochMilli(p.getLongValue());
                case "run" -> {
                    specEnd = nameStart - 1;
                    history = history();
                }
                default -> p.skipChildren(); // a newer version wrote it; it stays in the bytes
            }
        }

        private Backoff backoff() throws IOException {
            expect(p.currentToken() == JsonToken.START_OBJECT, "an object");
            Backoff.Kind kind = Backoff.Kind.EXPONENTIAL;
            Duration base = Backoff.DEFAULT.base();
            Duration cap = Backoff.DEFAULT.cap();
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String name = p.currentName();
                p.nextToken();
                switch (name) {
                    case "kind" -> kind = Backoff.Kind.valueOf(p.getText().toUpperCase(Locale.ROOT));
                    case "baseMs" -> base = Duration.ofMillis(p.getLongValue());
                    case "capMs" -> cap = Duration.ofMillis(p.getLongValue());
                    default -> p.skipChildren();
                }
            }
            return new Backoff(kind, base, cap);
        }

        private History history() throws IOException {
            expect(p.currentToken() == JsonToken.START_OBJECT, "an object");
            int attempt = 0;
            List<Attempt> attempts = List.of();
            JobState outcome = null;
            Instant finishedAt = null;
            Json result = null;
            Failure error = null;
            Progress progress = null;
            int forgiven = 0;
            Integer given = null;
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String name = p.currentName();
                p.nextToken();
                switch (name) {
                    case "attempt" -> attempt = p.getIntValue();
                    case "attempts" -> attempts = attempts();
                    case "outcome" -> outcome = JobState.ofLabel(p.getText());
                    case "finishedMs" -> finishedAt = Instant.ofEpochMilli(p.getLongValue());
                    case "result" -> result = slice();
                    case "error" -> error = Failure.read(p, true);
                    case "progress" -> progress = progress();
                    case "forgiven" -> forgiven = p.getIntValue();
                    case "maxRetries" -> given = p.getIntValue();
                    default -> p.skipChildren();
                }
            }
            return new History(attempt, attempts, outcome, finishedAt, result, error, progress, forgiven, given);
        }

        private List<Attempt> attempts() throws IOException {
            expect(p.currentToken() == JsonToken.START_ARRAY, "an array");
            List<Attempt> all = new ArrayList<>();
            while (p.nextToken() != JsonToken.END_ARRAY) {
                all.add(attempt());
            }
            return all;
        }

        private Attempt attempt() throws IOException {
            expect(p.currentToken() == JsonToken.START_OBJECT, "an object");
            int number = 0;
            String worker = "";
            Instant started = Instant.EPOCH;
            Instant finished = Instant.EPOCH;
            Attempt.Outcome outcome = Attempt.Outcome.LOST;
            Failure error = null;
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String name = p.currentName();
                p.nextToken();
                switch (name) {
                    case "number" -> number = p.getIntValue();
                    case "worker" -> worker = p.getText();
                    case "startedMs" -> started = Instant.ofEpochMilli(p.getLongValue());
                    case "finishedMs" -> finished = Instant.ofEpochMilli(p.getLongValue());
                    case "outcome" -> outcome = Attempt.Outcome.valueOf(p.getText().toUpperCase(Locale.ROOT));
                    case "error" -> error = Failure.read(p, true);
                    default -> p.skipChildren();
                }
            }
            return new Attempt(number, worker, started, finished, outcome, error);
        }

        private Progress progress() throws IOException {
            expect(p.currentToken() == JsonToken.START_OBJECT, "an object");
            double fraction = 0;
            String message = null;
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String name = p.currentName();
                p.nextToken();
                switch (name) {
                    case "fraction" -> fraction = p.getDoubleValue();
                    case "message" -> message = p.getText();
                    default -> p.skipChildren();
                }
            }
            return new Progress(fraction, message);
        }

        /** The bytes of the value that the parser stands on. */
        private Json slice() throws IOException {
            int from = (int) p.currentTokenLocation().getByteOffset();
            p.skipChildren();
            p.finishToken();
            int to = (int) p.currentLocation().getByteOffset();
            return Json.trusted(Arrays.copyOfRange(utf8, from, to));
        }

        private static void expect(boolean met, String what) throws IOException {
            if (!met) {
                throw new IOException("expected " + what);
            }
        }
    }
}
