package io.headrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.util.RawValue;
import io.headrace.format.JsonFormat;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {
    /** What a payload may look like to Jackson. */
    record Mail(String to, int copies) {}

    @ParameterizedTest
    @ValueSource(strings = {"null", "true", "-0.0", "1e400", "12345678901234567890123", "\"x\"", "[]",
        "{ \"b\":1, \"a\":[ ] }",
        "\"\\ud83d\\ude00\"", "\"„水“\""})
    void aValueKeepsItsText(String text) {
        assertThat(Json.parse(text)).hasToString(text);
        assertThat(Json.parse(text).bytes()).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
        assertThat(Json.parse(" \n" + text + "\t ")).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{", "[1,]", "{\"a\":1,\"a\":2}", "1 2", "{} x", "'a'", "NaN", "01", "// c\n1",
        "\"a"})
    void whatIsNotOneValueIsRefused(String text) {
        assertThatThrownBy(() -> Json.parse(text)).isInstanceOfSatisfying(InvalidInput.class,
                e -> assertThat(e.field()).isEqualTo("payload"));
    }

    @Test
    void nestingHasABound() {
        int most = JsonFormat.MAX_DEPTH;
        assertThat(Json.parse("[".repeat(most) + "]".repeat(most)).size()).isEqualTo(2 * most);
        assertThatThrownBy(() -> Json.parse("[".repeat(most + 1) + "]".repeat(most + 1)))
                .isInstanceOf(InvalidInput.class);
    }

    @Test
    void objectsGoInAndComeOut() {
        Mail mail = new Mail("ann@example.org", 2);
        assertThat(Json.of(mail)).hasToString("{\"to\":\"ann@example.org\",\"copies\":2}");
        assertThat(Json.of(mail).as(Mail.class)).isEqualTo(mail);
        assertThat(Json.of(Map.of("n", List.of(1, 2)))).hasToString("{\"n\":[1,2]}");
    }

    /** A payload of one version of a program. */
    record Order(String id, Instant placed, LocalDate due, Duration patience, OffsetDateTime local,
            Optional<String> note, Optional<Integer> floor) {}

    /** The same of another: two members fewer, one more. */
    record OtherOrder(String id, Instant placed, @Nullable LocalDate shipped, Optional<String> tracking, int parcels,
            List<String> tags) {}

    @Test
    void timesAreIsoTextAndOptionalsTheirValues() {
        Order order = new Order("a", Instant.parse("2026-01-02T03:04:05.678Z"), LocalDate.of(2026, 1, 31),
                Duration.ofMinutes(90), OffsetDateTime.parse("2026-01-02T03:04:05+02:00"), Optional.of("fragile"),
                Optional.empty());
        Json json = NewJob.of("q", "order", order).build().spec().payload();
        assertThat(json).hasToString("{\"id\":\"a\",\"placed\":\"2026-01-02T03:04:05.678Z\",\"due\":\"2026-01-31\","
                + "\"patience\":\"PT1H30M\",\"local\":\"2026-01-02T03:04:05+02:00\",\"note\":\"fragile\","
                + "\"floor\":null}");
        assertThat(json.as(Order.class)).isEqualTo(order);
    }

    @Test
    void bothVersionsOfAPayloadReadEachOthers() {
        Json old = Json.of(new Order("a", Instant.EPOCH, LocalDate.EPOCH, Duration.ZERO,
                OffsetDateTime.parse("2026-01-02T03:04:05Z"), Optional.empty(), Optional.of(3)));
        OtherOrder read = old.as(OtherOrder.class);
        assertThat(read.id()).isEqualTo("a");
        assertThat(read.placed()).isEqualTo(Instant.EPOCH);
        assertThat(read.shipped()).isNull();
        assertThat(read.tracking()).isEmpty();
        assertThat(read.parcels()).isZero();
        Json other = Json.of(new OtherOrder("b", Instant.EPOCH, null, Optional.of("t"), 2, List.of("x")));
        assertThat(other.as(Order.class).id()).isEqualTo("b");
        assertThat(other.as(Order.class).note()).isEmpty();
    }

    @Test
    void aTypeWithParametersIsReadAsSuch() {
        assertThat(Json.parse("[{\"to\":\"ann\",\"copies\":1,\"more\":true}]").as(new TypeReference<List<Mail>>() {
        }))
                .containsExactly(new Mail("ann", 1));
        assertThatThrownBy(() -> Json.parse("{}").as(new TypeReference<List<Mail>>() {
        })).isInstanceOf(InvalidInput.class)
                .hasMessageStartingWith("payload does not fit java.util.List<");
    }

    @Test
    void aValueThatDoesNotFitSaysWhy() {
        assertThatThrownBy(() -> Json.parse("{\"to\":1,\"copies\":\"many\"}").as(Mail.class))
                .isInstanceOf(InvalidInput.class).hasMessageStartingWith("payload does not fit Mail: ");
        assertThatThrownBy(() -> Json.of(new Object())).isInstanceOf(InvalidInput.class)
                .hasMessageStartingWith("payload cannot be written as JSON: ");
    }

    /** What Jackson writes and our readers refuse. */
    static Stream<Object> unreadable() {
        Object deep = 1;
        for (int i = 0; i < 300; i++) {
            deep = List.of(deep);
        }
        Map<Object, Integer> twice = new LinkedHashMap<>();
        twice.put(1, 1);
        twice.put("1", 2);
        Map<String, Object> circle = new HashMap<>();
        circle.put("self", circle);
        return Stream.of(deep, twice, circle, new RawValue("{oops"), new RawValue("1 2"), new RawValue(""),
                new BigInteger("9".repeat(1_001)), Map.of("x".repeat(50_001), 1), new Throwing(List.of()));
    }

    /** A value that cannot be asked. */
    record Throwing(List<Integer> none) {
        @JsonValue
        int first() {
            return none.get(0);
        }
    }

    @ParameterizedTest
    @MethodSource("unreadable")
    void whatCouldNotBeReadAgainIsNotWritten(Object value) {
        assertThatThrownBy(() -> Json.of(value)).isInstanceOf(InvalidInput.class)
                .hasMessageStartingWith("payload cannot be ").hasMessageNotContaining("StreamReadConstraints")
                .hasMessageNotContaining("StreamWriteConstraints");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "1 2", "{\"a\":1,\"a\":2}", "nul", "\"a"})
    void whoVouchesForBytesThatAreNoValueIsFoundOut(String text) {
        assertThatThrownBy(() -> Json.trusted(text.getBytes(StandardCharsets.UTF_8)).verified())
                .isInstanceOf(InvalidInput.class).hasMessageStartingWith("payload cannot be stored as JSON: ");
    }

    /** Values as handlers and senders in Java make them, some of them too deep or too long. */
    @Provide
    Arbitrary<Object> values() {
        Arbitrary<Object> leaves = Arbitraries.oneOf(Arbitraries.strings().ofMaxLength(20).map(it -> it),
                Arbitraries.doubles().map(it -> it), Arbitraries.bigIntegers().map(it -> it),
                Arbitraries.bigDecimals().map(it -> it), Arbitraries.of(true, false),
                Arbitraries.integers().between(990, 1_010).map(digits -> new BigInteger("7".repeat(digits))),
                Arbitraries.integers().between(190, 210).map(JsonTest::nested));
        Arbitrary<Object> flat = within(leaves);
        return Arbitraries.oneOf(leaves, flat, within(flat));
    }

    private static Arbitrary<Object> within(Arbitrary<Object> inner) {
        Arbitrary<Object> lists = inner.list().ofMaxSize(3).map(it -> it);
        return Arbitraries.oneOf(lists,
                Arbitraries.maps(Arbitraries.strings().ofMaxLength(5), inner).ofMaxSize(3).map(it -> it));
    }

    private static Object nested(int depth) {
        Object value = 1;
        for (int i = 0; i < depth; i++) {
            value = i % 2 == 0 ? List.of(value) : Map.of("a", value);
        }
        return value;
    }

    @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED)
    void whateverIsWrittenCanBeReadInAnyDocument(@ForAll("values") Object value) {
        Json written;
        try {
            written = Json.of(value);
        } catch (InvalidInput refused) {
            return;
        }
        JobDocument document = JobDocument.of(NewJob.of("q", "t", written).build().spec())
                .with(History.NONE.ended(JobState.SUCCEEDED, Instant.EPOCH, written));
        JobDocument read = JobDocument.parse(document.bytes());
        assertThat(read.spec().payload()).isEqualTo(written);
        assertThat(read.history().result()).isEqualTo(written);
        assertThat(Json.parse(written.toString())).isEqualTo(written);
    }

    @Test
    void equalBytesAreEqualValues() {
        assertThat(Json.parse("{\"a\":1}")).isEqualTo(Json.parse("{\"a\":1}"))
                .hasSameHashCodeAs(Json.parse("{\"a\":1}"));
        assertThat(Json.parse("1")).isNotEqualTo(Json.parse("1.0"));
    }
}
