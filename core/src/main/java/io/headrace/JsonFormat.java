package io.headrace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/** The one configuration of Jackson: bounded nesting and numbers, duplicate keys and trailing text refused. */
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

    private JsonFormat() {}

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
    static JsonFactory documents() {
        return DOCUMENTS;
    }

    /**
     * Reads bytes as their readers will: what passes here can be stored and read again, whoever wrote it.
     *
     * @throws IOException when they are not one JSON value in UTF-8 within the bounds
     */
    static void check(byte[] utf8) throws IOException {
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

    /** What is wrong, without the names of Jackson's settings. */
    static String problem(IOException e) {
        String message = e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
        return String.valueOf(message).replaceAll(", from `[^`]*`", "");
    }

    /** The shared factory for streaming; thread-safe, callers must not reconfigure it. */
    public static JsonFactory factory() {
        return FACTORY;
    }
}
