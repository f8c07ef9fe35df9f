package io.headrace;

import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** A handler made of a function, and of another that reads its payload. */
record FunctionHandler<P>(JobType type, Class<P> payloadType, BiFunction<Json, PayloadMapper, P> reader,
        JobHandler.Body<P> body) implements JobHandler<P> {
    @Override
    public P read(Json payload, PayloadMapper mapper) {
        return reader.apply(payload, mapper);
    }

    @Override
    public @Nullable Object run(P payload, JobContext context) throws Exception {
        return body.run(payload, context);
    }
}
