package io.headrace.cli;

import io.headrace.InvalidInput;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the API is. */
class ApiAddress {
    @Option(names = "--api", paramLabel = "URL", description = {"Address of the API; default is HEADRACE_API, else",
        "http://127.0.0.1:8080. HEADRACE_API_KEY is sent along."})
    @Nullable
    String api;

    ApiClient client(Terminal terminal) {
        String key = ClientSettings.API_KEY.from(terminal.environment()).strip();
        return new ApiClient(uri(terminal), key.isEmpty() ? null : key);
    }

    /** The address that the calls go to. */
    URI uri(Terminal terminal) {
        return parse(api != null ? api : ClientSettings.API.from(terminal.environment()));
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
