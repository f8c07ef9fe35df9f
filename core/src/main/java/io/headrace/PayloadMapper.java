package io.headrace;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.headrace.format.JsonFormat;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * Writes objects as JSON, for payloads and results, and reads payloads for handlers. An application that has rules of
 * its own for JSON brings its own one, to {@link NewJob#of(String, String, Object, PayloadMapper)} and to its workers.
 * Called by many threads at once.
 *
 * <p>A program is replaced while its jobs are under way: a mapper should pass over members that a class does not know,
 * and take null for those that are missing, or each change of a class kills the jobs of the other version.
 */
public interface PayloadMapper {
    /**
     * The one that is used where none is given: times of {@code java.time} as ISO 8601, {@code Optional} as its value.
     * Members that a class does not know are passed over; what it has and the value lacks is null, absent or zero.
     */
    PayloadMapper DEFAULT = new PayloadMapper() {
        @Override
        public byte[] write(Object value) throws Exception {
            return JsonFormat.objects().writeValueAsBytes(value);
        }

        @Override
        public @Nullable Object read(byte[] json, Type type) throws Exception {
            return JsonFormat.objects().readValue(json, JsonFormat.objects().constructType(type));
        }
    };

    /**
     * A mapper of Jackson 2, which the caller has set up and leaves alone from now on. However that is set, members
     * that a class does not know are passed over.
     */
    static PayloadMapper of(ObjectMapper mapper) {
        return new PayloadMapper() {
            @Override
            public byte[] write(Object value) throws Exception {
                return mapper.writeValueAsBytes(value);
            }

            @Override
            public @Nullable Object read(byte[] json, Type type) throws Exception {
                return mapper.readerFor(mapper.constructType(type))
                        .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).readValue(json);
            }
        };
    }

    /**
     * Writes an object, which is never null, as one JSON value in UTF-8.
     *
     * @throws Exception when it cannot be written; the job is not submitted, or its attempt fails as {@code bad_result}
     */
    byte[] write(Object value) throws Exception;

    /**
     * Reads one JSON value.
     *
     * @param json UTF-8; it must not be changed
     * @param type a class, or a type with parameters such as {@code List<Address>}
     * @return an object of that type; null for the value {@code null} alone
     * @throws Exception when the value does not fit; the job fails for good, as {@code bad_payload}
     */
    @Nullable
    Object read(byte[] json, Type type) throws Exception;
}
