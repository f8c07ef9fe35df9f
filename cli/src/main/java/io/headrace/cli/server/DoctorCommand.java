package io.headrace.cli.server;

import io.headrace.BrokerUnavailable;
import io.headrace.QueueName;
import io.headrace.UnknownQueue;
import io.headrace.cli.client.ApiOptions;
import io.headrace.cli.settings.EffectiveSettings;
import io.headrace.cli.terminal.BulkOptions;
import io.headrace.cli.terminal.CommandFailed;
import io.headrace.cli.terminal.CommandProgress;
import io.headrace.cli.terminal.ExitCode;
import io.headrace.cli.terminal.Terminal;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.config.RedisSettings;
import io.headrace.redis.doctor.Doctor;
import io.headrace.redis.doctor.Finding;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headrace doctor}: whether Redis is fit to keep jobs, and whether every job in it is where it should be. */
@Command(description = {"Check Redis and the jobs in it, and repair what is broken.",
    "Talks to Redis itself, beside live traffic, and changes nothing unless told to --repair; that loses no job and"
            + " runs none wrongly. docs/operations/doctor.md tells what each finding means."}, //
        exitCodeList = {"0:done: all is well; there may be warnings",
            "1:failed: there is a problem, and it was not repaired",
            "2:usage: an option or argument is wrong; nothing was done", "69:unreachable: no Redis there, or it lets"
                    + " this user not in"}, //
        footer = {"", "Examples:", "  headrace doctor --redis redis://127.0.0.1:6379",
            "  headrace doctor --queue mail --repair"})
public final class DoctorCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    RedisOptions redis = new RedisOptions();

    @Option(names = {"-q", "--queue"}, paramLabel = "NAME", description = {
        "Look at this queue only; can be given several times. Default is all."})
    Set<QueueName> queues = new LinkedHashSet<>();

    @Option(names = "--repair", description = "Repair what can be repaired safely.")
    boolean repair;

    @Mixin
    BulkOptions bulk = new BulkOptions();

    @Option(names = {"-o", "--output"}, paramLabel = "FORMAT", description = "table (the default) or json.")
    ApiOptions.Format output = ApiOptions.Format.table;

    public DoctorCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        EffectiveSettings settings = redis.find(new EffectiveSettings(terminal.environment()), terminal);
        RedisConfig config = settings.get(RedisSettings.URL).withPrefix(settings.get(RedisSettings.PREFIX));
        try (Doctor doctor = Doctor.connect(config)) {
            return examine(doctor);
        } catch (UnknownQueue e) {
            throw CommandFailed.usage("--queue: " + e.getMessage());
        } catch (BrokerUnavailable e) {
            throw CommandFailed
                    .unreachable(e.getMessage() + "\nTell with --redis or HEADRACE_REDIS where Redis is; asked was "
                            + config, e);
        }
    }

    private int examine(Doctor doctor) {
        List<Finding> findings = new ArrayList<>(doctor.examineServers());
        try (CommandProgress progress = CommandProgress.start(terminal, "check", 0)) {
            findings.addAll(doctor.examineData(queues, progress::to));
        }
        Diagnosis diagnosis = new Diagnosis(findings);
        boolean json = output == ApiOptions.Format.json;
        if (!json) {
            diagnosis.print(terminal);
        }
        List<Doctor.Repaired> repaired = List.of();
        if (repair && !bulk.dryRun && diagnosis.repairable() > 0) {
            bulk.confirm(terminal,
                    "repair " + (diagnosis.repairable() == 1 ? "1 thing" : diagnosis.repairable() + " things")
                            + ", as told above");
            repaired = repair(doctor, json);
        }
        if (json) {
            terminal.out().println(terminal.shown(diagnosis.json(repaired)));
        } else {
            terminal.say(diagnosis.summary(repaired));
        }
        return diagnosis.wellAfter(repaired) ? ExitCode.DONE : ExitCode.FAILED;
    }

    private List<Doctor.Repaired> repair(Doctor doctor, boolean quiet) {
        List<Doctor.Repaired> repaired;
        try (CommandProgress progress = CommandProgress.start(terminal, "repair", 0)) {
            repaired = doctor.repair(progress::to);
        }
        if (!quiet) {
            Diagnosis.printRepaired(repaired, terminal);
        }
        return repaired;
    }
}
