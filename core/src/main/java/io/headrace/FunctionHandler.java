package io.headrace;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A handler made of a function, and of another that reads its payload. */
record FunctionHandler<P>(JobType type, Class<P> payloadType, Function<Json, P> reader,
        JobHandler.Body<P> body) implements JobHandler<P> {
    @Override
    public P read(Json payload) {
        return reader.apply(payload);
    }

    @Override
    public @Nullable Object run(P payload, JobContext context) throws Exception {
        return body.run(payload, context);
    }
}
