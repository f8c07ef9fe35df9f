package io.headrace.cli;

import io.headrace.Durability;
import io.headrace.Durations;
import io.headrace.HeadraceException;
import io.headrace.InvalidInput;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.JobType;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.WorkerId;
import io.headrace.cli.client.Version;
import io.headrace.cli.jobs.AuditCommand;
import io.headrace.cli.jobs.BackoffOption;
import io.headrace.cli.jobs.DeadCommand;
import io.headrace.cli.jobs.EnqueueCommand;
import io.headrace.cli.jobs.JobCommand;
import io.headrace.cli.jobs.KeyCommand;
import io.headrace.cli.jobs.QueueCommand;
import io.headrace.cli.server.ApiCommand;
import io.headrace.cli.server.BenchCommand;
import io.headrace.cli.server.DevCommand;
import io.headrace.cli.server.DoctorCommand;
import io.headrace.cli.server.WorkerCommand;
import io.headrace.cli.settings.GivenDuration;
import io.headrace.cli.terminal.CommandFailed;
import io.headrace.cli.terminal.ExitCode;
import io.headrace.cli.terminal.Format;
import io.headrace.cli.terminal.OutputLost;
import io.headrace.cli.terminal.Terminal;
import io.headrace.cli.top.TopCommand;
import io.headrace.format.NearestName;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The root: knows the other commands, and how every one of them reports what went wrong. */
@Command(name = "headrace", scope = ScopeType.INHERIT, versionProvider = Version.class, sortOptions = false, //
        synopsisSubcommandLabel = "COMMAND", commandListHeading = "%nCommands:%n", optionListHeading = "%n", //
        parameterListHeading = "%n", exitCodeListHeading = "%nExit codes:%n", //
        exitCodeList = {"0:done", "1:failed: the API refused, or the job did not succeed",
            "2:usage: an option or argument is wrong; nothing was done",
            "3:broken: the process ran out of memory or threads; a supervisor should start it again",
            "69:unreachable: no API there, or it cannot store jobs now"}, //
        description = "A distributed background job queue on Redis Streams.")
public final class HeadraceCommand {
    @Option(names = {"-h", "--help"}, usageHelp = true, scope = ScopeType.INHERIT, description = "Show this help.")
    boolean help;

    @Option(names = {"-V", "--version"}, versionHelp = true, description = "Show the version.")
    boolean version;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    CommandSpec spec;

    /** How picocli says which argument it is about. */
    private static final Pattern PLACE = Pattern
            .compile("^Invalid value for positional parameter at index \\S+ \\((\\S+)\\): ");
    /** How picocli says that only the words before the verb were given. */
    private static final String MISSING_VERB = "Missing required subcommand";
    /** What picocli can do with. */
    private static final int NARROWEST_HELP = 55;
    private static final int WIDEST_HELP = 120;
    /** How much of an argument is repeated. */
    private static final int MAX_SHOWN = 60;

    private final Terminal terminal;

    private HeadraceCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Option(names = "--color", paramLabel = "WHEN", scope = ScopeType.INHERIT, description = {
        "auto (the default): colours on a terminal, unless NO_COLOR is set; always, or never."})
    void colours(Terminal.Colours when) {
        terminal.colours(when);
        spec.root().commandLine().setColorScheme(scheme(terminal));
    }

    private static Help.ColorScheme scheme(Terminal terminal) {
        return Help.defaultColorScheme(terminal.colours() ? Help.Ansi.ON : Help.Ansi.OFF);
    }

    /** Parses and runs; never throws. */
    public static int run(String[] args, Terminal terminal) {
        String[] words = GlobalOptions.behindTheVerb(args);
        CommandLine line = commandLine(words, terminal);
        StringWriter help = new StringWriter(); // what picocli prints itself, and would not notice to be lost
        line.setOut(new PrintWriter(help));
        int code = line.execute(words);
        try {
            if (!help.toString().isEmpty()) {
                terminal.out().print(help);
            }
            return code;
        } catch (OutputLost e) {
            return lost(e, terminal);
        }
    }

    public static CommandLine commandLine(String[] args, Terminal terminal) {
        CommandLine line = new CommandLine(new HeadraceCommand(terminal));
        line.getCommandSpec().usageMessage().footer("", "Example:",
                "  headrace dev --exec 'wordcount=wc -w'",
                "  headrace enqueue wordcount '\"to be or not to be\"' --wait");
        register(line, args, terminal);
        registerTypes(line);
        // A payload may be @file, which means something else here.
        line.setExpandAtFiles(false);
        line.setUsageHelpWidth(helpWidth(args, terminal));
        line.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
        line.setColorScheme(scheme(terminal));
        line.setParameterExceptionHandler((e, ignored) -> usageError(e, terminal));
        line.setExecutionExceptionHandler((e, command, parsed) -> failure(e, command, terminal));
        return line;
    }

    /**
     * Builds only the command that was asked for, when it is clear which: reflection over all of them costs start-up
     * time. Lambdas, because a method reference would load each class at once.
     */
    private static void register(CommandLine line, String[] args, Terminal terminal) {
        Map<String, Function<Terminal, Object>> commands = new LinkedHashMap<>();
        commands.put("dev", it -> new DevCommand(it));
        commands.put("api", it -> new ApiCommand(it));
        commands.put("worker", it -> new WorkerCommand(it));
        commands.put("enqueue", it -> new EnqueueCommand(it));
        commands.put("job", it -> new JobCommand(it));
        commands.put("queue", it -> new QueueCommand(it));
        commands.put("dead", it -> new DeadCommand(it));
        commands.put("key", it -> new KeyCommand(it));
        commands.put("audit", it -> new AuditCommand(it));
        commands.put("top", it -> new TopCommand(it));
        commands.put("doctor", it -> new DoctorCommand(it));
        commands.put("bench", it -> new BenchCommand(it, Main.class));
        commands.put("completion", it -> new CompletionCommand(it));
        commands.put("version", it -> new VersionCommand(it));
        Function<Terminal, Object> asked = args.length == 0 ? null : commands.get(args[0]);
        if (asked != null) {
            line.addSubcommand(args[0], asked.apply(terminal));
            return;
        }
        commands.forEach((name, command) -> line.addSubcommand(name, command.apply(terminal)));
        line.addSubcommand("help", new HelpCommand());
    }

    /** The window is asked for its width only by who wants to read. Very long lines are hard to. */
    private static int helpWidth(String[] args, Terminal terminal) {
        List<String> words = List.of(args);
        boolean asked = words.isEmpty() || words.get(0).equals("help") || words.contains("--help")
                || words.contains("-h");
        return asked ? Math.max(NARROWEST_HELP, Math.min(WIDEST_HELP, terminal.columns())) : Terminal.COLUMNS;
    }

    private static void registerTypes(CommandLine line) {
        type(line, Duration.class, text -> Durations.parse("value", text));
        type(line, GivenDuration.class, GivenDuration::parse);
        type(line, QueueName.class, QueueName::new);
        type(line, JobType.class, JobType::new);
        type(line, JobId.class, JobId::parse);
        type(line, WorkerId.class, WorkerId::new);
        type(line, JobState.class, JobState::ofLabel);
        type(line, Priority.class, Priority::ofLabel);
        type(line, Durability.class, text -> Durability.parse("value", text));
        type(line, BackoffOption.class, BackoffOption::parse);
        type(line, OffsetDateTime.class, text -> {
            try {
                return OffsetDateTime.parse(text);
            } catch (DateTimeParseException e) {
                throw new InvalidInput("value",
                        "must be a time such as 2030-01-31T09:30:00Z or 2030-01-31T09:30:00+01:00, was '" + text + "'");
            }
        });
    }

    private static <T> void type(CommandLine line, Class<T> type, Function<String, T> parser) {
        ITypeConverter<T> converter = text -> {
            try {
                return parser.apply(text);
            } catch (InvalidInput e) {
                throw new TypeConversionException(e.getMessage());
            }
        };
        line.registerConverter(type, converter);
    }

    private static int usageError(ParameterException e, Terminal terminal) {
        CommandLine command = e.getCommandLine();
        if (MISSING_VERB.equals(e.getMessage())) { // the help says which there are
            command.usage(command.getOut());
            return ExitCode.USAGE;
        }
        if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
            unexpected(unmatched.getUnmatched().get(0), command, terminal);
        } else {
            complain(terminal, PLACE.matcher(String.valueOf(e.getMessage())).replaceFirst("$1: "));
        }
        terminal.say("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return ExitCode.USAGE;
    }

    /** What was not expected, what is perhaps meant, and what the command takes. */
    private static void unexpected(String given, CommandLine command, Terminal terminal) {
        complain(terminal, (given.startsWith("-") ? "unknown option '" : "unexpected argument '")
                + Format.plain(Format.cut(given, MAX_SHOWN)) + "'");
        suggest(given, command, terminal);
        Help help = command.getHelp();
        String usage = "Usage: ";
        terminal.err().println(usage + help.synopsis(usage.length()).stripTrailing());
    }

    private static void suggest(String given, CommandLine command, Terminal terminal) {
        java.util.Collection<String> names = given.startsWith("-")
                ? command.getCommandSpec().optionsMap().keySet()
                : command.getSubcommands().keySet();
        NearestName.to(given, names).ifPresent(name -> terminal.say("Did you mean '" + name + "'?"));
    }

    private static int failure(Exception e, CommandLine command, Terminal terminal) {
        if (e instanceof OutputLost lost) {
            return lost(lost, terminal);
        }
        if (e instanceof CommandFailed failed) {
            complain(terminal, inOptions(failed, command));
            return failed.exitCode();
        }
        if (e instanceof HeadraceException) {
            complain(terminal, String.valueOf(e.getMessage()));
            return e instanceof InvalidInput ? ExitCode.USAGE : ExitCode.FAILED;
        }
        complain(terminal, "unexpected: " + e);
        e.printStackTrace(terminal.err());
        return ExitCode.FAILED;
    }

    private static int lost(OutputLost e, Terminal terminal) {
        if (e.readerGone()) {
            return ExitCode.READER_GONE;
        }
        complain(terminal, String.valueOf(e.getMessage()));
        return ExitCode.FAILED;
    }

    /** What the API calls {@code maxRetries} was given here as {@code --max-retries}. */
    private static String inOptions(CommandFailed failed, CommandLine command) {
        String message = String.valueOf(failed.getMessage());
        String option = "--"
                + failed.field().replaceFirst("\\..*", "").replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        if (failed.field().isEmpty() || command.getCommandSpec().findOption(option) == null) {
            return message;
        }
        return message.startsWith(failed.field()) ? option + message.substring(failed.field().length())
                : option + ": " + message;
    }

    private static void complain(Terminal terminal, String message) {
        terminal.say("headrace: " + message);
    }
}
