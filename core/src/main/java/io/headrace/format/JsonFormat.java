package io.headrace.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;

/** The configurations of Jackson: bounded nesting and numbers, duplicate keys and trailing text refused. */
public final class JsonFormat {
    /** The deepest nesting that is read and written; Jackson itself allows 1000, real payloads stay far below 100. */
    public static final int MAX_DEPTH = 200;

    /** What a job's document adds to the nesting of a payload, and to that of a result. */
    private static final int DOCUMENT_DEPTH = 2;

    private static final JsonFactory FACTORY = factory(MAX_DEPTH);
    private static final JsonFactory DOCUMENTS = factory(MAX_DEPTH + DOCUMENT_DEPTH);
    private static final ObjectMapper MAPPER = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Made when the first object is read or written: many processes only pass JSON on. */
    private static final class Objects {
        static final ObjectMapper MAPPER = JsonMapper.builder(FACTORY)
                .addModule(new JavaTimeModule())
                .addModule(new Jdk8Module())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                .build();
    }

    private JsonFormat() {}

    /**
     * The mapper for objects of senders and handlers: times of {@code java.time} as ISO 8601, {@code Optional} as its
     * value, and members that a class does not know are passed over, as the sender may be of another version.
     */
    public static ObjectMapper objects() {
        return Objects.MAPPER;
    }

    private static JsonFactory factory(int maxDepth) {
        return JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(maxDepth).build())
                .streamWriteConstraints(StreamWriteConstraints.builder().maxNestingDepth(maxDepth).build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
    }

    /** The shared mapper; thread-safe, callers must not reconfigure it. */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    /** The factory for documents, whose payloads and results may be nested as deep as is allowed. */
    public static JsonFactory documents() {
        return DOCUMENTS;
    }

    /**
     * Reads bytes as their readers will: what passes here can be stored and read again, whoever wrote it.
     *
     * @throws IOException when they are not one JSON value in UTF-8 within the bounds
     */
    public static void check(byte[] utf8) throws IOException {
        try (JsonParser p = FACTORY.createParser(utf8)) {
            if (p.nextToken() == null) {
                throw new JsonParseException(p, "there is no value");
            }
            p.skipChildren();
            p.finishToken();
            if (p.nextToken() != null) {
                throw new JsonParseException(p, "there is something after the value");
            }
        }
    }

    /** The shared factory for streaming; thread-safe, callers must not reconfigure it. */
    public static JsonFactory factory() {
        return FACTORY;
    }
}
