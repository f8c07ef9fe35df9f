package io.headrace.cli.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.headrace.BrokerUnavailable;
import io.headrace.OutcomeUnknown;
import io.headrace.bench.Bench;
import io.headrace.bench.BenchLimits;
import io.headrace.bench.BenchPlan;
import io.headrace.bench.BenchReport;
import io.headrace.bench.BenchWatcher;
import io.headrace.bench.Scenarios;
import io.headrace.cli.client.ApiOptions;
import io.headrace.cli.settings.ClientSettings;
import io.headrace.cli.settings.EffectiveSettings;
import io.headrace.cli.terminal.CommandFailed;
import io.headrace.cli.terminal.CommandProgress;
import io.headrace.cli.terminal.ExitCode;
import io.headrace.cli.terminal.Format;
import io.headrace.cli.terminal.Terminal;
import io.headrace.format.NearestName;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.config.RedisSettings;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/** {@code headrace bench}: how fast this machine and this Redis are. */
@Command(description = {"Measure Headrace on this machine, beside what the same Redis does bare.",
    "Without --redis it starts a Redis of its own that keeps nothing. On yours it uses queues of its own, named"
            + " bench-…, and removes them at the end. While they run, its workers are registered under hr:workers and"
            + " hr:worker:<id> like any others. It touches no other key and no setting. Load, server and Redis share"
            + " this machine, so compare only figures of one run."}, //
        exitCodeList = {"0:done", "1:failed: something did not do what was to be measured",
            "2:usage: an option or argument is wrong; nothing was done", "69:unreachable: no Redis there"}, //
        footer = {"", "Examples:", "  headrace bench",
            "  headrace bench --redis redis://127.0.0.1:6379 --only enqueue-batch -o json",
            "  headrace bench --redis-server redis-server --only drain,cold,steady --runs 15"})
public final class BenchCommand implements Callable<Integer> {
    /** What a shell reports for a process that died of SIGINT. */
    private static final int INTERRUPTED = 130;
    private static final int STEPS = 100;
    /** What leaves the bar some room. */
    private static final int LONGEST_DOING = 32;
    private static final int FEWEST_JOBS = 100;
    private static final int MOST_JOBS = 10_000_000;
    private static final int MOST_RUNS = 1_000;
    private static final int LARGEST_PAYLOAD = 256 * 1024;

    private final Terminal terminal;
    private final Class<?> program;

    @Option(names = "--only", paramLabel = "NAME", split = ",", completionCandidates = Names.class, description = {
        "Measure only these, separated by commas: ${COMPLETION-CANDIDATES}; default is all but soak."})
    List<String> only = Scenarios.byDefault();

    @Option(names = "--runs", paramLabel = "N", description = {
        "How often each is measured, 1 to 1000; default 5. steady is measured once for every 5."})
    int runs = 5;

    @Option(names = "--jobs", paramLabel = "N", description = {
        "How many jobs a run handles, 100 to 10000000; default 100000."})
    int jobs = 100_000;

    @Option(names = "--payload", paramLabel = "BYTES", description = {
        "How large each job's payload is, 9 to 262144; default 100."})
    int payload = 100;

    @Mixin
    RedisOptions redis = new RedisOptions();

    @Mixin
    BenchLimitOptions limits = new BenchLimitOptions();

    @Option(names = {"-o", "--output"}, paramLabel = "FORMAT", description = {
        "table (the default) or json, which has every run's figure."})
    ApiOptions.Format output = ApiOptions.Format.table;

    /** For the help. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Scenarios.names().iterator();
        }
    }

    /** @param program the main class that knows {@code api}, which is measured in a process of its own */
    public BenchCommand(Terminal terminal, Class<?> program) {
        this.terminal = terminal;
        this.program = program;
    }

    @Override
    public Integer call() throws Exception {
        BenchPlan plan = plan();
        if (!terminal.environment().containsKey(ClientSettings.LOG_LEVEL.variable())
                && LoggerFactory.getLogger("io.headrace") instanceof Logger ours) {
            ours.setLevel(Level.ERROR); // that a Redis without persistence may lose jobs is part of the results
        }
        try (CommandProgress progress = CommandProgress.start(terminal, "bench", STEPS);
                Told told = new Told(progress);
                Bench bench = new Bench(plan, told)) {
            Thread onSignal = new Thread(bench::close);
            Runtime.getRuntime().addShutdownHook(onSignal);
            try {
                bench.run();
            } catch (Exception e) {
                if (bench.closed()) {
                    return INTERRUPTED;
                }
                throw explained(e, plan);
            } finally {
                if (!bench.closed()) {
                    Runtime.getRuntime().removeShutdownHook(onSignal);
                }
            }
            return ExitCode.DONE;
        }
    }

    /** Tells what each scenario has found as soon as it has ended, so that one that fails hides none before it. */
    private final class Told implements BenchWatcher, AutoCloseable {
        private final CommandProgress progress;
        private @Nullable BenchReport found;

        Told(CommandProgress progress) {
            this.progress = progress;
        }

        @Override
        public void at(double done, String doing) {
            progress.to((long) (done * STEPS), Format.cut(doing, LONGEST_DOING));
        }

        @Override
        public void ended(BenchReport report, BenchReport.Section section) {
            boolean first = found == null;
            found = report;
            if (output == ApiOptions.Format.table) {
                progress.above(() -> {
                    if (first) {
                        BenchTable.conditions(report, terminal);
                    }
                    BenchTable.section(section, terminal);
                });
            }
        }

        /** One JSON document cannot be told in parts. */
        @Override
        public void close() {
            BenchReport report = found;
            if (report != null && output == ApiOptions.Format.json) {
                progress.above(() -> terminal.out().println(terminal.shown(report.json())));
            }
        }
    }

    private static Exception explained(Exception e, BenchPlan plan) {
        String why = String.valueOf(e.getMessage());
        if (e instanceof BrokerUnavailable || e instanceof OutcomeUnknown || e instanceof JedisConnectionException) {
            return CommandFailed.unreachable(plan.redis() == null ? why
                    : why + "\nTell with --redis where Redis is, or leave it out for one that is started for the"
                            + " benchmark; asked was " + plan.redis(),
                    e);
        }
        return e instanceof IOException || e instanceof IllegalStateException || e instanceof JedisException
                ? CommandFailed.failed(why)
                : e;
    }

    private BenchPlan plan() {
        EffectiveSettings settings = redis.over(new EffectiveSettings(terminal.environment()));
        RedisConfig config = settings.isSet(RedisSettings.URL)
                ? settings.get(RedisSettings.URL).withPrefix(settings.get(RedisSettings.PREFIX))
                : null;
        BenchLimits further = limits.get();
        if (config != null && further.redisServer() != null) {
            throw CommandFailed.usage(
                    "--redis-server starts a Redis, and --redis (or HEADRACE_REDIS) names one that runs: choose one");
        }
        for (String name : only) {
            if (!Scenarios.names().contains(name)) {
                throw CommandFailed.usage("--only: there is no '" + name + "'; "
                        + NearestName.hint(name, Scenarios.names()));
            }
        }
        within("--runs", runs, 1, MOST_RUNS);
        within("--jobs", jobs, FEWEST_JOBS, MOST_JOBS);
        within("--payload", payload, BenchPlan.SMALLEST_PAYLOAD, LARGEST_PAYLOAD);
        return new BenchPlan(program, config, only, jobs, runs, payload, further);
    }

    private static void within(String option, int value, int min, int max) {
        if (value < min || value > max) {
            throw CommandFailed.usage(option + ": must be " + min + " to " + max + ", was " + value);
        }
    }
}
