package io.headrace.cli.terminal;

import io.headrace.Durations;
import io.headrace.cli.settings.GivenDuration;
import io.headrace.cli.settings.OptionalDuration;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --watch}: shows a list again and again. */
public final class WatchOptions {
    private static final Duration SHORTEST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofHours(1);

    @Option(names = "--watch", paramLabel = "TIME", arity = "0..1", preprocessor = EveryTwoSeconds.class, //
            description = "Show it again and again, every 200ms to 1h (2s when not told), until q or Ctrl-C.")
    @Nullable
    GivenDuration every;

    /** What {@code --watch} alone means. */
    static final class EveryTwoSeconds extends OptionalDuration {
        EveryTwoSeconds() {
            super("2s");
        }
    }

    /**
     * Runs a verb once, or until a person has seen enough.
     *
     * @param verb prints to the terminal that it is given
     */
    public int run(Terminal terminal, String title, ToIntFunction<Terminal> verb) {
        if (every == null) {
            return verb.applyAsInt(terminal);
        }
        Duration pause = every.value();
        if (pause.compareTo(SHORTEST) < 0 || pause.compareTo(LONGEST) > 0) {
            throw CommandFailed.usage("--watch: must be " + Durations.format(SHORTEST) + " to "
                    + Durations.format(LONGEST) + ", was " + every);
        }
        if (terminal.inIsTty() && terminal.outIsTty()) {
            new WatchScreen("every " + every + ": headrace " + title, terminal, verb).show(pause);
            return ExitCode.DONE;
        }
        return onPaper(terminal, pause, verb);
    }

    /** One after the other, until whoever reads them has gone away. */
    private static int onPaper(Terminal terminal, Duration every, ToIntFunction<Terminal> verb) {
        int code = verb.applyAsInt(terminal);
        while (!terminal.out().checkError()) {
            try {
                TimeUnit.NANOSECONDS.sleep(every.toNanos());
                code = verb.applyAsInt(terminal);
            } catch (CommandFailed e) {
                if (e.exitCode() != ExitCode.UNREACHABLE) {
                    throw e;
                }
                terminal.say(String.valueOf(e.getMessage()).lines().findFirst().orElse("") + "; trying again");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return code;
            }
        }
        return code;
    }

    /** The time of day, for people. */
    public static String time(Instant at, ZoneId zone) {
        return LocalTime.ofInstant(at, zone).truncatedTo(ChronoUnit.SECONDS)
                .format(java.time.format.DateTimeFormatter.ISO_LOCAL_TIME);
    }

    public static String now() {
        return time(Clock.systemUTC().instant(), ZoneId.systemDefault());
    }
}
