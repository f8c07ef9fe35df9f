package io.headrace.api.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SplitterTest {
    /** Feeds the text in chunks of the given size. */
    private static List<String> split(Splitter splitter, String text, int chunk) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        List<String> pieces = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += chunk) {
            splitter.feed(Buffer.buffer(java.util.Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + chunk))));
            for (Optional<Splitter.Piece> piece = splitter.next(); piece.isPresent(); piece = splitter.next()) {
                pieces.add(shown(piece.get()));
            }
        }
        splitter.last().map(SplitterTest::shown).ifPresent(pieces::add);
        return pieces;
    }

    private static String shown(Splitter.Piece piece) {
        byte[] text = piece.text();
        return text == null ? "too long: " + piece.length() : new String(text, StandardCharsets.UTF_8).strip();
    }

    @Test
    void linesAreTheSameHoweverTheyArrive() {
        String text = "\n{\"a\":\"é\"}\n\r\n  \nlonger than twelve\n{}\r\nx";
        for (int chunk = 1; chunk < 50; chunk++) {
            assertThat(split(Splitter.lines(12), text, chunk)).as("chunks of %d", chunk)
                    .containsExactly("{\"a\":\"é\"}", "too long: 18", "{}", "x");
        }
    }

    @Test
    void elementsAreTheSameHoweverTheyArrive() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            List<String> elements = new ArrayList<>();
            for (int i = random.nextInt(6); i > 0; i--) {
                elements.add(value(random, 3));
            }
            String text = " [ " + String.join(" ,\n", elements) + " ] ";
            assertThat(split(Splitter.array(100_000), text, 1 + random.nextInt(20))).as(text).isEqualTo(elements);
        }
    }

    @Test
    void aByteOrderMarkAtTheBeginningIsNoPartOfTheBody() {
        for (int chunk = 1; chunk < 8; chunk++) {
            assertThat(split(Splitter.array(99), "\ufeff[1,\"\ufeff\"]", chunk)).containsExactly("1", "\"\ufeff\"");
            assertThat(split(Splitter.lines(99), "\ufeff{}\n\ufeff{}", chunk)).containsExactly("{}", "\ufeff{}");
        }
    }

    private static String value(Random random, int depth) {
        int kind = random.nextInt(depth == 0 ? 3 : 5);
        return switch (kind) {
            case 0 -> "-1.5e3";
            case 1 -> "null";
            case 2 -> "\"" + "],}{[\\\"\\\\é ".substring(random.nextInt(4)) + "\"";
            case 3 -> "[" + value(random, depth - 1) + "," + value(random, depth - 1) + "]";
            default -> "{\"k,]\" : " + value(random, depth - 1) + "}";
        };
    }
}
