package io.headrace.api.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import io.headrace.Durations;
import io.headrace.Json;
import io.headrace.format.JsonFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes JSON to memory, member by member. Not thread-safe. */
public final class JsonOut {
    private final ByteArrayBuilder bytes = new ByteArrayBuilder(512);
    private final JsonGenerator generator;

    private JsonOut() throws IOException {
        generator = JsonFormat.factory().createGenerator(bytes);
    }

    /** One object with the members that are written to it. */
    public static byte[] object(Consumer<JsonOut> members) {
        try {
            JsonOut out = new JsonOut();
            out.generator.writeStartObject();
            members.accept(out);
            out.generator.writeEndObject();
            out.generator.close();
            return out.bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }

    /** Jackson declares what cannot happen when it writes to memory. */
    private interface Step {
        void run() throws IOException;
    }

    private static void run(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }

    public void text(String name, String value) {
        run(() -> generator.writeStringField(name, wellFormed(value)));
    }

    /** Replaces halves of surrogate pairs, which have no form in UTF-8; text that was cut short can end in one. */
    private static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return new String(text.getBytes(StandardCharsets.UTF_16BE), StandardCharsets.UTF_16BE);
            }
        }
        return text;
    }

    public void textIf(String name, @Nullable Object value) {
        if (value != null) {
            text(name, value.toString());
        }
    }

    /** A null. */
    public void nothing(String name) {
        run(() -> generator.writeNullField(name));
    }

    public void number(String name, long value) {
        run(() -> generator.writeNumberField(name, value));
    }

    public void number(String name, double value) {
        run(() -> generator.writeNumberField(name, value));
    }

    public void flag(String name, boolean value) {
        run(() -> generator.writeBooleanField(name, value));
    }

    public void time(String name, Instant value) {
        text(name, Rfc3339.format(value));
    }

    public void timeIf(String name, @Nullable Instant value) {
        if (value != null) {
            time(name, value);
        }
    }

    public void duration(String name, Duration value) {
        text(name, Durations.format(value));
    }

    /** Copies the value's bytes as they are: the generator would decode them to characters and encode them again. */
    public void raw(String name, Json value) {
        run(() -> {
            generator.writeFieldName(name);
            generator.writeRawValue("");
            generator.flush();
            bytes.write(value.bytes(), 0, value.size());
        });
    }

    public void object(String name, Consumer<JsonOut> members) {
        run(() -> {
            generator.writeObjectFieldStart(name);
            members.accept(this);
            generator.writeEndObject();
        });
    }

    public void texts(String name, Collection<?> values) {
        run(() -> {
            generator.writeArrayFieldStart(name);
            for (Object value : values) {
                generator.writeString(wellFormed(value.toString()));
            }
            generator.writeEndArray();
        });
    }

    /** An array of objects. */
    public <T> void objects(String name, Collection<T> values, Each<T> each) {
        run(() -> {
            generator.writeArrayFieldStart(name);
            for (T value : values) {
                generator.writeStartObject();
                each.write(this, value);
                generator.writeEndObject();
            }
            generator.writeEndArray();
        });
    }

    /** Writes the members of one object of an array. */
    public interface Each<T> {
        void write(JsonOut out, T value);
    }
}
