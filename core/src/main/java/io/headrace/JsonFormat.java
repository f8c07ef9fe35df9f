package io.headrace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** The one configuration of Jackson: bounded nesting and numbers, duplicate keys and trailing text refused. */
public final class JsonFormat {
    /** The deepest nesting that is read; Jackson itself allows 1000, real payloads stay far below 100. */
    public static final int MAX_DEPTH = 200;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final ObjectMapper MAPPER = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonFormat() {}

    /** The shared mapper; thread-safe, callers must not reconfigure it. */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    /** The shared factory for streaming; thread-safe, callers must not reconfigure it. */
    public static JsonFactory factory() {
        return FACTORY;
    }
}
