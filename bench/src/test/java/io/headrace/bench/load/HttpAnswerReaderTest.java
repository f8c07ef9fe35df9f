package io.headrace.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where one answer ends and the next begins. */
final class HttpAnswerReaderTest {

    static List<String> answers() {
        return List.of("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 202 Accepted\r\ncontent-length: 5\r\nLocation: /v1/jobs/x\r\n\r\n{\r\n\r\n",
                "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123\r\n6789\r\n1\r\nx\r\n0\r\n\r\n",
                "HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n0\r\nTrailer: x\r\n\r\n");
    }

    @ParameterizedTest
    @MethodSource("answers")
    void anAnswerEndsAtItsLastByteHoweverItIsCut(String answer) throws IOException {
        for (int size : new int[]{1, 3, 1_000}) {
            HttpAnswerReader reader = new HttpAnswerReader();
            for (int twice = 0; twice < 2; twice++) {
                for (int from = 0; from < answer.length(); from += size) {
                    int to = Math.min(answer.length(), from + size);
                    ByteBuffer piece = bytes(answer.substring(from, to));
                    assertThat(reader.take(piece)).as("at %s", to).isEqualTo(to == answer.length());
                    assertThat(piece.hasRemaining()).isFalse();
                }
                assertThat(reader.status()).isEqualTo(202);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("answers")
    void whatFollowsIsLeft(String answer) throws IOException {
        HttpAnswerReader reader = new HttpAnswerReader();
        ByteBuffer both = bytes(answer + "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");

        assertThat(reader.take(both)).isTrue();
        assertThat(both.position()).isEqualTo(answer.length());
        assertThat(reader.take(both)).isTrue();
        assertThat(reader.status()).isEqualTo(503);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello\n", "HTTP/1.1 202 Accepted\r\nContent-Length: many\r\n"})
    void whatIsNoHttpIsToldAsSuch(String answer) {
        assertThatThrownBy(() -> new HttpAnswerReader().take(bytes(answer))).isInstanceOf(IOException.class)
                .hasMessage("the answer is no HTTP");
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
