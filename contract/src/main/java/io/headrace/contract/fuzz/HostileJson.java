package io.headrace.contract.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Bodies that a submission must survive. Each is drawn from the generator alone. */
final class HostileJson {
    private static final List<String> FIELDS = List.of("type", "payload", "priority", "delay", "runAt", "expiresIn",
            "timeout", "maxRetries", "backoff", "uniqueKey", "retention", "nonsense", "", "run", "__proto__");
    private static final List<String> VALUES = List.of("null", "true", "1", "-1", "0", "1e999999999", "-1e-999999999",
            "0.1e-400", "123456789012345678901234567890", "9".repeat(1_200), "\"\"", "\"x\"", "\"1s\"", "\"-1s\"",
            "\"99999999999999999999d\"", "\"P1Y\"", "\"PT1e9S\"", "\"2026-13-45T99:99:99Z\"",
            "\"+999999999-12-31T23:59:59Z\"",
            "\"high\"", "\"HIGH\"", "{}", "[]", "[[]]", "{\"a\":{\"a\":1}}",
            "{\"kind\":\"exponential\",\"base\":\"1s\"}",
            "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"", "\"\u0000\"", "\"\\uD83D\\uDE00\"", "\"\\x\"",
            "\"\\u12\"",
            "NaN", "Infinity", "-", "01", "+1", ".5", "1.", "0x10", "'x'", "\"unterminated", "tru", "\"\t\"", "\"%00\"",
            "/* */1", "\"\u202e\"", "\"../../etc\"");

    private final RandomGenerator random;

    HostileJson(RandomGenerator random) {
        this.random = random;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    <T> T any(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    /** Something that is nearly a job. */
    byte[] job() {
        return switch (random.nextInt(12)) {
            case 0 ->
                bytes(any(List.of("", " ", "null", "[]", "{}", "0", "\"\"", "{", "}", "[", "{\"type\"", "{\"type\":",
                        "{\"type\":\"a\"", "{\"type\":\"a\"}}", "{\"type\":\"a\"} x", "\ufeff{\"type\":\"a\"}",
                        "{\"type\":\"a\",}",
                        "{,}", "{\"type\" \"a\"}", "{type:\"a\"}", "{\"type\":\"a\"}\u0000")));
            case 1 -> nested();
            case 2 -> bytes("{\"type\":\"a\",\"payload\":" + any(VALUES) + "}");
            case 3 -> bytes("{\"type\":\"a\",\"payload\":{\"a\":1,\"a\":2},\"type\":\"b\"}");
            case 4 -> flipped(bytes("{\"type\":\"welcome\",\"payload\":{\"to\":[1,2.5e3,\"ä€𝄞\"]},\"maxRetries\":3}"));
            case 5 -> random.nextInt(20) > 0 ? noise(1 + random.nextInt(200)) : huge();
            default -> object();
        };
    }

    private byte[] object() {
        StringBuilder text = new StringBuilder(random.nextInt(8) == 0 ? "{" : "{\"type\":\"a\"");
        int members = random.nextInt(5);
        for (int i = 0; i < members; i++) {
            text.append(text.length() > 1 ? "," : "").append('"').append(any(FIELDS)).append("\":").append(any(VALUES));
        }
        return bytes(text.append('}').toString());
    }

    private byte[] nested() {
        int depth = random.nextInt(4) == 0 ? 20_000 : 150 + random.nextInt(100);
        String open = random.nextBoolean() ? "[" : "{\"a\":";
        String close = random.nextInt(3) == 0 ? "" : open.equals("[") ? "]" : "}";
        return bytes("{\"type\":\"a\",\"payload\":" + open.repeat(depth) + "1" + close.repeat(depth) + "}");
    }

    private byte[] huge() {
        return bytes("{\"type\":\"" + "a".repeat(random.nextInt(300)) + "\",\"payload\":\""
                + "ä".repeat(random.nextInt(200_000)) + "\"}");
    }

    /** Valid bytes with a few of them changed, which breaks UTF-8 as well. */
    byte[] flipped(byte[] valid) {
        byte[] broken = valid.clone();
        int flips = 1 + random.nextInt(4);
        for (int i = 0; i < flips; i++) {
            broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
        }
        return broken;
    }

    byte[] noise(int length) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return noise;
    }

    /** Lines of a batch: good, bad, half, giant. */
    byte[] lines() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int count = random.nextInt(40) == 0 ? 1_000 : random.nextInt(12);
        for (int i = 0; i < count; i++) {
            byte[] line = switch (random.nextInt(5)) {
                case 0 -> count < 100 ? job() : bytes("{");
                case 1 -> bytes(any(List.of("", "{", "x", "\r", "null", "[]", "{}{}", "\u0000")));
                default -> bytes("{\"type\":\"a\",\"payload\":" + i + "}");
            };
            all.writeBytes(line);
            all.writeBytes(bytes(any(List.of("\n", "\n", "\r\n", "\n\n", " \n"))));
        }
        byte[] whole = all.toByteArray();
        return random.nextInt(3) == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length + 1)) : whole;
    }

    /** An array of a batch, mostly broken. */
    byte[] array() {
        StringBuilder text = new StringBuilder("[");
        int count = random.nextInt(6);
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : any(List.of(",", ",", ",", ",,", " ", ";")))
                    .append(random.nextInt(3) == 0 ? any(VALUES) : "{\"type\":\"a\",\"payload\":" + any(VALUES) + "}");
        }
        return bytes(text.append(any(List.of("]", "]", "]", "", "]]", "] x", "}"))).toString());
    }
}
