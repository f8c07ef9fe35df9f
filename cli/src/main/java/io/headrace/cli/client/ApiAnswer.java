package io.headrace.cli.client;

import io.headrace.cli.terminal.CommandFailed;
import io.headrace.cli.terminal.Terminal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the API sent with a status below 400: one JSON document. Not thread-safe. */
public final class ApiAnswer {
    private final byte[] body;
    private final Map<String, List<String>> headers;
    private @Nullable JsonTree tree;

    ApiAnswer(byte[] body, Map<String, List<String>> headers) {
        this.body = body;
        this.headers = headers;
    }

    /** Whether a header says {@code true}. */
    public boolean marked(String header) {
        return headers.getOrDefault(header, List.of()).contains("true");
    }

    /** The document, read once. */
    public JsonTree tree() {
        if (tree == null) {
            try {
                tree = JsonTree.parse(body);
            } catch (IOException e) {
                throw CommandFailed.failed("the answer is not JSON: is this the address of a Headrace API?");
            }
        }
        return tree;
    }

    /** Prints the document as it came; on a person's terminal the same JSON, with what would steer that escaped. */
    public void verbatim(Terminal terminal) {
        terminal.out().println(terminal.shown(new String(body, StandardCharsets.UTF_8)));
    }
}
