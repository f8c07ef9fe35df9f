package io.headrace.api.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.headrace.Durations;
import io.headrace.InvalidInput;
import io.headrace.Json;
import io.headrace.format.JsonFormat;
import io.headrace.format.JsonMistake;
import io.headrace.format.NearestName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads one JSON object of a request front to back, once, without building a tree: unknown members are refused with the
 * nearest name, values of the wrong kind with what is allowed. A member that is {@code null} counts as left out.
 */
public final class JsonIn {
    /** How much longer than its payload the body of a job may be. */
    public static final int ENVELOPE_BYTES = 64 * 1024;

    /** Takes one member: the reader stands on its value, which must be read to its end. */
    public interface Member {
        public void read(String name, JsonIn in) throws IOException;
    }

    private final byte[] utf8;
    private final JsonParser parser;
    private final SentValues sent = new SentValues();
    /** What names of members are prefixed with in messages: empty, or such as {@code backoff.} */
    private String prefix = "";
    private String name = "";

    /** The names of members, in the order in which messages list them. */
    public static Set<String> allowed(String... names) {
        return Stream.of(names).collect(LinkedHashSet::new, Set::add, Set::addAll);
    }

    private JsonIn(byte[] utf8) throws IOException {
        this.utf8 = utf8;
        this.parser = JsonFormat.factory().createParser(utf8);
    }

    /**
     * Reads the object that the bytes are. What is made of its members later is best made by the answer.
     *
     * @throws Problem {@code malformed-json} when they are not JSON in UTF-8
     * @throws InvalidInput when they are something other than an object, or a member is not allowed
     */
    public static SentValues read(byte[] body, Set<String> allowed, Member member) {
        byte[] utf8 = withoutByteOrderMark(body);
        checkUtf8(utf8);
        try {
            JsonIn in = new JsonIn(utf8);
            if (in.parser.nextToken() == null) {
                throw ProblemType.MALFORMED_JSON.problem("line 1, column 1: the body is empty");
            }
            if (in.parser.currentToken() != JsonToken.START_OBJECT) {
                in.parser.skipChildren();
                in.end();
                throw new InvalidInput("body", "must be a JSON object");
            }
            in.readMembers(allowed, member);
            return in.sent;
        } catch (JsonProcessingException e) {
            throw malformed(e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }

    private void readMembers(Set<String> allowed, Member member) throws IOException {
        try {
            members(allowed, member);
        } catch (InvalidInput e) {
            throw sent.inItsWords(e);
        }
        end();
    }

    private void end() throws IOException {
        if (parser.nextToken() != null) {
            throw ProblemType.MALFORMED_JSON.problem("line " + parser.currentTokenLocation().getLineNr() + ", column "
                    + parser.currentTokenLocation().getColumnNr() + ": there is more after the object");
        }
    }

    private void members(Set<String> allowed, Member member) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            if (!allowed.contains(key)) {
                String shown = key.length() <= 80 ? key : key.substring(0, 80) + "…";
                throw new InvalidInput(prefix + shown, "is not a field here; " + NearestName.hint(shown, allowed));
            }
            name = prefix + key;
            if (parser.nextToken() != JsonToken.VALUE_NULL || key.equals("payload")) {
                member.read(key, this);
            }
        }
    }

    /** An object within the object; names in messages start with its own. */
    public void object(Set<String> allowed, Member member) throws IOException {
        expect(parser.currentToken() == JsonToken.START_OBJECT, "an object");
        String outer = prefix;
        prefix = name + ".";
        members(allowed, member);
        prefix = outer;
    }

    public String text() throws IOException {
        expect(parser.currentToken() == JsonToken.VALUE_STRING, "text");
        return parser.getText();
    }

    public boolean flag() throws IOException {
        expect(parser.currentToken().isBoolean(), "true or false");
        return parser.getBooleanValue();
    }

    public long whole(long min, long max) throws IOException {
        boolean fits = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
        expect(fits && parser.getLongValue() >= min && parser.getLongValue() <= max,
                "a whole number, " + min + " to " + max);
        return parser.getLongValue();
    }

    public double number(double min, double max) throws IOException {
        boolean number = parser.currentToken().isNumeric();
        expect(number && parser.getDoubleValue() >= min && parser.getDoubleValue() <= max,
                "a number, " + min + " to " + max);
        return parser.getDoubleValue();
    }

    public Duration duration() throws IOException {
        expect(parser.currentToken() == JsonToken.VALUE_STRING, "a duration in text such as \"30s\"");
        sent.put(name, parser.getText());
        return Durations.parse(name, parser.getText());
    }

    public Instant time() throws IOException {
        expect(parser.currentToken() == JsonToken.VALUE_STRING, "a time in text such as \"2026-11-22T08:00:00Z\"");
        return Rfc3339.parse(name, parser.getText());
    }

    public List<String> texts(int max) throws IOException {
        expect(parser.currentToken() == JsonToken.START_ARRAY, "an array of text");
        List<String> all = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser.currentToken() == JsonToken.VALUE_STRING, "an array of text");
            expect(all.size() < max, "an array of at most " + max);
            all.add(parser.getText());
        }
        return all;
    }

    /**
     * The bytes of the value, as they were sent.
     *
     * @throws Problem {@code payload-too-large} when there are more than {@code max}
     */
    public Json slice(int max) throws IOException {
        int from = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        parser.finishToken();
        int to = (int) parser.currentLocation().getByteOffset();
        if (to - from > max) {
            throw tooLarge(to - from, max);
        }
        return Json.trusted(Arrays.copyOfRange(utf8, from, to));
    }

    public static Problem tooLarge(long size, int max) {
        return ProblemType.PAYLOAD_TOO_LARGE.problem("the payload has " + size + " bytes, the limit is " + max,
                "payload");
    }

    /** A body that no payload within the limit needs; it was not read. */
    static Problem bodyTooLong(int maxBody, int max) {
        return ProblemType.PAYLOAD_TOO_LARGE.problem("the body is longer than " + maxBody
                + " bytes, the limit of its payload is " + max, "payload");
    }

    private void expect(boolean met, String what) throws IOException {
        if (!met) {
            throw new InvalidInput(name, "must be " + what + ", was " + shown());
        }
    }

    private String shown() throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null || token.isStructStart() || token.isStructEnd()) {
            return token == JsonToken.START_ARRAY ? "an array" : "an object";
        }
        String text = parser.getText();
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }

    private static byte[] withoutByteOrderMark(byte[] body) {
        boolean marked = body.length >= 3 && body[0] == (byte) 0xEF && body[1] == (byte) 0xBB && body[2] == (byte) 0xBF;
        return marked ? Arrays.copyOfRange(body, 3, body.length) : body;
    }

    /** Jackson is lenient about UTF-8 in text that it skips, and takes zero bytes for UTF-16; neither may be stored. */
    static void checkUtf8(byte[] utf8) {
        int ascii = 0;
        while (ascii < utf8.length && utf8[ascii] > 0) {
            ascii++;
        }
        if (ascii == utf8.length) {
            return;
        }
        ByteBuffer in = ByteBuffer.wrap(utf8, ascii, utf8.length - ascii);
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer out = CharBuffer.allocate(Math.min(utf8.length - ascii, 4096));
        while (in.hasRemaining()) {
            boolean failed = decoder.decode(in, out.clear(), true).isError();
            if (failed || hasNul(out.flip())) {
                throw ProblemType.MALFORMED_JSON.problem(at(utf8, in.position(), failed));
            }
        }
    }

    private static boolean hasNul(CharBuffer chars) {
        return chars.chars().anyMatch(c -> c == 0);
    }

    private static String at(byte[] utf8, int position, boolean malformed) {
        int end = position;
        if (!malformed) {
            end = 0;
            while (utf8[end] != 0) {
                end++;
            }
        }
        int line = 1;
        int lineStart = 0;
        for (int i = 0; i < end; i++) {
            if (utf8[i] == '\n') {
                line++;
                lineStart = i + 1;
            }
        }
        return "line " + line + ", column " + (end - lineStart + 1) + ": "
                + (malformed ? "these bytes are not UTF-8" : "a zero byte is not allowed");
    }

    private static Problem malformed(JsonProcessingException e) {
        return ProblemType.MALFORMED_JSON.problem(JsonMistake.of(e));
    }
}
