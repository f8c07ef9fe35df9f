package io.headrace;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.headrace.format.JsonFormat;
import io.headrace.format.JsonMistake;
import java.io.IOException;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One JSON value as the bytes its sender wrote. It is carried and stored untouched, so big numbers, key order and empty
 * arrays arrive as they were sent, and nobody pays for parsing what only a handler reads. Immutable.
 */
public final class Json {
    private static final ObjectMapper MAPPER = JsonFormat.mapper();

    /** The value {@code null}. */
    public static final Json NULL = new Json("null".getBytes(StandardCharsets.UTF_8));

    private final byte[] utf8;

    private Json(byte[] utf8) {
        this.utf8 = utf8;
    }

    /**
     * Wraps bytes already known to be one JSON value in UTF-8; the caller hands the array over and never changes it.
     */
    public static Json trusted(byte[] utf8) {
        return new Json(utf8);
    }

    /**
     * Checks that the text is exactly one JSON value.
     *
     * @throws InvalidInput when it is not
     */
    public static Json parse(String text) {
        try {
            JsonNode value = MAPPER.readTree(text);
            if (value == null || value.isMissingNode()) {
                throw new InvalidInput("payload", "must be a JSON value, was empty");
            }
            return new Json(text.strip().getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new InvalidInput("payload", "must be a JSON value: " + JsonMistake.of(e));
        }
    }

    /**
     * Serializes an object with Jackson: times of {@code java.time} as ISO 8601, {@code Optional} as its value.
     *
     * @throws InvalidInput when Jackson cannot, or when what it writes could not be read again: nested deeper than
     *             {@value JsonFormat#MAX_DEPTH}, a number of more than 1,000 digits, a name twice in an object
     */
    public static Json of(Object value) {
        return of(value, PayloadMapper.DEFAULT);
    }

    /**
     * The same with a mapper of one's own.
     *
     * @throws InvalidInput when it cannot, or when what it writes could not be read again
     */
    public static Json of(Object value, PayloadMapper mapper) {
        try {
            return new Json(mapper.write(value)).verified();
        } catch (InvalidInput e) {
            throw e;
        } catch (Exception e) {
            throw new InvalidInput("payload", "cannot be written as JSON: " + reason(e));
        } catch (StackOverflowError e) {
            throw new InvalidInput("payload", "cannot be written as JSON: it goes too deep");
        }
    }

    /**
     * This value, once it is sure that it can be stored and read again.
     *
     * @throws InvalidInput when the bytes are not one JSON value in UTF-8, or pass a bound of {@link #of}
     */
    public Json verified() {
        try {
            JsonFormat.check(utf8);
            return this;
        } catch (IOException e) {
            throw new InvalidInput("payload", "cannot be stored as JSON: " + JsonMistake.of(e));
        }
    }

    /**
     * Deserializes with Jackson. Members that the class does not know are passed over; what it has and the value lacks
     * is null, absent or zero.
     *
     * @throws InvalidInput when the value does not fit the type
     */
    public <T> T as(Class<T> type) {
        return as(type, PayloadMapper.DEFAULT);
    }

    /**
     * The same for a type with parameters, such as {@code new TypeReference<List<Address>>() {}}.
     *
     * @throws InvalidInput when the value does not fit the type
     */
    public <T> T as(TypeReference<T> type) {
        return as(type, PayloadMapper.DEFAULT);
    }

    /** {@link #as(Class)} with a mapper of one's own. */
    @SuppressWarnings({"unchecked", "NullAway"}) // checked but for primitive classes; the value null becomes null
    public <T> T as(Class<T> type, PayloadMapper mapper) {
        Object read = read(type, mapper);
        if (read != null && !type.isPrimitive() && !type.isInstance(read)) {
            throw misfit(type, "its mapper made it " + read.getClass().getName());
        }
        return (T) read;
    }

    /** {@link #as(TypeReference)} with a mapper of one's own. */
    @SuppressWarnings({"unchecked", "NullAway"}) // a mapper gives what it was asked for, for the value null null
    public <T> T as(TypeReference<T> type, PayloadMapper mapper) {
        return (T) read(type.getType(), mapper);
    }

    private @Nullable Object read(Type type, PayloadMapper mapper) {
        try {
            return mapper.read(utf8, type);
        } catch (InvalidInput e) {
            throw e;
        } catch (Exception e) {
            throw misfit(type, reason(e));
        }
    }

    private static InvalidInput misfit(Type type, String why) {
        String name = type instanceof Class<?> known ? known.getSimpleName() : type.getTypeName();
        return new InvalidInput("payload", "does not fit " + name + ": " + why);
    }

    /**
     * What Jackson says of a mistake shows parts of the value's source; what another mapper says is its own business.
     */
    private static String reason(Exception e) {
        if (e instanceof JsonProcessingException known) {
            return JsonMistake.of(known);
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /**
     * This value, once it is sure that it is not too long to be a payload.
     *
     * @throws InvalidInput when it has more bytes
     */
    public Json within(int maxBytes) {
        if (utf8.length > maxBytes) {
            throw new InvalidInput("payload", "has " + utf8.length + " bytes, the limit is " + maxBytes);
        }
        return this;
    }

    /** The value as UTF-8; callers must not change the array. */
    public byte[] bytes() {
        return utf8;
    }

    /** The length in bytes. */
    public int size() {
        return utf8.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Json j && Arrays.equals(utf8, j.utf8);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(utf8);
    }

    @Override
    public String toString() {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
