package io.headrace.cli;

import io.headrace.InvalidInput;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command takes that talks to the API. */
final class ApiOptions {
    /** How results are written. */
    enum Format {
        table, json
    }

    @Option(names = "--api", paramLabel = "URL", description = {"Address of the API; default is HEADRACE_API, else",
        "http://127.0.0.1:8080. HEADRACE_API_KEY is sent along."})
    @Nullable
    String api;

    @Option(names = {"-o",
        "--output"}, paramLabel = "FORMAT", description = "table (the default) or json: what the API sent.")
    Format output = Format.table;

    boolean json() {
        return output == Format.json;
    }

    ApiClient client(Terminal terminal) {
        String url = api != null ? api : ClientSettings.API.from(terminal.environment());
        String key = ClientSettings.API_KEY.from(terminal.environment()).strip();
        return new ApiClient(parse(url), key.isEmpty() ? null : key);
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
        throw new InvalidInput("--api (or HEADRACE_API)", "must be like http://127.0.0.1:8080, was '" + url + "'");
    }
}
