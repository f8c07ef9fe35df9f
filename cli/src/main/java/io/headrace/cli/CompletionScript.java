package io.headrace.cli;

import io.headrace.JobState;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.access.AuditAction;
import io.headrace.broker.WorkerId;
import io.headrace.cli.terminal.Format;
import io.headrace.cli.terminal.Terminal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Scripts for shells, made from the commands themselves. They know everything but the names of queues and the ids of
 * workers, which they ask {@code headrace completion queues} and {@code workers} for.
 */
final class CompletionScript {
    private static final String QUEUES = "@queues";
    private static final String WORKERS = "@workers";
    private static final String FILES = "@files";

    /** Each command by its path, {@code /job/list}; the root is empty. */
    private final Map<String, CommandLine> commands = new LinkedHashMap<>();

    private CompletionScript(CommandLine root) {
        add("", root);
    }

    static CompletionScript of(Terminal terminal) {
        return new CompletionScript(HeadraceCommand.commandLine(new String[0], terminal));
    }

    private void add(String path, CommandLine command) {
        commands.put(path, command);
        command.getSubcommands().forEach((name, sub) -> {
            if (!sub.getCommandSpec().usageMessage().hidden()) {
                add(path + "/" + name, sub);
            }
        });
    }

    /**
     * What may stand where a value is wanted: words separated by commas, {@code @queues}, {@code @workers},
     * {@code @files}, or anything.
     */
    private static String values(ArgSpec argument) {
        Class<?> type = argument.isMultiValue() ? argument.auxiliaryTypes()[0] : argument.type();
        String name = argument instanceof OptionSpec option ? option.longestName() : "";
        if (type == QueueName.class || name.equals("--queue")) {
            return QUEUES;
        }
        if (type == WorkerId.class) {
            return WORKERS;
        }
        if (type == Path.class || List.of("FILE", "DIR", "PROGRAM").contains(argument.paramLabel())) {
            return FILES;
        }
        if (type == JobState.class) {
            return joined(Arrays.stream(JobState.values()).map(JobState::label));
        }
        if (type == Priority.class) {
            return joined(Arrays.stream(Priority.values()).map(Priority::label));
        }
        if (argument.paramLabel().equals("MODE")) {
            return "memory,fsync";
        }
        if (argument.paramLabel().equals("ROLE")) {
            return "viewer,producer,operator,admin";
        }
        if (argument.paramLabel().equals("ACTION")) {
            return String.join(",", AuditAction.labels());
        }
        Iterable<String> candidates = argument.completionCandidates();
        return candidates == null ? "" : joined(StreamSupport.stream(candidates.spliterator(), false));
    }

    private static String joined(Stream<String> words) {
        return String.join(",", words.toList());
    }

    private static List<OptionSpec> options(CommandLine command) {
        return command.getCommandSpec().options().stream().filter(Predicate.not(OptionSpec::hidden)).toList();
    }

    private static boolean takesValue(OptionSpec option) {
        return option.arity().min() > 0;
    }

    private String argument(CommandLine command) {
        if (command.getCommandName().equals("help")) {
            return String.join(",", verbs(command.getParent()));
        }
        return command.getCommandSpec().positionalParameters().stream().findFirst().map(CompletionScript::values)
                .orElse("");
    }

    private List<String> verbs(CommandLine command) {
        return command.getSubcommands().entrySet().stream()
                .filter(sub -> !sub.getValue().getCommandSpec().usageMessage().hidden()).map(Map.Entry::getKey)
                .toList();
    }

    private String paths(String separator) {
        return String.join(separator, commands.keySet().stream().filter(path -> !path.isEmpty()).toList());
    }

    String bash() {
        StringBuilder table = new StringBuilder();
        commands.forEach((path, command) -> {
            List<String> words = new ArrayList<>();
            for (OptionSpec option : options(command)) {
                for (String name : option.names()) {
                    words.add(takesValue(option) ? name + ":" + values(option) : name);
                }
            }
            table.append("        '").append(path).append("') verbs='").append(String.join(" ", verbs(command)))
                    .append("' argument='").append(argument(command)).append("'\n            flags='")
                    .append(String.join(" ", words)).append("' ;;\n");
        });
        return BASH.replace("@PATHS@", paths("|")).replace("@TABLE@", table.toString().stripTrailing());
    }

    String zsh() {
        return ZSH + bash();
    }

    /** What is set up already is left as it is: who asked for the check of insecure folders has made it. */
    private static final String ZSH = """
            (( $+functions[compdef] )) || { autoload -U +X compinit && compinit }
            autoload -U +X bashcompinit && bashcompinit
            """;

    private static final String BASH = """
            # Completes the words of headrace; made by 'headrace completion bash'.
            # An option that takes a value is followed by a colon and what it can be.
            _headrace() {
                local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} given='' at='' i it
                local verbs='' argument='' flags='' names='' wanted='' value=''
                if [[ $cur == '=' ]]; then
                    cur=''
                elif [[ $prev == '=' ]]; then
                    prev=${COMP_WORDS[COMP_CWORD-2]}
                elif [[ $cur == --*=* ]]; then # zsh does not part words at =
                    prev=${cur%%=*} given=${cur%%=*}= cur=${cur#*=}
                fi
                for ((i = 1; i < COMP_CWORD; i++)); do
                    case $at/${COMP_WORDS[i]} in
                        @PATHS@) at=$at/${COMP_WORDS[i]} ;;
                    esac
                done
                case $at in
            @TABLE@
                esac
                for it in $(echo "$flags"); do
                    names="$names ${it%%:*}"
                    [[ $it == "$prev":* ]] && wanted=${it#*:} value=yes
                done
                if [[ -n $value ]]; then
                    : # only that
                elif [[ $cur == -* ]]; then
                    wanted=${names// /,}
                elif [[ -n $verbs ]]; then
                    wanted=${verbs// /,}
                else
                    wanted=$argument
                fi
                case $wanted in
                    @queues|@workers) wanted=$("$1" completion "${wanted#@}" 2>/dev/null) ;;
                    @files) COMPREPLY=($(compgen -P "$given" -f -- "$cur")); return ;;
                esac
                COMPREPLY=($(compgen -P "$given" -W "${wanted//,/ }" -- "$cur"))
            }
            complete -o bashdefault -F _headrace headrace
            """;

    String fish() {
        StringBuilder script = new StringBuilder(FISH.replace("@PATHS@", paths(" ")));
        commands.forEach((path, command) -> {
            String here = "complete -c headrace -n '__headrace_at \"" + path + "\"' ";
            command.getSubcommands().forEach((verb, sub) -> {
                if (commands.containsKey(path + "/" + verb)) {
                    script.append(here).append("-a ").append(verb)
                            .append(description(sub.getCommandSpec().usageMessage().description())).append('\n');
                }
            });
            for (OptionSpec option : options(command)) {
                script.append(here).append(fish(option)).append(description(option.description())).append('\n');
            }
            if (List.of(QUEUES, WORKERS).contains(argument(command))) {
                script.append(here).append("-a '").append(asked(argument(command))).append("'\n");
            } else if (argument(command).equals(FILES)) {
                script.append(here).append("-F\n");
            }
        });
        return script.toString();
    }

    private static String fish(OptionSpec option) {
        StringBuilder text = new StringBuilder();
        for (String name : option.names()) {
            text.append(name.startsWith("--") ? "-l " + name.substring(2) : "-s " + name.substring(1)).append(' ');
        }
        if (takesValue(option)) {
            String values = values(option);
            text.append(values.equals(FILES) ? "-rF"
                    : values.equals(QUEUES) ? "-xa '" + asked(values) + "'"
                            : values.isEmpty() ? "-x" : "-xa '" + values.replace(',', ' ') + "'");
        }
        return text.toString().stripTrailing();
    }

    /** How fish asks for them. */
    private static String asked(String values) {
        return "(__headrace_ask " + values.substring(1) + ")";
    }

    /** The first sentence of a help text, quoted. */
    private static String description(String[] lines) {
        String text = String.join(" ", lines);
        int end = text.indexOf(". ");
        String first = (end < 0 ? text : text.substring(0, end)).replaceAll("\\.$", "");
        return first.isEmpty() ? "" : " -d '" + Format.cut(first, 70).replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    private static final String FISH = """
            # Completes the words of headrace; made by 'headrace completion fish'.
            function __headrace_at --description 'whether the verbs typed so far are these'
                set -l path ''
                for word in (commandline -opc)[2..-1]
                    if contains -- "$path/$word" @PATHS@
                        set path "$path/$word"
                    end
                end
                test "$path" = "$argv[1]"
            end
            function __headrace_ask
                headrace completion $argv[1] 2>/dev/null
            end
            complete -c headrace -f
            """;
}
