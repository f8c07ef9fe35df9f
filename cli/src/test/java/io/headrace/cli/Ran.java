package io.headrace.cli;

import io.headrace.cli.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** One command that was run inside the test's process, and what it left. */
public record Ran(int code, String out, String err) {

    /** Runs with nothing on stdin and nobody watching. */
    public static Ran headrace(String... args) {
        return new Setup().run(args);
    }

    public static Setup with() {
        return new Setup();
    }

    /** The world around a command. */
    public static final class Setup {
        private String input = "";
        private boolean inIsTty;
        private boolean outIsTty;
        private final Map<String, String> environment = new HashMap<>();

        public Setup stdin(String text) {
            input = text;
            return this;
        }

        /** Somebody sits at the keyboard and types this. */
        public Setup typed(String text) {
            inIsTty = true;
            return stdin(text);
        }

        public Setup terminal() {
            outIsTty = true;
            return this;
        }

        /** Somebody looks at a window of this width. */
        public Setup terminal(int columns) {
            return terminal().environment("COLUMNS", Integer.toString(columns));
        }

        public Setup environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        public Ran run(String... args) {
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
