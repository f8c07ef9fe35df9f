package io.headrace.cli;

import io.headrace.InvalidInput;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command takes that talks to the API. */
final class ApiOptions {
    private static final String FALLBACK = "http://127.0.0.1:8080";

    /** How results are written. */
    enum Format {
        table, json
    }

    @Option(names = "--api", paramLabel = "URL", description = {"Address of the API; default is HEADRACE_API, else",
        FALLBACK + ". HEADRACE_API_KEY is sent along."})
    @Nullable
    String api;

    @Option(names = {"-o",
        "--output"}, paramLabel = "FORMAT", description = "table (the default) or json: what the API sent.")
    Format output = Format.table;

    boolean json() {
        return output == Format.json;
    }

    ApiClient client(Terminal terminal) {
        String url = api != null ? api : terminal.environment().getOrDefault("HEADRACE_API", FALLBACK);
        String key = terminal.environment().get("HEADRACE_API_KEY");
        return new ApiClient(parse(url), key == null || key.isBlank() ? null : key.strip());
    }

    private static URI parse(String url) {
        try {
            URI uri = URI.create(url);
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // reported below, like an address of another kind
        }
        throw new InvalidInput("--api (or HEADRACE_API)", "must be like " + FALLBACK + ", was '" + url + "'");
    }
}
