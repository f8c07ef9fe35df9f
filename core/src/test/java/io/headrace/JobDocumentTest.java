package io.headrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.format.JsonFormat;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JobDocumentTest {
    private static final Instant THEN = Instant.ofEpochMilli(1_763_770_000_123L);

    private static JobDocument document(String payload) {
        return JobDocument.of(NewJob.of("q", "mail", Json.parse(payload)).build().spec());
    }

    private static JobDocument reread(JobDocument document) {
        return JobDocument.parse(document.bytes());
    }

    private static String text(JobDocument document) {
        return new String(document.bytes(), StandardCharsets.UTF_8);
    }

    @Test
    void aPlainJobIsItsTypeAndItsPayload() {
        assertThat(text(document("{\"to\":\"ann\"}"))).isEqualTo("{\"type\":\"mail\",\"payload\":{\"to\":\"ann\"}}");
        assertThat(document("1").history()).isSameAs(History.NONE);
    }

    @Test
    void theRunIsTheLastMemberAndReplacingItLeavesTheRest() {
        JobDocument job = document("[1.00]");
        JobDocument ran = job.with(new History(1, List.of(), null, null, null, null, null, 0));
        assertThat(text(ran))
                .isEqualTo("{\"type\":\"mail\",\"payload\":[1.00],\"run\":{\"attempt\":1,\"attempts\":[]}}");
        assertThat(text(reread(ran).with(History.NONE))).isEqualTo(text(job));
    }

    @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED)
    void everyJobReadsBackAsItWasWritten(@ForAll("specs") JobSpec spec, @ForAll("runs") History history) {
        JobDocument written = JobDocument.of(spec).with(history);
        JobDocument read = reread(written);
        assertThat(read.spec()).isEqualTo(spec);
        assertThat(read.history()).isEqualTo(history);
        assertThat(read.bytes()).isEqualTo(written.bytes());
    }

    @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED)
    void historiesComeAndGoAndThePayloadKeepsItsBytes(@ForAll("specs") JobSpec spec, @ForAll("runs") History first,
            @ForAll("runs") History second) {
        JobDocument read = reread(reread(JobDocument.of(spec).with(first)).with(second));
        assertThat(read.history()).isEqualTo(second);
        assertThat(read.spec().payload().bytes()).isEqualTo(spec.payload().bytes());
        assertThat(text(read.with(History.NONE))).isEqualTo(text(JobDocument.of(spec)));
    }

    @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED)
    void anotherPayloadLeavesTheHistory(@ForAll("specs") JobSpec spec, @ForAll("runs") History history,
            @ForAll("json") String payload) {
        JobDocument edited = reread(JobDocument.of(spec).with(history).withPayload(Json.parse(payload)));
        assertThat(edited.spec()).isEqualTo(spec.withPayload(Json.parse(payload)));
        assertThat(edited.history()).isEqualTo(history);
    }

    @Test
    void aPayloadAndAResultOfTheDeepestNestingCanBeRead() {
        String deep = "[".repeat(JsonFormat.MAX_DEPTH) + "]".repeat(JsonFormat.MAX_DEPTH);
        History history = History.NONE.ended(JobState.SUCCEEDED, THEN, Json.parse(deep));
        JobDocument read = reread(document(deep).with(history));
        assertThat(read.spec().payload()).hasToString(deep);
        assertThat(read.history().result()).hasToString(deep);
    }

    @Test
    void membersOfANewerVersionStay() {
        String newer = "{\"type\":\"mail\",\"payload\":1,\"shard\":{\"n\":[1]},"
                + "\"run\":{\"attempt\":2,\"attempts\":[],\"hint\":[{}]}}";
        JobDocument read = JobDocument.parse(newer.getBytes(StandardCharsets.UTF_8));
        assertThat(read.history().attempt()).isEqualTo(2);
        assertThat(text(read)).isEqualTo(newer);
        assertThat(text(read.with(History.NONE))).isEqualTo("{\"type\":\"mail\",\"payload\":1,\"shard\":{\"n\":[1]}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "{", "{}", "{\"payload\":1}", "{\"type\":1,\"payload\":1}x",
        "{\"type\":\"a b\",\"payload\":1}", "{\"type\":\"t\",\"timeoutMs\":\"soon\"}",
        "{\"type\":\"t\",\"timeoutMs\":0}", "{\"type\":\"t\",\"payload\":1,\"run\":7}",
        "{\"type\":\"t\",\"payload\":1,\"run\":[]}", "{\"type\":\"t\",\"payload\":1,\"backoff\":\"fast\"}",
        "{\"type\":\"t\",\"payload\":1,\"run\":{\"attempts\":{}}}",
        "{\"type\":\"t\",\"payload\":1,\"run\":{\"attempts\":[1]}}",
        "{\"type\":\"t\",\"payload\":1,\"run\":{\"outcome\":\"lovely\"}}",
        "{\"type\":\"t\",\"payload\":1,\"run\":{\"error\":3}}",
        "{\"type\":\"t\",\"payload\":1,\"run\":{\"progress\":{\"fraction\":2}}}",
        "{\"type\":\"t\",\"payload\":{\"a\":1,\"a\":2}}", "{\"type\":\"t\",\"payload\":1} {}",
        "{\"type\":\"t\",\"payload\":1} ",
        "{\"type\":\"t\",\"payload\":1,\"run\":{\"attempt\":1,\"attempts\":[]},\"late\":1}"})
    void whatWeNeverWroteIsCorrupt(String stored) {
        assertThatThrownBy(() -> JobDocument.parse(stored.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(CorruptDocument.class).hasMessageStartingWith("not a job document: ");
    }

    @Test
    void aCutOffDocumentIsCorrupt() {
        byte[] whole = document("{\"to\":[1,2,{\"x\":\"ü\"}]}").with(History.NONE.and(attempt(1, "boom"))).bytes();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> JobDocument.parse(cut)).isInstanceOf(CorruptDocument.class);
        }
    }

    private static Attempt attempt(int number, @Nullable String error) {
        return new Attempt(number, "w-1", THEN, THEN.plusMillis(5),
                error == null ? Attempt.Outcome.SUCCEEDED : Attempt.Outcome.FAILED,
                error == null ? null : new Failure("Boom", error, null));
    }

    @Test
    void theNewestTenAttemptsAreKept() {
        History history = History.NONE;
        for (int number = 1; number <= 14; number++) {
            history = history.and(attempt(number, "boom " + number));
        }
        History read = reread(document("1").with(history)).history();
        assertThat(read.attempts()).extracting(Attempt::number).containsExactly(5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
        assertThat(read.attempt()).isEqualTo(14);
    }

    @Test
    void aJobsErrorIsThatOfItsNewestFailureAndGoesWhenItSucceeds() {
        History failed = History.NONE.and(attempt(1, "first")).and(attempt(2, "second"));
        assertThat(failed.error()).extracting(Failure::message).isEqualTo("second");
        History done = failed.and(attempt(3, null)).ended(JobState.SUCCEEDED, THEN, Json.NULL);
        assertThat(done.error()).isNull();
        assertThat(done.attempts()).extracting(Attempt::error).filteredOn(e -> e != null).hasSize(2);
        assertThat(failed.ended(JobState.DEAD, THEN, null).error()).isEqualTo(failed.error());
    }

    @Test
    void aReopenedRunKeepsItsHistoryAndForgivesItsAttempts() {
        History dead = History.NONE.and(attempt(1, "a")).and(attempt(2, "b")).ended(JobState.DEAD, THEN, null);
        History open = dead.reopened();
        assertThat(open.outcome()).isNull();
        assertThat(open.finishedAt()).isNull();
        assertThat(open.attempts()).hasSize(2);
        assertThat(open.attempt()).isEqualTo(2);
        assertThat(open.forgiven()).isEqualTo(2);
        assertThat(reread(document("1").with(open)).history()).isEqualTo(open);
    }

    @Provide
    Arbitrary<JobSpec> specs() {
        Arbitrary<Json> payloads = json().map(Json::parse);
        Arbitrary<@Nullable Duration> timeout = millis(1, Duration.ofDays(7).toMillis());
        Arbitrary<@Nullable Duration> expiry = millis(1, Duration.ofDays(365).toMillis());
        Arbitrary<@Nullable Duration> retention = millis(0, Duration.ofDays(365).toMillis());
        Arbitrary<@Nullable Integer> retries = Arbitraries.integers().between(0, 1000).injectNull(0.5);
        Arbitrary<@Nullable String> key = Arbitraries.strings().ofMinLength(1).ofMaxLength(256).injectNull(0.5);
        Arbitrary<@Nullable Backoff> backoff = Arbitraries.longs().between(1, 1000)
                .map(ms -> new Backoff(ms % 2 == 0 ? Backoff.Kind.FIXED : Backoff.Kind.EXPONENTIAL,
                        Duration.ofMillis(ms), Duration.ofMillis(3 * ms)))
                .injectNull(0.5);
        return Combinators.combine(payloads, timeout, retries, backoff, expiry, key, retention)
                .as((p, t, r, b, e, k, keep) -> new JobSpec(new JobType("mail:v2"), p, t, r, b, e, k, keep, k));
    }

    private static Arbitrary<@Nullable Duration> millis(long min, long max) {
        return Arbitraries.longs().between(min, max).map(Duration::ofMillis).injectNull(0.5);
    }

    @Provide
    Arbitrary<History> runs() {
        Arbitrary<Attempt> attempts = Combinators
                .combine(Arbitraries.integers().between(1, 1000), texts(), Arbitraries.of(Attempt.Outcome.values()),
                        failures())
                .as((n, worker, outcome, error) -> new Attempt(n, worker, THEN, THEN.plusMillis(n), outcome, error));
        Arbitrary<@Nullable Progress> progress = Combinators
                .combine(Arbitraries.doubles().between(0, 1), texts().injectNull(0.3))
                .as(Progress::new).injectNull(0.5);
        Arbitrary<@Nullable Json> results = json().map(Json::parse).injectNull(0.5);
        Arbitrary<@Nullable JobState> outcomes = Arbitraries.of(JobState.SUCCEEDED, JobState.DEAD, JobState.EXPIRED)
                .injectNull(0.5);
        return Combinators.combine(attempts.list().ofMaxSize(12), outcomes, results, failures(), progress,
                Arbitraries.integers().between(0, 5))
                .as((list, outcome, result, error, last, forgiven) -> new History(list.size(), new ArrayList<>(list),
                        outcome, outcome == null ? null : THEN, result, error, last, forgiven));
    }

    private static Arbitrary<@Nullable Failure> failures() {
        return Combinators.combine(texts(), texts(), texts().injectNull(0.5)).as(Failure::new).injectNull(0.5);
    }

    /** Any characters at all, halves of surrogate pairs included. */
    private static Arbitrary<String> texts() {
        return Arbitraries.strings().all().ofMaxLength(20);
    }

    /** JSON as people and programs write it. */
    @Provide
    Arbitrary<String> json() {
        Arbitrary<String> scalars = Arbitraries.of("null", "true", "0", "-0.0", "1.00", "1E+5", "1e400",
                "123456789012345678901234567890", "\"\"", "\"run\"", "\"\\u0000\\ud83d\\ude00\\/\"", "\"„水“\"",
                "\"\uD83D\uDE00\"", "[]", "{}", "[ ]", "{ }");
        Arbitrary<String> flat = nested(scalars);
        return Arbitraries.oneOf(scalars, flat, nested(flat));
    }

    private static Arbitrary<String> nested(Arbitrary<String> inner) {
        Arbitrary<List<String>> values = inner.list().ofMaxSize(4);
        return Arbitraries.oneOf(values.map(all -> "[" + String.join(" , ", all) + "]"),
                values.map(JobDocumentTest::object));
    }

    private static String object(List<String> values) {
        List<String> names = List.of("run", "type", "payload", "ключ");
        return IntStream.range(0, values.size())
                .mapToObj(i -> "\"" + names.get(i) + "\" :\n" + values.get(i))
                .collect(Collectors.joining(",", "{", "}"));
    }
}
