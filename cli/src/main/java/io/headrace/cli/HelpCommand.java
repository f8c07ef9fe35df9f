package io.headrace.cli;

import io.headrace.cli.terminal.CommandFailed;
import io.headrace.cli.terminal.ExitCode;
import io.headrace.format.NearestName;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code headrace help job list}, for those who do not think of {@code --help}. */
@Command(description = "Show the help of a command.", footer = {"", "Example:", "  headrace help job list"})
final class HelpCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    CommandSpec spec;

    @Parameters(paramLabel = "COMMAND", description = "Which; all of them when left out.")
    List<String> words = List.of();

    @Override
    public Integer call() {
        CommandLine command = spec.root().commandLine();
        for (String word : words) {
            CommandLine next = command.getSubcommands().get(word);
            if (next == null) {
                throw CommandFailed.usage("there is no command '" + word + "'; "
                        + NearestName.hint(word, command.getSubcommands().keySet()));
            }
            command = next;
        }
        command.usage(command.getOut());
        return ExitCode.DONE;
    }
}
