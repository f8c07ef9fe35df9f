package io.headrace.cli.server;

import io.headrace.Durations;
import io.headrace.bench.BenchLimits;
import io.headrace.cli.settings.GivenDuration;
import io.headrace.cli.terminal.CommandFailed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of single scenarios of the benchmark. */
final class BenchLimitOptions {
    private static final Pattern COUNT = Pattern.compile("([0-9]{1,9})([kM]?)");
    private static final long SMALLEST_BACKLOG = 1_000;
    private static final long LARGEST_BACKLOG = 100_000_000;
    private static final int HIGHEST_RATE = 100_000;
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST_RUN = Duration.ofMinutes(10);
    private static final Duration LONGEST_SOAK = Duration.ofDays(7);

    @Option(names = "--duration", paramLabel = "TIME", description = {
        "latency, steady, idle: how long a run lasts, 1s to 10m; default 10s."})
    GivenDuration duration = GivenDuration.parse("10s");

    @Option(names = "--lease", paramLabel = "TIME", description = {
        "sleepers: the lease that their worker renews, 1s to 10m; default 10s."})
    GivenDuration lease = GivenDuration.parse("10s");

    @Option(names = "--backlog", paramLabel = "N", description = {
        "backlog: how many jobs are in line at most, as in 10M, 1000 to 100M; default 1M."})
    String backlog = "1M";

    @Option(names = "--soak", paramLabel = "TIME", description = "soak: how long it lasts, 1s to 7d; default 10m.")
    GivenDuration soak = GivenDuration.parse("10m");

    @Option(names = "--rate", paramLabel = "N", description = {
        "soak: how many jobs a second are sent, 1 to 100000; default 5000."})
    int rate = 5_000;

    @Option(names = "--csv", paramLabel = "FILE", description = {
        "soak: where each sample goes; default headrace-soak.csv."})
    Path csv = Path.of("headrace-soak.csv");

    @Option(names = "--redis-server", paramLabel = "PROGRAM", description = {
        "Without --redis: start this redis-server or valkey-server, not the Redis 7.0 that comes along."})
    @Nullable
    Path redisServer;

    @Option(names = "--jdk", paramLabel = "DIR", description = {
        "Run the api and the workers on this JDK; default is the one that runs this command."})
    @Nullable
    Path jdk;

    /** @throws CommandFailed naming the option that is wrong */
    BenchLimits get() {
        if (jdk != null && !Files.isExecutable(jdk.resolve("bin").resolve("java"))) {
            throw CommandFailed.usage("--jdk: there is no bin/java in " + jdk);
        }
        within("--duration", duration, LONGEST_RUN);
        within("--lease", lease, LONGEST_RUN);
        within("--soak", soak, LONGEST_SOAK);
        if (rate < 1 || rate > HIGHEST_RATE) {
            throw CommandFailed.usage("--rate: must be 1 to " + HIGHEST_RATE + ", was " + rate);
        }
        return new BenchLimits(duration.value(), lease.value(), count(), soak.value(), rate, csv, redisServer, jdk);
    }

    private static void within(String option, GivenDuration given, Duration longest) {
        if (given.value().compareTo(SHORTEST) < 0 || given.value().compareTo(longest) > 0) {
            throw CommandFailed.usage(option + ": must be " + Durations.format(SHORTEST) + " to "
                    + Durations.format(longest) + ", was " + given);
        }
    }

    private long count() {
        Matcher matcher = COUNT.matcher(backlog);
        if (matcher.matches()) {
            long unit = switch (matcher.group(2)) {
                case "k" -> 1_000;
                case "M" -> 1_000_000;
                default -> 1;
            };
            long jobs = Long.parseLong(matcher.group(1)) * unit;
            if (jobs >= SMALLEST_BACKLOG && jobs <= LARGEST_BACKLOG) {
                return jobs;
            }
        }
        throw CommandFailed.usage(String.format(Locale.ROOT, "--backlog: must be %,d to %,d, as in 10M, was '%s'",
                SMALLEST_BACKLOG, LARGEST_BACKLOG, backlog));
    }
}
