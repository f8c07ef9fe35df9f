package io.headrace.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** One command that was run inside the test's process, and what it left. */
record Ran(int code, String out, String err) {

    /** Runs with nothing on stdin and nobody watching. */
    static Ran headrace(String... args) {
        return new Setup().run(args);
    }

    static Setup with() {
        return new Setup();
    }

    /** The world around a command. */
    static final class Setup {
        private String input = "";
        private boolean inIsTty;
        private boolean outIsTty;
        private final Map<String, String> environment = new HashMap<>();

        Setup stdin(String text) {
            input = text;
            return this;
        }

        /** Somebody sits at the keyboard and types this. */
        Setup typed(String text) {
            inIsTty = true;
            return stdin(text);
        }

        Setup terminal() {
            outIsTty = true;
            return this;
        }

        /** Somebody looks at a window of this width. */
        Setup terminal(int columns) {
            return terminal().environment("COLUMNS", Integer.toString(columns));
        }

        Setup environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        Ran run(String... args) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            Terminal terminal = new Terminal(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                    new PrintStream(out, true, StandardCharsets.UTF_8),
                    new PrintStream(err, true, StandardCharsets.UTF_8), new Terminal.Tty(inIsTty, outIsTty, false),
                    environment);
            int code = HeadraceCommand.run(args, terminal);
            return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        }
    }
}
