package io.headrace.cli.pages;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Takes a block of shell apart into commands, each with the output that is shown below it. */
public final class ShellCommands {
    private static final Pattern SERVER = Pattern
            .compile("(\\w+=\\S+ +)*headrace +(dev|api|worker)( (?!list|quiet|resume).*)?", Pattern.DOTALL);

    private ShellCommands() {}

    /**
     * A command and what it is said to answer.
     *
     * @param output empty when nothing is shown
     */
    public record ShellStep(String command, String output) {
        /** Whether it runs until it is stopped, in a terminal of its own. */
        boolean isServer() {
            return SERVER.matcher(command).matches();
        }
    }

    /** Of a block that is commands and nothing else. */
    public static List<ShellStep> ofScript(String text) throws IOException, InterruptedException {
        List<ShellStep> commands = new ArrayList<>();
        StringBuilder command = new StringBuilder();
        for (String line : text.lines().toList()) {
            command.append(line).append('\n');
            if (isWhole(command.toString())) {
                add(commands, command.toString(), "");
                command.setLength(0);
            }
        }
        return refuseRest(commands, command);
    }

    /** Of a block in which commands stand behind a {@code $}, and what they answer below them. */
    static List<ShellStep> ofConsole(String text) throws IOException, InterruptedException {
        List<ShellStep> commands = new ArrayList<>();
        StringBuilder command = new StringBuilder();
        StringBuilder output = new StringBuilder();
        boolean whole = false;
        for (String line : text.lines().toList()) {
            if (command.isEmpty() || (whole && line.startsWith("$ "))) {
                add(commands, command.toString(), output.toString());
                command.setLength(0);
                output.setLength(0);
                if (!line.startsWith("$ ")) {
                    throw new IllegalArgumentException("this is no command: " + line);
                }
                command.append(line.substring(2)).append('\n');
                whole = isWhole(command.toString());
            } else if (whole) {
                output.append(line).append('\n');
            } else {
                command.append(line).append('\n');
                whole = isWhole(command.toString());
            }
        }
        add(commands, whole ? command.toString() : "", output.toString());
        return refuseRest(commands, whole ? new StringBuilder() : command);
    }

    private static void add(List<ShellStep> commands, String command, String output) {
        if (!command.isBlank() && !command.startsWith("#")) {
            commands.add(new ShellStep(command.strip(), output));
        }
    }

    private static List<ShellStep> refuseRest(List<ShellStep> commands, StringBuilder rest) {
        if (!rest.isEmpty()) {
            throw new IllegalArgumentException("bash does not take this for a whole command: " + rest);
        }
        return commands;
    }

    /** Whether bash would begin to run it, rather than wait for more lines. */
    private static boolean isWhole(String command) throws IOException, InterruptedException {
        return !command.endsWith("\\\n") && syntaxErrors(command).isEmpty();
    }

    /**
     * What {@code bash -n} says against it, a here-document without its end included; empty when there is nothing to
     * say.
     */
    static String syntaxErrors(String commands) throws IOException, InterruptedException {
        Process bash = new ProcessBuilder("bash", "-n").redirectErrorStream(true).start();
        bash.getOutputStream().write(commands.getBytes(StandardCharsets.UTF_8));
        bash.getOutputStream().close();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return bash.waitFor() == 0 || !said.isEmpty() ? said : "bash -n fails";
    }
}
