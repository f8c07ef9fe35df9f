package io.headrace.cli.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.headrace.Durations;
import io.headrace.cli.terminal.Format;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One JSON value of an answer. Immutable.
 *
 * <p>Read with the streaming parser alone: loading Jackson's data binding takes 0.2 s, more than all else that a client
 * command does.
 */
public final class JsonTree {
    private static final JsonFactory FACTORY = new JsonFactory();
    /** What a missing member reads as. */
    public static final JsonTree ABSENT = new JsonTree(null);

    /** A {@code Map}, a {@code List}, a {@code String}, a {@link Literal}, or null when there is no such member. */
    private final @Nullable Object value;

    /** A number, {@code true}, {@code false} or {@code null}, as it was written. */
    private record Literal(String text) {}

    private JsonTree(@Nullable Object value) {
        this.value = value;
    }

    /** @throws IOException when the bytes are not exactly one JSON value */
    public static JsonTree parse(byte[] utf8) throws IOException {
        try (JsonParser p = FACTORY.createParser(utf8)) {
            if (p.nextToken() == null) {
                throw new IOException("empty");
            }
            JsonTree tree = read(p);
            if (p.nextToken() != null) {
                throw new IOException("more than one value");
            }
            return tree;
        }
    }

    private static JsonTree read(JsonParser p) throws IOException {
        JsonToken token = p.currentToken();
        if (token == JsonToken.START_OBJECT) {
            Map<String, JsonTree> members = new LinkedHashMap<>();
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String name = p.currentName();
                p.nextToken();
                members.put(name, read(p));
            }
            return new JsonTree(members);
        }
        if (token == JsonToken.START_ARRAY) {
            List<JsonTree> items = new ArrayList<>();
            while (p.nextToken() != JsonToken.END_ARRAY) {
                items.add(read(p));
            }
            return new JsonTree(items);
        }
        return new JsonTree(token == JsonToken.VALUE_STRING ? p.getText() : new Literal(p.getText()));
    }

    /** The member at the end of a path; {@link #present()} is false when any step is missing. */
    public JsonTree at(String... path) {
        JsonTree here = this;
        for (String name : path) {
            here = here.members().getOrDefault(name, ABSENT);
        }
        return here;
    }

    /** Whether there is a value other than {@code null}. */
    public boolean present() {
        return value != null && !(value instanceof Literal l && l.text().equals("null"));
    }

    /** Strings without quotes, other scalars as written, objects and arrays as JSON; empty when not present. */
    public String text() {
        if (!present()) {
            return "";
        }
        return value instanceof String s ? s : value instanceof Literal l ? l.text() : json();
    }

    /** {@link #text()}, when present. */
    public Optional<String> maybe() {
        return present() ? Optional.of(text()) : Optional.empty();
    }

    /** The whole number, 0 when not present. */
    public long number() {
        return value instanceof Literal l && present() ? (long) Double.parseDouble(l.text()) : 0;
    }

    public boolean flag() {
        return value instanceof Literal l && l.text().equals("true");
    }

    /** A moment as the API writes it; empty when absent. */
    public Optional<Instant> instant() {
        try {
            return maybe().map(Instant::parse);
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** How long ago that moment was, for people; empty when absent. */
    public String ago(Instant now) {
        return instant().map(then -> Format.span(Duration.between(then, now))).orElse("");
    }

    /** How long until that moment, for people; empty when absent. */
    public String until(Instant now) {
        return instant().map(then -> Format.span(Duration.between(now, then))).orElse("");
    }

    /** A duration as the API writes it, for people; empty when absent or zero. */
    public String span() {
        return maybe().map(text -> Durations.parse("duration", text)).filter(span -> !span.isZero())
                .map(Format::span).orElse("");
    }

    /** The items of an array; none when it is not one. */
    public List<JsonTree> items() {
        List<JsonTree> items = new ArrayList<>();
        if (value instanceof List<?> list) {
            list.forEach(item -> items.add((JsonTree) item));
        }
        return items;
    }

    /** The members of an object in their order; none when it is not one. */
    public Map<String, JsonTree> members() {
        Map<String, JsonTree> members = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, member) -> members.put((String) name, (JsonTree) member));
        }
        return members;
    }

    /** As JSON on one line. */
    public String json() {
        return write(false);
    }

    /** As JSON, indented. */
    String pretty() {
        return write(true);
    }

    private String write(boolean indented) {
        StringWriter text = new StringWriter();
        try (JsonGenerator g = FACTORY.createGenerator(text)) {
            if (indented) {
                g.setPrettyPrinter(new DefaultPrettyPrinter());
            }
            write(g);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    private void write(JsonGenerator g) throws IOException {
        if (value instanceof Map<?, ?>) {
            g.writeStartObject();
            for (Map.Entry<String, JsonTree> member : members().entrySet()) {
                g.writeFieldName(member.getKey());
                member.getValue().write(g);
            }
            g.writeEndObject();
        } else if (value instanceof List<?>) {
            g.writeStartArray();
            for (JsonTree item : items()) {
                item.write(g);
            }
            g.writeEndArray();
        } else if (value instanceof String s) {
            g.writeString(s);
        } else {
            g.writeRawValue(value instanceof Literal l ? l.text() : "null");
        }
    }

    /** A generator for requests. */
    public static JsonGenerator generator(java.io.Writer to) throws IOException {
        return FACTORY.createGenerator(to);
    }
}
