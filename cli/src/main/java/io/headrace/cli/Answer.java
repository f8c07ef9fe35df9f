package io.headrace.cli;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What the API sent with a status below 400: one JSON document. Not thread-safe. */
final class Answer {
    private final byte[] body;
    private @Nullable Tree tree;

    Answer(byte[] body) {
        this.body = body;
    }

    /** The document, read once. */
    Tree tree() {
        if (tree == null) {
            try {
                tree = Tree.parse(body);
            } catch (IOException e) {
                throw CommandFailed.failed("the answer is not JSON: is this the address of a Headrace API?");
            }
        }
        return tree;
    }

    /** Prints the document as it came. */
    void verbatim(Terminal terminal) {
        terminal.out().write(body, 0, body.length);
        terminal.out().println();
    }
}
