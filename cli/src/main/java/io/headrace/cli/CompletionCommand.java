package io.headrace.cli;

import io.headrace.cli.client.ApiAddress;
import io.headrace.cli.terminal.ExitCode;
import io.headrace.cli.terminal.Terminal;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code headrace completion …}: scripts with which shells complete the command's words. */
@Command(synopsisSubcommandLabel = "SHELL", description = {
    "Print a script that lets a shell complete verbs, options, their values,"
            + " the names of queues and the ids of workers."}, //
        footer = {"", "Examples:", "  source <(headrace completion bash)        # in ~/.bashrc",
            "  source <(headrace completion zsh)         # in ~/.zshrc",
            "  headrace completion fish | source         # in ~/.config/fish/config.fish"})
final class CompletionCommand {
    /** A person waits for the names after pressing Tab. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Terminal terminal;

    CompletionCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(description = "The script for bash, 4 or later.", footer = {"", "Example:",
        "  headrace completion bash > ~/.local/share/bash-completion/completions/headrace"})
    int bash() {
        terminal.out().print(CompletionScript.of(terminal).bash());
        return ExitCode.DONE;
    }

    @Command(description = "The script for zsh, which completes as bash does.", footer = {"", "Example:",
        "  headrace completion zsh > ~/.headrace.zsh    # and source it in ~/.zshrc"})
    int zsh() {
        terminal.out().print(CompletionScript.of(terminal).zsh());
        return ExitCode.DONE;
    }

    @Command(description = "The script for fish, 3 or later.", footer = {"", "Example:",
        "  headrace completion fish | source"})
    int fish() {
        terminal.out().print(CompletionScript.of(terminal).fish());
        return ExitCode.DONE;
    }

    /** What the scripts call; where there is no API, there is nothing to complete, and nobody wants to hear why. */
    @Command(hidden = true, description = "Print the names of the queues, one a line, or nothing.", footer = {"",
        "Example:", "  headrace completion queues"})
    int queues(@Mixin ApiAddress api) {
        return names(api, "queues", "queue");
    }

    /** What the scripts call. */
    @Command(hidden = true, description = "Print the ids of the live workers, one a line, or nothing.", footer = {"",
        "Example:", "  headrace completion workers"})
    int workers(@Mixin ApiAddress api) {
        return names(api, "workers", "id");
    }

    private int names(ApiAddress api, String list, String member) {
        try {
            api.client(terminal).patient(PATIENCE).get("/v1/" + list).tree().at(list).items()
                    .forEach(item -> terminal.out().println(item.at(member).text()));
        } catch (RuntimeException e) {
            return ExitCode.DONE;
        }
        return ExitCode.DONE;
    }
}
