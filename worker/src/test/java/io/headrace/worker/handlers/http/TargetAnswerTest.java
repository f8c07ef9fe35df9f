package io.headrace.worker.handlers.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.JobType;
import io.headrace.Json;
import io.headrace.worker.handlers.HandlerFailure;
import io.headrace.worker.handlers.Heard;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An answer is read as its headers say, or the job fails with a reason. */
@Timeout(60)
class TargetAnswerTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"text/plain; charset=ISO-8859-1|ISO-8859-1",
        "text/plain;charset=\"utf-16\"|UTF-16",
        "text/html; Charset=windows-1252|windows-1252", "text/plain|UTF-8",
        "application/xml; charset=UTF-16LE|UTF-16LE",
        "application/x-ndjson|UTF-8"})
    void aTextIsReadInItsCharset(String type, String charset) throws Exception {
        assertThat(answered("Content-Type: " + type + "\r\n", "{\"a\":\"café\"}\n".getBytes(Charset.forName(charset))))
                .isEqualTo(Json.of("{\"a\":\"café\"}"));
    }

    @ParameterizedTest
    @CsvSource({"application/json,UTF-8", "application/json,UTF-16LE", "application/json,UTF-16BE",
        "application/json,UTF-32LE",
        "application/json,UTF-32BE", "application/json,UTF-16", "application/problem+json; charset=UTF-16,UTF-16",
        "application/json; charset=iso-8859-1,ISO-8859-1", "text/json,UTF-8"})
    void jsonIsReadInItsCharset(String type, String charset) throws Exception {
        assertThat(answered("Content-Type: " + type + "\r\n", "{\"a\":\"café\"}".getBytes(Charset.forName(charset))))
                .isEqualTo(Json.parse("{\"a\":\"café\"}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/json; charset=utf-8",
        "application/json; charset=iso-8859-1"})
    void aByteOrderMarkIsNoPartOfTheValue(String type) throws Exception {
        assertThat(answered("Content-Type: " + type + "\r\n", "\ufeff{\"a\":\"é\"}".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(Json.parse("{\"a\":\"é\"}"));
        assertThat(answered("", "\ufeff[1]".getBytes(StandardCharsets.UTF_8))).isEqualTo(Json.parse("[1]"));
        assertThat(answered("Content-Type: text/plain\r\n", "\ufeffx".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(Json.of("x"));
    }

    @Test
    void whatIsPackedIsUnpacked() throws Exception {
        byte[] json = "{\"a\":\"é\"}".getBytes(StandardCharsets.UTF_8);
        String type = "Content-Type: application/json\r\n";
        assertThat(answered(type + "Content-Encoding: gzip\r\n", gzip(json))).isEqualTo(Json.parse("{\"a\":\"é\"}"));
        assertThat(answered(type + "Content-Encoding: X-GZIP\r\n", gzip(json))).isEqualTo(Json.parse("{\"a\":\"é\"}"));
        assertThat(answered(type + "Content-Encoding: deflate, identity, gzip\r\n", gzip(deflate(json))))
                .isEqualTo(Json.parse("{\"a\":\"é\"}"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"Content-Type: text/plain; charset=klingon|klingon",
        "Content-Encoding: br|'br'",
        "Content-Encoding: gzip|gzip", "Content-Type: text/plain; charset=utf-8|UTF-8",
        "Content-Type: text/plain; charset=utf-16le|UTF-16LE", "Content-Type: application/json|UTF-8",
        "Content-Encoding: gzip, gzip, gzip, gzip|3 times"})
    void whatIsNotAsItWasSentFailsForGoodAndSaysWhy(String header, String why) {
        assertThat(refused(header + "\r\n", new byte[]{'"', 'c', (byte) 0xe9, '"', 'x'}).getMessage()).contains(why)
                .startsWith("the answer of http://127.0.0.1:");
    }

    @Test
    void jsonThatIsNoneFailsForGood() {
        byte[] html = "<html>".getBytes(StandardCharsets.UTF_8);
        assertThat(refused("Content-Type: application/json\r\n", html).getMessage()).contains("no JSON")
                .contains("application/json");
        assertThat(refused("Content-Type: application/json\r\n", "[".repeat(300).getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("no JSON");
    }

    @Test
    void anEmptyBodyIsNothingWhateverItIsSentAs() throws Exception {
        assertThat(answered("Content-Type: application/json\r\nContent-Encoding: gzip\r\n", new byte[0])).isNull();
        assertThat(answered("Content-Type: image/png\r\n", new byte[0])).isNull();
    }

    @Test
    void bytesAreKeptAsBase64WithTheirMediaType() throws Exception {
        byte[] png = {(byte) 0x89, 'P', 'N', 'G', 0, (byte) 0xff};
        String base64 = Base64.getEncoder().encodeToString(png);
        assertThat(answered("Content-Type: image/PNG; x=y\r\n", png))
                .isEqualTo(Json.parse("{\"mediaType\":\"image/png\",\"base64\":\"" + base64 + "\"}"));
        assertThat(answered("", png))
                .isEqualTo(Json.parse("{\"mediaType\":\"application/octet-stream\",\"base64\":\"" + base64 + "\"}"));
        assertThat(answered("Content-Type: application/octet-stream\r\n", "abc".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(Json.parse("{\"mediaType\":\"application/octet-stream\",\"base64\":\"YWJj\"}"));
    }

    @Test
    void aBombIsNotUnpacked() throws IOException {
        HandlerFailure failure = failed("Content-Encoding: gzip\r\n", gzip(new byte[50_000_000]));
        assertThat(failure.type()).isEqualTo("result_too_large");
        assertThat(failure.permanent()).isTrue();
    }

    @Test
    void whatAFailureSaysIsReadInItsCharsetToo() throws Exception {
        byte[] packed = gzip("café trop plein".getBytes(StandardCharsets.ISO_8859_1));
        try (ScriptedTarget target = new ScriptedTarget(connection -> {
            if (connection.request() != null) {
                connection.send(
                        "HTTP/1.1 503 No\r\nContent-Type: text/plain; charset=latin1\r\nContent-Encoding: gzip\r\n"
                                + "Content-Length: " + packed.length + "\r\n\r\n");
                connection.send(packed);
            }
        })) {
            assertThatThrownBy(() -> run(target.url())).hasMessage(target.url() + " answered 503: café trop plein");
        }
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
        }
        return out.toByteArray();
    }

    private static byte[] deflate(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DeflaterOutputStream zip = new DeflaterOutputStream(out)) {
            zip.write(bytes);
        }
        return out.toByteArray();
    }

    private static HandlerFailure refused(String headers, byte[] body) {
        HandlerFailure failure = failed(headers, body);
        assertThat(Map.of(failure.type(), failure.permanent())).isEqualTo(Map.of("bad_result", true));
        return failure;
    }

    private static HandlerFailure failed(String headers, byte[] body) {
        List<HandlerFailure> failures = new ArrayList<>();
        assertThatThrownBy(() -> answered(headers, body)).isInstanceOfSatisfying(HandlerFailure.class, failures::add);
        return failures.get(0);
    }

    private static @Nullable Object answered(String headers, byte[] body) throws Exception {
        try (ScriptedTarget target = new ScriptedTarget(connection -> {
            if (connection.request() != null) {
                connection.answer(headers, body);
            }
        })) {
            return run(target.url());
        }
    }

    private static @Nullable Object run(String url) throws Exception {
        Heard heard = Heard.of("t", Json.parse("1"));
        return new HttpHandler(new JobType("t"), HttpTarget.at(url), Clock.systemUTC()).run(heard.payload(), heard);
    }
}
