package io.headrace.api.http;

import io.headrace.InvalidInput;
import io.headrace.format.NearestName;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The query of an address, of which each name was found to be known, and given once. An empty value is none. */
public record QueryParameters(MultiMap all) {
    static final QueryParameters NONE = new QueryParameters(MultiMap.caseInsensitiveMultiMap());

    /**
     * @throws InvalidInput when the query names something that the call does not know, naming the nearest that it does
     */
    static QueryParameters of(RoutingContext context, List<String> allowed) {
        String text = context.request().query();
        if (text == null || text.isEmpty()) {
            return NONE;
        }
        MultiMap query;
        try {
            query = context.queryParams();
        } catch (HttpException e) {
            throw ProblemType.MALFORMED_REQUEST.problem("the query has a broken percent-escape");
        }
        for (Map.Entry<String, String> entry : query.entries()) {
            if (!allowed.contains(entry.getKey())) {
                throw new InvalidInput(entry.getKey(), allowed.isEmpty() ? "is not known: this call takes no query"
                        : "is not known; " + NearestName.hint(entry.getKey(), allowed));
            }
            if (query.getAll(entry.getKey()).size() > 1) {
                throw new InvalidInput(entry.getKey(), "is given more than once");
            }
        }
        return new QueryParameters(query);
    }

    public Optional<String> text(String name) {
        return Optional.ofNullable(all.get(name)).filter(value -> !value.isEmpty());
    }

    /** @throws InvalidInput unless it is missing, true or false */
    public boolean flag(String name) {
        String text = text(name).orElse("false");
        if (!text.equals("true") && !text.equals("false")) {
            throw new InvalidInput(name, "must be true or false, was '" + text.substring(0, Math.min(40, text.length()))
                    + "'");
        }
        return text.equals("true");
    }

    /** @throws InvalidInput when it is not a whole number of these */
    public int number(String name, int fallback, int min, int max) {
        Optional<String> text = text(name);
        try {
            int value = text.map(Integer::parseInt).orElse(fallback);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // reported below, like a number out of bounds
        }
        throw new InvalidInput(name, "must be " + min + " to " + max + ", was '" + text.orElse("") + "'");
    }
}
